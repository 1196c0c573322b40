//! Gapless numbers, whoever asks for them and whatever fails beside them.

use std::collections::BTreeSet;

use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::invoice_service_client::InvoiceServiceClient;
use quittance_testkit::{on_both, race, reason_of, request_id};

use crate::fixture::{Company, date, nobody};

const ISSUERS: usize = 32;
const ROUNDS: usize = 6;

fn issue_of(content: pb::InvoiceContent) -> pb::IssueInvoiceRequest {
    pb::IssueInvoiceRequest { request_id: request_id(), source: Some(pb::issue_invoice_request::Source::Content(content)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gap_with_32_issuers_and_members_that_fail() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let strange_terms = company.create_customer("as agreed").await;
        let outcomes = race(ISSUERS, |issuer| {
            let (caller, good) = (company.caller(), company.content());
            let content = match issuer % 8 {
                // Refused inside the group, each in its own way.
                1 => pb::InvoiceContent { customer_id: strange_terms.clone(), ..good },
                3 => pb::InvoiceContent { customer_id: nobody("cus"), ..good },
                5 => pb::InvoiceContent { issue_date: Some(date(2199, 12, 31)), ..good },
                _ => good,
            };
            async move {
                let mut numbers = Vec::new();
                for _ in 0..ROUNDS {
                    match InvoiceServiceClient::new(caller.clone()).issue_invoice(issue_of(content.clone())).await {
                        Ok(issued) => numbers.push(issued.into_inner().invoice.unwrap().number),
                        Err(status) => numbers.push(reason_of(&status)),
                    }
                }
                (issuer % 8, numbers)
            }
        })
        .await;
        let mut issued = BTreeSet::new();
        for (kind, numbers) in outcomes {
            for number in numbers {
                match kind {
                    1 => assert_eq!(number, "TERMS_INVALID"),
                    3 => assert_eq!(number, "RESOURCE_NOT_FOUND"),
                    5 => assert_eq!(number, "DATE_INVALID"),
                    _ => assert!(issued.insert(number.clone()), "{number} was given out twice"),
                }
            }
        }
        let expected: BTreeSet<String> = (1..=ISSUERS / 8 * 5 * ROUNDS).map(|number| format!("INV-ACME-2026-{number:06}")).collect();
        assert_eq!(issued, expected);
        assert_eq!((company.broken_numbers().await, company.broken_totals().await), (0, 0));
        let keys = "SELECT count(*) FROM idempotency_key WHERE method LIKE '%IssueInvoice'";
        assert_eq!(company.invoicing.store().number(keys).await, i64::try_from(expected.len()).unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_issuing_numbers_from_the_same_series() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut orders = Vec::new();
        for _ in 0..4 {
            orders.push(company.submit(company.order()).await.order_id);
        }
        let company = &company;
        let unary = async {
            for _ in 0..12 {
                company.issue().await;
            }
        };
        let batches = async {
            for _ in 0..4 {
                let request = pb::BatchIssueInvoicesRequest { request_id: request_id(), invoices: vec![company.content(); 10] };
                company.invoices().batch_issue_invoices(request).await.unwrap();
            }
        };
        let deliveries = async {
            for order in &orders {
                company.fulfil(order, &[(1, "4")]).await.unwrap();
                company.fulfil(order, &[]).await.unwrap();
            }
        };
        let conversions = async {
            for _ in 0..4 {
                let request = pb::CreateProFormaRequest { request_id: request_id(), content: Some(company.content()) };
                let pro_forma = company.invoices().create_pro_forma(request).await.unwrap().into_inner().invoice.unwrap();
                let convert = pb::ConvertProFormaRequest { request_id: request_id(), invoice_id: pro_forma.invoice_id, as_of: None };
                company.invoices().convert_pro_forma(convert).await.unwrap();
            }
        };
        let credits = async {
            for _ in 0..4 {
                let invoice = company.issue().await;
                let memo = pb::CreateCreditMemoRequest {
                    request_id: request_id(),
                    invoice_id: invoice.invoice_id,
                    why: "Returned".to_owned(),
                    ..Default::default()
                };
                company.credit(memo).await.unwrap();
            }
        };
        futures::join!(unary, batches, deliveries, conversions, credits);
        let next = "SELECT next FROM number_series WHERE kind = 'invoice'";
        assert_eq!(company.invoicing.store().number(next).await, 12 + 40 + 8 + 4 + 4 + 1);
        assert_eq!((company.broken_numbers().await, company.broken_totals().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn each_year_has_a_series_of_its_own() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoices = [2025, 2026, 2025, 2027].map(|year| pb::InvoiceContent { issue_date: Some(date(year, 6, 1)), ..company.content() });
        let request = pb::BatchIssueInvoicesRequest { request_id: request_id(), invoices: invoices.to_vec() };
        let issued = company.invoices().batch_issue_invoices(request).await.unwrap().into_inner().invoices;
        let numbers: Vec<&str> = issued.iter().map(|invoice| invoice.number.as_str()).collect();
        assert_eq!(numbers, ["INV-ACME-2025-000001", "INV-ACME-2026-000001", "INV-ACME-2025-000002", "INV-ACME-2027-000001"]);
        assert_eq!(company.broken_numbers().await, 0);
    })
    .await;
}

/// The seller's zone decides which day it is: at half past eleven at night in London it is tomorrow in Berlin.
#[tokio::test]
async fn today_is_the_sellers() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let new_years_eve = quittance_types::Timestamp::parse("2026-12-31T23:30:00Z").unwrap();
        company.invoicing.clock().set(new_years_eve);
        let invoice = company.issue().await;
        assert_eq!((invoice.number.as_str(), invoice.issue_date), ("INV-ACME-2027-000001", Some(date(2027, 1, 1))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_sixteen_times_at_once_is_one_invoice() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = issue_of(company.content());
        let answers = race(16, |_| {
            let (caller, request) = (company.caller(), request.clone());
            async move { InvoiceServiceClient::new(caller).issue_invoice(request).await.unwrap().into_inner() }
        })
        .await;
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(company.invoicing.store().rows("invoice").await, 1);
        assert_eq!(company.issue().await.number, "INV-ACME-2026-000002");
    })
    .await;
}
