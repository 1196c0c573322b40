//! A seller with customers, and short ways to do what every test does.

use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::invoice_service_client::InvoiceServiceClient;
use quittance_api::invoicing::v1::legal_entity_service_client::LegalEntityServiceClient;
use quittance_api::invoicing::v1::memo_service_client::MemoServiceClient;
use quittance_api::invoicing::v1::order_service_client::OrderServiceClient;
use quittance_invoicing::Invoicing;
use quittance_testkit::{Backend, Caller, Harness, World, request_id, tenant};
pub use quittance_testkit::{date, euro, minor, nobody};
use quittance_types::TenantId;
use tonic::Status;

use crate::peers::{self, Credit};

/// Invoicing at work, with a stand-in for credit and one seller.
pub struct Company {
    pub invoicing: Harness<Invoicing>,
    pub credit: Harness<Credit>,
    pub tenant: TenantId,
    pub seller: String,
    pub customer: String,
}

impl Company {
    /// A company with the seller ACME and one customer whose terms are `net 30`.
    pub async fn start(backend: Backend) -> Self {
        let world = World::new(backend);
        let credit = world.start::<Credit>().await;
        let invoicing = world.start::<Invoicing>().await;
        let tenant = tenant(1);
        let customer = peers::customer(credit.db(), tenant, "net 30", true).await.to_string();
        let mut company = Self { invoicing, credit, tenant, seller: String::new(), customer };
        company.seller = company.create_seller("ACME").await;
        company.invoicing.world().settle().await;
        company
    }

    pub fn caller(&self) -> Caller {
        self.invoicing.as_user(self.tenant, &["*"])
    }

    pub fn invoices(&self) -> InvoiceServiceClient<Caller> {
        InvoiceServiceClient::new(self.caller())
    }

    pub fn orders(&self) -> OrderServiceClient<Caller> {
        OrderServiceClient::new(self.caller())
    }

    pub fn memos(&self) -> MemoServiceClient<Caller> {
        MemoServiceClient::new(self.caller())
    }

    pub fn legal_entities(&self) -> LegalEntityServiceClient<Caller> {
        LegalEntityServiceClient::new(self.caller())
    }

    pub async fn create_seller(&self, code: &str) -> String {
        let request = pb::CreateLegalEntityRequest { request_id: request_id(), legal_entity: Some(seller(code)) };
        let created = self.legal_entities().create_legal_entity(request).await.expect("a seller is created").into_inner();
        created.legal_entity.expect("the seller").legal_entity_id
    }

    /// Another customer, known here by event.
    pub async fn create_customer(&self, terms: &str) -> String {
        let id = peers::customer(self.credit.db(), self.tenant, terms, true).await.to_string();
        self.invoicing.world().settle().await;
        id
    }

    /// Three lines of the usual kind: 10 x 12.50 less 10 %, 3 x 3.333 and 1 x 8.00, at 19 % and 7 %.
    pub fn content(&self) -> pb::InvoiceContent {
        pb::InvoiceContent {
            customer_id: self.customer.clone(),
            legal_entity_id: self.seller.clone(),
            currency: "EUR".to_owned(),
            lines: vec![line("10", "12.50", "10", "19"), line("3", "3.333", "", "19"), line("1", "8.00", "", "7")],
            ..Default::default()
        }
    }

    /// An order of the same lines.
    pub fn order(&self) -> pb::SubmitOrderRequest {
        pb::SubmitOrderRequest {
            request_id: request_id(),
            customer_id: self.customer.clone(),
            legal_entity_id: self.seller.clone(),
            currency: "EUR".to_owned(),
            lines: self.content().lines,
            purchase_order: "PO-77".to_owned(),
            ..Default::default()
        }
    }

    pub async fn try_issue(&self, content: pb::InvoiceContent) -> Result<pb::Invoice, Status> {
        let request =
            pb::IssueInvoiceRequest { request_id: request_id(), source: Some(pb::issue_invoice_request::Source::Content(content)) };
        let issued = self.invoices().issue_invoice(request).await?.into_inner();
        Ok(issued.invoice.expect("the invoice"))
    }

    pub async fn issue(&self) -> pb::Invoice {
        self.try_issue(self.content()).await.expect("an invoice is issued")
    }

