//! Dunning runs: where they stand, and who may say that they go out.

use quittance_types::{BusinessDate, DunningRunId, Fault, Reason, Timestamp};

use super::illegal;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Previewed; customers may be taken out.
    Draft,
    /// Agreed by another person.
    Approved,
    /// Its notices are on their way.
    Issued,
}

/// What can happen to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEvent {
    /// A customer is taken out.
    Exclude,
    /// Another person agrees.
    Approve,
    /// Its notices go out.
    Issue,
}

impl RunState {
    const ALL: [Self; 3] = [Self::Draft, Self::Approved, Self::Issued];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Issued => "issued",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state after an event.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from, to}.
    pub fn after(self, event: RunEvent) -> Result<Self, Fault> {
        let refuse = |to: Self| Err(illegal("run", self.as_str(), to.as_str()));
        match (self, event) {
            (Self::Draft, RunEvent::Exclude) => Ok(Self::Draft),
            (Self::Draft, RunEvent::Approve) => Ok(Self::Approved),
            (Self::Approved, RunEvent::Issue) => Ok(Self::Issued),
            (Self::Approved | Self::Issued, RunEvent::Exclude) => refuse(Self::Draft),
            (Self::Approved | Self::Issued, RunEvent::Approve) => refuse(Self::Approved),
            (Self::Draft | Self::Issued, RunEvent::Issue) => refuse(Self::Issued),
        }
    }
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DunningRun {
    /// Identifier.
    pub id: DunningRunId,
    /// Days past due are counted to this date.
    pub as_of: BusinessDate,
    /// Where it stands.
    pub state: RunState,
    /// Who previewed it.
    pub prepared_by: String,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Grows with every change.
    pub version: i64,
    /// When it was stored.
    pub created_at: Timestamp,
}

impl DunningRun {
    /// Agrees to a draft.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from, to}; SELF_APPROVAL for who prepared it.
    pub fn approve(&mut self, by: &str) -> Result<(), Fault> {
        let state = self.state.after(RunEvent::Approve)?;
        if self.prepared_by == by {
            return Err(Fault::new(Reason::SelfApproval, "Somebody other than who prepared the run has to approve it."));
        }
        self.state = state;
        self.approved_by = Some(by.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::Uuid;

    use super::*;

    fn day(number: i32) -> BusinessDate {
        BusinessDate::from_days(20_000 + number).unwrap()
    }

    #[test]
    fn nobody_approves_what_they_prepared() {
        let mut run = DunningRun {
            id: DunningRunId::new(Uuid::nil()),
            as_of: day(0),
            state: RunState::Draft,
            prepared_by: "user:a".to_owned(),
            approved_by: None,
            version: 1,
            created_at: Timestamp::from_micros(0),
        };
        assert_eq!(run.approve("user:a").unwrap_err().reason(), Reason::SelfApproval);
        run.approve("user:b").unwrap();
        assert_eq!(run.approve("user:c").unwrap_err().reason(), Reason::IllegalTransition);
        assert_eq!(run.state.after(RunEvent::Exclude).unwrap_err().reason(), Reason::IllegalTransition);
        assert_eq!(run.state.after(RunEvent::Issue).unwrap(), RunState::Issued);
    }
}
