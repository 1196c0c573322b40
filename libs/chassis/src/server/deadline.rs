//! Until when a call is worth working on: judged the same at every server and at the gateway's door.

use std::time::Duration;

use http::HeaderMap;
use quittance_types::{Fault, Reason};
use tokio::time::Instant;

use crate::config::ServerSettings;
use crate::policy::Policy;

const GRPC_TIMEOUT: &str = "grpc-timeout";
const MAX_DIGITS: usize = 8;

/// The instant after which nobody waits for a call that arrived at `arrived`. A unary call always has one: the caller's,
/// else the policy's, else the server's, at most the server's maximum. A stream has one only if its caller says so.
///
/// # Errors
/// `BAD_DEADLINE` for a header that is not of the gRPC form or is there twice; `EXPIRED_ON_ARRIVAL` if no time is left.
pub fn of(headers: &HeaderMap, policy: &Policy, settings: &ServerSettings, arrived: Instant) -> Result<Option<Instant>, Fault> {
    let asked = asked(headers)?;
    let budget = if policy.server_streaming {
        asked
    } else {
        let own = policy.deadline.unwrap_or_else(|| settings.deadline());
        Some(asked.unwrap_or(own).min(settings.max_deadline()))
    };
    let deadline = budget.and_then(|budget| arrived.checked_add(budget));
    if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        return Err(Fault::new(Reason::ExpiredOnArrival, "the deadline had passed before the call arrived"));
    }
    Ok(deadline)
}

/// The fault of a call whose time ran out.
pub(super) fn expired() -> Fault {
    Fault::new(Reason::DeadlineExpired, "the deadline passed; repeat the call with the same request id to learn its result")
}

fn asked(headers: &HeaderMap) -> Result<Option<Duration>, Fault> {
    let mut values = headers.get_all(GRPC_TIMEOUT).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let timeout = value.to_str().ok().filter(|_| values.next().is_none()).and_then(parse);
    timeout.map(Some).ok_or_else(|| Fault::new(Reason::BadDeadline, "grpc-timeout must be up to 8 digits and one of H, M, S, m, u, n"))
}

fn parse(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        'H' => number.checked_mul(3600).map(Duration::from_secs),
        'M' => number.checked_mul(60).map(Duration::from_secs),
        'S' => Some(Duration::from_secs(number)),
        'm' => Some(Duration::from_millis(number)),
        'u' => Some(Duration::from_micros(number)),
        'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_unit_and_nothing_else() {
        assert_eq!(parse("1H"), Some(Duration::from_secs(3600)));
        assert_eq!(parse("2M"), Some(Duration::from_secs(120)));
        assert_eq!(parse("3S"), Some(Duration::from_secs(3)));
        assert_eq!(parse("4m"), Some(Duration::from_millis(4)));
        assert_eq!(parse("5u"), Some(Duration::from_micros(5)));
        assert_eq!(parse("99999999n"), Some(Duration::from_nanos(99_999_999)));
        for text in ["", "S", "abc", "-1S", "+1S", "123456789S", "1", "1s", "1.5S", " 1S", "1S ", "1é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
