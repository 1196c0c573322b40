//! What payers hold back: noted with a payment, explained, decided, or settled by what comes later.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::deduction_service_client::DeductionServiceClient;
use quittance_api::reconciliation::v1::{DeductionCode as Code, DeductionState as State};
use quittance_testkit::{Caller, expect_refusal, fact_of, on_both, request_id, tenant};
use quittance_types::Reason;
use tonic::Status;

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company, allocation, euro, minor};

fn desk(company: &Company) -> DeductionServiceClient<Caller> {
    DeductionServiceClient::new(company.caller())
}

async fn listed(company: &Company, query: pb::ListDeductionsRequest) -> Vec<pb::Deduction> {
    desk(company).list_deductions(query).await.expect("deductions are listed").into_inner().deductions
}

/// The newest one of an item.
async fn of_item(company: &Company, item: &str) -> pb::Deduction {
    listed(company, pb::ListDeductionsRequest { open_item_id: item.to_owned(), ..Default::default() }).await.remove(0)
}

/// Pays an invoice of 100.00 short of what is held back.
async fn try_pay(company: &Company, invoice: &str, cash: i64, held_back: i64, code: Code) -> Result<pb::ApplyReceiptResponse, Status> {
    let receipt_id = company.money_in("", cash).await.receipt_id;
    let part = pb::ApplyAllocation { deduction: Some(euro(held_back)), deduction_code: code.into(), ..allocation(invoice, cash) };
    let request = pb::ApplyReceiptRequest { request_id: request_id(), receipt_id, allocations: vec![part], ..Default::default() };
    Ok(company.receipts().apply_receipt(request).await?.into_inner())
}

/// An invoice of 100.00 of which 30.00 are held back.
pub async fn short(company: &Company, number: u32) -> (String, pb::Deduction) {
    let invoice = company.invoice(&company.alpha, number, 10_000).await;
    try_pay(company, &invoice, 7_000, 3_000, Code::Unspecified).await.expect("part is paid");
    let deduction = of_item(company, &invoice).await;
    (invoice, deduction)
}

fn code(deduction: &pb::Deduction, code: Code) -> pb::CodeDeductionRequest {
    let deduction_id = deduction.deduction_id.clone();
    pb::CodeDeductionRequest { request_id: request_id(), deduction_id, code: code.into(), ..Default::default() }
}

/// The same, and why is known.
pub async fn coded(company: &Company, number: u32) -> pb::Deduction {
    let (_, opened) = short(company, number).await;
    desk(company)
        .code_deduction(code(&opened, Code::Price))
        .await
        .expect("a deduction is coded")
        .into_inner()
        .deduction
        .expect("the deduction")
}

fn resolve(deduction: &pb::Deduction, state: State) -> pb::ResolveDeductionRequest {
    let (deduction_id, why) = (deduction.deduction_id.clone(), "as agreed".to_owned());
    pb::ResolveDeductionRequest { request_id: request_id(), deduction_id, state: state.into(), why, ..Default::default() }
}

async fn try_resolve(company: &Company, request: pb::ResolveDeductionRequest) -> Result<pb::Deduction, Status> {
    Ok(desk(company).resolve_deduction(request).await?.into_inner().deduction.expect("the deduction"))
}

