//! Stopping: what is in flight may finish, what never would is cut, and it ends in time.

use std::time::Duration;

use quittance_api::events::v1::ReadRequest;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tonic::Code;

use super::harness::{Answer, Server};

/// Far longer than the limit that is given to stop; what waits for its peers would never end.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn calls_in_flight_finish() {
    let server = Server::start(&[]).await;
    let busy = tokio::spawn(server.ask("wait").send());
    server.fake.entered.notified().await;
    let address = server.serving.address();
    server.router.drain();
    let stopped = tokio::spawn(server.serving.stop(Duration::from_secs(20)));
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    server.fake.release.notify_one();
    busy.await.unwrap().assert_ok();
    drop(server.channel);
    assert!(stopped.await.unwrap(), "nothing had to be cut");
}

#[tokio::test]
async fn an_event_tail_is_ended_with_a_reason_to_come_back() {
    let server = Server::start(&[]).await;
    let tail = server.call("Read").message(&ReadRequest::default()).open().await.unwrap();
    server.router.drain();
    let answer = Answer::read(tail).await;
    answer.assert(Code::Unavailable, "DRAINING");
    server.call("GetHead").send().await.assert(Code::Unavailable, "DRAINING");
}

#[tokio::test]
async fn silent_peers_do_not_hold_up_the_end() {
    let server = Server::start(&[]).await;
    let address = server.serving.address();
    let mut silent = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The preface, empty SETTINGS, the HEADERS of a call that never gets its body - and never a word again.
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
        stream.write_all(&[0, 0, 3, 1, 4, 0, 0, 0, 1, 0x83, 0x86, 0x84]).await.unwrap();
        silent.push(stream);
    }
    // Some that do not even greet.
    for _ in 0..20 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    server.call("GetHead").send().await.assert_ok();
    let stopped = tokio::time::timeout(PATIENCE, server.serving.stop(Duration::from_millis(300))).await;
    assert!(!stopped.expect("it ends in time"), "the silent ones had to be cut");
}
