//! A retry is safe: every method of the gateway that changes facts (invariant I21).

use quittance_api::gateway::v1 as pb;
use quittance_api::gateway::v1::access_service_client::AccessServiceClient;
use quittance_gateway::Gateway;
use quittance_testkit::replay::Replays;
use quittance_testkit::{Backend, Harness, World, expect_refusal, on_both, request_id, tenant};
use quittance_types::Reason;

const PACKAGE: &str = "quittance.gateway.v1";

async fn start(backend: Backend) -> Harness<Gateway> {
    World::new(backend).start_with(&["service.http_address="]).await
}

fn key(name: &str) -> pb::CreateApiKeyRequest {
    pb::CreateApiKeyRequest { name: name.to_owned(), permissions: vec!["credit.customer.read".to_owned()], request_id: request_id() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_is_safe_to_repeat() {
    on_both(|backend| async move {
        let gateway = start(backend).await;
        let caller = gateway.as_user(tenant(1), &["*"]);
        let mut replays = Replays::of(PACKAGE);
        let other = |request| pb::CreateApiKeyRequest { name: "Other".to_owned(), ..request };
        replays.check(&caller, "/quittance.gateway.v1.AccessService/CreateApiKey", async || key("ERP"), other).await;

        let made = async || {
            let made = AccessServiceClient::new(caller.clone()).create_api_key(key("ERP")).await.unwrap().into_inner();
            made.api_key.unwrap().api_key_id
        };
        let second = made().await;
        let fresh = async || pb::RevokeApiKeyRequest { api_key_id: made().await, ..Default::default() };
        let other = move |request| pb::RevokeApiKeyRequest { api_key_id: second.clone(), ..request };
        replays.check(&caller, "/quittance.gateway.v1.AccessService/RevokeApiKey", fresh, other).await;

        let fresh = async || pb::RevokePersonRequest { subject: "alice".to_owned(), ..Default::default() };
        let other = |request| pb::RevokePersonRequest { subject: "bob".to_owned(), ..request };
        replays.check(&caller, "/quittance.gateway.v1.PersonService/RevokePerson", fresh, other).await;
        replays.finish();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_tenant_is_not_found() {
    on_both(|backend| async move {
        let gateway = start(backend).await;
        let mut owner = AccessServiceClient::new(gateway.as_user(tenant(1), &["*"]));
        let mut stranger = AccessServiceClient::new(gateway.as_user(tenant(2), &["*"]));
        let api_key_id = owner.create_api_key(key("ERP")).await.unwrap().into_inner().api_key.unwrap().api_key_id;
        let revoke = || pb::RevokeApiKeyRequest { request_id: request_id(), api_key_id: api_key_id.clone() };
        expect_refusal(stranger.revoke_api_key(revoke()).await, Reason::ResourceNotFound);
        assert!(stranger.list_api_keys(pb::ListApiKeysRequest::default()).await.unwrap().into_inner().api_keys.is_empty());
        assert!(owner.revoke_api_key(revoke()).await.unwrap().into_inner().api_key.unwrap().revoked);
    })
    .await;
}
