//! A company with customers and a bank account, and short ways to do what every test does.

use std::future::Future;

use quittance_api::collections::v1 as collections;
use quittance_api::credit::v1 as credit;
use quittance_api::google::r#type::{Date, Money};
use quittance_api::invoicing::v1 as invoicing;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::bank_service_client::BankServiceClient;
use quittance_api::reconciliation::v1::ledger_service_client::LedgerServiceClient;
use quittance_api::reconciliation::v1::match_service_client::MatchServiceClient;
use quittance_api::reconciliation::v1::open_item_service_client::OpenItemServiceClient;
use quittance_api::reconciliation::v1::receipt_service_client::ReceiptServiceClient;
use quittance_api::reconciliation::v1::statement_service_client::StatementServiceClient;
use quittance_chassis::{Ctx, Tx};
use quittance_reconciliation::{Reconciliation, inbox};
use quittance_testkit::{Backend, Caller, Harness, World, request_id, tenant, unique};
use quittance_types::{CustomerId, Fault, InvoiceId, MemoId, TenantId};
use tonic::Status;

use crate::camt::Statement;

/// Our account, and those of customers.
pub const OUR_IBAN: &str = "DE89370400440532013000";
pub const ALPHA_IBAN: &str = "DE75512108001245126199";
pub const BETA_IBAN: &str = "FR1420041010050500013M02606";

/// Reconciliation at work, with one bank account and two customers.
pub struct Company {
    pub service: Harness<Reconciliation>,
    pub tenant: TenantId,
    pub bank: String,
    pub alpha: String,
    pub beta: String,
}

/// What a test says of an invoice; everything else is usual.
#[derive(Clone)]
pub struct NewInvoice<'a> {
    pub customer: &'a str,
    pub number: u32,
    pub gross: i64,
    pub due: Date,
    pub discount: Option<(Date, i64)>,
    pub reference: &'a str,
}

