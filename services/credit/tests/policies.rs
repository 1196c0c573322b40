//! Policies and their versions.

use quittance_api::credit::v1 as pb;
use quittance_testkit::{World, expect_refusal, fields_of, on_both, request_id, tenant};
use quittance_types::Reason;

use crate::fixture::{Desk, customer, euro, policy, reserve, set_limit};

#[tokio::test]
async fn the_newest_version_is_active_and_older_ones_are_kept() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let second = desk.put_policy(pb::CreditPolicy { name: "Strict".to_owned(), minimum_score: 50, ..policy() }).await;
        assert_eq!(second.version, 2);
        let get = async |version| {
            let answer = desk.policies().get_policy(pb::GetPolicyRequest { version }).await;
            answer.map(|answer| answer.into_inner().policy.unwrap())
        };
        assert_eq!(get(0).await.unwrap(), second);
        assert_eq!(get(1).await.unwrap().name, "Standard");
        expect_refusal(get(3).await, Reason::ResourceNotFound);
    })
    .await;
}

#[tokio::test]
async fn without_a_policy_nothing_is_decided() {
    on_both(|backend| async move {
        let mut desk = Desk::start_in(&World::new(backend)).await;
        desk.tenant = tenant(2);
        expect_refusal(desk.policies().get_policy(pb::GetPolicyRequest { version: 0 }).await, Reason::PolicyMissing);
        let buyer = desk.create(customer("")).await.unwrap().customer_id;
        expect_refusal(desk.try_reserve(reserve(&buyer, 100)).await, Reason::PolicyMissing);
        expect_refusal(desk.desk().set_limit(set_limit(&buyer, 100)).await, Reason::PolicyMissing);
        let bad = pb::CreditPolicy { currency: "EURO".to_owned(), minimum_score: 101, reservation_days: -1, ..policy() };
        let request = pb::PutPolicyRequest { request_id: request_id(), policy: Some(bad) };
        let status = desk.policies().put_policy(request).await.unwrap_err();
        assert_eq!(fields_of(&status), ["policy.currency", "policy.minimum_score", "policy.reservation_days"]);
    })
    .await;
}

#[tokio::test]
async fn a_score_recommends_a_limit_and_stands_in_for_one() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.create(customer("")).await.unwrap().customer_id;
        assert_eq!(desk.reserve(&buyer, 1).await.decision(), pb::Decision::Hold, "nobody without limit and score is lent to");
        let score =
            |score| pb::SetScoreRequest { request_id: request_id(), customer_id: buyer.clone(), score, source: "Bureau".to_owned() };
        let scored = desk.desk().set_score(score(Some(40))).await.unwrap().into_inner();
        assert_eq!((scored.score, scored.recommended_limit, scored.source.as_str()), (40, Some(euro(50_000)), "Bureau"));
        let shown = desk.exposure(&buyer, None).await;
        assert_eq!((shown.score, shown.score_source.as_str()), (Some(40), "Bureau"));
        assert_eq!(desk.reserve(&buyer, 50_000).await.decision(), pb::Decision::Approve);
        assert_eq!(desk.reserve(&buyer, 1).await.decision(), pb::Decision::Hold);
        expect_refusal(desk.desk().set_score(score(Some(101))).await, Reason::ValueOutOfRange);
        expect_refusal(desk.desk().set_score(score(None)).await, Reason::FieldRequired);
        assert_eq!(desk.credit.store().number("SELECT max(score) FROM credit_account").await, 40);
    })
    .await;
}
