//! Sending one request once.

use std::future::Future;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use quittance_api::status::to_status;
use quittance_types::{Fault, Reason};
use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;
use tower::Service;

use super::wire::Target;

/// What is sent again on every attempt.
pub(super) struct Outgoing {
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) deadline: Option<Instant>,
}

impl Outgoing {
    /// The request with this body.
    pub(super) fn request(&self, body: Body) -> Request<Body> {
        let mut request = Request::new(body);
        *request.method_mut() = http::Method::POST;
        *request.version_mut() = http::Version::HTTP_2;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// A body that can be sent more than once.
pub(super) fn whole(message: &Bytes) -> Body {
    Body::new(Full::new(message.clone()))
}

/// Sends the request; whatever fails on the way becomes an answer.
pub(super) async fn send(target: &Target, request: Request<Body>, deadline: Option<Instant>) -> Response<Body> {
    match target {
        Target::Missing => answer(&absent()),
        Target::Local(line) => match line.router() {
            None => answer(&absent()),
            Some(mut router) => match in_time(deadline, router.call(request)).await {
                Ok(Ok(response)) => response,
                Ok(Err(impossible)) => match impossible {},
                Err(fault) => answer(&fault),
            },
        },
        Target::Remote(channel) => {
            let mut channel = channel.clone();
            let sent = async {
                std::future::poll_fn(|context| channel.poll_ready(context)).await?;
                channel.call(request).await
            };
            match in_time(deadline, sent).await {
                Ok(Ok(response)) => response.map(|body| Body::new(body.map_err(lost))),
                // The channel looks at the clock too, and may be the first to give up.
                Ok(Err(_)) if deadline.is_some_and(|deadline| deadline <= Instant::now()) => answer(&expired()),
                Ok(Err(cause)) if gave_up(&cause) => answer(&expired()),
                Ok(Err(cause)) => {
                    tracing::debug!(cause = %Causes(&cause), "a peer could not be reached");
                    answer(&absent())
                }
                Err(fault) => answer(&fault),
            }
        }
    }
}

/// A fault as the answer a server would have given.
pub(super) fn answer(fault: &Fault) -> Response<Body> {
    to_status(fault).into_http()
}

pub(super) fn expired() -> Fault {
    Fault::new(Reason::DeadlineExpired, "the deadline passed; repeat the call with the same request id to learn its result")
}

/// A peer that dies in the middle of an answer is as absent as one that never answered; what the deadline or the caller
/// ended stays what it is.
fn lost(status: tonic::Status) -> tonic::Status {
    match status.code() {
        Code::Cancelled | Code::DeadlineExceeded => status,
        _ => to_status(&absent()),
    }
}

fn absent() -> Fault {
    Fault::new(Reason::ServiceUnavailable, "a service that this request needs is not reachable; try again shortly")
}

pub(super) async fn in_time<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Result<T, Fault> {
    match deadline {
        None => Ok(work.await),
        Some(deadline) => tokio::time::timeout_at(deadline, work).await.map_err(|_| expired()),
    }
}

fn gave_up(cause: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(cause);
    while let Some(error) = next {
        if error.is::<tonic::TimeoutExpired>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// An error with everything it was caused by.
struct Causes<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(inner) = cause {
            write!(formatter, ": {inner}")?;
            cause = inner.source();
        }
        Ok(())
    }
}
