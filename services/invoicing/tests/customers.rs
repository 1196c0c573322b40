use quittance_api::credit::v1 as credit;
use quittance_api::invoicing::v1 as pb;
use quittance_testkit::{expect_refusal, on_both};
use quittance_types::{CustomerId, Reason};

use crate::fixture::{Company, nobody};
use crate::peers;

#[tokio::test]
async fn a_customer_whose_event_has_not_arrived_is_read_from_credit_once() {
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        let silent = peers::customer(company.credit.db(), company.tenant, "net 14", false).await.to_string();
        let content = pb::InvoiceContent { customer_id: silent.clone(), ..company.content() };
        let invoice = company.try_issue(content.clone()).await.unwrap();
        assert_eq!((invoice.terms.unwrap().text.as_str(), invoice.number.as_str()), ("net 14", "INV-ACME-2026-000001"));
        company.credit.stop().await;
        assert_eq!(company.try_issue(content).await.unwrap().number, "INV-ACME-2026-000002");
    })
    .await;
}

#[tokio::test]
async fn a_whole_batch_of_new_customers_is_read_from_credit() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut invoices = Vec::new();
        for _ in 0..20 {
            let silent = peers::customer(company.credit.db(), company.tenant, "net 14", false).await.to_string();
            invoices.push(pb::InvoiceContent { customer_id: silent, ..company.content() });
        }
        let request = pb::BatchIssueInvoicesRequest { request_id: quittance_testkit::request_id(), invoices };
        assert_eq!(company.invoices().batch_issue_invoices(request).await.unwrap().into_inner().invoices.len(), 20);
    })
    .await;
}

#[tokio::test]
async fn without_credit_an_unknown_customer_may_exist() {
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        company.credit.stop().await;
        let content = pb::InvoiceContent { customer_id: nobody("cus"), ..company.content() };
        let status = expect_refusal(company.try_issue(content).await, Reason::ServiceUnavailable);
        assert!(tonic_types::StatusExt::get_error_details(&status).retry_info().is_some());
        assert_eq!(company.issue().await.number, "INV-ACME-2026-000001");
    })
    .await;
}

#[tokio::test]
async fn the_newest_copy_of_a_customer_wins() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let say = async |terms: &str, version: i64| {
            let customer = credit::Customer {
                customer_id: company.customer.clone(),
                payment_terms: terms.to_owned(),
                currency: "EUR".to_owned(),
                etag: version.to_string(),
                ..Default::default()
            };
            let key = CustomerId::parse(&company.customer).unwrap().uuid();
            peers::publish(company.credit.db(), company.tenant, key, credit::CustomerChanged { customer: Some(customer) }).await;
        };
        say("net 60", 7).await;
        say("net 7", 3).await;
        company.invoicing.world().settle().await;
        assert_eq!(company.issue().await.terms.unwrap().text, "net 60");
    })
    .await;
}

#[tokio::test]
async fn terms_of_a_customer_that_nobody_understands_stop_only_documents_without_terms() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let customer_id = company.create_customer("as agreed").await;
        let content = pb::InvoiceContent { customer_id, ..company.content() };
        expect_refusal(company.try_issue(content.clone()).await, Reason::TermsInvalid);
        let with_terms = pb::InvoiceContent { payment_terms: "net 30".to_owned(), ..content };
        assert!(company.try_issue(with_terms).await.is_ok());
    })
    .await;
}
