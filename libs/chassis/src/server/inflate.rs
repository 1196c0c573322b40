//! Compressed requests, unpacked within bounds: gzip, one message, as large unpacked as any other.

use std::io::Read;

use bytes::{BufMut, Bytes, BytesMut};
use flate2::bufread::GzDecoder;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use quittance_types::{Fault, Reason};
use tonic::body::Body;

const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const ACCEPTED: HeaderName = HeaderName::from_static("grpc-accept-encoding");
/// Compression flag and length before each message.
const PREFIX_BYTES: usize = 5;
/// Largest message, packed or not; what tonic allows for messages that are not packed.
const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// Whether the request says that it may be packed in the way we read.
pub(super) fn is_packed(headers: &HeaderMap) -> bool {
    headers.get(ENCODING).is_some_and(|value| value.as_bytes() == b"gzip")
}

/// Adds what this layer reads to the list of encodings a refusal names.
pub(super) fn name_encodings(headers: &mut HeaderMap) {
    if let Some(accepted) = headers.get_mut(ACCEPTED) {
        *accepted = HeaderValue::from_static("gzip,identity");
    }
}

/// The same unary request with its message unpacked.
///
/// # Errors
/// `MESSAGE_TOO_LARGE` beyond 4 MiB, packed or unpacked; `MALFORMED_MESSAGE` if it is not exactly one message, or not gzip.
pub(super) async fn unpacked(request: Request<Body>) -> Result<Request<Body>, Fault> {
    let (mut parts, body) = request.into_parts();
    let body = Limited::new(body, MAX_MESSAGE + PREFIX_BYTES).collect().await;
    let body = body.map_err(|cause| if cause.is::<LengthLimitError>() { too_large() } else { malformed() })?.to_bytes();
    let message = unpack(&body)?;
    parts.headers.remove(ENCODING);
    Ok(Request::from_parts(parts, Body::new(Full::new(framed(&message)))))
}

fn unpack(body: &Bytes) -> Result<Bytes, Fault> {
    let ([flag, length @ ..], _) = body.split_first_chunk::<PREFIX_BYTES>().ok_or_else(malformed)?;
    let message = body.slice(PREFIX_BYTES..);
    if usize::try_from(u32::from_be_bytes(*length)) != Ok(message.len()) {
        return Err(malformed());
    }
    match flag {
        0 => Ok(message),
        1 => gunzip(&message),
        _ => Err(malformed()),
    }
}

fn gunzip(packed: &[u8]) -> Result<Bytes, Fault> {
    let mut decoder = GzDecoder::new(packed);
    let mut message = Vec::new();
    // One byte more than allowed is enough to know.
    let limit = u64::try_from(MAX_MESSAGE).unwrap_or(u64::MAX).saturating_add(1);
    decoder.by_ref().take(limit).read_to_end(&mut message).map_err(|_| malformed())?;
    if message.len() > MAX_MESSAGE {
        return Err(too_large());
    }
    if decoder.into_inner().is_empty() { Ok(message.into()) } else { Err(malformed()) }
}

fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(PREFIX_BYTES + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    frame.extend_from_slice(message);
    frame.freeze()
}

fn too_large() -> Fault {
    Fault::new(Reason::MessageTooLarge, "the message is larger than the service accepts")
}

fn malformed() -> Fault {
    Fault::new(Reason::MalformedMessage, "the bytes are not a message of this method")
}
