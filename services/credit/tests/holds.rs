//! Held orders: people, and room that comes back.

use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::credit_service_client::CreditServiceClient;
use quittance_chassis::{Permissions, Principal, PrincipalKind};
use quittance_testkit::{expect_refusal, on_both, race, request_id};
use quittance_types::Reason;
use tonic::Status;

use crate::fixture::{Desk, customer, date, nobody, reserve, set_limit};

async fn release(desk: &Desk, person: &str, case: &pb::HoldCase) -> Result<pb::HoldCase, Status> {
    let request = pb::ReleaseHoldRequest {
        request_id: request_id(),
        hold_case_id: case.hold_case_id.clone(),
        why: "Paid by phone".to_owned(),
        etag: case.etag.clone(),
        as_of: None,
    };
    Ok(desk.holds(person).release_hold(request).await?.into_inner().hold_case.unwrap())
}

async fn reject(desk: &Desk, person: &str, case: &pb::HoldCase) -> Result<pb::HoldCase, Status> {
    let request =
        pb::RejectHoldRequest { request_id: request_id(), hold_case_id: case.hold_case_id.clone(), why: "No".to_owned(), as_of: None };
    Ok(desk.holds(person).reject_hold(request).await?.into_inner().hold_case.unwrap())
}

async fn recheck(desk: &Desk) -> (i32, i32) {
    let request = pb::RecheckHeldOrdersRequest { request_id: request_id(), as_of: None };
    let found = desk.holds("tester").recheck_held_orders(request).await.unwrap().into_inner();
    (found.released, found.still_held)
}

/// A customer with a limit of 100.00 and one held order of this much.
async fn held(desk: &Desk, amount: i64) -> (String, pb::HoldCase) {
    let buyer = desk.customer_with_limit(10_000).await;
    desk.reserve(&buyer, amount).await;
    let case = desk.open_cases(&buyer).await.remove(0);
    (buyer, case)
}

#[tokio::test]
async fn another_person_releases_a_held_order() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let (buyer, case) = held(&desk, 20_000).await;
        assert_eq!((case.requested_by.as_str(), case.opened_on), ("tester", Some(date(2026, 1, 15))));
        assert_eq!(case.rules.iter().filter(|rule| !rule.passed).count(), 1);
        expect_refusal(release(&desk, "tester", &case).await, Reason::SelfApproval);
        let stale = pb::HoldCase { etag: "9".to_owned(), ..case.clone() };
        expect_refusal(release(&desk, "second", &stale).await, Reason::EtagMismatch);
        let released = release(&desk, "second", &case).await.unwrap();
        assert_eq!((released.state(), released.decided_by.as_str(), released.etag.as_str()), (pb::HoldCaseState::Released, "second", "2"));
        let reservation = desk.reservation(&case.reservation_id).await;
        assert_eq!((reservation.state(), reservation.decision()), (pb::ReservationState::Held, pb::Decision::Approve));
        assert_eq!(desk.sums(&buyer).await.0, 20_000);
        assert_eq!(desk.exposure(&buyer, None).await.standing(), pb::CustomerStanding::OverLimit);
        expect_refusal(reject(&desk, "second", &released).await, Reason::IllegalTransition);
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_hold_ends_on_the_day_it_is_said_to() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let (buyer, case) = held(&desk, 20_000).await;
        let request = pb::ReleaseHoldRequest {
            request_id: request_id(),
            hold_case_id: case.hold_case_id.clone(),
            why: "Paid by phone".to_owned(),
            as_of: Some(date(2026, 3, 1)),
            ..Default::default()
        };
        desk.holds("second").release_hold(request).await.unwrap();
        assert_eq!(desk.reservation(&case.reservation_id).await.expires_on, Some(date(2026, 3, 31)));
        let told: pb::HoldReleased = desk.credit.last_told(desk.tenant, &case.hold_case_id).await;
        assert_eq!(told.ended_on, Some(date(2026, 3, 1)));
        let told: pb::ReservationHeld = desk.credit.last_told(desk.tenant, &case.reservation_id).await;
        assert_eq!(told.held_on, Some(date(2026, 3, 1)));

        let waiting = desk.reserve(&buyer, 5_000).await.reservation_id;
        let limit = pb::SetLimitRequest { as_of: Some(date(2026, 4, 1)), ..set_limit(&buyer, 30_000) };
        let limit = desk.desk().set_limit(limit).await.unwrap().into_inner().limit.unwrap();
        assert_eq!(desk.reservation(&waiting).await.expires_on, Some(date(2026, 5, 1)), "a recheck is of the day that caused it");
        let told: pb::LimitChanged = desk.credit.last_told(desk.tenant, &limit.limit_id).await;
        assert_eq!(told.changed_on, Some(date(2026, 4, 1)));
    })
    .await;
}

#[tokio::test]
async fn who_submitted_an_order_through_a_service_is_still_one_person() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(100).await;
        let kind = PrincipalKind::Service;
        let for_alice = Principal { kind, ..Principal::user("alice", desk.tenant, Permissions::all()) };
        let mut invoicing = CreditServiceClient::new(desk.credit.as_principal("invoicing", for_alice));
        invoicing.reserve_credit(reserve(&buyer, 20_000)).await.unwrap();
        let case = desk.open_cases(&buyer).await.remove(0);
        expect_refusal(release(&desk, "alice", &case).await, Reason::SelfApproval);
        assert!(release(&desk, "bob", &case).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_rejected_order_holds_nothing() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let (buyer, case) = held(&desk, 20_000).await;
        let rejected = reject(&desk, "tester", &case).await.unwrap();
        assert_eq!((rejected.state(), rejected.why.as_str()), (pb::HoldCaseState::Rejected, "No"));
        assert_eq!(desk.reservation(&case.reservation_id).await.state(), pb::ReservationState::Rejected);
        expect_refusal(release(&desk, "second", &rejected).await, Reason::IllegalTransition);
        assert_eq!((desk.sums(&buyer).await.0, desk.open_cases(&buyer).await.len()), (0, 0));
        let request = pb::GetHoldCaseRequest { hold_case_id: nobody("hld") };
        expect_refusal(desk.holds("tester").get_hold_case(request).await, Reason::ResourceNotFound);
        let request = pb::RejectHoldRequest { request_id: request_id(), hold_case_id: case.hold_case_id, why: String::new(), as_of: None };
        expect_refusal(desk.holds("tester").reject_hold(request).await, Reason::FieldRequired);
    })
    .await;
}

