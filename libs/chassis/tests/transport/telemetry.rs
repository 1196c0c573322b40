//! What reaches a collector: the caller's trace, the duration of calls, and nothing of the exporter itself.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use quittance_chassis::server::{Limits, Listener};
use quittance_chassis::telemetry;
use tokio::sync::mpsc;
use tonic::body::Body;

use super::harness::{Server, settings};

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// An OTLP collector that says yes to everything and passes on path and body.
async fn collector() -> (String, mpsc::UnboundedReceiver<(String, Bytes)>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let service = tower::service_fn(move |request: Request<Body>| {
        let sender = sender.clone();
        async move {
            let path = request.uri().path().to_owned();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let _ = sender.send((path, body));
            let trailers = HeaderMap::from_iter([(http::HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"))]);
            let body = Full::new(Bytes::from_static(&[0; 5])).with_trailers(async { Some(Ok(trailers)) });
            let mut response = Response::new(Body::new(body));
            response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
            Ok::<_, Infallible>(response)
        }
    });
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.address());
    let serving = listener.serve(service, Limits::from(&settings(&[]).server));
    // Lives as long as the test process.
    std::mem::forget(serving);
    (address, receiver)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traces_and_metrics_reach_the_collector_and_only_ours() {
    let (address, mut received) = collector().await;
    let mut wanted = settings(&["telemetry.log_filter=off"]).telemetry;
    wanted.otlp_endpoint = address;
    let telemetry = telemetry::install(&wanted, "credit").unwrap();

    let server = Server::start(&[]).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let answer = server.ask("who").header("traceparent", &format!("00-{trace}-b7ad6b7169203331-01")).send().await.text();
    assert!(answer.contains(trace), "{answer}");
    telemetry.flush().await;

    let mut spans = Vec::new();
    let mut measures = Vec::new();
    while let Ok((path, body)) = received.try_recv() {
        let place = if path.contains("TraceService") { &mut spans } else { &mut measures };
        place.extend_from_slice(&body);
    }
    assert!(contains(&spans, &hex::decode(trace).unwrap()), "the caller's trace goes on");
    assert!(contains(&spans, b"quittance.events.v1.EventLogService/ListEntries"));
    // The id the handler saw, stored with its events, is that of the exported span.
    let span = answer.split('|').nth(3).unwrap().split('-').nth(2).unwrap();
    assert!(contains(&spans, &hex::decode(span).unwrap()), "events are linked to the span that caused them");
    for foreign in ["h2::", "hyper::", "hyper_util::", "tonic::", "tower::"] {
        assert!(!contains(&spans, foreign.as_bytes()), "{foreign} is exported");
    }
    assert!(contains(&measures, b"rpc.server.duration"));
}
