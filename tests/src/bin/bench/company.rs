//! A seller with customers, and the clients that work for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{StreamExt, TryStreamExt};
use quittance_api::credit::v1 as credit;
use quittance_api::credit::v1::credit_service_client::CreditServiceClient;
use quittance_api::credit::v1::customer_service_client::CustomerServiceClient;
use quittance_api::credit::v1::policy_service_client::PolicyServiceClient;
use quittance_api::google::r#type::Money;
use quittance_api::invoicing::v1 as invoicing;
use quittance_api::invoicing::v1::invoice_service_client::InvoiceServiceClient;
use quittance_api::invoicing::v1::legal_entity_service_client::LegalEntityServiceClient;
use quittance_api::reconciliation::v1 as reconciliation;
use quittance_api::reconciliation::v1::receipt_service_client::ReceiptServiceClient;
use quittance_chassis::client::Wire;
use quittance_types::{TenantId, Uuid};

use crate::Outcome;
use crate::load::Client;
use crate::suite::{Suite, clerk, fresh, said};

/// Calls under way at a time while a company is set up.
const AT_ONCE: usize = 16;

/// The seller and its customers.
#[derive(Clone)]
pub struct Company {
    /// The seller.
    pub seller: String,
    /// Its customers.
    pub customers: Arc<Vec<String>>,
}

/// So many cents in euro.
pub fn euro(minor: i64) -> Money {
    Money { currency_code: "EUR".to_owned(), units: minor / 100, nanos: i32::try_from(minor % 100 * 10_000_000).unwrap_or_default() }
}

impl Company {
    /// A policy, a seller and customers with limits nobody reaches. Credit and invoicing must run.
    pub async fn found(suite: &Suite, customers: u64) -> Outcome<Company> {
        let policy = credit::CreditPolicy {
            name: "Standard".to_owned(),
            currency: "EUR".to_owned(),
            beyond_limit: credit::BeyondLimit::Hold.into(),
            reservation_days: 30,
            limit_formula: Some(credit::LimitFormula {
                base: Some(euro(10_000)),
                per_score_point: Some(euro(1_000)),
                maximum: Some(euro(100_000)),
            }),
            ..Default::default()
        };
        let request = credit::PutPolicyRequest { request_id: fresh(), policy: Some(policy) };
        PolicyServiceClient::new(suite.wire("credit")).put_policy(suite.ask(request)).await.map_err(|status| said(&status))?;
        let seller = invoicing::LegalEntity {
            code: "ACME".to_owned(),
            legal_name: "Acme GmbH".to_owned(),
            country: "DE".to_owned(),
            vat_id: "DE136695976".to_owned(),
            currency: "EUR".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            iban: "DE89370400440532013000".to_owned(),
            ..Default::default()
        };
        let request = invoicing::CreateLegalEntityRequest { request_id: fresh(), legal_entity: Some(seller) };
        let created = LegalEntityServiceClient::new(suite.wire("invoicing")).create_legal_entity(suite.ask(request)).await;
        let created = created.map_err(|status| said(&status))?.into_inner().legal_entity.unwrap_or_default();
        let mut ids = Vec::new();
        let numbers: Vec<u64> = (0..customers.max(2)).collect();
        for chunk in numbers.chunks(1_000) {
            let request =
                credit::BatchImportCustomersRequest { request_id: fresh(), customers: chunk.iter().map(|n| customer(*n)).collect() };
            let imported = CustomerServiceClient::new(suite.wire("credit")).batch_import_customers(suite.ask(request)).await;
            ids.extend(imported.map_err(|status| said(&status))?.into_inner().customer_ids);
        }
        let limits = ids.iter().map(|id| limit(suite, id));
        futures::stream::iter(limits).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(Company { seller: created.legal_entity_id, customers: Arc::new(ids) })
    }

    /// The names of the customers, by id.
    pub fn names(&self) -> HashMap<String, String> {
        self.customers.iter().cloned().zip((0..).map(legal_name)).collect()
    }

