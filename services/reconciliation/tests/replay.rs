//! A retry is safe: every method that changes facts (invariant I21).

use std::sync::atomic::{AtomicU32, Ordering};

use quittance_api::reconciliation::v1 as pb;
use quittance_testkit::on_both;
use quittance_testkit::replay::Replays;

use crate::camt::{Statement, credit};
use crate::fixture::{Company, allocation, date, euro};

const PACKAGE: &str = "quittance.reconciliation.v1";

fn path(method: &str) -> String {
    format!("/{PACKAGE}.{method}")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_safe_to_repeat() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (caller, company, number) = (company.caller(), &company, AtomicU32::new(0));
        let next = || number.fetch_add(1, Ordering::Relaxed);
        let mut replays = Replays::of(PACKAGE);

        let fresh = async || {
            let account = pb::BankAccount { iban: format!("other:A{}", next()), currency: "EUR".to_owned(), ..Default::default() };
            pb::CreateBankAccountRequest { request_id: String::new(), bank_account: Some(account) }
        };
        let other = |mut request: pb::CreateBankAccountRequest| {
            request.bank_account.as_mut().unwrap().name.push('x');
            request
        };
        replays.check(&caller, &path("BankService/CreateBankAccount"), fresh, other).await;

        let fresh = async || {
            let statement = Statement::new(&format!("S-{}", next()), "2026-01-15", 0, vec![credit(100, "x")]).of_kind("054");
            pb::ImportStatementRequest { content: statement.write(), match_now: true, ..Default::default() }
        };
        let other = |request| pb::ImportStatementRequest { file_name: "other.xml".to_owned(), ..request };
        replays.check(&caller, &path("StatementService/ImportStatement"), fresh, other).await;

        let fresh = async || pb::RunMatchingRequest::default();
        let other = |request| pb::RunMatchingRequest { as_of: Some(date(2026, 1, 20)), ..request };
        replays.check(&caller, &path("MatchService/RunMatching"), fresh, other).await;

        let fresh = async || pb::RecordReceiptRequest { bank_account_id: company.bank.clone(), amount: Some(euro(100)), ..Default::default() };
        let other = |request| pb::RecordReceiptRequest { amount: Some(euro(200)), ..request };
        replays.check(&caller, &path("ReceiptService/RecordReceipt"), fresh, other).await;

        let fresh = async || {
            let (invoice, receipt) = (company.invoice(&company.alpha, next(), 1_000).await, company.money_in("", 1_000).await);
            pb::ApplyReceiptRequest { receipt_id: receipt.receipt_id, allocations: vec![allocation(&invoice, 600)], ..Default::default() }
        };
        let other = |mut request: pb::ApplyReceiptRequest| {
            request.allocations[0].amount = Some(euro(1));
            request
        };
        replays.check(&caller, &path("ReceiptService/ApplyReceipt"), fresh, other).await;

        let fresh = async || {
            let (invoice, receipt) = (company.invoice(&company.alpha, next(), 1_000).await, company.money_in("", 1_000).await);
            let applied = company.apply(&receipt.receipt_id, &[(&invoice, 600)]).await.applications.remove(0);
            pb::UnapplyRequest { application_id: applied.application_id, ..Default::default() }
        };
        let other = |request| pb::UnapplyRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("ReceiptService/Unapply"), fresh, other).await;

        let fresh = async || {
            let receipt_id = company.money_in("", 1_000).await.receipt_id;
            pb::PutOnAccountRequest { request_id: String::new(), receipt_id, customer_id: company.alpha.clone() }
        };
        let other = |request| pb::PutOnAccountRequest { customer_id: company.beta.clone(), ..request };
        replays.check(&caller, &path("ReceiptService/PutOnAccount"), fresh, other).await;

        let fresh = async || {
            let receipt_id = company.money_in(&company.alpha, 1_000).await.receipt_id;
            pb::TransferUnappliedRequest { receipt_id, to_customer_id: company.beta.clone(), why: "x".to_owned(), ..Default::default() }
        };
        let other = |request| pb::TransferUnappliedRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("ReceiptService/TransferUnapplied"), fresh, other).await;

        let fresh = async || {
            let paid = company.invoice(&company.alpha, next(), 1_000).await;
            let receipt = company.money_in("", 1_000).await;
            company.apply(&receipt.receipt_id, &[(&paid, 1_000)]).await;
            let credit_item_id = company.credit_memo(&company.alpha, &paid, 500).await;
            let open_item_id = company.invoice(&company.alpha, next(), 1_000).await;
            pb::ApplyCreditMemoRequest { credit_item_id, open_item_id, ..Default::default() }
        };
        let other = |request| pb::ApplyCreditMemoRequest { amount: Some(euro(1)), ..request };
        replays.check(&caller, &path("OpenItemService/ApplyCreditMemo"), fresh, other).await;

        let fresh = async || {
            let open_item_id = company.invoice(&company.alpha, next(), 1_000).await;
            pb::WriteOffRequest { open_item_id, why: "x".to_owned(), ..Default::default() }
        };
        let other = |request| pb::WriteOffRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("OpenItemService/WriteOff"), fresh, other).await;

        replays.finish();
        company.prove().await;
    })
    .await;
}
