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
    let metadata: HashMap<String, String> = fault.metadata().iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
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

/// The fault another service answered with, with the facts it gave. A status without our `ErrorInfo` becomes
/// SERVICE_UNAVAILABLE or INTERNAL_ERROR: the former where no peer spoke at all, because the connection broke.
pub fn from_status(status: &Status) -> Fault {
    let details = status.get_error_details();
    let ours = details.error_info().filter(|info| info.domain == DOMAIN);
    let reason = ours.and_then(|info| Reason::parse(&info.reason).map(|reason| (reason, info)));
    let mut fault = match (reason, status.code()) {
        (Some((reason, info)), _) => with_facts(Fault::new(reason, status.message()), &info.metadata),
        (None, Code::Unavailable) => unreachable_peer(),
        (None, Code::DeadlineExceeded | Code::Cancelled) => {
            Fault::new(Reason::DeadlineExpired, "The deadline passed. Try again with more time.")
        }
        (None, _) if broke_off(status) => unreachable_peer(),
        (None, _) => Fault::internal(format!("peer answered {:?}: {}", status.code(), status.message())),
    };
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        fault = fault.retry_after(delay);
    } else if status.code() == Code::Unavailable {
        fault = fault.retry_after(Duration::from_millis(100));
    }
    fault
}

fn unreachable_peer() -> Fault {
    Fault::new(Reason::ServiceUnavailable, "A service this request needs is not reachable. Try again.")
}

/// Only a status made on this side has a cause: what a peer answers arrives as text.
fn broke_off(status: &Status) -> bool {
    std::error::Error::source(status).is_some()
}

/// The facts in the order of their names, since the wire has none.
fn with_facts(fault: Fault, facts: &HashMap<String, String>) -> Fault {
    let mut facts: Vec<(&String, &String)> = facts.iter().collect();
    facts.sort_unstable();
    facts.into_iter().fold(fault, |fault, (key, value)| fault.with(key.clone(), value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_a_peer_told_is_told_on() {
        let told = Fault::new(Reason::OverApplication, "too much")
            .with("open", "11.90")
            .with("item", "itm_1")
            .retry_after(Duration::from_millis(7));
        let heard = from_status(&to_status(&told));
        assert_eq!(
            (heard.reason(), heard.message(), heard.get("open"), heard.get("item")),
            (told.reason(), "too much", Some("11.90"), Some("itm_1"))
        );
        assert_eq!(heard.retry_delay(), Some(Duration::from_millis(7)));
    }

    #[test]
    fn a_broken_connection_is_an_absent_peer_and_nonsense_is_a_bug() {
        let mut broken = Status::unknown("transport error");
        broken.set_source(Arc::new(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
        let heard = from_status(&broken);
        assert_eq!(heard.reason(), Reason::ServiceUnavailable);
        assert!(heard.is_retryable());
        assert_eq!(from_status(&Status::unknown("what?")).reason(), Reason::InternalError);
    }
}
