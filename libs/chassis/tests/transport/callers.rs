//! What an accepted caller may do: rows 25 to 28 of the list of bad input.

use quittance_chassis::auth::TOKEN_LIFE;
use quittance_chassis::{Permissions, Principal, PrincipalKind};
use tonic::Code;

use super::harness::{NAME, Server, user};

#[tokio::test]
async fn a_missing_permission_is_named() {
    let server = Server::start(&[]).await;
    let answer = server.call("GetHead").bearer(&server.token(&["events.audit.*", "credit.*"])).send().await;
    answer.assert(Code::PermissionDenied, "PERMISSION_MISSING");
    assert_eq!(answer.details.error_info().unwrap().metadata["permission"], "events.log.read");
    server.call("GetHead").bearer(&server.token(&["events.log.*"])).send().await.assert_ok();
    assert_eq!(server.fake.calls(), 1);
}

#[tokio::test]
async fn a_request_may_not_name_a_tenant() {
    let server = Server::start(&[]).await;
    for header in ["x-tenant", "x-tenant-id", "tenant", "tenant-id", "quittance-tenant"] {
        let answer = server.call("GetHead").header(header, "ten_0000000000000000000000000000000b").send().await;
        answer.assert(Code::InvalidArgument, "TENANT_NOT_ALLOWED_IN_REQUEST");
    }
}

#[tokio::test]
async fn each_caller_gets_what_it_is_allowed_and_no_more() {
    let server = Server::start(&[r#"auth.callers={ gateway = ["*"], invoicing = ["events.audit.*"] }"#]).await;
    let service = Principal { kind: PrincipalKind::Service, ..user(Permissions::all()) };
    let token = server.ring.minter("invoicing", &server.clock).unwrap().mint(&service, NAME, TOKEN_LIFE).unwrap();
    let answer = server.call("GetHead").bearer(&token).send().await;
    // The embedded allowance of everybody still stands beside the table given; it must not widen a named caller's.
    answer.assert(Code::PermissionDenied, "CALLER_NOT_ALLOWED");
    assert_eq!(answer.details.error_info().unwrap().metadata["caller"], "invoicing");
    server.ask("fine").bearer(&token).send().await.assert_ok();
}

#[tokio::test]
async fn only_the_gateway_vouches_for_people() {
    let server = Server::start(&[]).await;
    let token = server.ring.minter("invoicing", &server.clock).unwrap().mint(&user(Permissions::all()), NAME, TOKEN_LIFE).unwrap();
    server.call("GetHead").bearer(&token).send().await.assert(Code::PermissionDenied, "CALLER_NOT_ALLOWED");
}
