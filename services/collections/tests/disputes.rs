//! Disputes.

use quittance_api::collections::v1 as pb;
use quittance_api::google::r#type::Money;
use quittance_testkit::{expect_refusal, fact_of, on_both, race, request_id, tenant};
use quittance_types::Reason;

use crate::fixture::{Desk, date, euro, minor, nobody};

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_is_opened_and_resolved_once() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let customer = desk.customer("Northwind");
        let item = desk.invoice(customer, "INV-1", 10_000, "2026-01-01", "2026-01-10");
        desk.settle().await;
        let over = expect_refusal(desk.dispute(&item, Some(euro(10_001)), "2026-01-12").await, Reason::AmountExceedsOpen);
        assert_eq!(fact_of(&over, "open").as_deref(), Some("100.00"));
        let dollars = Money { currency_code: "USD".to_owned(), ..euro(100) };
        expect_refusal(desk.dispute(&item, Some(dollars), "2026-01-12").await, Reason::CurrencyMismatch);
        expect_refusal(desk.dispute(&item, Some(euro(0)), "2026-01-12").await, Reason::AmountNotPositive);
        let dispute = desk.dispute(&item, None, "2026-01-12").await.unwrap();
        assert_eq!((minor(&dispute.amount), dispute.invoice_number.as_str(), dispute.state()), (10_000, "INV-1", pb::DisputeState::Open));
        expect_refusal(desk.dispute(&item, Some(euro(1)), "2026-01-12").await, Reason::ItemDisputed);
        let resolved = desk.resolve(&dispute, "2026-01-14").await.unwrap();
        assert_eq!((resolved.state(), resolved.resolved_on), (pb::DisputeState::ResolvedPay, Some(date("2026-01-14"))));
        let again = expect_refusal(desk.resolve(&dispute, "2026-01-15").await, Reason::IllegalTransition);
        assert_eq!(fact_of(&again, "from").as_deref(), Some("resolved_pay"));
        desk.dispute(&item, Some(euro(1)), "2026-01-15").await.unwrap();
        assert_eq!((desk.published("DisputeOpened").await, desk.published("DisputeResolved").await), (2, 1));
        let list =
            pb::ListDisputesRequest { customer_id: customer.to_string(), state: pb::DisputeState::Open.into(), ..Default::default() };
        assert_eq!(desk.disputes().list_disputes(list).await.unwrap().into_inner().disputes.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_invoice_has_one_open_dispute() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let item = desk.invoice(desk.customer("Northwind"), "INV-1", 10_000, "2026-01-01", "2026-01-10");
        desk.settle().await;
        let mut client = desk.disputes();
        let results = race(8, |_| {
            let (mut client, invoice_id) = (client.clone(), item.id());
            async move {
                let category = pb::DisputeCategory::Other.into();
                client.open_dispute(pb::OpenDisputeRequest { request_id: request_id(), invoice_id, category, ..Default::default() }).await
            }
        })
        .await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        for refused in results.into_iter().filter(Result::is_err) {
            expect_refusal(refused, Reason::ItemDisputed);
        }
        let unknown = pb::OpenDisputeRequest { request_id: request_id(), invoice_id: nobody("inv"), category: 1, ..Default::default() };
        expect_refusal(client.open_dispute(unknown.clone()).await, Reason::ResourceNotFound);
        let unspecified = pb::OpenDisputeRequest { request_id: request_id(), category: 0, ..unknown };
        expect_refusal(client.open_dispute(unspecified).await, Reason::EnumInvalid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_sees_nothing() {
    on_both(|backend| async move {
        let mut desk = Desk::start(backend).await;
        let item = desk.invoice(desk.customer("Northwind"), "INV-1", 10_000, "2026-01-01", "2026-01-10");
        desk.settle().await;
        let dispute = desk.dispute(&item, None, "2026-01-12").await.unwrap();
        let promise = desk.promise(&item, 10_000, "2026-01-12", "2026-01-20").await.unwrap();
        desk.put_strategy(crate::fixture::strategy("standard")).await.unwrap();
        let run = desk.preview("2026-02-12").await;
        desk.tenant = tenant(2);
        expect_refusal(desk.dispute(&item, None, "2026-01-12").await, Reason::ResourceNotFound);
        expect_refusal(desk.resolve(&dispute, "2026-01-12").await, Reason::ResourceNotFound);
        expect_refusal(desk.promise(&item, 1, "2026-01-12", "2026-01-20").await, Reason::ResourceNotFound);
        let withdraw = pb::WithdrawPromiseRequest { request_id: request_id(), promise_id: promise.promise_id };
        expect_refusal(desk.promises().withdraw_promise(withdraw).await, Reason::ResourceNotFound);
        expect_refusal(desk.issue(&run).await, Reason::ResourceNotFound);
        let runs = desk.dunning().list_runs(pb::ListRunsRequest::default()).await.unwrap().into_inner().runs;
        assert!(runs.is_empty());
        let agings = desk.analytics().get_aging(pb::GetAgingRequest::default()).await.unwrap().into_inner().agings;
        assert!(agings.is_empty());
    })
    .await;
}
