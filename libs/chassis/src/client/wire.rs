//! The wire to one service.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use quittance_types::Fault;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::transport::Channel;
use tower::Service;
use tower::retry::budget::{Budget, TpsBudget};
use tracing::Instrument;

use super::attempt::{self, Outgoing};
use super::local::Line;
use super::retry;
use crate::auth::TokenMinter;
use crate::ctx::{Ctx, Permissions, Principal, PrincipalKind};
use crate::policy::{Policies, Policy};
use crate::trace::{TRACEPARENT, TraceContext};

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
/// The peer must answer this much before we have to.
const OWN_SHARE: Duration = Duration::from_millis(50);
/// Budget of a unary call that nobody has set a deadline for.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
/// Repetitions allowed: a tenth of the calls of the last ten seconds, and three a second.
const BUDGET_WINDOW: Duration = Duration::from_secs(10);
const BUDGET_MINIMUM: u32 = 3;
const BUDGET_SHARE: f32 = 0.1;

/// The wire to one service; give it to the generated client. Cheap to clone.
#[derive(Clone)]
pub struct Wire(Arc<Inner>);

struct Inner {
    audience: String,
    target: Target,
    minter: TokenMinter,
    /// The gateway passes people on as they are; a service speaks for them in its own name.
    passes_principals_on: bool,
    budget: TpsBudget,
}

/// Where a wire ends.
pub(super) enum Target {
    Remote(Channel),
    Local(Line),
    Missing,
}

impl fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Wire({} -> {})", self.0.minter.issuer(), self.0.audience)
    }
}

impl Service<Request<Body>> for Wire {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let inner = self.0.clone();
        Box::pin(async move { Ok(inner.call(request).await) })
    }
}

impl Wire {
    pub(super) fn new(audience: &str, target: Target, minter: TokenMinter, passes_principals_on: bool) -> Wire {
        let budget = TpsBudget::new(BUDGET_WINDOW, BUDGET_MINIMUM, BUDGET_SHARE);
        Wire(Arc::new(Inner { audience: audience.to_owned(), target, minter, passes_principals_on, budget }))
    }

    /// The name of the service at the other end.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.0.audience
    }
}

impl Inner {
    async fn call(&self, mut request: Request<Body>) -> Response<Body> {
        let ctx = request.extensions_mut().remove::<Ctx>();
        let policy = Policies::own().find(request.uri().path());
        let (service, method) = policy.map_or(("unknown", "unknown"), |policy| (policy.service(), policy.method()));
        let span = tracing::info_span!(
            "call",
            otel.name = %format_args!("{service}/{method}"),
            otel.kind = "client",
            service = self.minter.issuer(),
            rpc.system = "grpc",
            rpc.service = service,
            rpc.method = method,
            peer.service = self.audience,
        );
        let trace = continued(ctx.as_ref(), &span);
        let deadline = deadline_of(ctx.as_ref(), policy);
        if let Err(fault) = self.prepare(request.headers_mut(), ctx.as_ref(), trace, deadline) {
            return attempt::answer(&fault);
        }
        let (parts, body) = request.into_parts();
        let outgoing = Outgoing { uri: parts.uri, headers: parts.headers, deadline };
        let repeatable = policy.is_some_and(|policy| !policy.client_streaming);
        async move {
            if repeatable {
                self.repeat(outgoing, body, self.may_repeat(ctx.as_ref())).await
            } else {
                attempt::send(&self.target, outgoing.request(body), deadline).await
            }
        }
        .instrument(span)
        .await
    }

