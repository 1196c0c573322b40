//! Limits and who may set them.

use quittance_types::{CustomerId, Fault, LimitId, Money, Reason, Timestamp};

/// Where a limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitState {
    /// Waits for a second person.
    Proposed,
    /// In force.
    Active,
    /// A later one is in force.
    Superseded,
    /// Refused by the second person.
    Rejected,
}

impl LimitState {
    const ALL: [Self; 4] = [Self::Proposed, Self::Active, Self::Superseded, Self::Rejected];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Active => "active",
            Self::Superseded => "superseded",
            Self::Rejected => "rejected",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A limit of one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Identifier.
    pub id: LimitId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Zero or more.
    pub amount: Money,
    /// Where it stands.
    pub state: LimitState,
    /// Who asked.
    pub requested_by: String,
    /// Who decided, if somebody had to.
    pub approved_by: Option<String>,
    /// Why.
    pub why: String,
    /// Grows with every change; the etag.
    pub version: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
}

impl Limit {
    /// Approves or rejects a proposed limit.
    ///
    /// # Errors
    /// SELF_APPROVAL when the proposer decides; ILLEGAL_TRANSITION when it is not proposed.
    pub fn decide(&mut self, approve: bool, by: &str) -> Result<(), Fault> {
        let to = if approve { LimitState::Active } else { LimitState::Rejected };
        if self.state != LimitState::Proposed {
            let message = format!("The limit is {}; only a proposed one can be decided.", self.state.as_str());
            return Err(Fault::new(Reason::IllegalTransition, message).with("from", self.state.as_str()).with("to", to.as_str()));
        }
        if self.requested_by == by {
            return Err(Fault::new(Reason::SelfApproval, "Somebody other than the proposer has to decide this limit."));
        }
        self.state = to;
        self.approved_by = Some(by.to_owned());
        Ok(())
    }
}
