//! Statuses as callers deserve them.
//!
//! Handlers answer with statuses that carry `ErrorInfo`. What tonic answers on its own account (undecodable bytes,
//! oversized messages, unknown methods) carries none and often the wrong code; and a bug must not tell the world how
//! it came about. Every error leaves here with a reason of ours and details small enough for any HTTP/2 peer.

use http::HeaderMap;
use quittance_api::status::to_status;
use quittance_types::{Fault, Reason};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

const GRPC_STATUS: &str = "grpc-status";
const GRPC_STATUS_DETAILS: &str = "grpc-status-details-bin";
const GRPC_MESSAGE: &str = "grpc-message";
/// hyper and others stop reading headers at 16 kB; base64 and percent signs take their share.
const MAX_DETAILS_BYTES: usize = 4096;
const MAX_MESSAGE_CHARS: usize = 1024;
/// How tonic 0.14 begins the messages of its own refusals of a request's bytes; `transport::bad_frames` keeps this true.
const MALFORMED: [&str; 5] = [
    "failed to decode Protobuf message",
    "protocol error: received message",
    "Error decompressing",
    "Unexpected EOF decoding stream",
    "Missing request message",
];
const TOO_LARGE: [&str; 3] =
    ["Error, decoded message length too large", "Error, encoded message length too large", "Error decompressing: size limit"];
const UNREADABLE_ENCODING: &str = "Content is compressed with";

/// Brings the status in these headers or trailers into shape and says which it is; `None` if there is none yet.
pub(super) fn normalise(headers: &mut HeaderMap, request_id: &str) -> Option<Code> {
    let code = Code::from_bytes(headers.get(GRPC_STATUS)?.as_bytes());
    if code == Code::Ok {
        return Some(code);
    }
    let status = Status::from_header_map(headers)?;
    let Some(better) = better(&status, request_id) else {
        return Some(code);
    };
    for name in [GRPC_STATUS, GRPC_MESSAGE, GRPC_STATUS_DETAILS] {
        headers.remove(name);
    }
    let code = better.code();
    // The status is one of ours: plain text and valid metadata. Were it not, the code alone still goes out.
    if better.add_header(headers).is_err() {
        headers.insert(GRPC_STATUS, http::HeaderValue::from(code as i32));
    }
    Some(code)
}

/// A status to send in place of `status`, or `None` if it is fine.
fn better(status: &Status, request_id: &str) -> Option<Status> {
    if status.details().is_empty() {
        return Some(to_status(&translated(status, request_id)));
    }
    if matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss) {
        return Some(to_status(&internal(request_id)));
    }
    let fits = status.details().len() <= MAX_DETAILS_BYTES && status.message().chars().nth(MAX_MESSAGE_CHARS).is_none();
    (!fits).then(|| shortened(status))
}

/// What a status without our details means.
fn translated(status: &Status, request_id: &str) -> Fault {
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| status.message().starts_with(beginning));
    if begins(&TOO_LARGE) {
        return Fault::new(Reason::MessageTooLarge, "the message is larger than the service accepts");
    }
    if begins(&MALFORMED) {
        return Fault::new(Reason::MalformedMessage, "the bytes are not a message of this method");
    }
    match status.code() {
        Code::Unimplemented if begins(&[UNREADABLE_ENCODING]) => {
            Fault::new(Reason::EncodingUnsupported, "the message is compressed in a way the service does not read")
        }
        Code::Unimplemented => unknown_method(),
        Code::NotFound => Fault::new(Reason::ResourceNotFound, "not found"),
        Code::Cancelled => Fault::new(Reason::CallCancelled, "the caller gave up; repeat with the same request id to learn the result"),
        Code::DeadlineExceeded => super::deadline::expired(),
        Code::Unavailable => Fault::new(Reason::ServiceUnavailable, "the service does not answer; try again shortly"),
        Code::ResourceExhausted => Fault::new(Reason::Overloaded, "the service is at its limit; try again shortly"),
        code => {
            tracing::error!(code = ?code, message = status.message(), "a status without a reason left a handler");
            internal(request_id)
        }
    }
}

/// The fault of a path that is no method of this server.
pub(super) fn unknown_method() -> Fault {
    Fault::new(Reason::MethodUnknown, "there is no such method here")
}

/// The fault of a bug, which shows nothing but the id it can be found by.
pub(super) fn internal(request_id: &str) -> Fault {
    Fault::new(Reason::InternalError, "an internal error occurred").with("request_id", request_id)
}

/// The same refusal with its reason and retry advice but without long texts.
fn shortened(status: &Status) -> Status {
    let details = status.get_error_details();
    let mut kept = ErrorDetails::new();
    if let Some(info) = details.error_info() {
        kept.set_error_info(info.reason.clone(), info.domain.clone(), []);
    }
    if let Some(retry) = details.retry_info() {
        kept.set_retry_info(retry.retry_delay);
    }
    let message: String = status.message().chars().take(MAX_MESSAGE_CHARS).collect();
    Status::with_error_details(status.code(), message, kept)
}
