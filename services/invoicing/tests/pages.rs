//! Lists of large documents: a page brings what an answer can carry, and the next goes on behind it.

use quittance_api::invoicing::v1 as pb;
use quittance_testkit::{on_both, request_id};

use crate::fixture::Company;

/// Six hundred kilobytes: a thousand lines, each with a long description.
fn large(company: &Company, note: usize) -> pb::InvoiceContent {
    let content = company.content();
    let line = pb::LineInput { description: "long ".repeat(100), ..content.lines[0].clone() };
    pb::InvoiceContent { lines: vec![line; 1_000], note: note.to_string(), ..content }
}

#[tokio::test]
async fn a_page_of_large_invoices_is_shorter_and_nothing_is_skipped() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut issued = Vec::new();
        for note in 0..8 {
            issued.push(company.try_issue(large(&company, note)).await.unwrap().number);
        }
        issued.reverse();
        let mut request = pb::ListInvoicesRequest { page_size: 1_000, ..Default::default() };
        let (mut seen, mut pages) = (Vec::new(), 0);
        loop {
            let page = company.invoices().list_invoices(request.clone()).await.unwrap().into_inner();
            assert!(!page.invoices.is_empty() && page.invoices.iter().all(|invoice| invoice.lines.len() == 1_000));
            seen.extend(page.invoices.into_iter().map(|invoice| invoice.number));
            pages += 1;
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(seen, issued);
        assert!(pages > 1, "one answer carried everything");
    })
    .await;
}

#[tokio::test]
async fn pages_of_large_orders_and_memos_are_shorter_too() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for note in 0..6 {
            let invoice = company.try_issue(large(&company, note)).await.unwrap();
            let memo = pb::CreateCreditMemoRequest {
                request_id: request_id(),
                invoice_id: invoice.invoice_id,
                why: "all of it".to_owned(),
                ..Default::default()
            };
            company.credit(memo).await.unwrap();
            company.submit(pb::SubmitOrderRequest { lines: large(&company, note).lines, ..company.order() }).await;
        }
        let all = pb::ListOrdersRequest { page_size: 1_000, ..Default::default() };
        let orders = company.orders().list_orders(all).await.unwrap().into_inner();
        assert!((1..6).contains(&orders.orders.len()) && !orders.next_page_token.is_empty());
        let all = pb::ListCreditMemosRequest { page_size: 1_000, ..Default::default() };
        let memos = company.memos().list_credit_memos(all).await.unwrap().into_inner();
        assert!((1..6).contains(&memos.memos.len()) && !memos.next_page_token.is_empty());
    })
    .await;
}