    pub async fn get_invoice(&self, id: &str) -> pb::Invoice {
        let request = pb::GetInvoiceRequest { invoice_id: id.to_owned() };
        self.invoices().get_invoice(request).await.expect("the invoice is there").into_inner().invoice.expect("the invoice")
    }

    pub async fn submit(&self, order: pb::SubmitOrderRequest) -> pb::Order {
        let submitted = self.orders().submit_order(order).await.expect("an order is submitted").into_inner();
        submitted.order.expect("the order")
    }

    pub async fn get_order(&self, id: &str) -> pb::Order {
        let request = pb::GetOrderRequest { order_id: id.to_owned() };
        self.orders().get_order(request).await.expect("the order is there").into_inner().order.expect("the order")
    }

    pub async fn fulfil(&self, order_id: &str, lines: &[(i32, &str)]) -> Result<pb::FulfilOrderResponse, Status> {
        let lines = lines.iter().map(|(number, quantity)| pb::FulfilLine { line_number: *number, quantity: (*quantity).to_owned() });
        let request =
            pb::FulfilOrderRequest { request_id: request_id(), order_id: order_id.to_owned(), lines: lines.collect(), as_of: None };
        Ok(self.orders().fulfil_order(request).await?.into_inner())
    }

    /// The last thing of this kind that was said about something.
    pub async fn last_told<M: prost::Message + prost::Name + Default>(&self, subject: &str) -> M {
        self.invoicing.last_told(self.tenant, subject).await
    }

    pub async fn credit(&self, request: pb::CreateCreditMemoRequest) -> Result<pb::CreditMemo, Status> {
        let created = self.memos().create_credit_memo(request).await?.into_inner();
        Ok(created.memo.expect("the memo"))
    }

    /// Number series that are not 1, 2, 3... without gap and repetition (invariant I16), and documents that have a number
    /// without being given out or the other way round (I17).
    pub async fn broken_numbers(&self) -> i64 {
        let store = self.invoicing.store();
        let series = |table: &str, kind: &str| {
            format!(
                "SELECT count(*) FROM (SELECT 1 AS one FROM {table} WHERE number IS NOT NULL GROUP BY tenant_id, legal_entity_id, {kind}, series_year \
                 HAVING min(sequence) <> 1 OR max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)) AS broken"
            )
        };
        let next = "SELECT count(*) FROM number_series s WHERE s.kind = 'invoice' AND s.next <> 1 + (SELECT count(*) FROM invoice i \
                    WHERE i.tenant_id = s.tenant_id AND i.legal_entity_id = s.legal_entity_id AND i.kind = 'invoice' AND i.series_year = s.year)";
        store.number(&series("invoice", "kind")).await
            + store.number(&series("credit_memo", "currency")).await
            + store.number(next).await
            + store.number("SELECT count(*) FROM invoice WHERE (number IS NULL) <> (state = 'draft')").await
    }

    /// Invoices whose amounts contradict each other or their lines (invariant I5).
    pub async fn broken_totals(&self) -> i64 {
        let sql = "SELECT count(*) FROM invoice i WHERE i.gross <> i.net + i.tax OR i.open < 0 OR i.open > i.gross OR i.credited > i.gross \
                   OR i.net <> (SELECT sum(l.net) FROM invoice_line l WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.invoice_id)";
        self.invoicing.store().number(sql).await
    }
}

pub fn seller(code: &str) -> pb::LegalEntity {
    pb::LegalEntity {
        code: code.to_owned(),
        legal_name: "Acme GmbH".to_owned(),
        country: "DE".to_owned(),
        vat_id: "DE136695976".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        iban: "DE89 3704 0044 0532 0130 00".to_owned(),
        ..Default::default()
    }
}

pub fn line(quantity: &str, unit_price: &str, discount_percent: &str, vat_rate: &str) -> pb::LineInput {
    pb::LineInput {
        description: "Hexagon bolt M8".to_owned(),
        quantity: quantity.to_owned(),
        unit_price: unit_price.to_owned(),
        discount_percent: discount_percent.to_owned(),
        vat_category: pb::VatCategory::Standard.into(),
        vat_rate: vat_rate.to_owned(),
        ..Default::default()
    }
}
