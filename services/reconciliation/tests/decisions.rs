//! What people decide about a line: accepted, corrected, divided, learnt and forgotten.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::match_service_client::MatchServiceClient;
use quittance_api::reconciliation::v1::{BankLineState as LineState, ReceiptState};
use quittance_reconciliation::inbox;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, race, request_id, tenant, unique};
use quittance_types::{InvoiceId, Reason};
use tonic::Status;

use crate::camt::{Line, Statement, credit};
use crate::exceptions::{disputed, waiting};
use crate::fixture::{ALPHA_IBAN, BETA_IBAN, Company, NewInvoice, allocation, date, euro, issued, minor};

async fn import(company: &Company, lines: Vec<Line>) {
    company.import(&Statement::new("S-1", "2026-01-15", 100_000, lines)).await;
}

async fn proposal(company: &Company, line: &str) -> pb::MatchProposal {
    let request = pb::ProposeMatchRequest { bank_line_id: line.to_owned() };
    company.matches().propose_match(request).await.expect("a line is proposed").into_inner().proposal.expect("the proposal")
}

pub fn accept(line: &str, candidate: i32, etag: &str) -> pb::AcceptProposalRequest {
    pb::AcceptProposalRequest { request_id: request_id(), bank_line_id: line.to_owned(), candidate, etag: etag.to_owned(), as_of: None }
}

pub fn correct(line: &str, customer: &str, allocations: Vec<pb::ApplyAllocation>) -> pb::CorrectMatchRequest {
    let (bank_line_id, customer_id) = (line.to_owned(), customer.to_owned());
    pb::CorrectMatchRequest {
        request_id: request_id(),
        bank_line_id,
        customer_id,
        allocations,
        why: "asked the payer".to_owned(),
        as_of: None,
    }
}

pub async fn try_correct(company: &Company, request: pb::CorrectMatchRequest) -> Result<pb::CorrectMatchResponse, Status> {
    Ok(company.matches().correct_match(request).await?.into_inner())
}

pub fn split(line: &str, parts: &[(&str, i64)]) -> pb::SplitLineRequest {
    let part = |(customer, minor): &(&str, i64)| pb::SplitPart { customer_id: (*customer).to_owned(), amount: Some(euro(*minor)) };
    pb::SplitLineRequest {
        request_id: request_id(),
        bank_line_id: line.to_owned(),
        parts: parts.iter().map(part).collect(),
        ..Default::default()
    }
}

/// A line that names a disputed invoice of Alpha: the engine shows what it pays.
pub async fn shown(company: &Company, invoice: &str) -> String {
    company.dispute(invoice, true).await;
    let item = company.item(invoice).await;
    let line = credit(minor(&item.open), &item.document_number).from(ALPHA_IBAN);
    company.import(&Statement::new(&format!("S-{}", unique()), "2026-01-15", 0, vec![line]).of_kind("054")).await;
    company.line(&item.document_number).await.bank_line_id
}

async fn confirmations(company: &Company, customer: &str) -> Vec<pb::Confirmation> {
    let request = pb::ListConfirmationsRequest { customer_id: customer.to_owned(), ..Default::default() };
    company.matches().list_confirmations(request).await.expect("confirmations are listed").into_inner().confirmations
}

