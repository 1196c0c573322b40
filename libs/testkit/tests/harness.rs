//! The harness around a small service, on both databases and over the real wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sample/service.rs"]
mod service;

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use quittance_api::gateway::v1::access_service_client::AccessServiceClient;
use quittance_api::gateway::v1::{CreateApiKeyRequest, ListApiKeysRequest, RevokeApiKeyRequest};
use quittance_chassis::client::call_ctx;
use quittance_chassis::server::Services;
use quittance_chassis::{Ctx, Principal};
use quittance_testkit::replay::{self, Replays};
use quittance_testkit::{Backend, Caller, Harness, World, expect_refusal, on_both, race, request_id, tenant};
use quittance_types::{BusinessDate, Reason};
use service::{Follower, Forgetful, Sample};

const CONTRACT: &str = "quittance.gateway.v1.AccessService";
const CREATE: &str = "/quittance.gateway.v1.AccessService/CreateApiKey";
const REVOKE: &str = "/quittance.gateway.v1.AccessService/RevokeApiKey";

fn create(name: &str) -> CreateApiKeyRequest {
    CreateApiKeyRequest { request_id: request_id(), name: name.to_owned(), permissions: Vec::new() }
}

async fn new_key(caller: &Caller, name: &str) -> String {
    let answer = AccessServiceClient::new(caller.clone()).create_api_key(create(name)).await.unwrap();
    answer.into_inner().api_key.unwrap().api_key_id
}

async fn names(caller: &Caller) -> Vec<String> {
    let answer = AccessServiceClient::new(caller.clone()).list_api_keys(ListApiKeysRequest::default()).await.unwrap();
    answer.into_inner().api_keys.into_iter().map(|key| key.name).collect()
}

#[tokio::test]
async fn tenants_have_their_own_rows_and_survive_a_restart() {
    on_both(|backend| async move {
        let mut sample = Harness::<Sample>::start(backend).await;
        let one = sample.as_user(tenant(1), &["gateway.*"]);
        new_key(&one, "first").await;
        assert_eq!(names(&one).await, ["first"]);
        assert_eq!(names(&sample.as_user(tenant(2), &["*"])).await, Vec::<String>::new());
        assert_eq!(sample.store().rows("api_key").await, 1);
        sample.restart().await;
        assert_eq!(names(&sample.as_user(tenant(1), &["*"])).await, ["first"]);
        sample.crash().await;
        let mut client = AccessServiceClient::new(one);
        assert!(client.list_api_keys(ListApiKeysRequest::default()).await.is_err(), "nobody listens any more");
        sample.restart().await;
        assert_eq!(names(&sample.as_user(tenant(1), &["*"])).await, ["first"]);
    })
    .await;
}

#[tokio::test]
async fn two_harnesses_share_nothing() {
    on_both(|backend| async move {
        let (one, two) = (Harness::<Sample>::start(backend).await, Harness::<Sample>::start(backend).await);
        new_key(&one.as_user(tenant(1), &["*"]), "first").await;
        assert_eq!((one.store().rows("api_key").await, two.store().rows("api_key").await), (1, 0));
        let token = one.as_user(tenant(1), &["*"]).authorization().unwrap();
        let mut stranger = AccessServiceClient::new(two.with_authorization(&[&token]));
        expect_refusal(stranger.list_api_keys(ListApiKeysRequest::default()).await, Reason::TokenInvalid);
    })
    .await;
}

#[tokio::test]
async fn callers_are_who_they_say_and_may_what_they_may() {
    let sample = Harness::<Sample>::start(Backend::Sqlite).await;
    let list = async |caller: Caller| AccessServiceClient::new(caller).list_api_keys(ListApiKeysRequest::default()).await;
    expect_refusal(list(sample.with_authorization(&[])).await, Reason::TokenMissing);
    expect_refusal(list(sample.with_authorization(&["Bearer a.b.c", "Bearer a.b.c"])).await, Reason::TokenInvalid);
    let refusal = expect_refusal(list(sample.as_user(tenant(1), &["gateway.apikey.write"])).await, Reason::PermissionMissing);
    assert_eq!(quittance_testkit::fact_of(&refusal, "permission").as_deref(), Some("gateway.apikey.read"));
    list(sample.as_service("credit", tenant(1))).await.unwrap();
    let forged = Principal::user("somebody", tenant(1), quittance_chassis::Permissions::all());
    expect_refusal(list(sample.as_principal("credit", forged)).await, Reason::CallerNotAllowed);
}

#[tokio::test]
async fn time_stands_still_until_it_is_moved_and_tokens_keep_up() {
    let sample = Harness::<Sample>::start(Backend::Sqlite).await;
    let caller = sample.as_user(tenant(1), &["*"]);
    assert_eq!(sample.world().today().to_string(), "2026-01-15");
    new_key(&caller, "in winter").await;
    sample.world().move_to(BusinessDate::parse("2027-07-01").unwrap());
    new_key(&caller, "next summer").await;
    assert_eq!(sample.world().today().to_string(), "2027-07-01");
    assert_eq!(names(&caller).await, ["in winter", "next summer"]);
}

