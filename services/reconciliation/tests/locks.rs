//! Who waits for whom: rows are locked in one order (`store::books`), and what is read before a lock does not count after it. SQLite
//! has one writer, so there is nothing to see.

use std::sync::Arc;

use quittance_api::invoicing::v1 as invoicing;
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Ctx, Tx};
use quittance_reconciliation::inbox;
use quittance_testkit::{Backend, date, minor, request_id};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::camt::{Statement, credit};
use crate::decisions::{correct, try_correct};
use crate::fixture::{ALPHA_IBAN, Company};

/// Rows somebody holds until told otherwise.
struct Held {
    release: Arc<Notify>,
    holder: JoinHandle<()>,
}

impl Held {
    /// The rows a query returns.
    async fn new(company: &Company, sql: &'static str) -> Held {
        let (held, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (db, ctx, signals) =
            (company.service.db().clone(), Ctx::system("test", company.tenant), (Arc::clone(&held), Arc::clone(&release)));
        let body = move |tx: Tx, (held, release): (Arc<Notify>, Arc<Notify>)| async move {
            tx.all(&format!("{sql} FOR UPDATE"), Vec::new()).await?;
            held.notify_one();
            release.notified().await;
            Ok(())
        };
        let holder = tokio::spawn(async move { db.write(ctx, signals, body).await.expect("rows are held") });
        held.notified().await;
        Held { release, holder }
    }

    async fn release(self) {
        self.release.notify_one();
        self.holder.await.expect("they are let go of");
    }
}

/// Returns once so many transactions wait for a row.
async fn blocked(company: &Company, count: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
                   AND wait_event <> 'advisory'";
    while company.service.store().number(waiting).await < count {
        tokio::task::yield_now().await;
    }
}

/// How many rows of a query nobody holds.
async fn free(company: &Company, sql: &'static str) -> usize {
    let body = |tx: Tx, sql: &'static str| async move { Ok(tx.all(&format!("{sql} FOR UPDATE SKIP LOCKED"), Vec::new()).await?.len()) };
    company.service.db().write(Ctx::system("test", company.tenant), sql, body).await.expect("rows are read")
}

/// An invoice of Alpha's, paid by a line.
async fn paid() -> (Arc<Company>, String) {
    let company = Arc::new(Company::start(Backend::Postgres).await);
    let invoice = company.invoice(&company.alpha, 1, 10_000).await;
    company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN)])).await;
    assert_eq!(company.open_of(&invoice).await, 0);
    (company, invoice)
}

#[tokio::test]
async fn who_waits_for_an_item_holds_no_application() {
    let (company, invoice) = paid().await;
    let line = company.line("INV-ACME-2026-000001").await.bank_line_id;
    let held = Held::new(&company, "SELECT open_item_id FROM open_item").await;
    let corrected = tokio::spawn({
        let company = Arc::clone(&company);
        async move { try_correct(&company, correct(&line, &company.alpha, Vec::new())).await }
    });
    blocked(&company, 1).await;
    assert_eq!(free(&company, "SELECT application_id FROM application").await, 1);
    held.release().await;
    corrected.await.unwrap().expect("the line is corrected");
    assert_eq!(company.open_of(&invoice).await, 10_000);
    company.prove().await;
}

#[tokio::test]
async fn who_waits_for_a_receipt_holds_no_item() {
    let (company, invoice) = paid().await;
    let held = Held::new(&company, "SELECT receipt_id FROM receipt").await;
    let event = invoicing::InvoiceVoided { invoice_id: invoice.clone(), voided_on: Some(date(2026, 1, 20)), ..Default::default() };
    let voided = tokio::spawn({
        let company = Arc::clone(&company);
        async move { company.hear(event, |tx, event| async move { inbox::invoicing::invoice_voided(&tx, event).await }).await }
    });
    blocked(&company, 1).await;
    assert_eq!(free(&company, "SELECT open_item_id FROM open_item").await, 1);
    held.release().await;
    voided.await.expect("the invoice is void");
    assert_eq!(minor(&company.item(&invoice).await.total), 0);
    company.prove().await;
}

#[tokio::test]
async fn what_a_person_decides_while_a_run_waits_for_the_line_stays() {
    let company = Arc::new(Company::start(Backend::Postgres).await);
    let invoice = company.invoice(&company.alpha, 1, 10_000).await;
    company.dispute(&invoice, true).await;
    company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN)])).await;
    company.dispute(&invoice, false).await;
    let receipt_id = company.line("INV-ACME-2026-000001").await.receipt_id;
    let held = Held::new(&company, "SELECT receipt_id FROM receipt").await;
    let keep = pb::PutOnAccountRequest { request_id: request_id(), receipt_id: receipt_id.clone(), customer_id: company.alpha.clone() };
    let mut receipts = company.receipts();
    let kept = tokio::spawn(async move { receipts.put_on_account(keep).await });
    blocked(&company, 1).await;
    let ran = tokio::spawn({
        let company = Arc::clone(&company);
        async move { company.run().await }
    });
    blocked(&company, 2).await;
    held.release().await;
    kept.await.unwrap().expect("the money is kept on account");
    assert_eq!(ran.await.unwrap().applied, 0);
    assert_eq!((company.open_of(&invoice).await, company.receipt(&receipt_id).await.state()), (10_000, pb::ReceiptState::OnAccount));
    company.prove().await;
}
