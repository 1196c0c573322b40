//! A retry is safe: every method that changes facts (invariant I21).

use prost_types::FieldMask;
use quittance_api::credit::v1 as pb;
use quittance_testkit::on_both;
use quittance_testkit::replay::Replays;

use crate::fixture::{Desk, customer, date, order_id, policy, reserve, set_limit};

const PACKAGE: &str = "quittance.credit.v1";

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
        let mut replays = Replays::of(PACKAGE);
        check_customers(&desk, &mut replays).await;
        check_limits(&desk, &mut replays).await;
        check_reservations(&desk, &mut replays).await;
        check_holds(&desk, &mut replays).await;
        replays.finish();
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}

async fn check_customers(desk: &Desk, replays: &mut Replays) {
    let caller = desk.caller("tester");
    let fresh = async || pb::CreateCustomerRequest { customer: Some(customer(&order_id())), ..Default::default() };
    let other = |mut request: pb::CreateCustomerRequest| {
        request.customer.as_mut().unwrap().city = other_why();
        request
    };
    replays.check(&caller, &path("CustomerService/CreateCustomer"), fresh, other).await;

    let fresh =
        async || pb::BatchImportCustomersRequest { customers: vec![customer(&order_id()), customer(&order_id())], ..Default::default() };
    let other = |mut request: pb::BatchImportCustomersRequest| {
        request.customers.pop();
        request
    };
    replays.check(&caller, &path("CustomerService/BatchImportCustomers"), fresh, other).await;

    let fresh = async || {
        let customer = desk.create(customer("")).await.unwrap();
        let customer = Some(pb::Customer { city: "Kiel".to_owned(), ..customer });
        pb::UpdateCustomerRequest { customer, update_mask: Some(FieldMask { paths: vec!["city".to_owned()] }), ..Default::default() }
    };
    let other = |request| pb::UpdateCustomerRequest { update_mask: None, ..request };
    replays.check(&caller, &path("CustomerService/UpdateCustomer"), fresh, other).await;

    let fresh = async || pb::PutPolicyRequest { policy: Some(policy()), ..Default::default() };
    let other = |request| pb::PutPolicyRequest { policy: Some(pb::CreditPolicy { name: other_why(), ..policy() }), ..request };
    replays.check(&caller, &path("PolicyService/PutPolicy"), fresh, other).await;
}

async fn check_limits(desk: &Desk, replays: &mut Replays) {
    let caller = desk.caller("tester");
    let fresh =
        async || pb::SetLimitRequest { request_id: String::new(), ..set_limit(&desk.create(customer("")).await.unwrap().customer_id, 100) };
    let other = |request| pb::SetLimitRequest { why: other_why(), ..request };
    replays.check(&caller, &path("CreditService/SetLimit"), fresh, other).await;

    let fresh = async || {
        let buyer = desk.create(customer("")).await.unwrap().customer_id;
        let limit = desk.set_limit(&buyer, 2_000_000).await;
        pb::DecideLimitRequest { limit_id: limit.limit_id, etag: limit.etag, approve: true, ..Default::default() }
    };
    let other = |request| pb::DecideLimitRequest { approve: false, ..request };
    replays.check(&desk.caller("second"), &path("CreditService/DecideLimit"), fresh, other).await;

    let fresh = async || {
        let customer_id = desk.create(customer("")).await.unwrap().customer_id;
        pb::SetScoreRequest { customer_id, score: Some(50), ..Default::default() }
    };
    let other = |request| pb::SetScoreRequest { score: Some(51), ..request };
    replays.check(&caller, &path("CreditService/SetScore"), fresh, other).await;
}

async fn check_reservations(desk: &Desk, replays: &mut Replays) {
    let caller = desk.caller("tester");
    let buyer = &desk.customer_with_limit(1_000_000).await;
    let fresh = async || pb::ReserveCreditRequest { request_id: String::new(), ..reserve(buyer, 100) };
    let other = |request| pb::ReserveCreditRequest { order_id: order_id(), ..request };
    replays.check(&caller, &path("CreditService/ReserveCredit"), fresh, other).await;

    let fresh =
        async || pb::CommitReservationRequest { reservation_id: desk.reserve(buyer, 100).await.reservation_id, ..Default::default() };
    let other = |request| pb::CommitReservationRequest { as_of: Some(date(2026, 5, 5)), ..request };
    replays.check(&caller, &path("CreditService/CommitReservation"), fresh, other).await;

    let fresh =
        async || pb::ReleaseReservationRequest { reservation_id: desk.reserve(buyer, 100).await.reservation_id, ..Default::default() };
    let other = |request| pb::ReleaseReservationRequest { why: other_why(), ..request };
    replays.check(&caller, &path("CreditService/ReleaseReservation"), fresh, other).await;

    let fresh = async || {
        desk.reserve(buyer, 100).await;
        pb::ExpireReservationsRequest { as_of: Some(date(2026, 5, 5)), ..Default::default() }
    };
    let other = |request| pb::ExpireReservationsRequest { as_of: Some(date(2026, 5, 6)), ..request };
    replays.check(&caller, &path("CreditService/ExpireReservations"), fresh, other).await;
}

async fn check_holds(desk: &Desk, replays: &mut Replays) {
    let second = desk.caller("second");
    let held = async || {
        let buyer = desk.customer_with_limit(100).await;
        desk.reserve(&buyer, 200).await;
        desk.open_cases(&buyer).await.remove(0).hold_case_id
    };
    let why = || "Known".to_owned();
    let fresh = async || pb::ReleaseHoldRequest { hold_case_id: held().await, why: why(), ..Default::default() };
    let other = |request| pb::ReleaseHoldRequest { why: other_why(), ..request };
    replays.check(&second, &path("HoldService/ReleaseHold"), fresh, other).await;

    let fresh = async || pb::RejectHoldRequest { hold_case_id: held().await, why: why(), ..Default::default() };
    let other = |request| pb::RejectHoldRequest { why: other_why(), ..request };
    replays.check(&second, &path("HoldService/RejectHold"), fresh, other).await;

    let fresh = async || {
        held().await;
        pb::RecheckHeldOrdersRequest::default()
    };
    let other = |request| pb::RecheckHeldOrdersRequest { as_of: Some(date(2026, 5, 6)), ..request };
    replays.check(&second, &path("HoldService/RecheckHeldOrders"), fresh, other).await;
}
