//! Another tenant's things do not exist (invariants I28, I29), and nobody does what they may not.

use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::invoice_service_client::InvoiceServiceClient;
use quittance_api::invoicing::v1::legal_entity_service_client::LegalEntityServiceClient;
use quittance_api::invoicing::v1::memo_service_client::MemoServiceClient;
use quittance_api::invoicing::v1::order_service_client::OrderServiceClient;
use quittance_testkit::{expect_refusal, fact_of, on_both, request_id, tenant};
use quittance_types::Reason;

use crate::fixture::Company;
use crate::peers;

#[tokio::test]
async fn the_ids_of_another_tenant_are_not_found() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.issue().await;
        let order = company.submit(company.order()).await;
        let credit = pb::CreateCreditMemoRequest {
            request_id: request_id(),
            invoice_id: invoice.invoice_id.clone(),
            amount: Some(crate::fixture::euro(100)),
            why: "x".to_owned(),
            ..Default::default()
        };
        let memo = company.credit(credit.clone()).await.unwrap();
        let rows = company.invoicing.store().rows("event_log").await;

        let stranger = company.invoicing.as_user(tenant(2), &["*"]);
        let missing = Reason::ResourceNotFound;
        let mut sellers = LegalEntityServiceClient::new(stranger.clone());
        let get = pb::GetLegalEntityRequest { legal_entity_id: company.seller.clone() };
        expect_refusal(sellers.get_legal_entity(get).await, missing);
        let list = pb::ListNumberSeriesRequest { legal_entity_id: company.seller.clone() };
        expect_refusal(sellers.list_number_series(list).await, missing);
        let all = sellers.list_legal_entities(pb::ListLegalEntitiesRequest::default()).await.unwrap().into_inner();
        assert!(all.legal_entities.is_empty());

        let mut orders = OrderServiceClient::new(stranger.clone());
        let (request_id, order_id) = (request_id(), order.order_id);
        expect_refusal(orders.get_order(pb::GetOrderRequest { order_id: order_id.clone() }).await, missing);
        let fulfil = pb::FulfilOrderRequest { request_id: request_id.clone(), order_id: order_id.clone(), ..Default::default() };
        expect_refusal(orders.fulfil_order(fulfil).await, missing);
        let cancel = pb::CancelOrderRequest { request_id: request_id.clone(), order_id, ..Default::default() };
        expect_refusal(orders.cancel_order(cancel).await, missing);
        expect_refusal(orders.submit_order(company.order()).await, missing);
        assert!(orders.list_orders(pb::ListOrdersRequest::default()).await.unwrap().into_inner().orders.is_empty());

        let mut invoices = InvoiceServiceClient::new(stranger.clone());
        let invoice_id = invoice.invoice_id;
        expect_refusal(invoices.get_invoice(pb::GetInvoiceRequest { invoice_id: invoice_id.clone() }).await, missing);
        let by_number = pb::GetInvoiceRequest { invoice_id: format!("number:{}", invoice.number) };
        expect_refusal(invoices.get_invoice(by_number).await, missing);
        let source = Some(pb::issue_invoice_request::Source::InvoiceId(invoice_id.clone()));
        let issue = pb::IssueInvoiceRequest { request_id: request_id.clone(), source };
        expect_refusal(invoices.issue_invoice(issue).await, missing);
        let content = Some(company.content());
        let source = content.clone().map(pb::issue_invoice_request::Source::Content);
        expect_refusal(invoices.issue_invoice(pb::IssueInvoiceRequest { request_id: request_id.clone(), source }).await, missing);
        let create = pb::CreateInvoiceRequest { request_id: request_id.clone(), content: content.clone() };
        expect_refusal(invoices.create_invoice(create).await, missing);
        expect_refusal(invoices.preview_invoice(pb::PreviewInvoiceRequest { content: content.clone() }).await, missing);
        let pro_forma = pb::CreateProFormaRequest { request_id: request_id.clone(), content };
        expect_refusal(invoices.create_pro_forma(pro_forma).await, missing);
        let batch = pb::BatchIssueInvoicesRequest { request_id: request_id.clone(), invoices: vec![company.content()] };
        expect_refusal(invoices.batch_issue_invoices(batch).await, missing);
        let void = pb::VoidInvoiceRequest {
            request_id: request_id.clone(),
            invoice_id: invoice_id.clone(),
            why: "x".to_owned(),
            ..Default::default()
        };
        expect_refusal(invoices.void_invoice(void).await, missing);
        let convert = pb::ConvertProFormaRequest { request_id, invoice_id, as_of: None };
        expect_refusal(invoices.convert_pro_forma(convert).await, missing);
        assert!(invoices.list_invoices(pb::ListInvoicesRequest::default()).await.unwrap().into_inner().invoices.is_empty());

        let mut memos = MemoServiceClient::new(stranger);
        expect_refusal(memos.create_credit_memo(credit).await, missing);
        expect_refusal(memos.get_credit_memo(pb::GetCreditMemoRequest { memo_id: memo.memo_id }).await, missing);
        assert!(memos.list_credit_memos(pb::ListCreditMemosRequest::default()).await.unwrap().into_inner().memos.is_empty());
        assert_eq!(company.invoicing.store().rows("event_log").await, rows);
    })
    .await;
}

/// A tenant may have a seller of the same code and the same numbers: nothing of one is unique beyond it.
#[tokio::test]
async fn tenants_number_on_their_own() {
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        company.issue().await;
        company.tenant = tenant(2);
        company.seller = company.create_seller("ACME").await;
        company.customer = peers::customer(company.credit.db(), company.tenant, "net 30", false).await.to_string();
        assert_eq!(company.issue().await.number, "INV-ACME-2026-000001");
        assert_eq!(company.broken_numbers().await, 0);
    })
    .await;
}

#[tokio::test]
async fn permissions_are_those_of_the_contract() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let reader = company.invoicing.as_user(company.tenant, &["invoicing.invoice.read", "invoicing.invoice.write"]);
        let mut invoices = InvoiceServiceClient::new(reader);
        let create = pb::CreateInvoiceRequest { request_id: request_id(), content: Some(company.content()) };
        invoices.create_invoice(create).await.unwrap();
        let source = Some(pb::issue_invoice_request::Source::Content(company.content()));
        let issue = pb::IssueInvoiceRequest { request_id: request_id(), source };
        let status = expect_refusal(invoices.issue_invoice(issue).await, Reason::PermissionMissing);
        assert_eq!(fact_of(&status, "permission").as_deref(), Some("invoicing.invoice.issue"));
    })
    .await;
}
