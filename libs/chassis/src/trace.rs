//! W3C trace context: which trace a call belongs to, across services, events and time.

use std::fmt;

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The header that carries it.
pub const TRACEPARENT: &str = "traceparent";

const VERSION: &str = "00";
const SAMPLED: u8 = 1;

/// One point in a trace, `00-<32 hex>-<16 hex>-<2 hex>` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    trace: u128,
    span: u64,
    flags: u8,
}

impl TraceContext {
    /// Reads a `traceparent`; `None` for anything not of version 00 or with an all-zero id.
    #[must_use]
    pub fn parse(text: &str) -> Option<TraceContext> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let lower_hex =
            |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let shaped = version == VERSION && lower_hex(trace, 32) && lower_hex(span, 16) && lower_hex(flags, 2) && parts.next().is_none();
        if !shaped {
            return None;
        }
        let context = TraceContext {
            trace: u128::from_str_radix(trace, 16).ok()?,
            span: u64::from_str_radix(span, 16).ok()?,
            flags: u8::from_str_radix(flags, 16).ok()?,
        };
        (context.trace != 0 && context.span != 0).then_some(context)
    }

    /// The beginning of a new trace.
    #[must_use]
    pub fn begin() -> TraceContext {
        TraceContext { trace: rand::random::<u128>().max(1), span: rand::random::<u64>().max(1), flags: SAMPLED }
    }

    /// The next point of the same trace.
    #[must_use]
    pub fn child(self) -> TraceContext {
        TraceContext { span: rand::random::<u64>().max(1), ..self }
    }

    /// The id of the trace, 32 hexadecimal digits.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", self.trace)
    }

    /// The point that `span` is. Where spans are exported it has the id of the exported span; else a new one below
    /// `parent`, so that the trace goes on even if nobody records it.
    #[must_use]
    pub fn of_span(span: &Span, parent: TraceContext) -> TraceContext {
        let context = span.context();
        let recorded = context.span().span_context().clone();
        if !recorded.is_valid() {
            return parent.child();
        }
        TraceContext {
            trace: u128::from_be_bytes(recorded.trace_id().to_bytes()),
            span: u64::from_be_bytes(recorded.span_id().to_bytes()),
            flags: recorded.trace_flags().to_u8(),
        }
    }

    /// Makes `span` a child of this point. Without an exporter this has no effect.
    pub fn adopt(self, span: &Span) {
        let remote = SpanContext::new(
            TraceId::from_bytes(self.trace.to_be_bytes()),
            SpanId::from_bytes(self.span.to_be_bytes()),
            TraceFlags::new(self.flags),
            true,
            TraceState::default(),
        );
        // A span that is filtered out or already open cannot be adopted, which loses a link and nothing else.
        let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(remote));
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{VERSION}-{:032x}-{:016x}-{:02x}", self.trace, self.span, self.flags)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SAMPLE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn reads_what_it_writes() {
        let context = TraceContext::parse(SAMPLE).unwrap();
        assert_eq!(context.to_string(), SAMPLE);
        assert_eq!(context.child().trace_id(), context.trace_id());
        assert_ne!(context.child().to_string(), SAMPLE);
    }

    #[test]
    fn refuses_what_is_not_a_traceparent() {
        let zero_trace = "00-00000000000000000000000000000000-b7ad6b7169203331-01";
        let zero_span = "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01";
        let upper = SAMPLE.to_uppercase();
        let long = format!("{SAMPLE}-00");
        for text in ["", "00", "00-1-2-3", zero_trace, zero_span, &upper, &long, "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"]
        {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }
}
