//! REST and JSON for every method with a `google.api.http` annotation, from the descriptors: no code per method.

mod answer;
mod json;
pub(super) mod routes;

use axum::{extract::Request, response::Response};
use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Uri, header};
use http_body_util::{BodyExt, Full};
use prost::Message;
use prost_reflect::DynamicMessage;
use quittance_chassis::{Ctx, policy::Policies};
use quittance_types::{Fault, Reason};
use serde_json::Value;
use tokio::time::Instant;
use tonic::body::Body;
use tower::Service;

use super::{Front, audience};
use routes::Route;

const FRAME_HEADER: usize = 5;
/// As in gRPC: how long the caller waits, from the first byte it sends.
const TIMEOUT: &str = "grpc-timeout";

/// Answers one call.
pub(super) async fn answer(front: Front, request: Request) -> Response {
    call(front, request).await.unwrap_or_else(|fault| answer::refuse(&fault))
}

async fn call(front: Front, request: Request) -> Result<Response, Fault> {
    let arrived = Instant::now();
    let (parts, body) = request.into_parts();
    let (route, captured) = routes::find(&parts.method, parts.uri.path())?;
    let policy = Policies::own().find(&route.path).ok_or_else(|| Fault::internal("a contract path has no policy"))?;
    let asked = front.deadline(&parts.headers, policy, arrived)?.filter(|_| parts.headers.contains_key(TIMEOUT));
    let principal = front.identify(&parts.headers).await?;
    // Held until the answer: the wire keeps the message for as long as it may have to be sent again.
    let share = front.0.bodies.share();
    let due = front.0.bodies.due(arrived);
    let body = share.gather(Body::new(body), asked.map_or(due, |asked| asked.min(due))).await?;
    let message = message(&route, &captured, &body, parts.uri.query().unwrap_or_default())?;

    let service = audience(&route.path, &parts.headers)?;
    // Who names no deadline is not charged for the time the body took: that has its own limit.
    let deadline = asked.map_or_else(|| front.deadline(&parts.headers, policy, Instant::now()), |asked| Ok(Some(asked)))?;
    let ctx = Ctx { deadline, ..front.ctx(principal, &route.path, &parts.headers) };
    let mut outgoing = http::Request::new(Body::new(Full::new(frame(&message))));
    *outgoing.method_mut() = http::Method::POST;
    *outgoing.uri_mut() = Uri::try_from(route.path.as_str()).map_err(|_| Fault::internal("a contract path is no URI"))?;
    *outgoing.headers_mut() = grpc_headers();
    outgoing.extensions_mut().insert(ctx);
    let answered = match front.0.peers.wire(service).call(outgoing).await {
        Ok(answered) => answered,
        Err(impossible) => match impossible {},
    };
    let (head, body) = answered.into_parts();
    let collected = body.collect().await.map_err(|_| Fault::new(Reason::ServiceUnavailable, "The service went away. Try again."))?;
    let trailers = collected.trailers().cloned().unwrap_or_default();
    answer::from_grpc(&route, &head.headers, &trailers, &collected.to_bytes())
}

/// The request message from body, path and query; what the path says wins.
fn message(route: &Route, captured: &[(String, String)], body: &[u8], query: &str) -> Result<DynamicMessage, Fault> {
    let mut content = if body.is_empty() { Value::Object(serde_json::Map::new()) } else { json::parse(body)? };
    if !content.is_object() {
        return Err(Fault::new(Reason::MalformedJson, "Send a JSON object."));
    }
    let input = route.method.input();
    for (name, value) in json::query(query)? {
        json::place(&mut content, &input, &name, value)?;
    }
    for (name, value) in captured {
        json::place(&mut content, &input, name, value.clone())?;
    }
    json::decode(input, content)
}

fn frame(message: &DynamicMessage) -> Bytes {
    let length = message.encoded_len();
    let mut framed = BytesMut::with_capacity(FRAME_HEADER + length);
    framed.put_u8(0);
    framed.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    framed.extend_from_slice(&message.encode_to_vec());
    framed.freeze()
}

fn grpc_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    headers
}
