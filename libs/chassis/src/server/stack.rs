//! The path of every call, outer to inner: contain panics, trace, shape the status, limit, bound in time, authenticate,
//! count against the quota, authorise; then the handler. The same for the network and for calls within the process.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use http::{Request, Response};
use quittance_api::status::to_status;
use quittance_types::{Fault, Reason};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};
use tower::Service;
use tracing::Instrument;

use super::access::Access;
use super::call::Call;
use super::gate::Gate;
use super::metrics::Metrics;
use super::quota::Quota;
use super::request_body::OneMessage;
use super::response_body::ResponseBody;
use super::tls::PeerName;
use super::{deadline, inflate, normalise, protocol};
use crate::config::ServerSettings;
use crate::ctx::Ctx;
use crate::policy::{Policies, Policy};

/// What the calls of one server share.
pub(super) struct Stack {
    pub(super) service: &'static str,
    pub(super) settings: ServerSettings,
    pub(super) policies: &'static Policies,
    pub(super) gate: Gate,
    pub(super) access: Arc<Access>,
    pub(super) quota: Arc<Quota>,
    pub(super) metrics: Metrics,
    /// Cancelled once the server takes no more work.
    pub(super) draining: CancellationToken,
}

/// An answer on its way out, with what its body still holds.
struct Answer {
    response: Response<Body>,
    deadline: Option<Instant>,
    /// Of a stream. A unary answer is complete: a peer that does not take it must not keep a place from others.
    permit: Option<OwnedSemaphorePermit>,
}

impl Stack {
    pub(super) async fn serve(self: Arc<Self>, routes: Routes, request: Request<Body>) -> Response<Body> {
        if let Some(refusal) = protocol::refuse(&request) {
            return refusal;
        }
        let policy = self.policies.find(request.uri().path());
        let mut call = Call::begin(&request, policy, &self.metrics, self.service);
        let span = call.span.clone();
        let outcome = contain(self.admit(routes, request, &call), &call).instrument(span.clone()).await;
        let _entered = span.enter();
        match outcome {
            Ok(answer) => self.finish(answer, call),
            Err(fault) => {
                let status = refusal(&fault);
                call.finish(status.code());
                status.into_http()
            }
        }
    }

    async fn admit(&self, routes: Routes, mut request: Request<Body>, call: &Call) -> Result<Answer, Fault> {
        let policy = call.policy.ok_or_else(normalise::unknown_method)?;
        if self.draining.is_cancelled() {
            return Err(draining());
        }
        let permit = self.gate.enter(policy).await?;
        let deadline = deadline::of(request.headers(), policy, &self.settings, call.arrived)?;
        let peer = request.extensions().get::<PeerName>();
        if let Some(verified) = self.access.authenticate(request.headers(), peer, policy)? {
            let principal = &verified.principal;
            call.span.record("tenant", tracing::field::display(principal.tenant));
            call.span.record("actor", principal.actor());
            self.quota.take(principal, policy)?;
            self.access.authorise(&verified, policy)?;
            request.extensions_mut().insert(Ctx {
                principal: verified.principal,
                method: policy.path.clone(),
                request_id: None,
                deadline,
                traceparent: Some(call.trace.to_string()),
            });
        }
        let response = within(deadline, route(routes, request, policy)).await??;
        Ok(Answer { response, deadline, permit: policy.server_streaming.then_some(permit) })
    }

    /// Shapes a status in the headers; a body that is still to come is followed to its end.
    fn finish(&self, answer: Answer, mut call: Call) -> Response<Body> {
        let Answer { mut response, deadline, permit } = answer;
        if let Some(code) = normalise::normalise(response.headers_mut(), &call.request_id()) {
            response.extensions_mut().remove::<Status>();
            inflate::name_encodings(response.headers_mut());
            call.finish(code);
            return response;
        }
        let tail = call.policy.is_some_and(Policy::is_tail).then(|| self.draining.clone());
        response.map(|body| Body::new(ResponseBody::new(body, call, permit).until(deadline).ending_with(tail)))
    }
}

/// Runs the handler. Its errors are answers already; the router itself cannot fail.
///
/// # Errors
/// As [`inflate::unpacked`].
async fn route(mut routes: Routes, mut request: Request<Body>, policy: &Policy) -> Result<Response<Body>, Fault> {
    if !policy.client_streaming && inflate::is_packed(request.headers()) {
        request = inflate::unpacked(request).await?;
    }
    let request = if policy.client_streaming { request } else { request.map(|body| Body::new(OneMessage::new(body))) };
    match routes.call(request).await {
        Ok(response) => Ok(response),
        Err(impossible) => match impossible {},
    }
}

/// Drops the handler at the deadline. A transaction it has begun runs on its own task to its end, and its answer is kept
/// under the request id.
async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Result<T, Fault> {
    match deadline {
        None => Ok(work.await),
        Some(deadline) => tokio::time::timeout_at(deadline, work).await.map_err(|_| deadline::expired()),
    }
}

async fn contain<T>(work: impl Future<Output = Result<T, Fault>>, call: &Call) -> Result<T, Fault> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => {
            tracing::error!(path = &*call.path, "a handler panicked");
            Err(normalise::internal(&call.request_id()))
        }
    }
}

/// The fault of a call that comes after the server has begun to stop.
pub(super) fn draining() -> Fault {
    Fault::new(Reason::Draining, "this replica is shutting down; another one will answer")
}

/// The status of a call that was refused before its handler.
fn refusal(fault: &Fault) -> Status {
    if fault.reason() == Reason::InternalError {
        return to_status(fault);
    }
    // Counted by the metrics; a line each would be a gift to whoever floods us.
    tracing::debug!(reason = fault.reason().as_str(), "refused: {}", fault.message());
    if fault.reason() == Reason::RateLimited { over_quota(fault) } else { to_status(fault) }
}

/// A quota refusal also says which quota, as `google.rpc.QuotaFailure`.
fn over_quota(fault: &Fault) -> Status {
    let plain = to_status(fault);
    let mut details: ErrorDetails = plain.get_error_details();
    details.add_quota_failure_violation(fault.get("subject").unwrap_or_default(), "calls per second of the tenant");
    Status::with_error_details(Code::ResourceExhausted, fault.message(), details)
}