#[tokio::test]
async fn a_candidate_is_applied_as_it_was_shown() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoices = disputed(&company).await;
        let line = company.line("INV-ACME-2026-000001").await;
        let shown = proposal(&company, &line.bank_line_id).await;
        assert_eq!(shown.candidates[0].parts[0].document_number, "INV-ACME-2026-000001");

        let cash = company.money_in(&company.alpha, 500).await.receipt_id;
        company.apply(&cash, &[(&invoices[0], 500)]).await;
        let stale = company.matches().accept_proposal(accept(&line.bank_line_id, 1, &shown.etag)).await;
        let current = fact_of(&expect_refusal(stale, Reason::EtagMismatch), "current").unwrap();
        assert_eq!(proposal(&company, &line.bank_line_id).await.etag, current);
        let query = pb::ListApplicationsRequest { receipt_id: cash, ..Default::default() };
        let application_id = company.applications(query).await.remove(0).application_id;
        company.receipts().unapply(pb::UnapplyRequest { request_id: request_id(), application_id, ..Default::default() }).await.unwrap();

        let etag = proposal(&company, &line.bank_line_id).await.etag;
        let nowhere = accept(&line.bank_line_id, 5, &etag);
        expect_refusal(company.matches().accept_proposal(nowhere).await, Reason::FieldOutOfRange);
        let answer = company.matches().accept_proposal(accept(&line.bank_line_id, 1, &etag)).await.unwrap().into_inner();
        let receipt = answer.receipt.unwrap();
        assert_eq!((receipt.state(), receipt.customer_id.as_str()), (ReceiptState::Applied, company.alpha.as_str()));
        assert_eq!((answer.applications.len(), minor(&answer.applications[0].amount), company.open_of(&invoices[0]).await), (1, 3_000, 0));
        let decided = company.line("INV-ACME-2026-000001").await;
        assert_eq!((decided.state(), decided.why.as_str()), (LineState::Applied, "accepted by user:tester"));
        assert!(waiting(&company).await.iter().all(|exception| exception.bank_line_id != line.bank_line_id));
        expect_refusal(company.matches().accept_proposal(accept(&line.bank_line_id, 1, "")).await, Reason::IllegalTransition);

        let learnt = confirmations(&company, &company.alpha).await;
        assert_eq!((learnt.len(), learnt[0].how.as_str(), learnt[0].confirmed_by.as_str()), (1, "accepted", "user:tester"));
        assert_eq!(
            (learnt[0].documents.as_slice(), learnt[0].counterparty_iban.as_str()),
            (["INV-ACME-2026-000001".to_owned()].as_slice(), ALPHA_IBAN)
        );
        company.prove().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_accept_at_once_one_does() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 3_000).await;
        let line = shown(&company, &invoice).await;
        let (company, line) = (&company, &line);
        let answers = race(8, |_| {
            let mut matches = company.matches();
            let request = accept(line, 1, "");
            async move { matches.accept_proposal(request).await }
        })
        .await;
        let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((done.len(), company.open_of(&invoice).await), (1, 0));
        refused.into_iter().for_each(|answer| drop(expect_refusal(answer, Reason::IllegalTransition)));
        assert_eq!(confirmations(company, &company.alpha).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_wrong_match_is_taken_back_and_applied_otherwise() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let wrong = company.invoice(&company.alpha, 1, 10_000).await;
        let right = company.invoice(&company.beta, 2, 6_000).await;
        import(&company, vec![credit(10_000, "INV-ACME-2026-000001")]).await;
        let line = company.line("INV-ACME-2026-000001").await;
        assert_eq!((line.state(), company.open_of(&wrong).await), (LineState::Applied, 0));

        let id = line.bank_line_id.as_str();
        for (request, reason) in [
            (correct(id, "", vec![allocation(&right, 6_001)]), Reason::OverApplication),
            (correct(id, "", vec![allocation(&right, 1), allocation(&right, 2)]), Reason::AllocationDuplicate),
            (correct(id, &company.alpha, vec![allocation(&right, 1)]), Reason::CustomerMismatch),
            (correct(id, "", vec![allocation(&right, 0)]), Reason::AmountNotPositive),
        ] {
            expect_refusal(try_correct(&company, request).await, reason);
        }
        assert_eq!(company.open_of(&wrong).await, 0, "a refused correction leaves everything");

        let answer = try_correct(&company, correct(id, "", vec![allocation(&right, 6_000)])).await.unwrap();
        let receipt = answer.receipt.unwrap();
        assert_eq!(
            (receipt.customer_id.as_str(), minor(&receipt.applied), minor(&receipt.unapplied)),
            (company.beta.as_str(), 6_000, 4_000)
        );
        assert_eq!((company.open_of(&wrong).await, company.open_of(&right).await), (10_000, 0));
        assert_eq!((company.balance("1200").await, company.balance("1290").await), (10_000, -4_000));
        assert!(waiting(&company).await.is_empty(), "the rest is the customer's unapplied cash");
        company.prove().await;

        let back = try_correct(&company, correct(id, &company.alpha, vec![allocation(&wrong, 9_000)])).await.unwrap();
        assert_eq!((back.receipt.unwrap().customer_id.as_str(), company.open_of(&right).await), (company.alpha.as_str(), 6_000));
        assert!(confirmations(&company, &company.beta).await.is_empty(), "what was corrected is no lesson any more");
        let learnt = confirmations(&company, &company.alpha).await;
        assert_eq!((learnt.len(), learnt[0].how.as_str()), (1, "corrected"));
        let nothing = try_correct(&company, correct(id, "", Vec::new())).await.unwrap();
        assert_eq!((minor(&nothing.receipt.unwrap().unapplied), nothing.applications.len()), (10_000, 0));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn only_whole_money_is_corrected_and_somebodys() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        import(&company, vec![credit(700, "unknown"), credit(1_234, "moved").from(BETA_IBAN), credit(-1, "debit")]).await;
        let unknown = company.line("unknown").await.bank_line_id;
        expect_refusal(try_correct(&company, correct(&unknown, "", Vec::new())).await, Reason::FieldRequired);
        let named = try_correct(&company, correct(&unknown, &company.alpha, Vec::new())).await.unwrap();
        assert_eq!(named.receipt.unwrap().state(), ReceiptState::Unapplied);
        let moved = company.line("moved").await;
        let transfer = pb::TransferUnappliedRequest {
            request_id: request_id(),
            receipt_id: moved.receipt_id,
            to_customer_id: company.alpha.clone(),
            amount: Some(euro(34)),
            why: "a part".to_owned(),
            as_of: None,
        };
        company.receipts().transfer_unapplied(transfer).await.unwrap();
        expect_refusal(
            try_correct(&company, correct(&moved.bank_line_id, "", vec![allocation(&invoice, 1)])).await,
            Reason::IllegalTransition,
        );
        let debit = company.line("debit").await.bank_line_id;
        expect_refusal(try_correct(&company, correct(&debit, "", vec![allocation(&invoice, 1)])).await, Reason::IllegalTransition);
        let absent = correct(&format!("lin_{}", "0".repeat(32)), "", Vec::new());
        expect_refusal(try_correct(&company, absent).await, Reason::ResourceNotFound);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn giving_up_takes_the_right_to_it() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        import(&company, vec![credit(700, "unknown")]).await;
        let line = company.line("unknown").await.bank_line_id;
        let mut part = allocation(&invoice, 700);
        part.write_off = Some(euro(30));
        part.difference = "bank_fee".to_owned();
        let request = correct(&line, "", vec![part]);
        let clerk = company.service.as_user(company.tenant, &["reconciliation.receipt.*", "reconciliation.match.*"]);
        expect_refusal(MatchServiceClient::new(clerk).correct_match(request.clone()).await, Reason::PermissionMissing);
        let answer = try_correct(&company, request).await.unwrap();
        assert_eq!((answer.applications[0].difference.as_str(), minor(&answer.applications[0].write_off)), ("bank_fee", 30));
        assert_eq!((company.balance("6900").await, company.balance("6800").await, company.open_of(&invoice).await), (30, 0, 9_270));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn unidentified_money_is_divided_between_customers() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        import(&company, vec![credit(1_000, "for two"), credit(1_234, "known").from(BETA_IBAN)]).await;
        let line = company.line("for two").await;
        let id = line.bank_line_id.as_str();
        let (alpha, beta) = (company.alpha.as_str(), company.beta.as_str());
        let known = company.line("known").await.bank_line_id;
        for (request, reason) in [
            (split(id, &[(alpha, 600), (beta, 300)]), Reason::AllocationSum),
            (split(id, &[(alpha, 600), (alpha, 400)]), Reason::AllocationDuplicate),
            (split(id, &[(alpha, 1_000), (beta, 0)]), Reason::AmountNotPositive),
            (split(id, &[(alpha, 1_000)]), Reason::FieldRequired),
            (split(id, &[(alpha, 600), (&format!("cus_{}", "0".repeat(32)), 400)]), Reason::ResourceNotFound),
            (split(&known, &[(alpha, 1_000), (beta, 234)]), Reason::IllegalTransition),
        ] {
            expect_refusal(company.matches().split_line(request).await, reason);
        }
        let receipts = company.matches().split_line(split(id, &[(alpha, 600), (beta, 400)])).await.unwrap().into_inner().receipts;
        let told: Vec<(&str, i64)> = receipts.iter().map(|receipt| (receipt.customer_id.as_str(), minor(&receipt.unapplied))).collect();
        assert_eq!(told, [(alpha, 600), (beta, 400)]);
        assert_eq!((&receipts[0].receipt_id, receipts[1].source()), (&line.receipt_id, pb::ReceiptSource::Transfer));
        assert_eq!((company.balance("1290").await, waiting(&company).await.len()), (-2_234, 1));
        assert_eq!(
            (confirmations(&company, alpha).await[0].how.as_str(), minor(&confirmations(&company, beta).await[0].amount)),
            ("split", 400)
        );
        expect_refusal(company.matches().split_line(split(id, &[(alpha, 500), (beta, 500)])).await, Reason::IllegalTransition);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn money_is_decided_about_neither_before_it_came_nor_after_today() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoices = disputed(&company).await;
        let line = company.line("INV-ACME-2026-000001").await;
        let told = |status: &Status| (fields_of(status), fact_of(status, "earliest"), fact_of(status, "latest"));
        let of_as_of = vec!["as_of".to_owned()];
        let early = (of_as_of.clone(), Some("2026-01-15".to_owned()), None);
        let late = (of_as_of, None, Some("2026-01-16".to_owned()));
        for (on, reason, said) in [
            (date(2026, 1, 14), Reason::DateOrder, &early),
            (date(1980, 1, 1), Reason::DateOrder, &early),
            (date(2026, 1, 17), Reason::FieldOutOfRange, &late),
        ] {
            let as_of = Some(on);
            let allocations = vec![allocation(&invoices[0], 100)];
            let accepted = pb::AcceptProposalRequest { as_of, ..accept(&line.bank_line_id, 1, "") };
            assert_eq!(told(&expect_refusal(company.matches().accept_proposal(accepted).await, reason)), *said);
            let corrected = pb::CorrectMatchRequest { as_of, ..correct(&line.bank_line_id, "", allocations.clone()) };
            assert_eq!(told(&expect_refusal(try_correct(&company, corrected).await, reason)), *said);
            let divided = pb::SplitLineRequest { as_of, ..split(&line.bank_line_id, &[(&company.alpha, 100), (&company.beta, 2_900)]) };
            assert_eq!(told(&expect_refusal(company.matches().split_line(divided).await, reason)), *said);
            let (request_id, receipt_id, why) = (request_id(), line.receipt_id.clone(), "theirs".to_owned());
            let applied = pb::ApplyReceiptRequest { request_id, receipt_id: receipt_id.clone(), allocations, as_of, ..Default::default() };
            assert_eq!(told(&expect_refusal(company.receipts().apply_receipt(applied).await, reason)), *said);
            let (request_id, to_customer_id) = (unique().to_string(), company.beta.clone());
            let moved = pb::TransferUnappliedRequest { request_id, receipt_id, to_customer_id, why, as_of, ..Default::default() };
            assert_eq!(told(&expect_refusal(company.receipts().transfer_unapplied(moved).await, reason)), *said);
        }
        let cash = company.money_in(&company.alpha, 500).await.receipt_id;
        let application = company.apply(&cash, &[(&invoices[0], 500)]).await.applications.remove(0).application_id;
        let back = |on| pb::UnapplyRequest {
            request_id: request_id(),
            application_id: application.clone(),
            why: "not theirs".to_owned(),
            as_of: Some(on),
        };
        expect_refusal(company.receipts().unapply(back(date(2026, 1, 14))).await, Reason::DateOrder);
        let given_up = |on| pb::WriteOffRequest {
            request_id: request_id(),
            open_item_id: invoices[1].clone(),
            amount: Some(euro(1)),
            why: "small".to_owned(),
            as_of: Some(on),
        };
        expect_refusal(company.items().write_off(given_up(date(2026, 1, 4))).await, Reason::DateOrder);
        let far = pb::RunMatchingRequest { request_id: request_id(), as_of: Some(date(2199, 1, 1)), ..Default::default() };
        expect_refusal(company.matches().run_matching(far).await, Reason::FieldOutOfRange);

        company.items().write_off(given_up(date(2026, 1, 5))).await.expect("on the day of the invoice");
        company.receipts().unapply(back(date(2026, 1, 15))).await.expect("on the day it was applied");
        let accepted = pb::AcceptProposalRequest { as_of: Some(date(2026, 1, 16)), ..accept(&line.bank_line_id, 1, "") };
        company.matches().accept_proposal(accepted).await.expect("a day ahead, as zones may be");
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_document_dated_ahead_is_paid_on_the_day_somebody_pays_it() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let id = InvoiceId::new(unique()).to_string();
        let invoice = NewInvoice { customer: &company.alpha, number: 1, gross: 500, due: date(2026, 4, 1), discount: None, reference: "" };
        let mut event = issued(&id, &invoice);
        event.invoice.as_mut().unwrap().issue_date = Some(date(2026, 3, 1));
        company.hear(event, |tx, event| async move { inbox::invoicing::invoice_issued(&tx, event).await }).await;
        let cash = company.money_in(&company.alpha, 500).await.receipt_id;
        for as_of in [Some(date(2026, 1, 15)), None] {
            let (request_id, receipt_id, allocations) = (request_id(), cash.clone(), vec![allocation(&id, 100)]);
            let applied = pb::ApplyReceiptRequest { request_id, receipt_id, allocations, as_of, ..Default::default() };
            let applied = company.receipts().apply_receipt(applied).await.unwrap().into_inner();
            assert_eq!(applied.applications[0].applied_on, Some(date(2026, 1, 15)));
        }
        let (request_id, receipt_id, allocations) = (request_id(), cash.clone(), vec![allocation(&id, 100)]);
        let as_of = Some(date(2026, 1, 16));
        let ahead = pb::ApplyReceiptRequest { request_id, receipt_id, allocations, as_of, ..Default::default() };
        let application_id = company.receipts().apply_receipt(ahead).await.unwrap().into_inner().applications.remove(0).application_id;
        let (request_id, why) = (unique().to_string(), "not theirs".to_owned());
        let back = pb::UnapplyRequest { request_id, application_id, why, as_of: Some(date(2026, 1, 15)) };
        expect_refusal(company.receipts().unapply(back).await, Reason::DateOrder);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_learnt_of_a_customer_is_erased() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (one, two) = (company.invoice(&company.alpha, 1, 700).await, company.invoice(&company.beta, 2, 800).await);
        import(&company, vec![credit(700, "first"), credit(800, "second")]).await;
        company.apply(&company.line("first").await.receipt_id, &[(&one, 700)]).await;
        company.apply(&company.line("second").await.receipt_id, &[(&two, 800)]).await;
        let learnt = confirmations(&company, "").await;
        assert_eq!(learnt.iter().map(|found| found.how.as_str()).collect::<Vec<_>>(), ["applied", "applied"]);
        let forget = |customer: &str| pb::ForgetCustomerRequest { request_id: request_id(), customer_id: customer.to_owned() };
        let mut stranger = MatchServiceClient::new(company.service.as_user(tenant(2), &["*"]));
        expect_refusal(stranger.forget_customer(forget(&company.alpha)).await, Reason::ResourceNotFound);
        let erased = company.matches().forget_customer(forget(&company.alpha)).await.unwrap().into_inner();
        assert_eq!(erased.confirmations, 1);
        let told = company.service.last_told::<pb::CustomerForgotten>(company.tenant, &company.alpha).await;
        assert_eq!((told.customer_id.as_str(), told.confirmations), (company.alpha.as_str(), 1));
        let left = confirmations(&company, "").await;
        assert_eq!((left.len(), left[0].customer_id.as_str(), company.open_of(&one).await), (1, company.beta.as_str(), 0));

        let line = company.line("second").await.bank_line_id;
        expect_refusal(stranger.accept_proposal(accept(&line, 1, "")).await, Reason::ResourceNotFound);
        expect_refusal(stranger.correct_match(correct(&line, "", Vec::new())).await, Reason::ResourceNotFound);
        assert!(stranger.list_confirmations(pb::ListConfirmationsRequest::default()).await.unwrap().into_inner().confirmations.is_empty());
        company.prove().await;
    })
    .await;
}
