//! A retry is safe: every method that changes facts (invariant I21).

use quittance_api::invoicing::v1 as pb;
use quittance_testkit::on_both;
use quittance_testkit::replay::Replays;

use crate::fixture::{Company, line, seller};

const PACKAGE: &str = "quittance.invoicing.v1";

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_safe_to_repeat() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let caller = company.caller();
        let company = &company;
        let mut replays = Replays::of(PACKAGE);
        let path = |method: &str| format!("/{PACKAGE}.{method}");
        let number = std::sync::atomic::AtomicU32::new(0);

        let fresh = async || {
            let code = format!("S{}", number.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
            pb::CreateLegalEntityRequest { request_id: String::new(), legal_entity: Some(seller(&code)) }
        };
        let other = |mut request: pb::CreateLegalEntityRequest| {
            request.legal_entity.as_mut().unwrap().legal_name.push('x');
            request
        };
        replays.check(&caller, &path("LegalEntityService/CreateLegalEntity"), fresh, other).await;

        let fresh = async || pb::SubmitOrderRequest { request_id: String::new(), ..company.order() };
        let other = |request| pb::SubmitOrderRequest { purchase_order: "other".to_owned(), ..request };
        replays.check(&caller, &path("OrderService/SubmitOrder"), fresh, other).await;

        let fresh = async || pb::FulfilOrderRequest { order_id: company.submit(company.order()).await.order_id, ..Default::default() };
        let other = |request| pb::FulfilOrderRequest { as_of: Some(crate::fixture::date(2026, 5, 5)), ..request };
        replays.check(&caller, &path("OrderService/FulfilOrder"), fresh, other).await;

        let fresh = async || pb::CancelOrderRequest { order_id: company.submit(company.order()).await.order_id, ..Default::default() };
        let other = |request| pb::CancelOrderRequest { why: "other".to_owned(), ..request };
        replays.check(&caller, &path("OrderService/CancelOrder"), fresh, other).await;

        check_invoices(company, &mut replays).await;
        replays.finish();
        assert_eq!((company.broken_numbers().await, company.broken_totals().await), (0, 0));
    })
    .await;
}

async fn check_invoices(company: &Company, replays: &mut Replays) {
    let caller = company.caller();
    let path = |method: &str| format!("/{PACKAGE}.{method}");
    let content = || Some(company.content());
    let changed = |content: Option<pb::InvoiceContent>| content.map(|content| pb::InvoiceContent { note: "other".to_owned(), ..content });

    let fresh = async || pb::CreateInvoiceRequest { content: content(), ..Default::default() };
    let other = |request: pb::CreateInvoiceRequest| pb::CreateInvoiceRequest { content: changed(request.content.clone()), ..request };
    replays.check(&caller, &path("InvoiceService/CreateInvoice"), fresh, other).await;

    let fresh =
        async || pb::IssueInvoiceRequest { source: content().map(pb::issue_invoice_request::Source::Content), ..Default::default() };
    let other = |request: pb::IssueInvoiceRequest| {
        let source = changed(content()).map(pb::issue_invoice_request::Source::Content);
        pb::IssueInvoiceRequest { source, ..request }
    };
    replays.check(&caller, &path("InvoiceService/IssueInvoice"), fresh, other).await;

    let fresh = async || pb::BatchIssueInvoicesRequest { invoices: vec![company.content(); 3], ..Default::default() };
    let other = |mut request: pb::BatchIssueInvoicesRequest| {
        request.invoices[2].lines.push(line("1", "1", "", "7"));
        request
    };
    replays.check(&caller, &path("InvoiceService/BatchIssueInvoices"), fresh, other).await;

    let why = || "Mistake".to_owned();
    let fresh = async || pb::VoidInvoiceRequest { invoice_id: company.issue().await.invoice_id, why: why(), ..Default::default() };
    let other = |request| pb::VoidInvoiceRequest { why: "other".to_owned(), ..request };
    replays.check(&caller, &path("InvoiceService/VoidInvoice"), fresh, other).await;

    let fresh = async || pb::CreateProFormaRequest { content: content(), ..Default::default() };
    let other = |request: pb::CreateProFormaRequest| pb::CreateProFormaRequest { content: changed(request.content.clone()), ..request };
    replays.check(&caller, &path("InvoiceService/CreateProForma"), fresh, other).await;

    let fresh = async || {
        let request = pb::CreateProFormaRequest { request_id: quittance_testkit::request_id(), content: content() };
        let pro_forma = company.invoices().create_pro_forma(request).await.unwrap().into_inner().invoice.unwrap();
        pb::ConvertProFormaRequest { invoice_id: pro_forma.invoice_id, ..Default::default() }
    };
    let other = |request| pb::ConvertProFormaRequest { as_of: Some(crate::fixture::date(2026, 5, 5)), ..request };
    replays.check(&caller, &path("InvoiceService/ConvertProForma"), fresh, other).await;

    let fresh = async || pb::CreateCreditMemoRequest { invoice_id: company.issue().await.invoice_id, why: why(), ..Default::default() };
    let other = |request| pb::CreateCreditMemoRequest { why: "other".to_owned(), ..request };
    replays.check(&caller, &path("MemoService/CreateCreditMemo"), fresh, other).await;
}
