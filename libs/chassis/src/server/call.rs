//! What is known of one call while it runs: its path, its trace, its span, and the duty to account for it.

use std::sync::Arc;

use http::{HeaderMap, Request};
use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;
use tracing::Span;
use tracing::field::Empty;

use super::metrics::Metrics;
use crate::policy::Policy;
use crate::trace::{TRACEPARENT, TraceContext};

/// One call. Accounted for exactly once: by [`Call::finish`], or as cancelled when it is dropped before.
pub(super) struct Call {
    pub(super) path: Arc<str>,
    pub(super) policy: Option<&'static Policy>,
    pub(super) arrived: Instant,
    pub(super) trace: TraceContext,
    pub(super) span: Span,
    metrics: Metrics,
    finished: bool,
}

impl Call {
    /// Begins the span of the call, in the trace that the caller named.
    pub(super) fn begin(request: &Request<Body>, policy: Option<&'static Policy>, metrics: &Metrics, service: &'static str) -> Call {
        let path = policy.map_or_else(|| Arc::from(request.uri().path()), |policy| policy.path.clone());
        let parent = parent_of(request.headers());
        // A path that is no method of ours is the caller's text: it may be shown, but must not name spans or metrics.
        let (rpc_service, rpc_method) = policy.map_or(("unknown", "unknown"), |policy| (policy.service(), policy.method()));
        let span = tracing::info_span!(
            "rpc",
            otel.name = %format_args!("{rpc_service}/{rpc_method}"),
            otel.kind = "server",
            otel.status_code = Empty,
            rpc.system = "grpc",
            rpc.service = rpc_service,
            rpc.method = rpc_method,
            rpc.grpc.status_code = Empty,
            service = service,
            trace_id = Empty,
            tenant = Empty,
            actor = Empty,
            request_id = Empty,
        );
        let begun = parent.unwrap_or_else(TraceContext::begin);
        if parent.is_some() {
            begun.adopt(&span);
        }
        let trace = TraceContext::of_span(&span, begun);
        span.record("trace_id", trace.trace_id());
        metrics.started(rpc_service, rpc_method);
        Call { path, policy, arrived: Instant::now(), trace, span, metrics: metrics.clone(), finished: false }
    }

    /// The id that an operator can find the call by.
    pub(super) fn request_id(&self) -> String {
        self.trace.trace_id()
    }

    /// Records how the call ended.
    pub(super) fn finish(&mut self, code: Code) {
        if self.finished {
            return;
        }
        self.finished = true;
        self.span.record("rpc.grpc.status_code", code as i32);
        if matches!(code, Code::Internal | Code::Unknown | Code::DataLoss | Code::Unavailable | Code::DeadlineExceeded) {
            self.span.record("otel.status_code", "ERROR");
        }
        let (service, method) = self.policy.map_or(("unknown", "unknown"), |policy| (policy.service(), policy.method()));
        self.metrics.finished(service, method, code, self.arrived.elapsed());
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.finish(Code::Cancelled);
    }
}

fn parent_of(headers: &HeaderMap) -> Option<TraceContext> {
    headers.get(TRACEPARENT).and_then(|value| value.to_str().ok()).and_then(TraceContext::parse)
}
