//! A retry is safe: every method that changes facts (invariant I21).

use quittance_api::collections::v1 as pb;
use quittance_testkit::on_both;
use quittance_testkit::replay::Replays;

use crate::fixture::{Desk, Item, date, euro, strategy};

const PACKAGE: &str = "quittance.collections.v1";

fn path(method: &str) -> String {
    format!("/{PACKAGE}.{method}")
}

fn other_why() -> String {
    "other".to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_safe_to_repeat() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("Northwind");
        let items: Vec<Item> =
            (0..8).map(|number| desk.invoice(north, &format!("INV-{number}"), 10_000, "2025-12-01", "2026-01-05")).collect();
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        let mut replays = Replays::of(PACKAGE);
        check_strategies(&desk, &items, &mut replays).await;
        check_runs(&desk, &mut replays).await;
        check_promises(&desk, &items, &mut replays).await;
        check_disputes(&desk, &items, &mut replays).await;
        replays.finish();
        assert_eq!(desk.dunned_wrongly().await, 0);
    })
    .await;
}

async fn check_strategies(desk: &Desk, items: &[Item], replays: &mut Replays) {
    let caller = desk.caller("clerk");
    let fresh = async || pb::PutStrategyRequest { strategy: Some(strategy("other")), ..Default::default() };
    let other = |request| pb::PutStrategyRequest { strategy: Some(strategy("third")), ..request };
    replays.check(&caller, &path("StrategyService/PutStrategy"), fresh, other).await;

    let fresh = async || pb::PauseContactRequest {
        customer_id: items[0].customer.to_string(),
        until: Some(date("2026-01-10")),
        why: "Flood".to_owned(),
        ..Default::default()
    };
    let other = |request| pb::PauseContactRequest { why: other_why(), ..request };
    replays.check(&caller, &path("StrategyService/PauseContact"), fresh, other).await;
}

async fn check_runs(desk: &Desk, replays: &mut Replays) {
    let caller = desk.caller("clerk");
    let fresh = async || pb::PreviewRunRequest { as_of: Some(date("2026-01-14")), ..Default::default() };
    let other = |request| pb::PreviewRunRequest { as_of: None, ..request };
    replays.check(&caller, &path("DunningService/PreviewRun"), fresh, other).await;

    let fresh = async || {
        let run = desk.preview("2026-01-14").await;
        let customer_id = desk.notices(&run).await.remove(0).customer_id;
        pb::ExcludeFromRunRequest { dunning_run_id: run.dunning_run_id, customer_id, ..Default::default() }
    };
    let other = |request| pb::ExcludeFromRunRequest { why: other_why(), ..request };
    replays.check(&caller, &path("DunningService/ExcludeFromRun"), fresh, other).await;

    let other_run = desk.preview("2026-01-14").await.dunning_run_id;
    let fresh = async || pb::ApproveRunRequest { dunning_run_id: desk.preview("2026-01-14").await.dunning_run_id, ..Default::default() };
    let other = |request| pb::ApproveRunRequest { dunning_run_id: other_run.clone(), ..request };
    replays.check(&desk.caller("manager"), &path("DunningService/ApproveRun"), fresh, other).await;

    let fresh = async || {
        let run = desk.preview("2026-01-14").await;
        pb::IssueRunRequest { dunning_run_id: desk.approve(&run).await.dunning_run_id, ..Default::default() }
    };
    let other = |request| pb::IssueRunRequest { dunning_run_id: other_run.clone(), ..request };
    replays.check(&caller, &path("DunningService/IssueRun"), fresh, other).await;

    replays.skip(&path("DunningService/DeliverNotices"), "its request has nothing but its id; see below");
    let request = pb::DeliverNoticesRequest { request_id: quittance_testkit::request_id() };
    let first = desk.dunning().deliver_notices(request.clone()).await.unwrap().into_inner();
    assert_eq!((first.sent, first), (1, desk.dunning().deliver_notices(request).await.unwrap().into_inner()));
}

async fn check_promises(desk: &Desk, items: &[Item], replays: &mut Replays) {
    let caller = desk.caller("clerk");
    let next = std::sync::atomic::AtomicUsize::new(0);
    let take = || &items[next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)];
    let fresh = async || {
        let item = take();
        pb::CreatePromiseRequest {
            customer_id: item.customer.to_string(),
            invoice_ids: vec![item.id()],
            amount: Some(euro(100)),
            due_date: Some(date("2026-01-20")),
            ..Default::default()
        }
    };
    let other = |request| pb::CreatePromiseRequest { note: other_why(), ..request };
    replays.check(&caller, &path("PromiseService/CreatePromise"), fresh, other).await;

    let some = desk.promise(take(), 100, "2026-01-12", "2026-01-20").await.unwrap().promise_id;
    let fresh = async || {
        let promise = desk.promise(take(), 100, "2026-01-12", "2026-01-20").await.unwrap();
        pb::WithdrawPromiseRequest { promise_id: promise.promise_id, ..Default::default() }
    };
    let other = |request| pb::WithdrawPromiseRequest { promise_id: some.clone(), ..request };
    replays.check(&caller, &path("PromiseService/WithdrawPromise"), fresh, other).await;

    let fresh = async || pb::EvaluatePromisesRequest { as_of: Some(date("2026-01-31")), ..Default::default() };
    let other = |request| pb::EvaluatePromisesRequest { as_of: None, ..request };
    replays.check(&caller, &path("PromiseService/EvaluatePromises"), fresh, other).await;
}

async fn check_disputes(desk: &Desk, items: &[Item], replays: &mut Replays) {
    let caller = desk.caller("clerk");
    let next = std::sync::atomic::AtomicUsize::new(0);
    let take = || &items[next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)];
    let fresh =
        async || pb::OpenDisputeRequest { invoice_id: take().id(), category: pb::DisputeCategory::Price.into(), ..Default::default() };
    let other = |request| pb::OpenDisputeRequest { note: other_why(), ..request };
    replays.check(&caller, &path("DisputeService/OpenDispute"), fresh, other).await;

    let fresh = async || pb::ResolveDisputeRequest {
        dispute_id: desk.dispute(take(), None, "2026-01-12").await.unwrap().dispute_id,
        outcome: pb::DisputeState::Conceded.into(),
        why: "Given up".to_owned(),
        ..Default::default()
    };
    let other = |request| pb::ResolveDisputeRequest { why: other_why(), ..request };
    replays.check(&caller, &path("DisputeService/ResolveDispute"), fresh, other).await;
}
