//! Items of invoices and credit memos, as invoicing's events open, credit and void them.

use quittance_api::invoicing::v1 as invoicing;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::{OpenItemKind, OpenItemState};
use quittance_reconciliation::inbox;
use quittance_testkit::{expect_refusal, fact_of, on_both, request_id};
use quittance_types::Reason;

use crate::fixture::{Company, NewInvoice, date, euro, issued, minor};

#[tokio::test]
async fn an_invoice_opens_one_item_and_posts_it() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let new = NewInvoice {
            customer: &company.alpha,
            number: 7,
            gross: 11_900,
            due: date(2026, 2, 14),
            discount: Some((date(2026, 1, 15), 238)),
            reference: "RF18539007547034",
        };
        let id = company.issue(new.clone()).await;
        let again = issued(&id, &new);
        company.hear(again, |tx, event| async move { inbox::invoicing::invoice_issued(&tx, event).await }).await;
        let item = company.item(&id).await;
        assert_eq!((item.kind(), item.state(), item.version), (OpenItemKind::Invoice, OpenItemState::Open, 1));
        assert_eq!((minor(&item.total), minor(&item.open), minor(&item.discount_amount)), (11_900, 11_900, 238));
        assert_eq!((item.document_number.as_str(), item.due_date), ("INV-ACME-2026-000007", Some(date(2026, 2, 14))));
        assert_eq!(company.item(&item.open_item_id).await, item);
        for (account, balance) in [("1200", 11_900), ("4000", -10_000), ("2200", -1_900)] {
            assert_eq!(company.balance(account).await, balance, "{account}");
        }
        let wrong_kind = pb::GetOpenItemRequest { open_item_id: id.replace("inv_", "mem_") };
        expect_refusal(company.items().get_open_item(wrong_kind).await, Reason::ResourceNotFound);
        let entries = pb::ListJournalEntriesRequest { source_id: id, ..Default::default() };
        let entries = company.ledger().list_journal_entries(entries).await.unwrap().into_inner().entries;
        assert_eq!((entries.len(), entries[0].kind.as_str(), entries[0].posted_on), (1, "invoice", Some(date(2026, 1, 5))));
        assert_eq!(entries[0].postings[0].customer_id, company.alpha);
    })
    .await;
}

