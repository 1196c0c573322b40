//! Money the bank takes back.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::{BankLineState as State, OpenItemState, ReceiptState};
use quittance_testkit::{on_both, request_id};

use crate::camt::{Line, Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company, euro, minor};

pub fn taken_back(minor: i64, text: &str) -> Line {
    Line { return_reason: Some("AC04"), code: Some(("PMNT", "RCDT", "RRTN")), ..credit(-minor, text) }
}

#[tokio::test]
async fn a_return_reopens_what_its_receipt_had_paid() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let paid = credit(10_200, "INV-ACME-2026-000001").from(ALPHA_IBAN).end_to_end("E-1");
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![paid])).await;
        let receipt = company.line("INV-ACME-2026-000001").await.receipt_id;
        let back = taken_back(10_200, "returned").end_to_end("E-1").from(ALPHA_IBAN);
        company.import(&Statement::new("S-2", "2026-01-16", 110_200, vec![back])).await;
        let item = company.item(&invoice).await;
        assert_eq!((item.state(), minor(&item.open)), (OpenItemState::Open, 10_000));
        let reversed = company.receipt(&receipt).await;
        assert_eq!((reversed.state(), minor(&reversed.refunded), minor(&reversed.unapplied)), (ReceiptState::Reversed, 10_200, 0));
        let line = company.line("returned").await;
        assert_eq!((line.state(), line.receipt_id, line.return_reason.as_str()), (State::Return, receipt.clone(), "AC04"));
        assert_eq!(company.line("INV-ACME-2026-000001").await.state(), State::Return);
        assert_eq!((company.balance("1200").await, company.balance("1290").await, company.balance("1990").await), (10_000, 0, 0));
        let reversed = pb::ListApplicationsRequest { receipt_id: receipt, ..Default::default() };
        assert!(company.applications(reversed).await.iter().all(|application| application.reversed));
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_return_with_charges_books_them_apart() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(10_000, "paid").end_to_end("E-1")])).await;
        company.import(&Statement::new("S-2", "2026-01-16", 110_000, vec![taken_back(10_300, "returned").end_to_end("E-1")])).await;
        assert_eq!((company.balance("6900").await, company.balance("1290").await), (300, 0));
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_return_in_the_same_file_is_found_and_a_second_one_is_not_taken_twice() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let lines = vec![
            credit(10_000, "INV-ACME-2026-000001").end_to_end("E-1"),
            taken_back(10_000, "returned").end_to_end("E-1"),
            taken_back(10_000, "returned twice").end_to_end("E-1"),
        ];
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, lines)).await;
        assert_eq!(company.open_of(&invoice).await, 10_000);
        let second = company.line("returned twice").await;
        assert_eq!((second.state(), second.receipt_id.as_str()), (State::Return, ""));
        assert!(second.why.contains("not found"), "{}", second.why);
        assert_eq!(company.balance("1990").await, 10_000);
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_moved_on_waits_in_suspense() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company
            .import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(10_000, "paid").from(ALPHA_IBAN).end_to_end("E-1")]))
            .await;
        let receipt = company.line("paid").await.receipt_id;
        let transfer = pb::TransferUnappliedRequest {
            request_id: request_id(),
            receipt_id: receipt,
            to_customer_id: company.beta.clone(),
            amount: Some(euro(4_000)),
            why: "its sister's".to_owned(),
            as_of: None,
        };
        company.receipts().transfer_unapplied(transfer).await.unwrap();
        company.import(&Statement::new("S-2", "2026-01-16", 110_000, vec![taken_back(10_000, "returned").end_to_end("E-1")])).await;
        assert_eq!((company.balance("1990").await, company.balance("1290").await), (4_000, -4_000));
        assert!(company.bank_proof().await.holds);
        company.prove().await;
    })
    .await;
}