impl Company {
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, &[]).await
    }

    /// With these settings, each as `table.key=value`.
    pub async fn start_with(backend: Backend, settings: &[&str]) -> Self {
        let service = World::with_names(backend, &["reconciliation"]).start_with::<Reconciliation>(settings).await;
        let mut company = Self { service, tenant: tenant(1), bank: String::new(), alpha: String::new(), beta: String::new() };
        company.bank = company.open_account(OUR_IBAN, "EUR", 100_000).await;
        company.alpha = company.customer("Alpha Maschinenbau GmbH", &[ALPHA_IBAN], "").await;
        company.beta = company.customer("Beta Handel SARL", &[BETA_IBAN], "").await;
        company
    }

    pub fn caller(&self) -> Caller {
        self.service.as_user(self.tenant, &["*"])
    }

    pub fn banks(&self) -> BankServiceClient<Caller> {
        BankServiceClient::new(self.caller())
    }

    pub fn statements(&self) -> StatementServiceClient<Caller> {
        StatementServiceClient::new(self.caller())
    }

    pub fn receipts(&self) -> ReceiptServiceClient<Caller> {
        ReceiptServiceClient::new(self.caller())
    }

    pub fn items(&self) -> OpenItemServiceClient<Caller> {
        OpenItemServiceClient::new(self.caller())
    }

    pub fn matches(&self) -> MatchServiceClient<Caller> {
        MatchServiceClient::new(self.caller())
    }

    pub fn ledger(&self) -> LedgerServiceClient<Caller> {
        LedgerServiceClient::new(self.caller())
    }

    /// Hands an event to its handler, as the consumer would.
    pub async fn hear<E, F, Fut>(&self, event: E, handler: F)
    where
        E: Clone + Send + Sync + 'static,
        F: Fn(Tx, E) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        self.service.db().write(Ctx::system("test", self.tenant), event, handler).await.expect("the event is applied");
    }

    pub async fn open_account(&self, iban: &str, currency: &str, opening: i64) -> String {
        self.open_account_of("", iban, currency, opening).await
    }

    /// An account of a seller.
    pub async fn open_account_of(&self, seller: &str, iban: &str, currency: &str, opening: i64) -> String {
        let account = pb::BankAccount {
            legal_entity_id: seller.to_owned(),
            iban: iban.to_owned(),
            currency: currency.to_owned(),
            name: "House bank".to_owned(),
            opening_balance: Some(money(currency, opening)),
            ..Default::default()
        };
        let request = pb::CreateBankAccountRequest { request_id: request_id(), bank_account: Some(account) };
        let created = self.banks().create_bank_account(request).await.expect("an account is registered").into_inner();
        created.bank_account.expect("the account").bank_account_id
    }

    pub async fn customer(&self, name: &str, ibans: &[&str], parent: &str) -> String {
        let id = CustomerId::new(unique()).to_string();
        self.change_customer(&id, name, ibans, parent, 1).await;
        id
    }

    pub async fn change_customer(&self, id: &str, name: &str, ibans: &[&str], parent: &str, version: i64) {
        let customer = credit::Customer {
            customer_id: id.to_owned(),
            legal_name: name.to_owned(),
            ibans: ibans.iter().map(|iban| (*iban).to_owned()).collect(),
            parent_customer_id: parent.to_owned(),
            etag: version.to_string(),
            ..Default::default()
        };
        let event = credit::CustomerChanged { customer: Some(customer) };
        self.hear(event, |tx, event| async move { inbox::credit::customer_changed(&tx, event).await }).await;
    }

    /// An invoice of 100.00 of this customer, numbered `INV-ACME-2026-00000n`; returns its id.
    pub async fn invoice(&self, customer: &str, number: u32, gross: i64) -> String {
        self.issue(NewInvoice { customer, number, gross, due: date(2026, 2, 14), discount: None, reference: "" }).await
    }

    pub async fn issue(&self, new: NewInvoice<'_>) -> String {
        self.issue_of("", new).await
    }

    /// An invoice of a seller; returns its id.
    pub async fn issue_of(&self, seller: &str, new: NewInvoice<'_>) -> String {
        let id = InvoiceId::new(unique()).to_string();
        let mut event = issued(&id, &new);
        event.invoice.as_mut().expect("an invoice").legal_entity_id = seller.to_owned();
        self.hear(event, |tx, event| async move { inbox::invoicing::invoice_issued(&tx, event).await }).await;
        id
    }

    /// A credit memo of an invoice; returns its id.
    pub async fn credit_memo(&self, customer: &str, invoice: &str, gross: i64) -> String {
        let id = MemoId::new(unique()).to_string();
        let memo = invoicing::CreditMemo {
            memo_id: id.clone(),
            number: format!("CRN-ACME-2026-{:06}", gross),
            invoice_id: invoice.to_owned(),
            invoice_number: "its invoice".to_owned(),
            customer_id: customer.to_owned(),
            totals: Some(totals(gross)),
            issue_date: Some(date(2026, 1, 15)),
            ..Default::default()
        };
        let event = invoicing::MemoIssued { memo: Some(memo) };
        self.hear(event, |tx, event| async move { inbox::invoicing::memo_issued(&tx, event).await }).await;
        id
    }

    pub async fn dispute(&self, invoice: &str, opened: bool) {
        let dispute = Some(collections::Dispute { invoice_id: invoice.to_owned(), ..Default::default() });
        if opened {
            let event = collections::DisputeOpened { dispute };
            self.hear(event, |tx, event| async move { inbox::collections::dispute_opened(&tx, event).await }).await;
        } else {
            let event = collections::DisputeResolved { dispute };
            self.hear(event, |tx, event| async move { inbox::collections::dispute_resolved(&tx, event).await }).await;
        }
    }

    pub async fn try_import(&self, content: Vec<u8>, match_now: bool) -> Result<pb::ImportStatementResponse, Status> {
        let request = pb::ImportStatementRequest {
            request_id: request_id(),
            content,
            file_name: "statement.xml".to_owned(),
            match_now,
            ..Default::default()
        };
        Ok(self.statements().import_statement(request).await?.into_inner())
    }

    pub async fn import(&self, statement: &Statement) -> pb::ImportStatementResponse {
        self.try_import(statement.write(), true).await.expect("a statement is imported")
    }

    /// Matches what waits.
    pub async fn run(&self) -> pb::RunMatchingResponse {
        let request = pb::RunMatchingRequest { request_id: request_id(), ..Default::default() };
        self.matches().run_matching(request).await.expect("lines are matched").into_inner()
    }

    /// What is proposed for a line.
    pub async fn proposal(&self, line: &str) -> pb::MatchProposal {
        let request = pb::ProposeMatchRequest { bank_line_id: line.to_owned() };
        self.matches().propose_match(request).await.expect("a line is read").into_inner().proposal.expect("a proposal")
    }

    pub async fn lines(&self) -> Vec<pb::BankLine> {
        let request = pb::ListBankLinesRequest { page_size: 1_000, ..Default::default() };
        self.statements().list_bank_lines(request).await.expect("lines are listed").into_inner().bank_lines
    }

    /// The line whose text is this.
    pub async fn line(&self, text: &str) -> pb::BankLine {
        let found = self.lines().await.into_iter().find(|line| line.remittance_text == text);
        found.unwrap_or_else(|| panic!("no line says {text}"))
    }

    /// Money of a customer (or nobody's when empty) that no bank file brought; returns its receipt.
    pub async fn money_in(&self, customer: &str, minor: i64) -> pb::Receipt {
        let request = pb::RecordReceiptRequest {
            request_id: request_id(),
            bank_account_id: self.bank.clone(),
            customer_id: customer.to_owned(),
            amount: Some(euro(minor)),
            reference: String::new(),
            as_of: None,
        };
        self.receipts().record_receipt(request).await.expect("a receipt is recorded").into_inner().receipt.expect("the receipt")
    }

    pub async fn try_apply(&self, receipt: &str, parts: &[(&str, i64)]) -> Result<pb::ApplyReceiptResponse, Status> {
        let allocations = parts.iter().map(|(item, minor)| allocation(item, *minor)).collect();
        let request =
            pb::ApplyReceiptRequest { request_id: request_id(), receipt_id: receipt.to_owned(), allocations, ..Default::default() };
        Ok(self.receipts().apply_receipt(request).await?.into_inner())
    }

    pub async fn apply(&self, receipt: &str, parts: &[(&str, i64)]) -> pb::ApplyReceiptResponse {
        self.try_apply(receipt, parts).await.expect("money is applied")
    }

    pub async fn receipt(&self, id: &str) -> pb::Receipt {
        let request = pb::GetReceiptRequest { receipt_id: id.to_owned() };
        self.receipts().get_receipt(request).await.expect("the receipt is there").into_inner().receipt.expect("the receipt")
    }

    pub async fn item(&self, id: &str) -> pb::OpenItem {
        let request = pb::GetOpenItemRequest { open_item_id: id.to_owned() };
        self.items().get_open_item(request).await.expect("the item is there").into_inner().open_item.expect("the item")
    }

    pub async fn open_of(&self, id: &str) -> i64 {
        minor(&self.item(id).await.open)
    }

    pub async fn applications(&self, query: pb::ListApplicationsRequest) -> Vec<pb::Application> {
        self.receipts().list_applications(query).await.expect("applications are listed").into_inner().applications
    }

    /// Debit less credit of an account (`1200`), over all its sub-accounts.
    pub async fn balance(&self, account: &str) -> i64 {
        let as_of = Some(date(2199, 1, 1));
        let answer = self.ledger().get_trial_balance(pb::GetTrialBalanceRequest { as_of }).await.expect("a trial balance").into_inner();
        let total: i64 = answer.accounts.iter().map(|account| minor(&account.balance)).sum();
        assert_eq!(total, 0, "the trial balance balances");
        answer.accounts.iter().filter(|found| found.account.split(':').next() == Some(account)).map(|found| minor(&found.balance)).sum()
    }

    /// Every proof of the books holds, but for those named.
    pub async fn prove_but(&self, but: &[&str]) {
        let answer = self.ledger().check_invariants(pb::CheckInvariantsRequest {}).await.expect("the books are proved").into_inner();
        assert!(answer.proofs.len() >= 14);
        let broken: Vec<&pb::Proof> = answer.proofs.iter().filter(|proof| !proof.holds && !but.contains(&proof.name.as_str())).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }

    pub async fn prove(&self) {
        self.prove_but(&[IMMUTABLE]).await;
    }

    pub async fn bank_proof(&self) -> pb::ProveBankBalanceResponse {
        let request = pb::ProveBankBalanceRequest { bank_account_id: self.bank.clone() };
        self.banks().prove_bank_balance(request).await.expect("the balance is proved").into_inner()
    }
}

