//! The journal and its proofs.

use quittance_api::reconciliation::v1 as pb;
use quittance_testkit::{expect_refusal, on_both};
use quittance_types::Reason;

use crate::fixture::{Company, date, minor};

#[tokio::test]
async fn a_trial_balance_tells_any_day() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.invoice(&company.alpha, 1, 11_900).await;
        let ask = |as_of| pb::GetTrialBalanceRequest { as_of };
        let before = company.ledger().get_trial_balance(ask(Some(date(2026, 1, 4)))).await.unwrap().into_inner();
        assert!(before.accounts.is_empty());
        let then = company.ledger().get_trial_balance(ask(Some(date(2026, 1, 5)))).await.unwrap().into_inner();
        let accounts: Vec<(&str, &str, i64, i64)> = then
            .accounts
            .iter()
            .map(|account| (account.account.as_str(), account.name.as_str(), minor(&account.debit), minor(&account.credit)))
            .collect();
        assert_eq!(accounts, [("1200", "Receivables", 11_900, 0), ("2200", "VAT payable", 0, 1_900), ("4000", "Revenue", 0, 10_000)]);
        let today = company.ledger().get_trial_balance(ask(None)).await.unwrap().into_inner();
        assert_eq!(today.as_of, Some(date(2026, 1, 15)));
        assert_eq!(
            (today.accounts[0].account.as_str(), today.accounts[0].name.as_str()),
            (format!("1000:{}", company.bank).as_str(), "House bank")
        );
        expect_refusal(company.ledger().get_trial_balance(ask(Some(date(2026, 2, 30)))).await, Reason::DateInvalid);
    })
    .await;
}

#[tokio::test]
async fn entries_are_listed_newest_first_by_account_and_source() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for number in 1..=3 {
            company.invoice(&company.alpha, number, 1_000).await;
        }
        let ask = |account: &str, source: &str, page_token: &str| pb::ListJournalEntriesRequest {
            account: account.to_owned(),
            source_id: source.to_owned(),
            page_size: 2,
            page_token: page_token.to_owned(),
        };
        let first = company.ledger().list_journal_entries(ask("1200", "", "")).await.unwrap().into_inner();
        let texts =
            |page: &pb::ListJournalEntriesResponse| -> Vec<String> { page.entries.iter().map(|entry| entry.text.clone()).collect() };
        assert_eq!(texts(&first), ["INV-ACME-2026-000003", "INV-ACME-2026-000002"]);
        let second = company.ledger().list_journal_entries(ask("1200", "", &first.next_page_token)).await.unwrap().into_inner();
        assert_eq!((texts(&second).len(), second.next_page_token.as_str()), (1, ""));
        for entry in &first.entries {
            assert!(entry.postings.len() >= 2);
            assert_eq!(entry.postings.iter().map(|posting| minor(&posting.amount)).sum::<i64>(), 0);
        }
        let bank = format!("1000:{}", company.bank);
        for account in ["1000", bank.as_str()] {
            let opening = company.ledger().list_journal_entries(ask(account, "", "")).await.unwrap().into_inner();
            assert_eq!((opening.entries.len(), opening.entries[0].source_id.as_str()), (1, company.bank.as_str()));
        }
        expect_refusal(company.ledger().list_journal_entries(ask("1234", "", "")).await, Reason::AccountUnknown);
        expect_refusal(company.ledger().list_journal_entries(ask("", "x", "")).await, Reason::NameInvalid);
    })
    .await;
}

#[tokio::test]
async fn an_unbroken_company_is_proved() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 1_000).await;
        let receipt = company.money_in(&company.alpha, 1_000).await.receipt_id;
        company.apply(&receipt, &[(&invoice, 600)]).await;
        let proofs = company.ledger().check_invariants(pb::CheckInvariantsRequest {}).await.unwrap().into_inner().proofs;
        let found = proofs.iter().find(|proof| proof.name == "subledger equals control account").unwrap();
        assert!(found.holds && found.finding.contains("subledger EUR 400") && found.finding.contains("1200 EUR 400"), "{}", found.finding);
        company.prove().await;
    })
    .await;
}
