//! Places, quotas, connections: what is beyond them is refused at once and told when to come back.

use std::time::Duration;

use quittance_api::events::v1::ReadRequest;
use quittance_chassis::Permissions;
use quittance_chassis::auth::{GATEWAY, TOKEN_LIFE};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tonic::Code;

use super::floods::Peer;
use super::harness::{NAME, Server, user};

#[tokio::test]
async fn a_full_server_refuses_and_recovers() {
    let server = Server::start(&["server.max_in_flight=1", "server.max_waiting=0"]).await;
    let busy = tokio::spawn(server.ask("wait").send());
    server.fake.entered.notified().await;
    let refused = server.call("GetHead").send().await;
    refused.assert(Code::Unavailable, "OVERLOADED");
    assert!(refused.details.retry_info().unwrap().retry_delay.is_some());
    server.fake.release.notify_one();
    busy.await.unwrap().assert_ok();
    server.call("GetHead").send().await.assert_ok();
}

#[tokio::test]
async fn a_short_queue_bridges_a_peak() {
    let server = Server::start(&["server.max_in_flight=1", "server.max_waiting=1", "server.max_wait_ms=5000"]).await;
    let busy = tokio::spawn(server.ask("wait").send());
    server.fake.entered.notified().await;
    let patient = tokio::spawn(server.call("GetHead").send());
    server.fake.release.notify_one();
    busy.await.unwrap().assert_ok();
    patient.await.unwrap().assert_ok();
}

#[tokio::test]
async fn streams_do_not_keep_short_calls_out() {
    let server = Server::start(&["server.max_in_flight=1", "server.max_waiting=0", "server.max_streams=1"]).await;
    let tail = server.call("Read").message(&ReadRequest::default()).open().await.unwrap();
    server.call("GetHead").send().await.assert_ok();
    server.call("Read").message(&ReadRequest::default()).send().await.assert(Code::Unavailable, "OVERLOADED");
    drop(tail);
}

#[tokio::test]
async fn a_tenant_beyond_its_quota_is_told_to_wait() {
    let server = Server::start(&["quota.per_second=1", "quota.burst=2"]).await;
    server.call("GetHead").send().await.assert_ok();
    server.call("GetHead").send().await.assert_ok();
    let refused = server.call("GetHead").send().await;
    refused.assert(Code::ResourceExhausted, "RATE_LIMITED");
    assert!(refused.details.retry_info().unwrap().retry_delay.unwrap() > Duration::ZERO);
    assert_eq!(refused.details.quota_failure().unwrap().violations.len(), 1);

    let mut other = user(Permissions::all());
    other.tenant = quittance_types::TenantId::new(uuid::Uuid::from_u128(0xB));
    let token = server.ring.minter(GATEWAY, &server.clock).unwrap().mint(&other, NAME, TOKEN_LIFE).unwrap();
    server.call("GetHead").bearer(&token).send().await.assert_ok();
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed() {
    let server = Server::start(&["server.max_connections=1"]).await;
    server.call("GetHead").send().await.assert_ok();
    let mut second = TcpStream::connect(server.serving.address()).await.unwrap();
    let mut byte = [0];
    let read = second.read(&mut byte).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    server.call("GetHead").send().await.assert_ok();
}

#[tokio::test]
async fn an_old_connection_is_left_without_losing_a_call() {
    let server = Server::start(&["server.connection_age_ms=40", "server.connection_grace_ms=20000"]).await;
    let busy = tokio::spawn(server.ask("wait").send());
    server.fake.entered.notified().await;
    // The call in flight is on an older connection than these: each of them grows old before the next begins.
    for _ in 0..3 {
        Peer::connect(&server, &[]).await.sent_away().await;
        server.call("GetHead").send().await.assert_ok();
    }
    server.fake.release.notify_one();
    busy.await.unwrap().assert_ok();
}