#[tokio::test]
async fn a_raised_limit_releases_the_oldest_orders_first() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(100).await;
        let orders = [8_000, 5_000, 1_500, 400];
        let mut reservations = Vec::new();
        for amount in orders {
            reservations.push(desk.reserve(&buyer, amount).await.reservation_id);
        }
        assert_eq!(recheck(&desk).await, (0, 4));
        desk.set_limit(&buyer, 10_000).await;
        let mut states = Vec::new();
        for id in &reservations {
            states.push(desk.reservation(id).await.state());
        }
        use pb::ReservationState::{Held, Requested};
        assert_eq!(states, [Held, Requested, Held, Held], "80 first; 50 no longer fits and blocks nobody; then 15 and 4");
        assert_eq!(desk.sums(&buyer).await.0, 9_900);
        let request = pb::ListHoldCasesRequest { customer_id: buyer.clone(), page_size: 1, ..Default::default() };
        let listed = desk.holds("tester").list_hold_cases(request.clone()).await.unwrap().into_inner();
        assert_eq!((listed.total_count, listed.hold_cases[0].decided_by.as_str()), (4, "credit"));
        let next = pb::ListHoldCasesRequest { page_token: listed.next_page_token.clone(), ..request };
        let second = desk.holds("tester").list_hold_cases(next).await.unwrap().into_inner();
        assert_eq!(second.hold_cases[0].reservation_id, reservations[1]);
        let other = pb::ListHoldCasesRequest { page_token: listed.next_page_token, page_size: 1, ..Default::default() };
        expect_refusal(desk.holds("tester").list_hold_cases(other).await, Reason::PageTokenInvalid);
        assert_eq!((recheck(&desk).await, desk.broken_sums().await), ((0, 1), 0));
    })
    .await;
}

/// More customers than any one portion holds, all with room at last.
#[tokio::test(flavor = "multi_thread")]
async fn a_recheck_reaches_every_customer() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let customers = (0..620).map(|number| customer(&format!("K-{number}"))).collect();
        let request = pb::BatchImportCustomersRequest { request_id: request_id(), customers };
        let imported = desk.customers().batch_import_customers(request).await.unwrap().into_inner();
        let waiting = imported.customer_ids.iter().map(|customer| {
            let (mut client, request) = (desk.desk(), reserve(customer, 100));
            async move { client.reserve_credit(request).await.unwrap() }
        });
        futures::future::join_all(waiting).await;
        assert_eq!(recheck(&desk).await, (0, 620));
        desk.credit.store().execute("UPDATE credit_account SET limit_minor = 100").await;
        assert_eq!(recheck(&desk).await, (620, 0));
        assert_eq!((recheck(&desk).await, desk.broken_sums().await), ((0, 0), 0));
        let told = "SELECT count(*) FROM event_log WHERE type = 'quittance.credit.v1.HoldReleased' AND public";
        assert_eq!(desk.credit.store().number(told).await, 620);
    })
    .await;
}

#[tokio::test]
async fn an_order_given_back_closes_its_case_and_makes_room() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let held = desk.reserve(&buyer, 10_000).await.reservation_id;
        let first = desk.reserve(&buyer, 2_000).await.reservation_id;
        let second = desk.reserve(&buyer, 9_000).await.reservation_id;
        let release = async |id: &str| {
            let request = pb::ReleaseReservationRequest {
                request_id: request_id(),
                reservation_id: id.to_owned(),
                why: "Changed".to_owned(),
                ..Default::default()
            };
            desk.desk().release_reservation(request).await.unwrap()
        };
        release(&first).await;
        assert_eq!(desk.open_cases(&buyer).await.len(), 1, "nothing is left to decide about an order given back");
        release(&held).await;
        assert_eq!(desk.reservation(&first).await.state(), pb::ReservationState::Released);
        assert_eq!(desk.reservation(&second).await.state(), pb::ReservationState::Held);
        assert_eq!((desk.sums(&buyer).await.0, desk.broken_sums().await), (9_000, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_decide_a_held_order_one_does() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let (buyer, case) = held(&desk, 20_000).await;
        let results = race(16, |person| {
            let mut client = desk.holds(&format!("second-{person}"));
            let (hold_case_id, why) = (case.hold_case_id.clone(), "Because".to_owned());
            async move {
                let request_id = request_id();
                match person % 2 {
                    0 => {
                        client.release_hold(pb::ReleaseHoldRequest { request_id, hold_case_id, why, ..Default::default() }).await.map(drop)
                    }
                    _ => client.reject_hold(pb::RejectHoldRequest { request_id, hold_case_id, why, ..Default::default() }).await.map(drop),
                }
            }
        })
        .await;
        let (decided, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(decided.len(), 1);
        for result in refused {
            expect_refusal(result, Reason::IllegalTransition);
        }
        assert!([0, 20_000].contains(&desk.sums(&buyer).await.0));
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}