#[tokio::test]
async fn a_credit_memo_settles_its_invoice_as_far_as_that_is_open() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let other = company.invoice(&company.alpha, 2, 10_000).await;
        let foreign = company.invoice(&company.beta, 3, 10_000).await;
        let receipt = company.money_in(&company.alpha, 8_000).await;
        company.apply(&receipt.receipt_id, &[(&invoice, 8_000)]).await;
        let memo = company.credit_memo(&company.alpha, &invoice, 5_000).await;
        let item = company.item(&memo).await;
        assert_eq!((item.kind(), minor(&item.total), minor(&item.open)), (OpenItemKind::CreditMemo, -5_000, -3_000));
        assert_eq!(company.item(&invoice).await.state(), OpenItemState::Settled);
        assert_eq!(company.balance("1200").await, 10_000 + 10_000 - 3_000);

        let apply = |to: &str, amount: Option<i64>| pb::ApplyCreditMemoRequest {
            request_id: request_id(),
            credit_item_id: memo.clone(),
            open_item_id: to.to_owned(),
            amount: amount.map(euro),
            as_of: None,
        };
        for (to, amount, reason) in [
            (&other, Some(3_001), Reason::OverApplication),
            (&foreign, Some(1), Reason::CustomerMismatch),
            (&invoice, None, Reason::OverApplication),
            (&memo, None, Reason::OverApplication),
            (&other, Some(0), Reason::AmountNotPositive),
        ] {
            expect_refusal(company.items().apply_credit_memo(apply(to, amount)).await, reason);
        }
        let answer = company.items().apply_credit_memo(apply(&other, None)).await.unwrap().into_inner();
        assert_eq!((minor(&answer.credit_item.unwrap().open), minor(&answer.open_item.unwrap().open)), (0, 7_000));
        let used = company.applications(pb::ListApplicationsRequest { open_item_id: memo.clone(), ..Default::default() }).await;
        assert_eq!(used.len(), 2);
        let undo = pb::UnapplyRequest { request_id: request_id(), application_id: used[0].application_id.clone(), ..Default::default() };
        let undone = company.receipts().unapply(undo).await.unwrap().into_inner();
        assert!(undone.receipt.is_none() && undone.application.unwrap().reversed);
        assert_eq!((company.open_of(&memo).await, company.open_of(&other).await), (-3_000, 10_000));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_voided_invoice_frees_whatever_settled_it() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let receipt = company.money_in(&company.alpha, 4_000).await.receipt_id;
        company.apply(&receipt, &[(&invoice, 4_000)]).await;
        let memo = company.credit_memo(&company.alpha, &invoice, 1_000).await;
        let event = invoicing::InvoiceVoided { invoice_id: invoice.clone(), voided_on: Some(date(2026, 1, 20)), ..Default::default() };
        for _ in 0..2 {
            company.hear(event.clone(), |tx, event| async move { inbox::invoicing::invoice_voided(&tx, event).await }).await;
        }
        let item = company.item(&invoice).await;
        assert_eq!((item.state(), minor(&item.open), minor(&item.total)), (OpenItemState::Void, 0, 0));
        assert_eq!((company.open_of(&memo).await, minor(&company.receipt(&receipt).await.unapplied)), (-1_000, 4_000));
        expect_refusal(company.try_apply(&receipt, &[(&invoice, 1)]).await, Reason::OverApplication);
        assert_eq!((company.balance("1200").await, company.balance("4000").await + company.balance("2200").await), (-1_000, 1_000));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_given_up_is_posted_and_can_be_undone() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let write_off = |amount: Option<i64>, why: &str| pb::WriteOffRequest {
            request_id: request_id(),
            open_item_id: invoice.clone(),
            amount: amount.map(euro),
            why: why.to_owned(),
            as_of: None,
        };
        expect_refusal(company.items().write_off(write_off(None, "")).await, Reason::FieldRequired);
        let status = expect_refusal(company.items().write_off(write_off(Some(10_001), "x")).await, Reason::OverApplication);
        assert_eq!(fact_of(&status, "open").as_deref(), Some("100.00"));
        company.items().write_off(write_off(Some(1_000), "rounding")).await.unwrap();
        let item = company.items().write_off(write_off(None, "insolvent")).await.unwrap().into_inner().open_item.unwrap();
        assert_eq!((item.state(), minor(&item.written_off), company.balance("6800").await), (OpenItemState::Settled, 10_000, 10_000));
        expect_refusal(company.items().write_off(write_off(None, "again")).await, Reason::OverApplication);
        let given_up = company.applications(pb::ListApplicationsRequest { open_item_id: invoice.clone(), ..Default::default() }).await;
        assert_eq!((given_up.len(), given_up[0].why.as_str(), minor(&given_up[0].write_off)), (2, "insolvent", 9_000));
        let undo =
            pb::UnapplyRequest { request_id: request_id(), application_id: given_up[0].application_id.clone(), ..Default::default() };
        company.receipts().unapply(undo).await.unwrap();
        assert_eq!((company.open_of(&invoice).await, company.balance("6800").await), (9_000, 1_000));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn items_are_listed_by_due_date() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut expected = Vec::new();
        for (number, day) in [(1, 20), (2, 10), (3, 20), (4, 15)] {
            let new = NewInvoice { customer: &company.alpha, number, gross: 1_000, due: date(2026, 2, day), discount: None, reference: "" };
            let id = company.issue(new).await;
            expected.push((day, number, id));
        }
        company.invoice(&company.beta, 5, 1_000).await;
        let receipt = company.money_in(&company.alpha, 1_000).await.receipt_id;
        company.apply(&receipt, &[(&expected[3].2, 1_000)]).await;
        let list = |only_open: bool, page_token: String| pb::ListOpenItemsRequest {
            customer_id: company.alpha.clone(),
            only_open,
            page_size: 2,
            page_token,
            ..Default::default()
        };
        let first = company.items().list_open_items(list(true, String::new())).await.unwrap().into_inner();
        let second = company.items().list_open_items(list(true, first.next_page_token.clone())).await.unwrap().into_inner();
        let numbers: Vec<String> = first.open_items.iter().chain(&second.open_items).map(|item| item.document_number.clone()).collect();
        assert_eq!(numbers, ["INV-ACME-2026-000002", "INV-ACME-2026-000001", "INV-ACME-2026-000003"]);
        assert_eq!(second.next_page_token, "");
        expect_refusal(company.items().list_open_items(list(false, first.next_page_token)).await, Reason::PageTokenInvalid);
        let settled = pb::ListOpenItemsRequest { state: OpenItemState::Settled.into(), ..Default::default() };
        assert_eq!(company.items().list_open_items(settled).await.unwrap().into_inner().open_items.len(), 1);
    })
    .await;
}