    /// Three lines for the customer of this number.
    pub fn content(&self, number: usize) -> invoicing::InvoiceContent {
        let customer_id = self.customers.get(number % self.customers.len()).cloned().unwrap_or_default();
        invoicing::InvoiceContent {
            customer_id,
            legal_entity_id: self.seller.clone(),
            currency: "EUR".to_owned(),
            lines: vec![line("10", "12.50", "10", "19"), line("3", "3.333", "", "19"), line("1", "8.00", "", "7")],
            ..Default::default()
        }
    }

    /// So many invoices of customers in turn, in batches, untimed.
    pub async fn invoices(&self, suite: &Suite, count: u64) -> Outcome<()> {
        let mut client = Batch { company: self.clone(), wire: suite.wire("invoicing"), tenant: suite.tenant, size: 500, round: 0 };
        let mut done = 0;
        while done < count {
            client.size = usize::try_from(count - done).unwrap_or(500).min(500);
            done += client.once().await?;
        }
        Ok(())
    }
}

async fn limit(suite: &Suite, customer: &str) -> Outcome<()> {
    let request = credit::SetLimitRequest {
        request_id: fresh(),
        customer_id: customer.to_owned(),
        amount: Some(euro(1_000_000_000_000)),
        why: "Review".to_owned(),
        ..Default::default()
    };
    let set = CreditServiceClient::new(suite.wire("credit")).set_limit(suite.ask(request)).await;
    set.map(drop).map_err(|status| said(&status))
}

fn legal_name(number: u64) -> String {
    format!("Buyer {number} GmbH")
}

fn customer(number: u64) -> credit::Customer {
    credit::Customer {
        external_id: format!("C-{number}"),
        legal_name: legal_name(number),
        country: "DE".to_owned(),
        city: "Hamburg".to_owned(),
        currency: "EUR".to_owned(),
        payment_terms: "net 30".to_owned(),
        ..Default::default()
    }
}

fn line(quantity: &str, unit_price: &str, discount_percent: &str, vat_rate: &str) -> invoicing::LineInput {
    invoicing::LineInput {
        description: "Hexagon bolt M8".to_owned(),
        quantity: quantity.to_owned(),
        unit_price: unit_price.to_owned(),
        discount_percent: discount_percent.to_owned(),
        vat_category: invoicing::VatCategory::Standard.into(),
        vat_rate: vat_rate.to_owned(),
        ..Default::default()
    }
}

/// Issues invoices one by one.
pub struct Issue {
    company: Company,
    wire: Wire,
    tenant: TenantId,
    round: usize,
}

impl Issue {
    /// So many clients.
    pub fn clients(suite: &Suite, company: &Company, count: usize) -> Vec<Issue> {
        let client = |number| Issue { company: company.clone(), wire: suite.wire("invoicing"), tenant: suite.tenant, round: number * 7919 };
        (0..count).map(client).collect()
    }

    /// The id of the next invoice.
    pub async fn one(&mut self) -> Outcome<String> {
        self.round += 1;
        let content = self.company.content(self.round);
        let source = Some(invoicing::issue_invoice_request::Source::Content(content));
        let request = invoicing::IssueInvoiceRequest { request_id: fresh(), source };
        let issued = InvoiceServiceClient::new(self.wire.clone()).issue_invoice(clerk(self.tenant, request)).await;
        Ok(issued.map_err(|status| said(&status))?.into_inner().invoice.unwrap_or_default().invoice_id)
    }
}

impl Client for Issue {
    async fn once(&mut self) -> Outcome<u64> {
        self.one().await.map(|_| 1)
    }
}

/// Issues invoices by the hundred.
pub struct Batch {
    /// For whom.
    pub company: Company,
    /// The way to invoicing.
    pub wire: Wire,
    /// The tenant.
    pub tenant: TenantId,
    /// Invoices a call.
    pub size: usize,
    /// Where the customers' turn is.
    pub round: usize,
}