#[tokio::test]
async fn what_is_held_back_is_explained_and_decided() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (invoice, opened) = short(&company, 1).await;
        assert_eq!((opened.state(), opened.code(), minor(&opened.amount)), (State::Open, Code::Unspecified, 3_000));
        assert_eq!((opened.customer_id.as_str(), opened.document_number.as_str()), (company.alpha.as_str(), "INV-ACME-2026-000001"));
        expect_refusal(try_resolve(&company, resolve(&opened, State::Valid)).await, Reason::IllegalTransition);
        expect_refusal(desk(&company).code_deduction(code(&opened, Code::Unspecified)).await, Reason::EnumInvalid);
        let stale = pb::CodeDeductionRequest { etag: "9".to_owned(), ..code(&opened, Code::Price) };
        expect_refusal(desk(&company).code_deduction(stale).await, Reason::EtagMismatch);
        let coded = desk(&company).code_deduction(code(&opened, Code::Price)).await.unwrap().into_inner().deduction.unwrap();
        assert_eq!((coded.state(), coded.code(), coded.decided_by.as_str(), coded.version), (State::Coded, Code::Price, "user:tester", 2));
        desk(&company).code_deduction(code(&opened, Code::Quantity)).await.unwrap();
        expect_refusal(try_resolve(&company, resolve(&opened, State::Settled)).await, Reason::EnumInvalid);
        let silent = pb::ResolveDeductionRequest { why: String::new(), ..resolve(&opened, State::Valid) };
        expect_refusal(try_resolve(&company, silent).await, Reason::FieldRequired);
        let valid = try_resolve(&company, resolve(&opened, State::Valid)).await.unwrap();
        assert_eq!((valid.state(), company.open_of(&invoice).await), (State::Valid, 3_000), "its credit memo is still to come");
        expect_refusal(try_resolve(&company, resolve(&opened, State::Invalid)).await, Reason::IllegalTransition);
        expect_refusal(desk(&company).code_deduction(code(&opened, Code::Tax)).await, Reason::IllegalTransition);
        company.credit_memo(&company.alpha, &invoice, 3_000).await;
        assert_eq!(
            (of_item(&company, &invoice).await.state(), company.open_of(&invoice).await),
            (State::Valid, 0),
            "a decision is the end"
        );
        let valid = pb::ListDeductionsRequest { customer_id: company.alpha.clone(), state: State::Valid.into(), ..Default::default() };
        assert_eq!(listed(&company, valid).await.len(), 1);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_written_off_leaves_the_item_and_takes_the_right_to_it() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (invoice, opened) = short(&company, 1).await;
        desk(&company).code_deduction(code(&opened, Code::Freight)).await.unwrap();
        let clerk = company.service.as_user(company.tenant, &["reconciliation.deduction.*"]);
        let refused = DeductionServiceClient::new(clerk).resolve_deduction(resolve(&opened, State::WrittenOff)).await;
        expect_refusal(refused, Reason::PermissionMissing);
        let done = try_resolve(&company, resolve(&opened, State::WrittenOff)).await.unwrap();
        assert_eq!((done.state(), minor(&done.amount)), (State::WrittenOff, 3_000));
        assert_eq!((company.open_of(&invoice).await, company.balance("6800").await), (0, 3_000));
        assert_eq!(of_item(&company, &invoice).await, done);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_comes_later_settles_what_is_undecided() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (paid, _) = short(&company, 1).await;
        let cash = company.money_in("", 3_000).await.receipt_id;
        company.apply(&cash, &[(&paid, 1_000)]).await;
        let shrunk = of_item(&company, &paid).await;
        assert_eq!((shrunk.state(), minor(&shrunk.amount), shrunk.version), (State::Open, 2_000, 2), "what is paid of it is taken off");
        company.prove().await;
        company.apply(&cash, &[(&paid, 2_000)]).await;
        assert_eq!(of_item(&company, &paid).await.state(), State::Settled);

        let (credited, deduction) = short(&company, 2).await;
        desk(&company).code_deduction(code(&deduction, Code::Return)).await.unwrap();
        company.credit_memo(&company.alpha, &credited, 3_000).await;
        assert_eq!(of_item(&company, &credited).await.state(), State::Settled);

        let (unpaid, deduction) = short(&company, 3).await;
        let application_id = deduction.application_id.clone();
        company.receipts().unapply(pb::UnapplyRequest { request_id: request_id(), application_id, ..Default::default() }).await.unwrap();
        assert_eq!((of_item(&company, &unpaid).await.state(), company.open_of(&unpaid).await), (State::Settled, 10_000));
        expect_refusal(desk(&company).code_deduction(code(&deduction, Code::Price)).await, Reason::IllegalTransition);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn no_more_is_held_back_than_stays_open() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let refused = expect_refusal(try_pay(&company, &invoice, 7_000, 3_001, Code::Unspecified).await, Reason::OverApplication);
        assert_eq!(fact_of(&refused, "open").as_deref(), Some("30.00"));
        assert_eq!(company.open_of(&invoice).await, 10_000);
        try_pay(&company, &invoice, 5_000, 2_000, Code::Promotion).await.unwrap();
        let coded = of_item(&company, &invoice).await;
        assert_eq!((coded.state(), coded.code()), (State::Coded, Code::Promotion));
        expect_refusal(try_pay(&company, &invoice, 1_000, 2_001, Code::Unspecified).await, Reason::OverApplication);
        try_pay(&company, &invoice, 1_000, 2_000, Code::Unspecified).await.unwrap();
        let both = listed(&company, pb::ListDeductionsRequest { open_item_id: invoice.clone(), page_size: 1, ..Default::default() }).await;
        assert_eq!((both.len(), minor(&both[0].amount)), (1, 2_000), "newest first");
        let receipt_id = company.money_in("", 100).await.receipt_id;
        let part = pb::ApplyAllocation { deduction_code: Code::Price.into(), ..allocation(&invoice, 100) };
        let nothing = pb::ApplyReceiptRequest { request_id: request_id(), receipt_id, allocations: vec![part], ..Default::default() };
        expect_refusal(company.receipts().apply_receipt(nothing).await, Reason::FieldRequired);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn the_engine_notes_what_a_payer_held_back() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 100_000).await;
        let text = "INV-ACME-2026-000001 Abzug wegen Preisdifferenz";
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(93_000, text)])).await;
        let line = company.line(text).await;
        if company.open_of(&invoice).await == 100_000 {
            let accept = pb::AcceptProposalRequest {
                request_id: request_id(),
                bank_line_id: line.bank_line_id.clone(),
                candidate: 1,
                ..Default::default()
            };
            company.matches().accept_proposal(accept).await.expect("the short payment is accepted");
        }
        let opened = of_item(&company, &invoice).await;
        assert_eq!((minor(&opened.amount), opened.bank_line_id.as_str()), (7_000, line.bank_line_id.as_str()));
        assert_eq!((opened.said.as_str(), opened.suggested_code(), opened.state()), (text, Code::Price, State::Open));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn another_tenant_finds_no_deduction() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (_, opened) = short(&company, 1).await;
        let mut stranger = DeductionServiceClient::new(company.service.as_user(tenant(2), &["*"]));
        let get = pb::GetDeductionRequest { deduction_id: opened.deduction_id.clone() };
        expect_refusal(stranger.get_deduction(get.clone()).await, Reason::ResourceNotFound);
        expect_refusal(stranger.code_deduction(code(&opened, Code::Price)).await, Reason::ResourceNotFound);
        expect_refusal(stranger.resolve_deduction(resolve(&opened, State::WrittenOff)).await, Reason::ResourceNotFound);
        assert!(stranger.list_deductions(pb::ListDeductionsRequest::default()).await.unwrap().into_inner().deductions.is_empty());
        assert_eq!(desk(&company).get_deduction(get).await.unwrap().into_inner().deduction.unwrap(), opened);
    })
    .await;
}

#[tokio::test]
async fn money_of_the_same_file_leaves_less_to_hold_back() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 100_000).await;
        let short = "INV-ACME-2026-000001 Abzug wegen Preisdifferenz";
        let rest = credit(7_000, "INV-ACME-2026-000001 Rest").from(ALPHA_IBAN);
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(93_000, short).from(ALPHA_IBAN), rest])).await;
        let asked = pb::ListDeductionsRequest { open_item_id: invoice.clone(), ..Default::default() };
        let held_back: i64 = listed(&company, asked).await.iter().map(|deduction| minor(&deduction.amount)).sum();
        assert!(held_back <= company.open_of(&invoice).await);
        company.prove().await;
    })
    .await;
}
