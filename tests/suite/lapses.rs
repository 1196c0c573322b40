//! Orders and the credit they need, through both services: what credit refused it may grant, and what it granted may lapse.

use quittance_testkit::{on_both, reason_of, request_id};
use serde_json::{Value, json};

use crate::bad_input::stage::{Stage, date, euro, line, policy, text};

async fn ask(stage: &Stage, method: &str, body: Value) -> Value {
    stage.ask(method, &body).await.unwrap_or_else(|status| panic!("{method}: {status:?}"))
}

/// An order of this many times 119.00.
fn order(stage: &Stage, times: &str) -> Value {
    let lines = [line(times, "100.00")];
    json!({"request_id": request_id(), "customer_id": stage.buyer, "legal_entity_id": stage.seller, "currency": "EUR",
        "lines": lines, "as_of": date(2026, 1, 15)})
}

async fn submit(stage: &Stage, order: &Value) -> String {
    let submitted = ask(stage, "invoicing.OrderService/SubmitOrder", order.clone()).await;
    assert_eq!(submitted["order"]["state"], json!("ORDER_STATE_ACCEPTED"), "{submitted}");
    text(&submitted["order"]["order_id"])
}

async fn state(stage: &Stage, order_id: &str) -> String {
    stage.world.settle().await;
    text(&ask(stage, "invoicing.OrderService/GetOrder", json!({"order_id": order_id})).await["order"]["state"])
}

async fn limit(stage: &Stage, minor: i64) {
    let body = json!({"customer_id": stage.buyer, "amount": euro(minor), "why": "Review", "as_of": date(2026, 2, 20)});
    ask(stage, "credit.CreditService/SetLimit", body).await;
}

/// The limit is 5,000.00, of which an invoice of 119.00 takes its part and 100.00 of cash gives some back.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_outlives_its_reservation_needs_credit_again() {
    on_both(|backend| async move {
        let stage = Stage::start(backend).await;
        let order_id = submit(&stage, &order(&stage, "30")).await;
        let expire = json!({"as_of": date(2026, 2, 15)});
        assert_eq!(ask(&stage, "credit.CreditService/ExpireReservations", expire).await["expired"], json!(1));
        assert_eq!(state(&stage, &order_id).await, "ORDER_STATE_ACCEPTED", "there is room: it was granted anew");
        let exposure = ask(&stage, "credit.CreditService/GetExposure", json!({"customer_id": stage.buyer})).await;
        assert_eq!(exposure["exposure"]["ordered"], euro(357_000));

        limit(&stage, 0).await;
        let expire = json!({"as_of": date(2026, 3, 20)});
        assert_eq!(ask(&stage, "credit.CreditService/ExpireReservations", expire).await["expired"], json!(1));
        assert_eq!(state(&stage, &order_id).await, "ORDER_STATE_HELD", "there is none");
        let deliver = stage.ask("invoicing.OrderService/FulfilOrder", &json!({"order_id": order_id})).await;
        assert_eq!(reason_of(&deliver.unwrap_err()), "ILLEGAL_TRANSITION");
        limit(&stage, 500_000).await;
        assert_eq!(state(&stage, &order_id).await, "ORDER_STATE_ACCEPTED");
        ask(&stage, "invoicing.OrderService/FulfilOrder", json!({"order_id": order_id})).await;
        assert_eq!(state(&stage, &order_id).await, "ORDER_STATE_FULFILLED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_beyond_the_limit_is_asked_for_again_by_the_same_request() {
    on_both(|backend| async move {
        let stage = Stage::start(backend).await;
        ask(&stage, "credit.PolicyService/PutPolicy", policy("BEYOND_LIMIT_REJECT")).await;
        let order = order(&stage, "50");
        for _ in 0..2 {
            let refused = stage.ask("invoicing.OrderService/SubmitOrder", &order).await.unwrap_err();
            assert_eq!(reason_of(&refused), "CREDIT_LIMIT_EXCEEDED");
        }
        limit(&stage, 900_000).await;
        let order_id = submit(&stage, &order).await;
        assert_eq!(submit(&stage, &order).await, order_id);
    })
    .await;
}
