//! Faults on the wire: `google.rpc` details and back.

use std::{collections::HashMap, time::Duration};

use quittance_types::{Fault, Outcome, Reason};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The `ErrorInfo.domain` of every error.
pub const DOMAIN: &str = "quittance";
/// Details beyond this size break HTTP/2 peers (a trailer limit of 16 kB is common), so field texts are left out first.
const MAX_DETAILS: usize = 4_000;

/// The gRPC code of an outcome.
pub fn code(outcome: Outcome) -> Code {
    match outcome {
        Outcome::Invalid => Code::InvalidArgument,
        Outcome::Unauthenticated => Code::Unauthenticated,
        Outcome::Forbidden => Code::PermissionDenied,
        Outcome::NotFound => Code::NotFound,
        Outcome::AlreadyExists => Code::AlreadyExists,
        Outcome::Precondition => Code::FailedPrecondition,
        Outcome::Aborted => Code::Aborted,
        Outcome::Exhausted => Code::ResourceExhausted,
        Outcome::Unavailable => Code::Unavailable,
        Outcome::DeadlineExceeded => Code::DeadlineExceeded,
        Outcome::Cancelled => Code::Cancelled,
        Outcome::Unimplemented => Code::Unimplemented,
        Outcome::Internal => Code::Internal,
    }
}

/// The status a caller gets: code, public message, `ErrorInfo`, and `BadRequest` and `RetryInfo` where they apply.
/// Operator details never leave.
pub fn to_status(fault: &Fault) -> Status {
    let metadata: HashMap<String, String> = fault.metadata().iter().map(|(key, value)| (String::from(&**key), value.clone())).collect();
    let mut details = ErrorDetails::with_error_info(fault.reason().as_str(), DOMAIN, metadata);
    if let Some(delay) = fault.retry_delay() {
        details.set_retry_info(Some(delay));
    }
    let mut size = 0;
    for violation in fault.fields() {
        size += violation.field.len() + violation.message.len() + violation.reason.as_str().len();
        if size > MAX_DETAILS {
            break;
        }
        details.add_bad_request_violation(&violation.field, format!("{}: {}", violation.reason.as_str(), violation.message));
    }
    Status::with_error_details(code(fault.outcome()), fault.message(), details)
}

/// The fault another service answered with. A status without our `ErrorInfo` becomes SERVICE_UNAVAILABLE or
/// INTERNAL_ERROR by its code.
pub fn from_status(status: &Status) -> Fault {
    let details = status.get_error_details();
    let reason = details.error_info().filter(|info| info.domain == DOMAIN).and_then(|info| Reason::parse(&info.reason));
    let mut fault = match (reason, status.code()) {
        (Some(reason), _) => Fault::new(reason, status.message()),
        (None, Code::Unavailable) => Fault::new(Reason::ServiceUnavailable, "A service this request needs is not reachable. Try again."),
        (None, Code::DeadlineExceeded | Code::Cancelled) => Fault::new(Reason::DeadlineExpired, "The deadline passed. Try again with more time."),
        (None, _) => Fault::internal(format!("peer answered {:?}: {}", status.code(), status.message())),
    };
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        fault = fault.retry_after(delay);
    } else if status.code() == Code::Unavailable {
        fault = fault.retry_after(Duration::from_millis(100));
    }
    fault
}