#[tokio::test]
async fn settings_can_be_set() {
    let world = World::with_names(Backend::Sqlite, &["sample"]);
    let sample = world.start_with::<Sample>(&["service.name_length=3"]).await;
    let mut client = AccessServiceClient::new(sample.as_user(tenant(1), &["*"]));
    expect_refusal(client.create_api_key(create("four")).await, Reason::TextTooLong);
}

#[tokio::test]
async fn every_mutation_can_be_repeated() {
    on_both(|backend| async move {
        let sample = Harness::<Sample>::start(backend).await;
        let caller = sample.as_user(tenant(1), &["*"]);
        let mut replays = Replays::of(CONTRACT);
        let fresh = async || CreateApiKeyRequest { name: "new".to_owned(), ..CreateApiKeyRequest::default() };
        replays.check(&caller, CREATE, fresh, |request| CreateApiKeyRequest { name: "other".to_owned(), ..request }).await;
        assert_eq!(sample.store().rows("api_key").await, 2, "one for the sequence, one for the race");
        let other = new_key(&caller, "other").await;
        let fresh = async || RevokeApiKeyRequest { request_id: String::new(), api_key_id: new_key(&caller, "short-lived").await };
        replays.check(&caller, REVOKE, fresh, |request| RevokeApiKeyRequest { api_key_id: other.clone(), ..request }).await;
        assert_eq!(sample.store().number("SELECT sum(revoked) FROM api_key").await, 2);
        replays.finish();
    })
    .await;
}

#[tokio::test]
async fn a_service_that_forgets_is_found_out() {
    let forgetful = Harness::<Forgetful>::start(Backend::Sqlite).await;
    let caller = forgetful.as_user(tenant(1), &["*"]);
    let fresh = async || CreateApiKeyRequest { name: "new".to_owned(), ..CreateApiKeyRequest::default() };
    let check = replay::exactly_once(&caller, CREATE, fresh, |request| CreateApiKeyRequest { name: "other".to_owned(), ..request });
    let panic = AssertUnwindSafe(check).catch_unwind().await.unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains("the second answer to the same request differs"));
}

#[tokio::test]
async fn a_forgotten_method_is_named() {
    let mut replays = Replays::of(CONTRACT);
    replays.skip(CREATE, "checked elsewhere");
    let panic = std::panic::catch_unwind(|| replays.finish()).unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().contains(REVOKE));
}

#[tokio::test]
async fn events_have_arrived_when_the_world_has_settled() {
    on_both(|backend| async move {
        let world = World::with_names(backend, &["sample", "follower"]);
        let (sample, mut follower) = (world.start::<Sample>().await, world.start::<Follower>().await);
        let caller = sample.as_user(tenant(1), &["*"]);
        for number in 1..=3_i64 {
            new_key(&caller, "key").await;
            world.settle().await;
            assert_eq!(follower.store().rows("seen").await, number);
        }
        follower.stop().await;
        let last = new_key(&caller, "while nobody listens").await;
        follower.restart().await;
        world.settle().await;
        assert_eq!(follower.store().rows("seen").await, 4);
        let revoke = RevokeApiKeyRequest { request_id: request_id(), api_key_id: last };
        AccessServiceClient::new(caller).revoke_api_key(revoke).await.unwrap();
        world.settle().await;
        assert_eq!(follower.store().rows("seen").await, 4, "nobody reacts to a revocation");
    })
    .await;
}

#[tokio::test]
async fn the_list_of_mutations_comes_from_the_contracts() {
    let mutations = replay::mutations(CONTRACT);
    assert!(mutations.contains(CREATE) && mutations.contains(REVOKE));
    assert!(!mutations.iter().any(|path| path.contains("ListApiKeys")));
    assert!(replay::mutations("quittance.gateway").is_empty() || !replay::mutations("quittance.gate").contains(CREATE));
}

#[tokio::test]
async fn parallel_writers_all_get_through() {
    on_both(|backend| async move {
        let sample = Harness::<Sample>::start(backend).await;
        let caller = sample.as_user(tenant(1), &["*"]);
        let results = race(24, |index| {
            let caller = caller.clone();
            async move { AccessServiceClient::new(caller).create_api_key(create(&format!("key {index}"))).await }
        })
        .await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(sample.store().rows("api_key").await, 24);
    })
    .await;
}

#[tokio::test]
async fn peers_are_absent_stand_in_or_real() {
    let world = World::with_names(Backend::Sqlite, &["sample"]);
    let credit = world.start_with::<Sample>(&[]).await;
    let ctx = Ctx::system("test", tenant(1));
    let call = async |name: &str| {
        let mut client = AccessServiceClient::new(credit.node().peers().wire(name));
        client.list_api_keys(call_ctx(&ctx, ListApiKeysRequest::default())).await
    };
    expect_refusal(call("collections").await, Reason::ServiceUnavailable);
    call("sample").await.unwrap();
    world.stand_in("collections", Services::new());
    expect_refusal(call("collections").await, Reason::MethodUnknown);
    world.take_away("sample");
    expect_refusal(call("sample").await, Reason::ServiceUnavailable);
}
