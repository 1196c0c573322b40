//! Answers in JSON, errors as `google.rpc.Status` with the HTTP status of its code.

use axum::response::{IntoResponse, Response};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_STANDARD_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use prost_reflect::{DynamicMessage, SerializeOptions};
use quittance_api::status::to_status;
use quittance_types::Fault;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::{FRAME_HEADER, routes::Route};

/// The HTTP answer to a gRPC answer.
///
/// # Errors
/// INTERNAL_ERROR when the answer is no message of the method.
pub(super) fn from_grpc(route: &Route, headers: &HeaderMap, trailers: &HeaderMap, body: &Bytes) -> Result<Response, Fault> {
    let ended = if headers.contains_key("grpc-status") { headers } else { trailers };
    if let Some(status) = status(ended).filter(|status| status.code() != Code::Ok) {
        return Ok(refuse_status(&status));
    }
    let message = body.get(FRAME_HEADER..).ok_or_else(|| Fault::internal("the service answered nothing"))?;
    let message = DynamicMessage::decode(route.method.output(), message).map_err(|error| Fault::internal(error.to_string()))?;
    let options = SerializeOptions::new().skip_default_fields(false).stringify_64_bit_integers(true);
    let json =
        message.serialize_with_options(serde_json::value::Serializer, &options).map_err(|error| Fault::internal(error.to_string()))?;
    Ok((StatusCode::OK, axum::Json(json)).into_response())
}

fn status(headers: &HeaderMap) -> Option<Status> {
    let code = Code::from_bytes(headers.get("grpc-status")?.as_bytes());
    let message = headers.get("grpc-message").map(|value| unescape(value.as_bytes())).unwrap_or_default();
    let details = headers.get("grpc-status-details-bin").and_then(|value| {
        let text = value.as_bytes();
        BASE64_STANDARD_NO_PAD.decode(text).or_else(|_| BASE64_STANDARD.decode(text)).ok()
    });
    Some(Status::with_details(code, message, details.unwrap_or_default().into()))
}

/// Percent-decoding of `grpc-message`.
fn unescape(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let hex = |offset: usize| text.get(at + offset).and_then(|byte| char::from(*byte).to_digit(16));
        match (byte, hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            _ => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The answer to a fault of the gateway itself.
pub(super) fn refuse(fault: &Fault) -> Response {
    refuse_status(&to_status(fault))
}

fn refuse_status(status: &Status) -> Response {
    let details = status.get_error_details();
    let mut http = http_status(status.code());
    let reason = details.error_info().map(|info| info.reason.as_str());
    if reason == Some("MESSAGE_TOO_LARGE") {
        http = StatusCode::PAYLOAD_TOO_LARGE;
    }
    if reason == Some("METHOD_UNKNOWN") {
        http = StatusCode::NOT_FOUND;
    }
    let body = json!({"error": {
        "code": http.as_u16(),
        "status": code_name(status.code()),
        "message": status.message(),
        "details": details_json(&details),
    }});
    let mut response = (http, axum::Json(body)).into_response();
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        let seconds = HeaderValue::from(delay.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response.headers_mut().insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    response
}

fn details_json(details: &ErrorDetails) -> Vec<Value> {
    let mut listed = Vec::new();
    if let Some(info) = details.error_info() {
        listed.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": info.reason, "domain": info.domain, "metadata": info.metadata,
        }));
    }
    if let Some(bad) = details.bad_request() {
        let violations: Vec<Value> =
            bad.field_violations.iter().map(|violation| json!({"field": violation.field, "description": violation.description})).collect();
        listed.push(json!({"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}));
    }
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        listed.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{}.{:03}s", delay.as_secs(), delay.subsec_millis())}));
    }
    listed
}

/// The mapping of `google/rpc/code.proto`.
fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
