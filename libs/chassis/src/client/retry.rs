//! What is worth repeating, and when.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Attempts in all, the first included.
pub(super) const ATTEMPTS: u32 = 3;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long to wait before attempt `next` after an answer with these headers; `None` if the answer is final: a success,
/// a refusal that repeats itself, or one whose pause would not leave time for another attempt.
pub(super) fn pause(headers: &HeaderMap, next: u32, deadline: Option<Instant>) -> Option<Duration> {
    let status = Status::from_header_map(headers).filter(|status| status.code() != Code::Ok)?;
    let advised = status.get_error_details().retry_info().and_then(|info| info.retry_delay);
    let passes = match status.code() {
        Code::Unavailable => true,
        Code::Aborted | Code::ResourceExhausted => advised.is_some(),
        _ => false,
    };
    let pause = advised.unwrap_or_default().max(jitter(next));
    let in_time = deadline.is_none_or(|deadline| Instant::now() + pause < deadline);
    (passes && in_time && pause <= LONGEST_PAUSE).then_some(pause)
}

/// Full jitter: anything from nothing to the doubling limit.
fn jitter(next: u32) -> Duration {
    let limit = FIRST_PAUSE.saturating_mul(1 << next.min(8)).min(LONGEST_PAUSE);
    let micros = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
    Duration::from_micros(rand::random_range(0..=micros))
}
