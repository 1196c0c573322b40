//! Receipts: recorded, applied, taken back, kept, moved.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::{OpenItemState, ReceiptState};
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, race, request_id};
use quittance_types::{CustomerId, Reason};

use crate::fixture::{Company, allocation, date, euro, minor, money};

fn apply(receipt: &str, allocations: Vec<pb::ApplyAllocation>) -> pb::ApplyReceiptRequest {
    pb::ApplyReceiptRequest { request_id: request_id(), receipt_id: receipt.to_owned(), allocations, ..Default::default() }
}

#[tokio::test]
async fn money_is_applied_to_items_by_their_own_or_their_documents_id() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (first, second) = (company.invoice(&company.alpha, 1, 10_000).await, company.invoice(&company.alpha, 2, 5_000).await);
        let receipt = company.money_in("", 12_000).await;
        assert_eq!(receipt.state(), ReceiptState::Unidentified);
        let item = company.item(&second).await.open_item_id;
        let mut request = apply(&receipt.receipt_id, vec![allocation(&first, 9_700), allocation(&item, 1_000)]);
        request.allocations[0].discount = Some(euro(200));
        request.allocations[0].write_off = Some(euro(100));
        let answer = company.receipts().apply_receipt(request).await.unwrap().into_inner();
        let receipt = answer.receipt.unwrap();
        assert_eq!((receipt.customer_id.as_str(), receipt.state()), (company.alpha.as_str(), ReceiptState::PartlyApplied));
        assert_eq!((minor(&receipt.applied), minor(&receipt.unapplied)), (10_700, 1_300));
        assert_eq!(answer.applications.len(), 2);
        assert_eq!(
            (answer.applications[0].document_id.as_str(), answer.applications[0].applied_by.as_str()),
            (first.as_str(), "user:tester")
        );
        let item = company.item(&first).await;
        assert_eq!((item.state(), minor(&item.discounted), minor(&item.written_off)), (OpenItemState::Settled, 200, 100));
        assert_eq!(item.settled_on, Some(date(2026, 1, 15)));
        assert_eq!(company.open_of(&second).await, 4_000);
        for (account, balance) in [("1200", 4_000), ("1290", -1_300), ("6700", 200), ("6800", 100), ("1300", 12_000)] {
            assert_eq!(company.balance(account).await, balance, "{account}");
        }
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused_by_its_reason() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let first = company.invoice(&company.alpha, 1, 10_000).await;
        let second = company.invoice(&company.alpha, 2, 10_000).await;
        let foreign = company.invoice(&company.beta, 3, 10_000).await;
        let receipt = company.money_in(&company.alpha, 15_000).await;
        let id = &receipt.receipt_id;
        let item = company.item(&first).await.open_item_id;
        let in_dollars = pb::ApplyAllocation { amount: Some(money("USD", 100)), ..allocation(&first, 0) };
        let mixed = pb::ApplyAllocation { discount: Some(money("USD", 100)), ..allocation(&first, 100) };
        let negative = pb::ApplyAllocation { discount: Some(euro(-100)), ..allocation(&first, 100) };
        for (parts, reason) in [
            (vec![], Reason::FieldRequired),
            (vec![allocation(&first, 0)], Reason::AmountNotPositive),
            (vec![negative], Reason::AmountNotPositive),
            (vec![allocation("itm_x", 1)], Reason::NameInvalid),
            (vec![allocation(&first.replace("inv_", "mem_"), 1)], Reason::ResourceNotFound),
            (vec![allocation(&first, 1), allocation(&first, 1)], Reason::AllocationDuplicate),
            (vec![allocation(&first, 1), allocation(&item, 1)], Reason::AllocationDuplicate),
            (vec![allocation(&first, 10_001)], Reason::OverApplication),
            (vec![allocation(&first, 10_000), allocation(&second, 5_001)], Reason::AllocationSum),
            (vec![allocation(&first, 10_000), allocation(&foreign, 1)], Reason::CustomerMismatch),
            (vec![in_dollars], Reason::CurrencyMismatch),
            (vec![mixed], Reason::CurrencyMismatch),
            (vec![allocation(&first, 1); 1_001], Reason::TooManyItems),
        ] {
            expect_refusal(company.receipts().apply_receipt(apply(id, parts)).await, reason);
        }
        let over = company.receipts().apply_receipt(apply(id, vec![allocation(&first, 10_001)])).await;
        let status = expect_refusal(over, Reason::OverApplication);
        assert_eq!((fact_of(&status, "open").as_deref(), fields_of(&status)), (Some("100.00"), vec!["allocations[0]".to_owned()]));
        let stale = pb::ApplyReceiptRequest { etag: "7".to_owned(), ..apply(id, vec![allocation(&first, 1)]) };
        expect_refusal(company.receipts().apply_receipt(stale).await, Reason::EtagMismatch);
        let absent = apply(&id.replace(&id[10..14], "0000"), vec![allocation(&first, 1)]);
        expect_refusal(company.receipts().apply_receipt(absent).await, Reason::ResourceNotFound);
        assert_eq!((company.open_of(&first).await, minor(&company.receipt(id).await.unapplied)), (10_000, 15_000));
        company.prove().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_apply_at_once_nothing_is_over_applied() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let mut receipts = Vec::new();
        for _ in 0..4 {
            receipts.push(company.money_in(&company.alpha, 3_000).await.receipt_id);
        }
        let client = company.receipts();
        let answers = race(16, |index| {
            let (mut client, request) = (client.clone(), apply(&receipts[index % 4], vec![allocation(&invoice, 1_000)]));
            async move { client.apply_receipt(request).await.map(drop) }
        })
        .await;
        let applied = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(applied, 10, "exactly what is open");
        for refused in answers.into_iter().filter(Result::is_err) {
            let reason = quittance_testkit::reason_of(&refused.unwrap_err());
            assert!(["OVER_APPLICATION", "ALLOCATION_SUM"].contains(&reason.as_str()), "{reason}");
        }
        assert_eq!(company.open_of(&invoice).await, 0);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn an_application_is_taken_back_once() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let receipt = company.money_in(&company.alpha, 10_000).await;
        let application = company.apply(&receipt.receipt_id, &[(&invoice, 10_000)]).await.applications.remove(0);
        let request = || pb::UnapplyRequest {
            request_id: request_id(),
            application_id: application.application_id.clone(),
            why: "the wrong invoice".to_owned(),
            as_of: Some(date(2026, 1, 16)),
        };
        let answer = company.receipts().unapply(request()).await.unwrap().into_inner();
        assert!(answer.application.as_ref().unwrap().reversed);
        assert_eq!((answer.receipt.unwrap().state(), company.open_of(&invoice).await), (ReceiptState::Unapplied, 10_000));
        let item = company.item(&invoice).await;
        assert_eq!((item.state(), item.settled_on, item.version), (OpenItemState::Open, None, 3));
        let status = expect_refusal(company.receipts().unapply(request()).await, Reason::IllegalTransition);
        assert_eq!(fact_of(&status, "from").as_deref(), Some("reversed"));
        let entries = pb::ListJournalEntriesRequest { source_id: application.application_id.clone(), ..Default::default() };
        let entries = company.ledger().list_journal_entries(entries).await.unwrap().into_inner().entries;
        let kinds: Vec<&str> = entries.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!((kinds, entries[0].text.as_str()), (vec!["reversal", "application"], "the wrong invoice"));
        let live = pb::ListApplicationsRequest { receipt_id: receipt.receipt_id, ..Default::default() };
        let listed = company.applications(live).await;
        assert_eq!((listed.len(), listed[0].document_number.as_str()), (1, "INV-ACME-2026-000001"));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn money_is_put_on_account_by_who_knows_whose_it_is() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let receipt = company.money_in("", 10_000).await.receipt_id;
        let put = |customer: &str| pb::PutOnAccountRequest {
            request_id: request_id(),
            receipt_id: receipt.clone(),
            customer_id: customer.to_owned(),
        };
        let stranger = CustomerId::new(quittance_testkit::unique()).to_string();
        expect_refusal(company.receipts().put_on_account(put(&stranger)).await, Reason::ResourceNotFound);
        let beta = company.money_in(&company.beta, 700).await.receipt_id;
        let theirs = pb::PutOnAccountRequest { receipt_id: beta, ..put(&company.alpha) };
        let status = expect_refusal(company.receipts().put_on_account(theirs).await, Reason::IllegalTransition);
        assert!(status.message().contains("another customer's"), "{status:?}");
        let kept = company.receipts().put_on_account(put(&company.alpha)).await.unwrap().into_inner().receipt.unwrap();
        assert_eq!((kept.state(), kept.customer_id.as_str()), (ReceiptState::OnAccount, company.alpha.as_str()));
        expect_refusal(company.receipts().put_on_account(put(&company.beta)).await, Reason::IllegalTransition);
        let invoice = company.invoice(&company.alpha, 1, 4_000).await;
        let receipt = company.apply(&receipt, &[(&invoice, 4_000)]).await.receipt.unwrap();
        assert_eq!(receipt.state(), ReceiptState::PartlyApplied);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn unapplied_money_moves_to_another_customer() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let receipt = company.money_in(&company.alpha, 10_000).await.receipt_id;
        let transfer = |receipt: &str, to: &str, amount: Option<i64>| pb::TransferUnappliedRequest {
            request_id: request_id(),
            receipt_id: receipt.to_owned(),
            to_customer_id: to.to_owned(),
            amount: amount.map(euro),
            why: "paid for its sister".to_owned(),
            as_of: None,
        };
        let part = company.receipts().transfer_unapplied(transfer(&receipt, &company.beta, Some(2_500))).await.unwrap().into_inner();
        let (from, to) = (part.from.unwrap(), part.to.unwrap());
        assert_eq!((minor(&from.amount), minor(&from.unapplied), minor(&to.amount)), (7_500, 7_500, 2_500));
        assert_eq!((to.customer_id.as_str(), to.source_id.as_str()), (company.beta.as_str(), receipt.as_str()));
        let whole = company.receipts().transfer_unapplied(transfer(&receipt, &company.beta, None)).await.unwrap().into_inner();
        assert_eq!(
            (whole.from.as_ref().unwrap(), whole.to.as_ref().unwrap().customer_id.as_str()),
            (whole.to.as_ref().unwrap(), company.beta.as_str())
        );
        for (amount, to, reason) in [
            (Some(7_501), &company.alpha, Reason::AllocationSum),
            (Some(0), &company.alpha, Reason::AmountNotPositive),
            (None, &company.beta, Reason::IllegalTransition),
        ] {
            expect_refusal(company.receipts().transfer_unapplied(transfer(&receipt, to, amount)).await, reason);
        }
        let mut silent = transfer(&receipt, &company.alpha, None);
        silent.why.clear();
        expect_refusal(company.receipts().transfer_unapplied(silent).await, Reason::FieldRequired);
        let nobodys = company.money_in("", 100).await.receipt_id;
        expect_refusal(company.receipts().transfer_unapplied(transfer(&nobodys, &company.alpha, None)).await, Reason::IllegalTransition);
        let listed =
            pb::ListReceiptsRequest { customer_id: company.beta.clone(), state: ReceiptState::Unapplied.into(), ..Default::default() };
        assert_eq!(company.receipts().list_receipts(listed).await.unwrap().into_inner().receipts.len(), 2);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_receipt_needs_an_account_an_amount_and_a_customer_we_know() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let good = || pb::RecordReceiptRequest {
            request_id: request_id(),
            bank_account_id: company.bank.clone(),
            customer_id: company.alpha.clone(),
            amount: Some(euro(100)),
            reference: "cash".to_owned(),
            as_of: None,
        };
        let zeros = "0".repeat(32);
        for (request, reason) in [
            (pb::RecordReceiptRequest { amount: Some(euro(0)), ..good() }, Reason::AmountNotPositive),
            (pb::RecordReceiptRequest { amount: None, ..good() }, Reason::FieldRequired),
            (pb::RecordReceiptRequest { amount: Some(money("USD", 1)), ..good() }, Reason::CurrencyMismatch),
            (pb::RecordReceiptRequest { bank_account_id: format!("bnk_{zeros}"), ..good() }, Reason::BankAccountUnknown),
            (pb::RecordReceiptRequest { customer_id: format!("cus_{zeros}"), ..good() }, Reason::ResourceNotFound),
            (pb::RecordReceiptRequest { reference: "4111 1111 1111 1111".to_owned(), ..good() }, Reason::CardNumberForbidden),
            (pb::RecordReceiptRequest { as_of: Some(date(2026, 2, 30)), ..good() }, Reason::DateInvalid),
        ] {
            expect_refusal(company.receipts().record_receipt(request).await, reason);
        }
        let receipt = company.receipts().record_receipt(good()).await.unwrap().into_inner().receipt.unwrap();
        assert_eq!((receipt.source(), receipt.source_id.as_str(), receipt.etag.as_str()), (pb::ReceiptSource::Manual, "cash", "1"));
    })
    .await;
}
