//! A correction takes back all that a line had paid, credit memos that were netted with its money included.

use prost::Message;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::{BankLineState as State, OpenItemState};
use quittance_testkit::{Backend, on_both};

use crate::camt::{Statement, credit};
use crate::decisions::{correct, try_correct};
use crate::fixture::{ALPHA_IBAN, Company, allocation, minor};

/// An invoice over 100.00 and an open credit memo over 5.00 of Alpha, and a line that pays the one less the other.
async fn netted(backend: Backend) -> (Company, String, String) {
    let company = Company::start(backend).await;
    let earlier = company.invoice(&company.alpha, 1, 500).await;
    let cash = company.money_in(&company.alpha, 500).await.receipt_id;
    company.apply(&cash, &[(&earlier, 500)]).await;
    let memo = company.credit_memo(&company.alpha, &earlier, 500).await;
    let invoice = company.invoice(&company.alpha, 2, 10_000).await;
    let text = "INV-ACME-2026-000002 abzgl. Gutschrift CRN-ACME-2026-000500";
    company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(9_500, text).from(ALPHA_IBAN)])).await;
    (company, invoice, memo)
}

#[tokio::test]
async fn an_invoice_is_netted_with_a_credit_memo() {
    on_both(|backend| async move {
        let (company, invoice, memo) = netted(backend).await;
        let line = company.lines().await.remove(0);
        assert_eq!(line.state(), State::Applied, "{}", line.why);
        for id in [&invoice, &memo] {
            let item = company.item(id).await;
            assert_eq!((item.state(), minor(&item.open)), (OpenItemState::Settled, 0));
        }
        let query = pb::ListApplicationsRequest { open_item_id: invoice, ..Default::default() };
        let applications = company.applications(query).await;
        assert!(applications.iter().all(|one| one.applied_by == "netting"), "{applications:#?}");
        let mut applied: Vec<i64> = applications.iter().map(|one| minor(&one.amount)).collect();
        applied.sort_unstable();
        assert_eq!((applied, company.balance("1200").await, company.balance("1290").await), (vec![500, 9_500], 0, 0));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_correction_frees_the_credit_memo_too_and_a_replay_says_the_same() {
    on_both(|backend| async move {
        let (company, invoice, memo) = netted(backend).await;
        let line = company.lines().await.remove(0).bank_line_id;
        let other = company.invoice(&company.alpha, 3, 9_500).await;
        let request = correct(&line, "", vec![allocation(&other, 9_500)]);
        let answer = try_correct(&company, request.clone()).await.unwrap();
        assert_eq!((answer.applications.len(), minor(&answer.receipt.as_ref().unwrap().unapplied)), (1, 0));
        let again = try_correct(&company, request).await.unwrap();
        assert_eq!(again.encode_to_vec(), answer.encode_to_vec());

        let (invoice_now, memo_now) = (company.item(&invoice).await, company.item(&memo).await);
        assert_eq!((invoice_now.state(), minor(&invoice_now.open)), (OpenItemState::Open, 10_000));
        assert_eq!((memo_now.state(), minor(&memo_now.open)), (OpenItemState::Open, -500));
        assert_eq!(company.open_of(&other).await, 0);
        let query = pb::ListApplicationsRequest { open_item_id: invoice.clone(), ..Default::default() };
        assert!(company.applications(query).await.iter().all(|one| one.reversed));
        assert_eq!((company.balance("1200").await, company.balance("1290").await), (9_500, 0));
        company.prove().await;

        // Corrected back by hand: the memo is used for it apart from the line's money, and stays used when that is moved again.
        try_correct(&company, correct(&line, "", vec![allocation(&invoice, 9_500)])).await.unwrap();
        assert_eq!((company.open_of(&invoice).await, company.open_of(&memo).await, company.open_of(&other).await), (500, -500, 9_500));
        let use_it = pb::ApplyCreditMemoRequest {
            request_id: quittance_testkit::request_id(),
            credit_item_id: memo.clone(),
            open_item_id: invoice.clone(),
            ..Default::default()
        };
        company.items().apply_credit_memo(use_it).await.unwrap();
        try_correct(&company, correct(&line, &company.alpha, Vec::new())).await.unwrap();
        assert_eq!((company.open_of(&invoice).await, company.open_of(&memo).await), (9_500, 0));
        company.prove().await;
    })
    .await;
}
