//! Bugs: contained, named by an id, and silent about themselves.

use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{GetHeadRequest, ReadRequest};
use quittance_types::Reason;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::Code;

use super::fake::SECRET;
use super::harness::{Answer, Server};

fn assert_tells_nothing(answer: &Answer) {
    answer.assert(Code::Internal, "INTERNAL_ERROR");
    let info = answer.details.error_info().unwrap();
    assert_eq!(info.metadata.keys().collect::<Vec<_>>(), ["request_id"]);
    assert_eq!(info.metadata["request_id"].len(), 32);
    let shown = format!("{:?}", answer.status);
    assert!(!shown.contains(SECRET) && !String::from_utf8_lossy(answer.status.details()).contains(SECRET), "{shown}");
}

#[tokio::test]
async fn a_panic_or_bug_shows_the_request_id_only() {
    let server = Server::start(&[]).await;
    for behaviour in ["panic", "internal", "unknown"] {
        assert_tells_nothing(&server.ask(behaviour).send().await);
    }
    server.ask("fine").send().await.assert_ok();
}

#[tokio::test]
async fn a_panic_or_bug_in_a_stream_shows_the_request_id_only() {
    let server = Server::start(&[]).await;
    for after in [1, 2] {
        let answer = server.call("Read").message(&ReadRequest { after, ..ReadRequest::default() }).send().await;
        assert_tells_nothing(&answer);
    }
    let answer = server.call("Read").message(&ReadRequest { after: 3, ..ReadRequest::default() }).send().await;
    answer.assert(Code::FailedPrecondition, "PERIOD_CLOSED");
}

#[tokio::test]
async fn the_request_id_is_the_trace_of_the_caller() {
    let server = Server::start(&[]).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let answer = server.ask("panic").header("traceparent", &format!("00-{trace}-b7ad6b7169203331-01")).send().await;
    assert_eq!(answer.details.error_info().unwrap().metadata["request_id"], trace);
}

#[tokio::test]
async fn a_refusal_keeps_its_facts() {
    let server = Server::start(&[]).await;
    let answer = server.ask("refuse").send().await;
    answer.assert(Code::FailedPrecondition, "PERIOD_CLOSED");
    assert_eq!(answer.details.error_info().unwrap().metadata["period"], "2026-01");
    let answer = server.ask("unavailable").send().await;
    answer.assert(Code::Unavailable, "DATABASE_UNAVAILABLE");
    assert!(answer.details.retry_info().unwrap().retry_delay.is_some());
}

#[tokio::test]
async fn details_that_no_peer_could_read_are_cut() {
    let server = Server::start(&[]).await;
    let answer = server.ask("huge details").send().await;
    answer.assert(Code::InvalidArgument, "TEXT_TOO_LONG");
    assert!(answer.status.message().len() <= 1024);
}

#[tokio::test]
async fn an_answer_too_large_for_its_limit_is_still_an_answer() {
    // tonic sends what it is given; the client's own limit of 4 MiB would refuse it. The server must not fail.
    let server = Server::start(&[]).await;
    let answer = server.ask("huge answer").send().await;
    answer.assert_ok();
    assert!(answer.body.len() > 5 * 1024 * 1024);
}

/// Whoever calls without our own client sees what the transport made of it.
#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_is_an_absent_peer() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let breaking = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (mut seen, mut bytes) = (0, [0; 1024]);
            let empty_settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
            stream.write_all(&empty_settings).await.unwrap();
            // As much as a greeting and the headers of a call.
            while seen < 150 {
                seen += stream.read(&mut bytes).await.unwrap();
            }
        }
    });
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy();
    let status = EventLogServiceClient::new(channel).get_head(GetHeadRequest {}).await.unwrap_err();
    let fault = quittance_api::status::from_status(&status);
    assert_eq!(fault.reason(), Reason::ServiceUnavailable, "{status:?}");
    assert!(fault.is_retryable());
    breaking.abort();
}
