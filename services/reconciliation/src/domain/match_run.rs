//! Runs over waiting lines: work that is done in portions, by whoever holds its lease.

use quittance_types::{BankLineId, BusinessDate, Fault, LegalEntityId, MatchRunId, Reason, Timestamp};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchRunState {
    /// Nobody has begun.
    Queued,
    /// Somebody works on it, or did and will be followed.
    Running,
    /// Stopped until somebody goes on with it.
    Paused,
    /// Every line was looked at.
    Completed,
    /// Given up.
    Failed,
}

/// What can happen to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchRunEvent {
    /// Work begins or goes on.
    Claimed,
    /// Somebody stops it.
    Paused,
    /// Somebody goes on with it.
    Resumed,
    /// No line is left.
    Finished,
    /// It failed too often.
    GivenUp,
}

impl MatchRunState {
    /// Every state.
    pub const ALL: [MatchRunState; 5] =
        [MatchRunState::Queued, MatchRunState::Running, MatchRunState::Paused, MatchRunState::Completed, MatchRunState::Failed];

    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            MatchRunState::Queued => "queued",
            MatchRunState::Running => "running",
            MatchRunState::Paused => "paused",
            MatchRunState::Completed => "completed",
            MatchRunState::Failed => "failed",
        }
    }

    /// The inverse of [`MatchRunState::as_str`].
    pub fn parse(text: &str) -> Option<MatchRunState> {
        MatchRunState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`.
    pub fn after(self, event: MatchRunEvent) -> Result<MatchRunState, Fault> {
        use MatchRunEvent::{Claimed, Finished, GivenUp, Paused as Pause, Resumed};
        use MatchRunState::{Completed, Failed, Paused, Queued, Running};
        match (self, event) {
            (Queued | Running, Claimed) => Ok(Running),
            (Queued | Running, Pause) => Ok(Paused),
            (Paused, Resumed) => Ok(Queued),
            (Running, Finished) => Ok(Completed),
            (Running, GivenUp) => Ok(Failed),
            (Paused | Completed | Failed, Claimed) => Err(illegal(self, Running)),
            (Paused | Completed | Failed, Pause) => Err(illegal(self, Paused)),
            (Queued | Running | Completed | Failed, Resumed) => Err(illegal(self, Queued)),
            (Queued | Paused | Completed | Failed, Finished) => Err(illegal(self, Completed)),
            (Queued | Paused | Completed | Failed, GivenUp) => Err(illegal(self, Failed)),
        }
    }

    /// True when nothing will happen any more.
    pub const fn is_over(self) -> bool {
        matches!(self, MatchRunState::Completed | MatchRunState::Failed)
    }
}

fn illegal(from: MatchRunState, to: MatchRunState) -> Fault {
    let message = if from == to {
        format!("the run is {} already", from.as_str())
    } else {
        format!("a run that is {} does not become {}", from.as_str(), to.as_str())
    };
    Fault::new(Reason::IllegalTransition, message).with("from", from.as_str()).with("to", to.as_str())
}

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Looked at.
    pub seen: i32,
    /// Applied in full.
    pub applied: i32,
    /// Customer known, money left unapplied in whole or part.
    pub unapplied: i32,
    /// Nobody knows whose money it is.
    pub unidentified: i32,
}

impl Progress {
    /// With what came besides.
    #[must_use]
    pub const fn and(self, more: Progress) -> Progress {
        Progress {
            seen: self.seen.saturating_add(more.seen),
            applied: self.applied.saturating_add(more.applied),
            unapplied: self.unapplied.saturating_add(more.unapplied),
            unidentified: self.unidentified.saturating_add(more.unidentified),
        }
    }
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchRun {
    /// Its id.
    pub id: MatchRunId,
    /// Whose lines; none: of all sellers.
    pub seller: Option<LegalEntityId>,
    /// Where it stands.
    pub state: MatchRunState,
    /// Lines that waited when it started.
    pub lines_total: i32,
    /// What was done.
    pub progress: Progress,
    /// The day applications count for.
    pub as_of: BusinessDate,
    /// Unidentified lines looked at before this instant are looked at again.
    pub news_at: Timestamp,
    /// The last line looked at.
    pub after: Option<(BusinessDate, BankLineId)>,
    /// Why it failed last; may be empty.
    pub error: String,
    /// How often in a row it failed.
    pub failures: i32,
    /// Who works on it; may be empty.
    pub lease_owner: String,
    /// Until when.
    pub lease_until: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
}

/// A run that fails so often in a row is given up.
const MOST_FAILURES: i32 = 5;

impl MatchRun {
    /// Lets an event happen.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}`.
    pub fn happen(&mut self, event: MatchRunEvent, now: Timestamp) -> Result<(), Fault> {
        self.state = self.state.after(event)?;
        if self.state.is_over() {
            self.ended_at = Some(now);
        }
        if self.state != MatchRunState::Running {
            self.lease_owner.clear();
            self.lease_until = Timestamp::from_micros(0);
        }
        self.version = self.version.saturating_add(1);
        Ok(())
    }

    /// True when nobody works on it, or whoever did is gone.
    pub fn is_free_for(&self, owner: &str, now: Timestamp) -> bool {
        self.lease_owner.is_empty() || self.lease_owner == owner || self.lease_until <= now
    }

    /// Notes a portion that is done: progress, and where the next one begins.
    pub fn advance(&mut self, progress: Progress, last: Option<(BusinessDate, BankLineId)>) {
        self.progress = self.progress.and(progress);
        self.after = last.or(self.after);
        self.failures = 0;
        self.error.clear();
    }

    /// Notes that a portion failed; true when it is not to be tried again.
    pub fn fail(&mut self, error: &str) -> bool {
        error.clone_into(&mut self.error);
        self.failures = self.failures.saturating_add(1);
        self.failures >= MOST_FAILURES
    }
}

/// Another run is at work on the same lines.
pub fn stale(other: &MatchRun) -> Fault {
    Fault::new(Reason::RunStale, format!("{} is at work on these lines", other.id)).with("match_run_id", other.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const EVENTS: [MatchRunEvent; 5] =
        [MatchRunEvent::Claimed, MatchRunEvent::Paused, MatchRunEvent::Resumed, MatchRunEvent::Finished, MatchRunEvent::GivenUp];

    #[test]
    fn what_is_over_stays_over() {
        for state in MatchRunState::ALL.into_iter().filter(|state| state.is_over()) {
            assert!(EVENTS.into_iter().all(|event| state.after(event).is_err()), "{state:?}");
        }
        for state in MatchRunState::ALL {
            assert_eq!(MatchRunState::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn a_paused_run_goes_on_only_when_it_is_resumed() {
        let paused = MatchRunState::Running.after(MatchRunEvent::Paused).unwrap();
        assert_eq!(paused.after(MatchRunEvent::Claimed).unwrap_err().reason(), Reason::IllegalTransition);
        assert_eq!(paused.after(MatchRunEvent::Resumed).unwrap(), MatchRunState::Queued);
        assert_eq!(MatchRunState::Queued.after(MatchRunEvent::Claimed).unwrap(), MatchRunState::Running);
    }
}
