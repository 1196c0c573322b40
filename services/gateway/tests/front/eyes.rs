//! Four eyes: a key is the person who made it, and no second pair.

use quittance_api::convert::money_to_wire;
use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::{
    credit_service_client::CreditServiceClient, customer_service_client::CustomerServiceClient, policy_service_client::PolicyServiceClient,
};
use quittance_testkit::{expect_refusal, on_both, request_id};
use quittance_types::{Currency, Money, Reason};
use serde_json::json;
use tonic::Status;

use crate::door::{Door, bearer};
use crate::grpc::with;

fn eur(minor: i64) -> Option<quittance_api::google::r#type::Money> {
    Some(money_to_wire(Money::from_minor(minor, Currency::EUR).unwrap()))
}

/// A key with every permission on limits, made by whoever brings `token`.
async fn key(door: &Door, token: &str) -> String {
    let request = json!({"requestId": request_id(), "name": "ERP", "permissions": ["credit.*", "gateway.*"]});
    let made = door.post(token, "/v1/apiKeys", &request).await;
    assert_eq!(made.status, 200, "{}", made.text());
    made.json()["secret"].as_str().unwrap().to_owned()
}

/// A limit beyond what one person may set, proposed by whoever brings `token`.
async fn propose(door: &Door, token: &str, customer_id: &str) -> String {
    let request = pb::SetLimitRequest {
        request_id: request_id(),
        customer_id: customer_id.to_owned(),
        amount: eur(100_000_000),
        why: "growth".to_owned(),
        as_of: None,
    };
    let limit = CreditServiceClient::new(door.channel()).set_limit(with(request, &[("authorization", &bearer(token))])).await;
    let limit = limit.unwrap().into_inner().limit.unwrap();
    assert_eq!(limit.state(), pb::LimitState::Proposed);
    limit.limit_id
}

async fn approve(door: &Door, token: &str, limit_id: &str) -> Result<pb::LimitState, Status> {
    let request = pb::DecideLimitRequest { request_id: request_id(), limit_id: limit_id.to_owned(), approve: true, ..Default::default() };
    let decided = CreditServiceClient::new(door.channel()).decide_limit(with(request, &[("authorization", &bearer(token))])).await?;
    Ok(decided.into_inner().limit.unwrap().state())
}

async fn customer(door: &Door) -> String {
    let token = bearer(&door.token());
    let policy = pb::CreditPolicy {
        name: "standard".to_owned(),
        currency: "EUR".to_owned(),
        limit_formula: Some(pb::LimitFormula { base: eur(0), per_score_point: eur(0), maximum: eur(0) }),
        four_eyes_above: eur(1_000_000),
        beyond_limit: pb::BeyondLimit::Hold.into(),
        reservation_days: 30,
        ..Default::default()
    };
    let policy = pb::PutPolicyRequest { request_id: request_id(), policy: Some(policy) };
    PolicyServiceClient::new(door.channel()).put_policy(with(policy, &[("authorization", &token)])).await.unwrap();
    let mut customers = CustomerServiceClient::new(door.channel());
    let created = customers.create_customer(with(crate::grpc::create("K-1"), &[("authorization", &token)]));
    created.await.unwrap().into_inner().customer.unwrap().customer_id
}

#[tokio::test]
async fn nobody_approves_by_a_key_what_they_asked_for() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let (alice, bob) = (door.token(), door.token_of_bob());
        let customer = customer(&door).await;
        let key = key(&door, &alice).await;
        let key_of_key = self::key(&door, &key).await;

        let asked = propose(&door, &alice, &customer).await;
        for own in [&alice, &key, &key_of_key] {
            expect_refusal(approve(&door, own, &asked).await, Reason::SelfApproval);
        }
        assert_eq!(approve(&door, &bob, &asked).await.unwrap(), pb::LimitState::Active);
        let asked_by_key = propose(&door, &key, &customer).await;
        for own in [&alice, &key, &key_of_key] {
            expect_refusal(approve(&door, own, &asked_by_key).await, Reason::SelfApproval);
        }
        // A key of somebody else is somebody else.
        let key_of_bob = self::key(&door, &bob).await;
        assert_eq!(approve(&door, &key_of_bob, &asked_by_key).await.unwrap(), pb::LimitState::Active);
    })
    .await;
}
