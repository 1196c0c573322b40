//! A retry is safe: every method that changes facts (invariant I21).

use std::sync::atomic::{AtomicU32, Ordering};

use quittance_api::reconciliation::v1 as pb;
use quittance_testkit::on_both;
use quittance_testkit::replay::Replays;

use crate::camt::{Statement, credit};
use crate::fixture::{Company, allocation, date, euro};
use crate::{decisions, deductions, exceptions, match_runs, policies, remittance};

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

        let fresh =
            async || pb::RecordReceiptRequest { bank_account_id: company.bank.clone(), amount: Some(euro(100)), ..Default::default() };
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

        let fresh = async || policies::proposal(policies::usual());
        let other = |request| pb::ProposeMatchPolicyRequest {
            match_policy: Some(pb::MatchPolicy { discount_grace_days: 9, ..policies::usual() }),
            ..request
        };
        replays.check(&caller, &path("MatchPolicyService/ProposeMatchPolicy"), fresh, other).await;

        let proposed = async || {
            let id = policies::propose(company, policies::usual()).await.match_policy_id;
            policies::tried(company, &id).await;
            id
        };
        let fresh = async || pb::ApproveMatchPolicyRequest { request_id: String::new(), ..policies::approval(&proposed().await) };
        let other = |request| pb::ApproveMatchPolicyRequest { etag: "7".to_owned(), ..request };
        replays.check(&caller, &path("MatchPolicyService/ApproveMatchPolicy"), fresh, other).await;

        let fresh = async || pb::RejectMatchPolicyRequest { match_policy_id: proposed().await, ..Default::default() };
        let other = |request| pb::RejectMatchPolicyRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("MatchPolicyService/RejectMatchPolicy"), fresh, other).await;

        let letter = || remittance::LETTER.replace("4711", &format!("47{}", next()));
        let fresh = async || pb::ImportRemittanceRequest { request_id: String::new(), ..remittance::file(letter(), "avis.txt") };
        let other = |request| pb::ImportRemittanceRequest { file_name: "other.txt".to_owned(), ..request };
        replays.check(&caller, &path("RemittanceService/ImportRemittance"), fresh, other).await;

        let fresh = async || {
            let imported = remittance::advices(company).import_remittance(remittance::file(letter(), "")).await.unwrap().into_inner();
            let advice = &imported.remittance_advices[0];
            pb::ConfirmRemittanceAdviceRequest {
                remittance_advice_id: advice.remittance_advice_id.clone(),
                lines: advice.lines.clone(),
                total: advice.total.clone(),
                ..Default::default()
            }
        };
        let other = |request| pb::ConfirmRemittanceAdviceRequest { customer_id: company.alpha.clone(), ..request };
        replays.check(&caller, &path("RemittanceService/ConfirmRemittanceAdvice"), fresh, other).await;

        let fresh = async || {
            let invoice = company.invoice(&company.alpha, next(), 1_000).await;
            pb::AcceptProposalRequest { bank_line_id: decisions::shown(company, &invoice).await, ..Default::default() }
        };
        let other = |request| pb::AcceptProposalRequest { as_of: Some(date(2026, 1, 20)), ..request };
        replays.check(&caller, &path("MatchService/AcceptProposal"), fresh, other).await;

        let fresh = async || {
            let invoice = company.invoice(&company.alpha, next(), 1_000).await;
            let line = exceptions::unknown(company).await.bank_line_id;
            pb::CorrectMatchRequest { bank_line_id: line, allocations: vec![allocation(&invoice, 1)], ..Default::default() }
        };
        let other = |request| pb::CorrectMatchRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("MatchService/CorrectMatch"), fresh, other).await;

        let fresh = async || {
            let line = exceptions::unknown(company).await;
            decisions::split(&line.bank_line_id, &[(&company.alpha, 60), (&company.beta, 40)])
        };
        let fresh = async || pb::SplitLineRequest { request_id: String::new(), ..fresh().await };
        let other = |request| pb::SplitLineRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("MatchService/SplitLine"), fresh, other).await;

        let fresh = async || pb::ForgetCustomerRequest { customer_id: company.beta.clone(), ..Default::default() };
        let other = |request| pb::ForgetCustomerRequest { customer_id: company.alpha.clone(), ..request };
        replays.check(&caller, &path("MatchService/ForgetCustomer"), fresh, other).await;

        let waiting = async || exceptions::unknown(company).await.exception_id;
        let fresh =
            async || pb::AssignExceptionRequest { exception_id: waiting().await, owner: "user:anna".to_owned(), ..Default::default() };
        let other = |request| pb::AssignExceptionRequest { owner: "user:ben".to_owned(), ..request };
        replays.check(&caller, &path("ExceptionService/AssignException"), fresh, other).await;

        let dismiss = || exceptions::action(pb::exception_action::Action::Dismiss(true));
        let why = || "a test".to_owned();
        let fresh = async || {
            let exception_id = waiting().await;
            pb::ResolveExceptionRequest { exception_id, action: dismiss(), why: why(), ..Default::default() }
        };
        let other = |request| pb::ResolveExceptionRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("ExceptionService/ResolveException"), fresh, other).await;

        let fresh = async || {
            let exception_ids = vec![waiting().await];
            pb::BulkResolveExceptionsRequest { exception_ids, action: dismiss(), why: why(), ..Default::default() }
        };
        let other = |request| pb::BulkResolveExceptionsRequest { preview: true, ..request };
        replays.check(&caller, &path("ExceptionService/BulkResolveExceptions"), fresh, other).await;

        let fresh = async || pb::PutExceptionRoutingRequest::default();
        let route = || pb::ExceptionRoute { queue: "all".to_owned(), answer_within_hours: 1, ..Default::default() };
        let other = |request| pb::PutExceptionRoutingRequest { routes: vec![route()], ..request };
        replays.check(&caller, &path("ExceptionService/PutExceptionRouting"), fresh, other).await;

        let held_back = async || deductions::short(company, next()).await.1;
        let fresh = async || {
            let deduction_id = held_back().await.deduction_id;
            pb::CodeDeductionRequest { deduction_id, code: pb::DeductionCode::Price.into(), ..Default::default() }
        };
        let other = |request| pb::CodeDeductionRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("DeductionService/CodeDeduction"), fresh, other).await;

        let fresh = async || {
            let deduction_id = deductions::coded(company, next()).await.deduction_id;
            let state = pb::DeductionState::WrittenOff.into();
            pb::ResolveDeductionRequest { deduction_id, state, why: why(), ..Default::default() }
        };
        let other = |request| pb::ResolveDeductionRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("DeductionService/ResolveDeduction"), fresh, other).await;

        let fresh = async || pb::StartMatchRunRequest { legal_entity_id: match_runs::seller(company).await, ..Default::default() };
        let other = |request| pb::StartMatchRunRequest { as_of: Some(date(2026, 1, 20)), ..request };
        replays.check(&caller, &path("MatchService/StartMatchRun"), fresh, other).await;
        let elsewhere = match_runs::stored(company, "paused").await;

        let fresh = async || pb::PauseMatchRunRequest { match_run_id: match_runs::stored(company, "queued").await, ..Default::default() };
        let other = |request| pb::PauseMatchRunRequest { match_run_id: elsewhere.clone(), ..request };
        replays.check(&caller, &path("MatchService/PauseMatchRun"), fresh, other).await;

        let fresh = async || pb::ResumeMatchRunRequest { match_run_id: match_runs::stored(company, "paused").await, ..Default::default() };
        let other = |request| pb::ResumeMatchRunRequest { match_run_id: elsewhere.clone(), ..request };
        replays.check(&caller, &path("MatchService/ResumeMatchRun"), fresh, other).await;

        replays.finish();
        company.prove().await;
    })
    .await;
}