impl Client for Batch {
    async fn once(&mut self) -> Outcome<u64> {
        let invoices = (0..self.size).map(|offset| self.company.content(self.round + offset)).collect();
        self.round += self.size;
        let request = invoicing::BatchIssueInvoicesRequest { request_id: fresh(), invoices };
        let issued = InvoiceServiceClient::new(self.wire.clone()).batch_issue_invoices(clerk(self.tenant, request)).await;
        issued.map(|_| self.size as u64).map_err(|status| said(&status))
    }
}

/// Reserves credit for orders.
pub struct Reserve {
    company: Company,
    wire: Wire,
    tenant: TenantId,
    round: usize,
}

impl Reserve {
    /// So many clients.
    pub fn clients(suite: &Suite, company: &Company, count: usize) -> Vec<Reserve> {
        let client = |number| Reserve { company: company.clone(), wire: suite.wire("credit"), tenant: suite.tenant, round: number * 7919 };
        (0..count).map(client).collect()
    }
}

impl Client for Reserve {
    async fn once(&mut self) -> Outcome<u64> {
        self.round += 1;
        let customers = &self.company.customers;
        let request = credit::ReserveCreditRequest {
            request_id: fresh(),
            customer_id: customers.get(self.round % customers.len()).cloned().unwrap_or_default(),
            order_id: format!("ord_{}", Uuid::now_v7().simple()),
            amount: Some(euro(100)),
            ..Default::default()
        };
        let reserved = CreditServiceClient::new(self.wire.clone()).reserve_credit(clerk(self.tenant, request)).await;
        reserved.map(|_| 1).map_err(|status| said(&status))
    }
}

/// A receipt and the item it pays.
#[derive(Clone)]
pub struct Pair {
    /// The money.
    pub receipt: String,
    /// What it is for.
    pub item: String,
    /// All of it.
    pub amount: Money,
}

/// Applies prepared receipts, each once.
pub struct Apply {
    pairs: Arc<Vec<Pair>>,
    next: Arc<AtomicUsize>,
    wire: Wire,
    tenant: TenantId,
}

impl Apply {
    /// So many clients that share the pairs.
    pub fn clients(suite: &Suite, pairs: Vec<Pair>, count: usize) -> Vec<Apply> {
        let (pairs, next) = (Arc::new(pairs), Arc::new(AtomicUsize::new(0)));
        let client = |_| Apply { pairs: pairs.clone(), next: next.clone(), wire: suite.wire("reconciliation"), tenant: suite.tenant };
        (0..count).map(client).collect()
    }
}

impl Client for Apply {
    async fn once(&mut self) -> Outcome<u64> {
        let Some(pair) = self.pairs.get(self.next.fetch_add(1, Ordering::Relaxed)) else { return Ok(0) };
        let allocation =
            reconciliation::ApplyAllocation { open_item_id: pair.item.clone(), amount: Some(pair.amount.clone()), ..Default::default() };
        let request = reconciliation::ApplyReceiptRequest {
            request_id: fresh(),
            receipt_id: pair.receipt.clone(),
            allocations: vec![allocation],
            ..Default::default()
        };
        let applied = ReceiptServiceClient::new(self.wire.clone()).apply_receipt(clerk(self.tenant, request)).await;
        applied.map(|_| 1).map_err(|status| said(&status))
    }
}

/// Records receipts that pay these items in full, untimed.
pub async fn receipts(suite: &Suite, bank_account: &str, items: Vec<reconciliation::OpenItem>) -> Outcome<Vec<Pair>> {
    let record = |item: reconciliation::OpenItem| async move {
        let amount = item.open.clone().unwrap_or_default();
        let request = reconciliation::RecordReceiptRequest {
            request_id: fresh(),
            bank_account_id: bank_account.to_owned(),
            customer_id: item.customer_id,
            amount: Some(amount.clone()),
            ..Default::default()
        };
        let recorded = ReceiptServiceClient::new(suite.wire("reconciliation")).record_receipt(suite.ask(request)).await;
        let receipt = recorded.map_err(|status| said(&status))?.into_inner().receipt.unwrap_or_default();
        Ok(Pair { receipt: receipt.receipt_id, item: item.open_item_id, amount })
    };
    futures::stream::iter(items.into_iter().map(record)).buffer_unordered(AT_ONCE).try_collect().await
}