    /// Adds the token, the trace and the time left.
    fn prepare(&self, headers: &mut HeaderMap, ctx: Option<&Ctx>, trace: TraceContext, deadline: Option<Instant>) -> Result<(), Fault> {
        if let Some(ctx) = ctx {
            let token = self.minter.token(&self.speaker(&ctx.principal), &self.audience)?;
            let value = HeaderValue::try_from(format!("Bearer {token}"));
            let mut value = value.map_err(|_| Fault::internal("a token does not fit into a header"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        if let Ok(value) = HeaderValue::try_from(trace.to_string()) {
            headers.insert(TRACEPARENT, value);
        }
        let Some(deadline) = deadline else {
            return Ok(());
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(attempt::expired());
        }
        if let Ok(value) = HeaderValue::try_from(grpc_timeout(left)) {
            headers.insert(GRPC_TIMEOUT, value);
        }
        Ok(())
    }

    /// In whose name the call is made.
    fn speaker(&self, principal: &Principal) -> Principal {
        if self.passes_principals_on {
            return principal.clone();
        }
        let kind = if principal.kind == PrincipalKind::System { PrincipalKind::System } else { PrincipalKind::Service };
        // What a service may do at its peer is decided there, by the peer's list of callers.
        Principal { kind, permissions: Permissions::all(), ..principal.clone() }
    }

    /// Only the outermost caller repeats, else three layers would make 27 attempts of one: the gateway for people, a
    /// service for its own background work.
    fn may_repeat(&self, ctx: Option<&Ctx>) -> bool {
        self.passes_principals_on || ctx.is_none_or(|ctx| ctx.principal.kind == PrincipalKind::System)
    }

    async fn repeat(&self, outgoing: Outgoing, body: Body, may_repeat: bool) -> Response<Body> {
        // What is still to come of a body counts like the answer: a caller who sends it by the byte is not waited for.
        let message = match attempt::in_time(outgoing.deadline, body.collect()).await {
            Ok(Ok(collected)) => collected.to_bytes(),
            Ok(Err(status)) => return status.into_http(),
            Err(fault) => return attempt::answer(&fault),
        };
        self.budget.deposit();
        let mut attempts = 1;
        loop {
            let request = outgoing.request(attempt::whole(&message));
            let response = attempt::send(&self.target, request, outgoing.deadline).await;
            if !may_repeat || attempts == retry::ATTEMPTS {
                return response;
            }
            let Some(pause) = retry::pause(response.headers(), attempts, outgoing.deadline) else {
                return response;
            };
            if !self.budget.withdraw() {
                return response;
            }
            tokio::time::sleep(pause).await;
            attempts += 1;
        }
    }
}

fn continued(ctx: Option<&Ctx>, span: &tracing::Span) -> TraceContext {
    let parent = ctx.and_then(|ctx| ctx.traceparent.as_deref()).and_then(TraceContext::parse);
    if let Some(parent) = parent {
        parent.adopt(span);
    }
    TraceContext::of_span(span, parent.unwrap_or_else(TraceContext::begin))
}

/// The caller's deadline less our own share; a unary call without one gets its policy's. Streams stay unbounded.
fn deadline_of(ctx: Option<&Ctx>, policy: Option<&Policy>) -> Option<Instant> {
    let inherited = ctx.and_then(|ctx| ctx.deadline).map(|deadline| deadline.checked_sub(OWN_SHARE).unwrap_or(deadline));
    let own = policy.filter(|policy| !policy.server_streaming).map(|policy| policy.deadline.unwrap_or(DEFAULT_DEADLINE));
    inherited.or_else(|| own.map(|budget| Instant::now() + budget))
}

/// The form of the gRPC header: at most eight digits and a unit.
fn grpc_timeout(left: Duration) -> String {
    let micros = left.as_micros();
    if micros <= 99_999_999 {
        return format!("{}u", micros.max(1));
    }
    let millis = left.as_millis();
    if millis <= 99_999_999 { format!("{millis}m") } else { format!("{}S", left.as_secs().min(99_999_999)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_fits_eight_digits() {
        assert_eq!(grpc_timeout(Duration::from_nanos(10)), "1u");
        assert_eq!(grpc_timeout(Duration::from_millis(1500)), "1500000u");
        assert_eq!(grpc_timeout(Duration::from_secs(1000)), "1000000m");
        assert_eq!(grpc_timeout(Duration::from_secs(1_000_000)), "1000000S");
    }
}
