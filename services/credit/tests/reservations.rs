//! Credit set aside: never more than there is, and nothing lost.

use futures::StreamExt;
use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::credit_service_client::CreditServiceClient;
use quittance_api::google::r#type::Date;
use quittance_testkit::{expect_refusal, fact_of, on_both, race, request_id, tenant};
use quittance_types::Reason;
use tonic::Status;

use crate::fixture::{Desk, date, euro, minor, nobody, reserve};

async fn commit(desk: &Desk, id: &str, amount: Option<i64>) -> Result<pb::Reservation, Status> {
    commit_on(desk, id, amount, None).await
}

async fn commit_on(desk: &Desk, id: &str, amount: Option<i64>, as_of: Option<Date>) -> Result<pb::Reservation, Status> {
    let request = pb::CommitReservationRequest { request_id: request_id(), reservation_id: id.to_owned(), amount: amount.map(euro), as_of };
    Ok(desk.desk().commit_reservation(request).await?.into_inner().reservation.unwrap())
}

async fn release(desk: &Desk, id: &str) -> Result<pb::Reservation, Status> {
    let request = pb::ReleaseReservationRequest {
        request_id: request_id(),
        reservation_id: id.to_owned(),
        why: "Changed".to_owned(),
        ..Default::default()
    };
    Ok(desk.desk().release_reservation(request).await?.into_inner().reservation.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_orders_of_one_against_a_limit_of_a_hundred_admit_a_hundred() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let client = desk.desk();
        let calls = (0..1_000).map(|_| {
            let (mut client, request) = (client.clone(), reserve(&buyer, 100));
            tokio::spawn(async move { client.reserve_credit(request).await })
        });
        let answers: Vec<_> = futures::stream::iter(calls).buffer_unordered(64).collect().await;
        let mut decisions = [0, 0];
        for answer in answers {
            let reservation = answer.unwrap().expect("every order gets an answer").into_inner().reservation.unwrap();
            match reservation.decision() {
                pb::Decision::Approve => decisions[0] += 1,
                pb::Decision::Hold => decisions[1] += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(decisions, [100, 900]);
        assert_eq!(desk.sums(&buyer).await, (10_000, 0, 0, 0));
        assert_eq!(desk.credit.store().number("SELECT count(*) FROM reservation WHERE state = 'held'").await, 100);
        assert_eq!(desk.credit.store().rows("hold_case").await, 900);
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_is_committed_in_parts_or_given_back() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let reservation = desk.reserve(&buyer, 6_000).await;
        assert_eq!((reservation.state(), reservation.expires_on), (pb::ReservationState::Held, Some(date(2026, 2, 14))));
        let id = reservation.reservation_id;
        let part = commit(&desk, &id, Some(2_000)).await.unwrap();
        assert_eq!((part.state(), minor(&part.held), minor(&part.committed)), (pb::ReservationState::Held, 4_000, 2_000));
        assert_eq!(desk.sums(&buyer).await.0, 4_000);
        let whole = commit(&desk, &id, None).await.unwrap();
        assert_eq!((whole.state(), minor(&whole.held), minor(&whole.committed)), (pb::ReservationState::Committed, 0, 6_000));
        expect_refusal(commit(&desk, &id, None).await, Reason::IllegalTransition);
        expect_refusal(release(&desk, &id).await, Reason::IllegalTransition);
        assert_eq!(desk.reservation(&id).await, whole);

        let other = desk.reserve(&buyer, 6_000).await.reservation_id;
        commit(&desk, &other, Some(1_000)).await.unwrap();
        let released = release(&desk, &other).await.unwrap();
        assert_eq!((released.state(), minor(&released.held), minor(&released.committed)), (pb::ReservationState::Released, 0, 1_000));
        assert_eq!(desk.sums(&buyer).await.0, 0);
        expect_refusal(commit(&desk, &nobody("rsv"), None).await, Reason::ResourceNotFound);
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_order_has_one_reservation() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let request = reserve(&buyer, 100);
        let first = desk.try_reserve(request.clone()).await.unwrap();
        assert_eq!(desk.try_reserve(request.clone()).await.unwrap(), first, "a retry gets the same answer");
        let another = pb::ReserveCreditRequest { request_id: request_id(), ..request };
        expect_refusal(desk.try_reserve(another).await, Reason::ReservationExists);
        assert_eq!(desk.sums(&buyer).await.0, 100);
        let mut stranger = CreditServiceClient::new(desk.credit.as_user(tenant(2), &["*"]));
        let request = pb::GetReservationRequest { reservation_id: first.reservation_id };
        expect_refusal(stranger.get_reservation(request).await, Reason::ResourceNotFound);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_release_and_expiry_at_the_same_moment_take_it_once() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let id = desk.reserve(&buyer, 6_000).await.reservation_id;
        let results = race(16, |index| {
            let (mut client, reservation_id) = (desk.desk(), id.clone());
            async move {
                let request_id = request_id();
                match index % 2 {
                    0 => client
                        .commit_reservation(pb::CommitReservationRequest { request_id, reservation_id, ..Default::default() })
                        .await
                        .map(drop),
                    _ => client
                        .release_reservation(pb::ReleaseReservationRequest { request_id, reservation_id, ..Default::default() })
                        .await
                        .map(drop),
                }
            }
        })
        .await;
        let (taken, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(taken.len(), 1);
        for result in refused {
            expect_refusal(result, Reason::IllegalTransition);
        }
        assert_eq!((desk.sums(&buyer).await.0, desk.broken_sums().await), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_reserve_and_commit_leaks_nothing() {
    on_both(|backend| async move {
        let mut desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let kept = desk.reserve(&buyer, 1_000).await.reservation_id;
        let under_way: Vec<_> = (0..16)
            .map(|_| {
                let (mut client, request) = (desk.desk(), reserve(&buyer, 100));
                tokio::spawn(async move { client.reserve_credit(request).await })
            })
            .collect();
        tokio::task::yield_now().await;
        desk.credit.crash().await;
        for call in under_way {
            drop(call.await);
        }
        desk.credit.restart().await;
        assert_eq!(desk.broken_sums().await, 0);
        assert_eq!(desk.reservation(&kept).await.state(), pb::ReservationState::Held);
        assert_eq!(desk.expire(date(2026, 2, 14)).await, 0, "its last day still counts");
        assert!(desk.expire(date(2026, 2, 15)).await >= 1);
        assert_eq!(desk.expire(date(2026, 2, 15)).await, 0);
        assert_eq!(desk.sums(&buyer).await, (0, 0, 0, 10_000));
        expect_refusal(commit(&desk, &kept, None).await, Reason::ReservationExpired);
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_committed_after_the_last_day_even_before_the_expiry_ran() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let id = desk.reserve(&buyer, 6_000).await.reservation_id;
        let refusal = expect_refusal(commit_on(&desk, &id, None, Some(date(2026, 2, 15))).await, Reason::ReservationExpired);
        assert_eq!(fact_of(&refusal, "expires_on").as_deref(), Some("2026-02-14"));
        assert_eq!(desk.sums(&buyer).await.0, 6_000);
        commit_on(&desk, &id, Some(1_000), Some(date(2026, 2, 14))).await.unwrap();
        let told: pb::ReservationCommitted = desk.credit.last_told(desk.tenant, &id).await;
        assert_eq!(told.committed_on, Some(date(2026, 2, 14)));
        desk.expire(date(2026, 2, 15)).await;
        let told: pb::ReservationReleased = desk.credit.last_told(desk.tenant, &id).await;
        assert_eq!((told.released_on, told.reservation.unwrap().state()), (Some(date(2026, 2, 15)), pb::ReservationState::Expired));
    })
    .await;
}

/// Who asked for it may have died before it stored the order: nobody else would ever close the case.
#[tokio::test]
async fn what_only_waits_does_not_wait_for_ever() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let waiting = desk.reserve(&buyer, 20_000).await;
        assert_eq!(desk.expire(date(2026, 2, 14)).await, 0, "its last day still counts");
        let case = desk.open_cases(&buyer).await.remove(0);
        assert_eq!(desk.expire(date(2026, 2, 15)).await, 1);
        assert_eq!(desk.reservation(&waiting.reservation_id).await.state(), pb::ReservationState::Expired);
        let told: pb::HoldReleased = desk.credit.last_told(desk.tenant, &case.hold_case_id).await;
        let ended = told.hold_case.unwrap();
        assert_eq!((ended.state(), ended.why.as_str()), (pb::HoldCaseState::Expired, "The order waited too long."));
        assert_eq!((desk.open_cases(&buyer).await.len(), desk.broken_sums().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn what_expires_makes_room_for_a_held_order() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        desk.reserve(&buyer, 10_000).await;
        let later = pb::ReserveCreditRequest { as_of: Some(date(2026, 2, 10)), ..reserve(&buyer, 9_000) };
        let waiting = desk.try_reserve(later).await.unwrap();
        assert_eq!(waiting.decision(), pb::Decision::Hold);
        assert_eq!(desk.expire(date(2026, 3, 1)).await, 1);
        let now = desk.reservation(&waiting.reservation_id).await;
        assert_eq!((now.state(), now.expires_on), (pb::ReservationState::Held, Some(date(2026, 3, 31))));
        assert_eq!((desk.sums(&buyer).await.0, desk.broken_sums().await), (9_000, 0));
    })
    .await;
}