/// Rests on the chassis, which takes the right to change postings away from the service's role.
pub const IMMUTABLE: &str = "postings cannot be changed";

pub fn issued(id: &str, new: &NewInvoice<'_>) -> invoicing::InvoiceIssued {
    let terms = invoicing::PaymentTerms {
        discount_date: new.discount.as_ref().map(|(until, _)| *until),
        discount_amount: new.discount.as_ref().map(|(_, minor)| euro(*minor)),
        ..Default::default()
    };
    let invoice = invoicing::Invoice {
        invoice_id: id.to_owned(),
        number: format!("INV-ACME-2026-{:06}", new.number),
        customer_id: new.customer.to_owned(),
        totals: Some(totals(new.gross)),
        terms: Some(terms),
        issue_date: Some(date(2026, 1, 5)),
        due_date: Some(new.due),
        creditor_reference: new.reference.to_owned(),
        purchase_order: format!("PO-{}", new.number),
        ..Default::default()
    };
    invoicing::InvoiceIssued { invoice: Some(invoice), ..Default::default() }
}

fn totals(gross: i64) -> invoicing::Totals {
    let tax = gross - gross * 100 / 119;
    invoicing::Totals { net: Some(euro(gross - tax)), tax: Some(euro(tax)), gross: Some(euro(gross)), taxes: Vec::new() }
}

pub fn allocation(item: &str, minor: i64) -> pb::ApplyAllocation {
    pb::ApplyAllocation { open_item_id: item.to_owned(), amount: Some(euro(minor)), ..Default::default() }
}

pub fn money(currency: &str, minor: i64) -> Money {
    Money { currency_code: currency.to_owned(), units: minor / 100, nanos: i32::try_from(minor % 100).unwrap() * 10_000_000 }
}

pub fn euro(minor: i64) -> Money {
    money("EUR", minor)
}

pub fn minor(money: &Option<Money>) -> i64 {
    let money = money.as_ref().expect("an amount");
    money.units * 100 + i64::from(money.nanos / 10_000_000)
}

pub fn date(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}
