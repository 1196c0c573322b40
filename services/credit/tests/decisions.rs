//! What credit answers, and why.

use quittance_api::credit::v1 as pb;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both};
use quittance_types::Reason;

use crate::fixture::{Desk, customer, euro, minor, nobody, policy, reserve};

fn failed(rules: &[pb::RuleOutcome]) -> Vec<&str> {
    rules.iter().filter(|rule| !rule.passed).map(|rule| rule.reason.as_str()).collect()
}

#[tokio::test]
async fn a_check_says_what_a_reservation_would_and_keeps_nothing() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let check = async |amount| {
            let request = pb::CheckCreditRequest { customer_id: buyer.clone(), amount: Some(euro(amount)), ..Default::default() };
            desk.desk().check_credit(request).await.unwrap().into_inner()
        };
        let fits = check(10_000).await;
        assert_eq!((fits.decision(), failed(&fits.rules), minor(&fits.available)), (pb::Decision::Approve, vec![], 10_000));
        let too_much = check(10_001).await;
        assert_eq!((too_much.decision(), failed(&too_much.rules)), (pb::Decision::Hold, vec!["CREDIT_LIMIT_EXCEEDED"]));
        assert_eq!(desk.credit.store().rows("reservation").await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_policy_decides_what_happens_beyond_the_limit() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        let expected = [
            (pb::BeyondLimit::Hold, pb::Decision::Hold, pb::ReservationState::Requested),
            (pb::BeyondLimit::Prepay, pb::Decision::Prepay, pb::ReservationState::Requested),
        ];
        for (beyond_limit, decision, state) in expected {
            desk.put_policy(pb::CreditPolicy { beyond_limit: beyond_limit.into(), ..policy() }).await;
            let reservation = desk.reserve(&buyer, 10_001).await;
            assert_eq!((reservation.decision(), reservation.state()), (decision, state));
            assert_eq!((minor(&reservation.held), reservation.reasons.as_slice()), (0, ["CREDIT_LIMIT_EXCEEDED".to_owned()].as_slice()));
        }
        let methods = vec!["transfer".to_owned(), "direct_debit".to_owned()];
        desk.put_policy(pb::CreditPolicy { allowed_methods: methods, ..policy() }).await;
        for (method, decision) in [("card", pb::Decision::Reject), ("Transfer", pb::Decision::Approve), ("", pb::Decision::Approve)] {
            let paid_by = pb::ReserveCreditRequest { payment_method: method.to_owned(), ..reserve(&buyer, 1) };
            let decided = desk.try_reserve(paid_by).await.unwrap();
            assert_eq!(decided.decision(), decision, "{method}");
            assert_eq!(
                decided.reasons.first().map(String::as_str),
                (decision == pb::Decision::Reject).then_some("PAYMENT_METHOD_NOT_ALLOWED")
            );
        }
        desk.put_policy(pb::CreditPolicy { allowed_terms: vec!["net 14".to_owned()], ..policy() }).await;
        let refused = desk.reserve(&buyer, 1).await;
        assert_eq!((refused.decision(), refused.reasons), (pb::Decision::Reject, vec!["TERMS_NOT_ALLOWED".to_owned()]));
        let mut other_terms = reserve(&buyer, 1);
        other_terms.payment_terms = "net 14".to_owned();
        assert_eq!(desk.try_reserve(other_terms).await.unwrap().decision(), pb::Decision::Approve);
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}

/// A refusal stands for the moment: nothing is kept of it, and the same request finds the room that came back.
#[tokio::test]
async fn what_is_refused_for_the_limit_may_be_asked_for_again() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        desk.put_policy(pb::CreditPolicy { beyond_limit: pb::BeyondLimit::Reject.into(), ..policy() }).await;
        desk.reserve(&buyer, 4_000).await;
        let request = reserve(&buyer, 6_001);
        for _ in 0..2 {
            let refusal = expect_refusal(desk.try_reserve(request.clone()).await, Reason::CreditLimitExceeded);
            assert_eq!(fact_of(&refusal, "available").as_deref(), Some("60.00"));
        }
        assert_eq!((desk.credit.store().rows("reservation").await, desk.open_cases(&buyer).await.len()), (1, 0));
        desk.set_limit(&buyer, 10_001).await;
        let reserved = desk.try_reserve(request).await.unwrap();
        assert_eq!((reserved.state(), minor(&reserved.held)), (pb::ReservationState::Held, 6_001));
        assert_eq!(desk.broken_sums().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_explained_by_what_it_saw() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(10_000).await;
        desk.reserve(&buyer, 4_000).await;
        let held = desk.reserve(&buyer, 7_000).await;
        desk.set_limit(&buyer, 5_000).await;
        let request = pb::ExplainDecisionRequest { reservation_id: held.reservation_id };
        let explained = desk.desk().explain_decision(request).await.unwrap().into_inner();
        let seen = explained.exposure.as_ref().unwrap();
        assert_eq!((minor(&seen.limit), minor(&seen.ordered), minor(&explained.amount)), (10_000, 4_000, 7_000));
        assert_eq!((explained.decision(), failed(&explained.rules)), (pb::Decision::Hold, vec!["CREDIT_LIMIT_EXCEEDED"]));
        assert_eq!((explained.rules.len(), explained.policy_version), (7, 1));
    })
    .await;
}

#[tokio::test]
async fn bad_questions_are_refused() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.create(customer("")).await.unwrap().customer_id;
        let bad =
            pb::ReserveCreditRequest { customer_id: "x".to_owned(), order_id: String::new(), amount: Some(euro(0)), ..reserve(&buyer, 1) };
        let status = desk.try_reserve(bad).await.unwrap_err();
        assert_eq!(fields_of(&status), ["customer_id", "order_id", "amount"]);
        let mut dollars = reserve(&buyer, 1);
        dollars.amount.as_mut().unwrap().currency_code = "USD".to_owned();
        expect_refusal(desk.try_reserve(dollars).await, Reason::CurrencyMismatch);
        expect_refusal(desk.try_reserve(reserve(&nobody("cus"), 1)).await, Reason::ResourceNotFound);
        let request = pb::ExplainDecisionRequest { reservation_id: nobody("rsv") };
        expect_refusal(desk.desk().explain_decision(request).await, Reason::ResourceNotFound);
    })
    .await;
}
