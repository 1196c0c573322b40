//! Orders that outlive their reservation.

use std::sync::Arc;

use quittance_api::credit::v1 as credit;
use quittance_api::credit::v1::{HoldCaseState, ReservationState};
use quittance_api::invoicing::v1 as pb;
use quittance_chassis::Ctx;
use quittance_testkit::{expect_refusal, on_both};
use quittance_types::{OrderId, Reason, Uuid};

use crate::fixture::{Company, date};
use crate::peers;

impl Company {
    async fn credit_says<M: prost::Message + prost::Name + Clone + 'static>(&self, event: M) {
        let key = quittance_types::CustomerId::parse(&self.customer).unwrap().uuid();
        peers::publish(self.credit.db(), self.tenant, key, event).await;
        self.invoicing.world().settle().await;
    }

    async fn gone(&self, order_id: &str, state: ReservationState, version: i64) {
        let reservation = credit::Reservation { order_id: order_id.to_owned(), state: state.into(), version, ..Default::default() };
        self.credit_says(credit::ReservationReleased { reservation: Some(reservation), released_on: Some(date(2026, 2, 15)) }).await;
    }

    async fn hold_ends(&self, order_id: &str, state: HoldCaseState) {
        let case = credit::HoldCase { order_id: order_id.to_owned(), state: state.into(), ..Default::default() };
        self.credit_says(credit::HoldReleased { hold_case: Some(case), ended_on: Some(date(2026, 2, 20)) }).await;
    }
}

#[tokio::test]
async fn an_order_is_held_when_its_reservation_is_gone() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for (gone, version) in [(ReservationState::Expired, 2), (ReservationState::Released, 9)] {
            let order = company.submit(company.order()).await;
            company.gone(&order.order_id, gone, version).await;
            let held = company.get_order(&order.order_id).await;
            assert_eq!(
                (held.state(), held.credit_reasons.as_slice()),
                (pb::OrderState::Held, ["RESERVATION_EXPIRED".to_owned()].as_slice())
            );
            let told: pb::OrderHeld = company.last_told(&order.order_id).await;
            assert_eq!((told.order.as_ref(), told.held_on), (Some(&held), Some(date(2026, 2, 15))), "credit hears of it, and of the day");
            expect_refusal(company.fulfil(&order.order_id, &[]).await, Reason::IllegalTransition);

            company.hold_ends(&order.order_id, HoldCaseState::Released).await;
            assert_eq!(company.get_order(&order.order_id).await.state(), pb::OrderState::Accepted);
            let told: pb::OrderAccepted = company.last_told(&order.order_id).await;
            assert_eq!(told.accepted_on, Some(date(2026, 2, 20)));
            company.gone(&order.order_id, gone, version).await;
            assert_eq!(company.get_order(&order.order_id).await.state(), pb::OrderState::Accepted, "that was said before");
            company.gone(&order.order_id, ReservationState::Expired, version + 3).await;
            assert_eq!(company.get_order(&order.order_id).await.state(), pb::OrderState::Held, "the next one may lapse too");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_delivered_stays_delivered() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let ends = [
            (HoldCaseState::Released, pb::OrderState::PartlyFulfilled),
            (HoldCaseState::Rejected, pb::OrderState::Cancelled),
            (HoldCaseState::Expired, pb::OrderState::Cancelled),
        ];
        for (end, state) in ends {
            let order = company.submit(company.order()).await;
            company.fulfil(&order.order_id, &[(1, "4")]).await.unwrap();
            company.gone(&order.order_id, ReservationState::Expired, 3).await;
            expect_refusal(company.fulfil(&order.order_id, &[]).await, Reason::IllegalTransition);
            company.hold_ends(&order.order_id, end).await;
            let after = company.get_order(&order.order_id).await;
            assert_eq!((after.state(), after.lines[0].quantity_done.as_str()), (state, "4"));
            assert_eq!(company.fulfil(&order.order_id, &[]).await.is_ok(), end == HoldCaseState::Released);
        }
    })
    .await;
}

#[tokio::test]
async fn an_order_that_needs_no_credit_any_more_does_not_lapse() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let done = company.submit(company.order()).await;
        company.fulfil(&done.order_id, &[]).await.unwrap();
        company.gone(&done.order_id, ReservationState::Released, 3).await;
        assert_eq!(company.get_order(&done.order_id).await.state(), pb::OrderState::Fulfilled);
        let refused = company.submit(company.order()).await;
        for state in [ReservationState::Requested, ReservationState::Held, ReservationState::Committed, ReservationState::Rejected] {
            company.gone(&refused.order_id, state, 5).await;
        }
        assert_eq!(company.get_order(&refused.order_id).await.state(), pb::OrderState::Accepted, "that is not said of its end");
        company.gone("somebody else's", ReservationState::Expired, 2).await;
        assert_eq!(company.invoicing.store().rows("dead_letter").await, 0);
    })
    .await;
}

/// Credit had reserved; we died before storing the order; its reservation expired; and only then the retry came.
#[tokio::test]
async fn the_end_of_a_reservation_may_overtake_the_submission() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = company.order();
        let mut ctx = Ctx::system("test", company.tenant).with_request_id(Uuid::try_parse(&request.request_id).unwrap());
        ctx.method = Arc::from("/quittance.invoicing.v1.OrderService/SubmitOrder");
        let id = OrderId::new(ctx.derived_request_id("order").unwrap()).to_string();
        company.gone(&id, ReservationState::Expired, 2).await;
        let order = company.submit(request).await;
        assert_eq!((order.order_id.as_str(), order.state()), (id.as_str(), pb::OrderState::Held));
        assert_eq!(company.last_told::<pb::OrderHeld>(&id).await.order, Some(order));
        company.hold_ends(&id, HoldCaseState::Released).await;
        assert!(company.fulfil(&id, &[]).await.is_ok());
    })
    .await;
}
