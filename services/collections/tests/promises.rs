//! Promises to pay.

use quittance_api::collections::v1 as pb;
use quittance_testkit::{expect_refusal, fact_of, on_both, request_id};
use quittance_types::Reason;

use crate::fixture::{Desk, date, euro, minor, nobody, strategy};

async fn evaluate(desk: &Desk, as_of: &str) -> (i32, i32, i32) {
    let request = pb::EvaluatePromisesRequest { request_id: request_id(), as_of: Some(date(as_of)) };
    let done = desk.promises().evaluate_promises(request).await.unwrap().into_inner();
    (done.kept, done.partly_kept, done.broken)
}

async fn get(desk: &Desk, promise: &pb::PromiseToPay) -> (pb::PromiseState, i64) {
    let request = pb::GetPromiseRequest { promise_id: promise.promise_id.clone() };
    let found = desk.promises().get_promise(request).await.unwrap().into_inner().promise.unwrap();
    (found.state(), minor(&found.paid))
}

#[tokio::test(flavor = "multi_thread")]
async fn promises_are_judged_by_cash_that_came_in_time() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let customer = desk.customer("Northwind");
        let mut items: Vec<_> =
            (0..5).map(|number| desk.invoice(customer, &format!("INV-{number}"), 10_000, "2026-01-01", "2026-01-05")).collect();
        // Cash of before the promise does not count, not even of the same day.
        desk.pay(&mut items[2], 1_000, "2026-01-12");
        desk.settle().await;
        let mut made = Vec::new();
        for item in &items {
            made.push(desk.promise(item, 5_000, "2026-01-12", "2026-01-20").await.unwrap());
        }
        desk.pay(&mut items[0], 5_000, "2026-01-23");
        desk.pay(&mut items[1], 4_999, "2026-01-20");
        // One day after the tolerance is too late; what was taken back never came.
        desk.pay(&mut items[3], 5_000, "2026-01-24");
        let returned = desk.pay(&mut items[4], 5_000, "2026-01-14");
        desk.take_back(&mut items[4], &returned);
        desk.settle().await;
        assert_eq!(evaluate(&desk, "2026-01-23").await, (0, 0, 0), "the tolerance is not over");
        assert_eq!(evaluate(&desk, "2026-01-31").await, (1, 1, 3));
        assert_eq!(evaluate(&desk, "2026-01-31").await, (0, 0, 0));
        assert_eq!(get(&desk, &made[0]).await, (pb::PromiseState::Kept, 5_000));
        assert_eq!(get(&desk, &made[1]).await, (pb::PromiseState::PartlyKept, 4_999));
        for broken in &made[2..] {
            assert_eq!(get(&desk, broken).await, (pb::PromiseState::Broken, 0));
        }
        assert_eq!(
            (desk.published("PromiseMade").await, desk.published("PromiseKept").await, desk.published("PromiseBroken").await),
            (5, 1, 4)
        );
        desk.promise(&items[2], 100, "2026-02-01", "2026-02-01").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_has_one_open_promise() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let (customer, other) = (desk.customer("Northwind"), desk.customer("Southwind"));
        let item = desk.invoice(customer, "INV-1", 10_000, "2026-01-01", "2026-01-05");
        let mut paid = desk.invoice(customer, "INV-2", 10_000, "2026-01-01", "2026-01-05");
        let others = desk.invoice(other, "INV-3", 10_000, "2026-01-01", "2026-01-05");
        desk.pay(&mut paid, 10_000, "2026-01-06");
        desk.settle().await;
        let promise = desk.promise(&item, 10_000, "2026-01-12", "2026-01-20").await.unwrap();
        let open = expect_refusal(desk.promise(&item, 1, "2026-01-12", "2026-01-20").await, Reason::PromiseAlreadyOpen);
        assert_eq!(fact_of(&open, "invoice"), Some(item.id()));
        expect_refusal(desk.promise(&paid, 1, "2026-01-12", "2026-01-20").await, Reason::IllegalTransition);
        expect_refusal(desk.promise(&others, 0, "2026-01-12", "2026-01-20").await, Reason::AmountNotPositive);
        expect_refusal(desk.promise(&others, 1, "2026-01-12", "2026-01-11").await, Reason::DateInvalid);
        let request = pb::CreatePromiseRequest {
            request_id: request_id(),
            customer_id: customer.to_string(),
            invoice_ids: vec![others.id()],
            amount: Some(euro(1)),
            due_date: Some(date("2026-01-20")),
            ..Default::default()
        };
        expect_refusal(desk.promises().create_promise(request.clone()).await, Reason::ResourceNotFound);
        let none = pb::CreatePromiseRequest { request_id: request_id(), invoice_ids: Vec::new(), ..request };
        expect_refusal(desk.promises().create_promise(none).await, Reason::FieldRequired);
        let withdraw = |id: &str| pb::WithdrawPromiseRequest { request_id: request_id(), promise_id: id.to_owned() };
        let withdrawn = desk.promises().withdraw_promise(withdraw(&promise.promise_id)).await.unwrap().into_inner().promise.unwrap();
        assert_eq!(withdrawn.state(), pb::PromiseState::Withdrawn);
        expect_refusal(desk.promises().withdraw_promise(withdraw(&promise.promise_id)).await, Reason::IllegalTransition);
        expect_refusal(desk.promises().withdraw_promise(withdraw(&nobody("ptp"))).await, Reason::ResourceNotFound);
        desk.promise(&item, 10_000, "2026-01-13", "2026-01-20").await.unwrap();
        let list = |state: pb::PromiseState| pb::ListPromisesRequest { state: state.into(), page_size: 1, ..Default::default() };
        let open = desk.promises().list_promises(list(pb::PromiseState::Open)).await.unwrap().into_inner();
        assert_eq!((open.promises.len(), open.next_page_token.as_str()), (1, ""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dunning_rests_while_a_promise_has_time() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let item = desk.invoice(desk.customer("Northwind"), "INV-1", 10_000, "2026-01-01", "2026-01-05");
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        desk.promise(&item, 10_000, "2026-01-12", "2026-01-20").await.unwrap();
        let resting = desk.preview("2026-01-23").await;
        assert_eq!((resting.notice_count, resting.exclusions.len()), (0, 1));
        assert_eq!((resting.exclusions[0].reason.as_str(), resting.exclusions[0].customers), ("promised", 1));
        assert_eq!(desk.preview("2026-01-24").await.notice_count, 1, "its time has passed, evaluated or not");
        assert_eq!(evaluate(&desk, "2026-01-24").await, (0, 0, 1));
        assert_eq!(desk.preview("2026-01-23").await.notice_count, 1);
    })
    .await;
}
