//! Limits and the second person.

use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::credit_service_client::CreditServiceClient;
use quittance_testkit::{expect_refusal, on_both, race, request_id, tenant};
use quittance_types::Reason;
use tonic::Status;

use crate::fixture::{Desk, customer, euro, minor, nobody, set_limit};

async fn decide(desk: &Desk, person: &str, limit: &pb::Limit, approve: bool) -> Result<pb::Limit, Status> {
    let request = pb::DecideLimitRequest {
        request_id: request_id(),
        limit_id: limit.limit_id.clone(),
        approve,
        etag: limit.etag.clone(),
        why: String::new(),
        as_of: None,
    };
    Ok(desk.desk_of(person).decide_limit(request).await?.into_inner().limit.unwrap())
}

async fn list(desk: &Desk, customer: &str, state: pb::LimitState) -> Vec<i64> {
    let request = pb::ListLimitsRequest { customer_id: customer.to_owned(), state: state.into(), ..Default::default() };
    desk.desk().list_limits(request).await.unwrap().into_inner().limits.iter().map(|limit| minor(&limit.amount)).collect()
}

#[tokio::test]
async fn a_limit_above_the_threshold_needs_a_second_person() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.customer_with_limit(1_000_000).await;
        let proposed = desk.set_limit(&buyer, 1_000_001).await;
        assert_eq!((proposed.state(), proposed.requested_by.as_str()), (pb::LimitState::Proposed, "tester"));
        assert_eq!(desk.sums(&buyer).await.3, 1_000_000, "a proposal is not in force");
        expect_refusal(decide(&desk, "tester", &proposed, true).await, Reason::SelfApproval);
        expect_refusal(decide(&desk, "tester", &proposed, false).await, Reason::SelfApproval);
        let stale = pb::Limit { etag: "7".to_owned(), ..proposed.clone() };
        expect_refusal(decide(&desk, "second", &stale, true).await, Reason::ApprovalStale);
        let approved = decide(&desk, "second", &proposed, true).await.unwrap();
        assert_eq!((approved.state(), approved.approved_by.as_str()), (pb::LimitState::Active, "second"));
        assert_eq!(desk.sums(&buyer).await.3, 1_000_001);
        expect_refusal(decide(&desk, "third", &approved, false).await, Reason::IllegalTransition);
        expect_refusal(decide(&desk, "third", &proposed, true).await, Reason::ApprovalStale);

        let refused = desk.set_limit(&buyer, 9_000_000).await;
        assert_eq!(decide(&desk, "second", &refused, false).await.unwrap().state(), pb::LimitState::Rejected);
        assert_eq!(desk.sums(&buyer).await.3, 1_000_001);
        assert_eq!(list(&desk, &buyer, pb::LimitState::Active).await, [1_000_001]);
        assert_eq!(list(&desk, &buyer, pb::LimitState::Superseded).await, [1_000_000]);
        assert_eq!(list(&desk, &buyer, pb::LimitState::Unspecified).await, [9_000_000, 1_000_001, 1_000_000]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_second_people_one_decides() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.create(customer("")).await.unwrap().customer_id;
        let proposed = desk.set_limit(&buyer, 2_000_000).await;
        let results = race(16, |person| {
            let mut client = desk.desk_of(&format!("second-{person}"));
            let limit_id = proposed.limit_id.clone();
            let request = pb::DecideLimitRequest { request_id: request_id(), limit_id, approve: person % 2 == 0, ..Default::default() };
            async move { client.decide_limit(request).await }
        })
        .await;
        let (decided, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(decided.len(), 1);
        for result in refused {
            expect_refusal(result, Reason::IllegalTransition);
        }
    })
    .await;
}

#[tokio::test]
async fn bad_limits_are_refused() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let buyer = desk.create(customer("")).await.unwrap().customer_id;
        let mut client = desk.desk();
        expect_refusal(client.set_limit(set_limit(&buyer, -1)).await, Reason::AmountOutOfRange);
        expect_refusal(client.set_limit(set_limit(&nobody("cus"), 1)).await, Reason::ResourceNotFound);
        let mut dollars = set_limit(&buyer, 1);
        dollars.amount.as_mut().unwrap().currency_code = "USD".to_owned();
        expect_refusal(client.set_limit(dollars).await, Reason::CurrencyMismatch);
        assert_eq!(desk.set_limit(&buyer, 0).await.amount, Some(euro(0)));
        let proposed = desk.set_limit(&buyer, 2_000_000).await;
        let mut stranger = CreditServiceClient::new(desk.credit.as_user(tenant(2), &["*"]));
        let request = pb::DecideLimitRequest { request_id: request_id(), limit_id: proposed.limit_id, approve: true, ..Default::default() };
        expect_refusal(stranger.decide_limit(request).await, Reason::ResourceNotFound);
    })
    .await;
}
