//! The one error type: what went wrong, for whom, and whether to try again.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::reason::Reason;

/// The closed set of ways a call can fail; each maps to exactly one gRPC status code at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The request itself is wrong, whatever the state of the system (INVALID_ARGUMENT).
    Invalid,
    /// Nobody proved who is calling (UNAUTHENTICATED).
    Unauthenticated,
    /// The caller is known and may not do this (PERMISSION_DENIED).
    Forbidden,
    /// The thing does not exist, or belongs to another tenant (NOT_FOUND).
    NotFound,
    /// The thing exists already with other content (ALREADY_EXISTS).
    AlreadyExists,
    /// The request is well formed and the present state forbids it (FAILED_PRECONDITION).
    Precondition,
    /// Another change came in between; read again or repeat (ABORTED).
    Aborted,
    /// A quota or a size limit is used up (RESOURCE_EXHAUSTED).
    Exhausted,
    /// The service or something it needs is not there right now (UNAVAILABLE).
    Unavailable,
    /// The caller's time ran out (DEADLINE_EXCEEDED).
    DeadlineExceeded,
    /// The caller gave up (CANCELLED).
    Cancelled,
    /// No such method or encoding (UNIMPLEMENTED).
    Unimplemented,
    /// A bug or broken data on our side (INTERNAL).
    Internal,
}

impl Outcome {
    /// True when the cause lies with us or our surroundings and not in what the caller sent.
    pub const fn is_our_failure(self) -> bool {
        matches!(self, Self::Unavailable | Self::DeadlineExceeded | Self::Internal)
    }
}

/// What a caller should do with the very same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// The same request will fail the same way.
    Never,
    /// The same request, with the same request id, may succeed after this pause.
    After(Duration),
}

/// One bad field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// Path in the request message, for example `lines[0].quantity`.
    pub field: String,
    /// Why this field is refused.
    pub reason: Reason,
    /// One sentence for the person who sent it.
    pub message: String,
}

/// A refusal or failure. One pointer wide, so a `Result` of a small value stays small.
///
/// The message and the metadata are public; `detail` is for operators and never leaves the process by the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    outcome: Outcome,
    reason: Reason,
    message: String,
    detail: Option<String>,
    metadata: Vec<(Cow<'static, str>, String)>,
    fields: Vec<FieldViolation>,
    retry: Retry,
}

impl Fault {
    /// A fault with the outcome and the retry advice its reason carries by default.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            outcome: reason.outcome(),
            reason,
            message: message.into(),
            detail: None,
            metadata: Vec::new(),
            fields: Vec::new(),
            retry: reason.retry(),
        }))
    }

    /// A bug or broken data on our side (`INTERNAL_ERROR`). The caller sees a fixed sentence; `detail` is logged.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(Reason::InternalError, "an internal error occurred").detail(detail)
    }

    /// Adds a public fact a program can act on, such as the open amount. Keys are lower snake case.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'static, str>>, value: impl fmt::Display) -> Self {
        self.0.metadata.push((key.into(), value.to_string()));
        self
    }

    /// Sets what only operators may read: the driver's error text, a file position, the name of a peer.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Says that the same request may succeed after `pause`.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.0.retry = Retry::After(pause);
        self
    }

    /// Says that repeating the same request is pointless, against the default of the reason.
    #[must_use]
    pub fn never_retry(mut self) -> Self {
        self.0.retry = Retry::Never;
        self
    }

    /// Names the request field at fault, with this fault's own reason and message.
    #[must_use]
    pub fn field(self, field: impl Into<String>) -> Self {
        let violation = FieldViolation { field: field.into(), reason: self.0.reason, message: self.0.message.clone() };
        self.violation(violation)
    }

    /// Adds one field violation as it is.
    #[must_use]
    pub fn violation(mut self, violation: FieldViolation) -> Self {
        self.0.fields.push(violation);
        self
    }

    /// Replaces the outcome. Only for the edge, where a peer's status is read back and its code is the authority.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// Replaces the public message and keeps everything else.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// How the call failed.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Why the call failed; part of the API.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// One sentence for the caller; free of secrets, personal data and internals.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What operators may read beyond the message.
    pub fn operator_detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Public facts, in the order they were added.
    pub fn metadata(&self) -> &[(Cow<'static, str>, String)] {
        &self.0.metadata
    }

    /// The value of one public fact.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.metadata.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| value.as_str())
    }

    /// The bad fields, in the order they were found.
    pub fn fields(&self) -> &[FieldViolation] {
        &self.0.fields
    }

    /// What the caller should do with the same request.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// The pause after which the same request may succeed; `None` when it will not.
    pub fn retry_delay(&self) -> Option<Duration> {
        match self.0.retry {
            Retry::Never => None,
            Retry::After(pause) => Some(pause),
        }
    }

    /// True when the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.retry, Retry::After(_))
    }

    /// The thing of this kind with this id does not exist, or belongs to another tenant: the answer is the same.
    pub fn not_found(kind: &'static str, id: impl fmt::Display) -> Self {
        Self::new(Reason::ResourceNotFound, format!("{kind} {id} not found")).with("resource_type", kind)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.reason, self.0.message)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut out = f.debug_struct("Fault");
        out.field("reason", &inner.reason).field("outcome", &inner.outcome).field("message", &inner.message);
        if let Some(detail) = &inner.detail {
            out.field("detail", detail);
        }
        if !inner.metadata.is_empty() {
            out.field("metadata", &inner.metadata);
        }
        if !inner.fields.is_empty() {
            out.field("fields", &inner.fields);
        }
        out.finish_non_exhaustive()
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fault_is_one_pointer_wide() {
        assert_eq!(size_of::<Fault>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), Fault>>(), size_of::<usize>());
    }

    #[test]
    fn the_reason_brings_outcome_and_retry() {
        let fault = Fault::new(Reason::ConflictRetry, "busy");
        assert_eq!(fault.outcome(), Outcome::Aborted);
        assert!(fault.is_retryable());
        assert!(!fault.clone().never_retry().is_retryable());
        assert_eq!(Fault::new(Reason::EtagMismatch, "stale").retry(), Retry::Never);
    }

    #[test]
    fn metadata_fields_and_detail_stay_apart() {
        let fault = Fault::new(Reason::OverApplication, "too much").with("open", 12).field("amount").detail("row 7");
        assert_eq!(fault.get("open"), Some("12"));
        assert_eq!(fault.get("other"), None);
        assert_eq!(fault.fields()[0].field, "amount");
        assert_eq!(fault.fields()[0].reason, Reason::OverApplication);
        assert_eq!(fault.operator_detail(), Some("row 7"));
        assert_eq!(fault.to_string(), "OVER_APPLICATION: too much");
    }

    #[test]
    fn an_internal_fault_shows_nothing_of_its_cause() {
        let fault = Fault::internal("password=hunter2");
        assert!(!fault.to_string().contains("hunter2"));
        assert_eq!(fault.outcome(), Outcome::Internal);
    }
}
