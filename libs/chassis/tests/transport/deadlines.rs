//! Deadlines: rows 13 and 14, and what a stream's deadline is.

use http_body_util::BodyExt;
use quittance_api::events::v1::ReadRequest;
use tonic::Code;

use super::harness::{Answer, Server};

#[tokio::test]
async fn a_deadline_that_cannot_be_read_is_refused() {
    let server = Server::start(&[]).await;
    for wrong in ["abc", "-1S", "123456789n", "1", "", "1.5S", "1s"] {
        server.call("GetHead").header("grpc-timeout", wrong).send().await.assert(Code::InvalidArgument, "BAD_DEADLINE");
    }
    server
        .call("GetHead")
        .header("grpc-timeout", "1S")
        .also("grpc-timeout", "2S")
        .send()
        .await
        .assert(Code::InvalidArgument, "BAD_DEADLINE");
    assert_eq!(server.fake.calls(), 0);
}

#[tokio::test]
async fn what_has_expired_does_not_run() {
    let server = Server::start(&[]).await;
    for expired in ["0n", "0S", "00000000H"] {
        server.call("GetHead").header("grpc-timeout", expired).send().await.assert(Code::DeadlineExceeded, "EXPIRED_ON_ARRIVAL");
    }
    assert_eq!(server.fake.calls(), 0);
}

#[tokio::test]
async fn a_call_ends_at_its_deadline() {
    let server = Server::start(&["server.deadline_ms=40"]).await;
    server.ask("forever").header("grpc-timeout", "30m").send().await.assert(Code::DeadlineExceeded, "DEADLINE_EXPIRED");
    server.ask("forever").send().await.assert(Code::DeadlineExceeded, "DEADLINE_EXPIRED");
}

#[tokio::test]
async fn no_caller_may_ask_for_more_than_the_maximum() {
    let server = Server::start(&["server.deadline_ms=3000", "server.max_deadline_ms=3000"]).await;
    let answer = server.ask("who").header("grpc-timeout", "1H").send().await.text();
    let left: u64 = answer.split('|').nth(5).unwrap().parse().unwrap();
    assert!(left <= 3000, "{answer}");
}

#[tokio::test]
async fn a_stream_outlives_the_deadline_of_unary_calls() {
    let server = Server::start(&["server.deadline_ms=10", "server.max_deadline_ms=10"]).await;
    let mut response = server.call("Read").message(&ReadRequest { after: 9, ..ReadRequest::default() }).open().await.unwrap();
    let first = response.body_mut().frame().await.unwrap().unwrap();
    assert!(first.is_data());
    // A unary call runs into the deadline meanwhile.
    server.ask("forever").send().await.assert(Code::DeadlineExceeded, "DEADLINE_EXPIRED");
    server.fake.release.notify_one();
    Answer::read(response).await.assert_ok();
}

#[tokio::test]
async fn a_stream_ends_at_the_deadline_its_caller_sets() {
    let server = Server::start(&[]).await;
    let answer = server.call("Read").header("grpc-timeout", "50m").message(&ReadRequest::default()).send().await;
    answer.assert(Code::DeadlineExceeded, "DEADLINE_EXPIRED");
    assert!(!answer.body.is_empty(), "the first message came before the deadline");
}
