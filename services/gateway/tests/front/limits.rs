//! How long and how large: rows 5, 13, 14 and 18 of the list of bad input, at the door.

use std::time::Duration;

use axum::body::HttpBody;
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use quittance_api::status::from_status;
use quittance_testkit::{Backend, on_both};
use quittance_types::Reason;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tonic::Status;
use tonic::body::Body;

use crate::door::{Door, bearer};

const GET: &str = "/quittance.credit.v1.CustomerService/GetCustomer";
const PATH: &str = "/v1/customers";
/// The door of these tests takes 64 KiB.
const TOO_MUCH: usize = 70_000;
/// How long a caller waits who gives up soon.
const SHORT: &str = "200m";

/// A message of that length by its prefix, as far as it is sent.
fn frame(announced: usize, sent: usize) -> Bytes {
    let length = u32::try_from(announced).unwrap().to_be_bytes();
    [&[0], &length[..], &vec![0; sent]].concat().into()
}

fn whole(bytes: Bytes) -> Body {
    Body::new(Full::new(bytes))
}

/// The bytes, and then nothing for ever.
fn unfinished(bytes: Bytes) -> Body {
    let begun = stream::iter([Ok::<_, std::io::Error>(bytes)]);
    Body::new(axum::body::Body::from_stream(begun.chain(stream::pending())))
}

/// Over HTTP/2, by a client without any idea of gRPC: it leaves timeouts to the door.
async fn send(
    door: &Door,
    path: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> Response<impl HttpBody<Data = Bytes, Error: std::fmt::Debug>> {
    let mut request = Request::post(format!("http://{}{path}", door.address)).header("authorization", bearer(&door.token()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    client.request(request.body(body).unwrap()).await.unwrap()
}

/// Why a gRPC call was refused.
async fn refused(door: &Door, headers: &[(&str, &str)], body: Body) -> Reason {
    let headers = [&[("content-type", "application/grpc"), ("te", "trailers")], headers].concat();
    let answer = send(door, GET, &headers, body).await;
    let status = Status::from_header_map(answer.headers()).expect("refused at once");
    from_status(&status).reason()
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_not_gathered() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        assert_eq!(refused(&door, &[], whole(frame(TOO_MUCH, TOO_MUCH))).await, Reason::MessageTooLarge);
        // Neither is one that has not come to its end.
        assert_eq!(refused(&door, &[], unfinished(frame(4_000_000_000, TOO_MUCH))).await, Reason::MessageTooLarge);
        let rest = send(&door, PATH, &[("content-type", "application/json")], unfinished(vec![b' '; TOO_MUCH].into())).await;
        assert_eq!(rest.status(), 413);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_does_not_come_is_not_waited_for() {
    let door = Door::open_with(Backend::Sqlite, &["service.body_timeout_ms=200"]).await;
    assert_eq!(refused(&door, &[("grpc-timeout", SHORT)], unfinished(frame(100, 1))).await, Reason::DeadlineExpired);
    for headers in [&[("grpc-timeout", SHORT)][..], &[]] {
        let answer = send(&door, PATH, headers, unfinished("{".into())).await;
        assert_eq!(answer.status(), 504);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains("DEADLINE_EXPIRED"), "{body:?}");
    }
}

#[tokio::test]
async fn a_caller_who_takes_no_answer_is_left() {
    let door = Door::open_with(Backend::Sqlite, &["service.body_timeout_ms=200"]).await;
    let mut caller = TcpStream::connect(&door.address).await.unwrap();
    let asked = b"GET /openapi.json HTTP/1.1\r\nhost: door\r\n\r\n".repeat(1_000);
    let left = async { while caller.write_all(&asked).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(30), left).await.expect("the door does not wait for ever");
    assert_eq!(door.send(Method::GET, "/openapi.json", &[], "").await.status, 200);
}

#[tokio::test]
async fn deadlines_are_judged_at_the_door() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = bearer(&door.token());
        let get = async |timeouts: &[&str]| {
            let named = timeouts.iter().map(|timeout| ("grpc-timeout", *timeout));
            let headers: Vec<_> = named.chain([("authorization", token.as_str())]).collect();
            door.send(Method::GET, PATH, &headers, "").await
        };
        for wrong in [&["abc"][..], &["-1S"], &["123456789n"], &["1"], &["1S", "2S"]] {
            let headers: Vec<_> = wrong.iter().map(|timeout| ("grpc-timeout", *timeout)).collect();
            assert_eq!(refused(&door, &headers, whole(frame(0, 0))).await, Reason::BadDeadline, "{wrong:?}");
            assert_eq!(get(wrong).await.refusal(), (400, "BAD_DEADLINE".to_owned()), "{wrong:?}");
        }
        for expired in ["0n", "0S"] {
            let headers = [("grpc-timeout", expired)];
            assert_eq!(refused(&door, &headers, whole(frame(0, 0))).await, Reason::ExpiredOnArrival, "{expired}");
            assert_eq!(get(&[expired]).await.refusal(), (504, "EXPIRED_ON_ARRIVAL".to_owned()), "{expired}");
        }
        assert_eq!(get(&["20S"]).await.status, 200);
        // A method that is nobody's is unknown however little time there is.
        let headers = [("authorization", token.as_str()), ("grpc-timeout", "abc")];
        assert_eq!(door.send(Method::GET, "/v1/nothing", &headers, "").await.status, 404);
    })
    .await;
}
