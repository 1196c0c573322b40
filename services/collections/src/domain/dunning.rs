//! Dunning runs: who is written to, who is left out and why, and who may say so.

use quittance_types::{BusinessDate, DunningRunId, Fault, Money, Reason, Timestamp};

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

/// Why a customer is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// All that is to be dunned is contested.
    Disputed,
    /// What is not contested is promised, and the promise has time.
    Promised,
    /// Contact is paused.
    Paused,
    /// The last notice is too recent.
    ContactGap,
    /// Not worth a letter.
    BelowMinimum,
    /// Credit memos and unapplied cash cover it.
    CreditBalance,
    /// Taken out by a person.
    Excluded,
}

impl Exclusion {
    /// The name on the wire and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disputed => "disputed",
            Self::Promised => "promised",
            Self::Paused => "paused",
            Self::ContactGap => "contact_gap",
            Self::BelowMinimum => "below_minimum",
            Self::CreditBalance => "credit_balance",
            Self::Excluded => "excluded",
        }
    }
}

/// A customer some of whose invoices have reached their next level.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Sum of those neither contested nor promised.
    pub due: Money,
    /// How many those are.
    pub free: i64,
    /// How many are contested.
    pub disputed: i64,
    /// Credit memos and unapplied cash.
    pub credits: Money,
    /// Last day of a pause.
    pub paused_until: Option<BusinessDate>,
    /// Day of the last notice.
    pub noticed_on: Option<BusinessDate>,
}

/// Whether the customer is written to; else why not. Contact rules come first: they hold whatever is owed.
///
/// # Errors
/// CURRENCY_MISMATCH when the standing mixes currencies.
pub fn leave_out(standing: &Standing, minimum: Option<Money>, gap_days: i32, as_of: BusinessDate) -> Result<Option<Exclusion>, Fault> {
    if standing.paused_until.is_some_and(|until| until >= as_of) {
        return Ok(Some(Exclusion::Paused));
    }
    if standing.noticed_on.is_some_and(|noticed| as_of.days_since(noticed) < gap_days) {
        return Ok(Some(Exclusion::ContactGap));
    }
    if standing.free == 0 {
        return Ok(Some(if standing.disputed > 0 { Exclusion::Disputed } else { Exclusion::Promised }));
    }
    if !standing.due.sub(standing.credits)?.is_positive() {
        return Ok(Some(Exclusion::CreditBalance));
    }
    let minimum = minimum.filter(|minimum| minimum.currency() == standing.due.currency());
    let too_little = minimum.map(|minimum| standing.due.compare(minimum)).transpose()?.is_some_and(std::cmp::Ordering::is_lt);
    Ok(too_little.then_some(Exclusion::BelowMinimum))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::{Currency, Uuid};

    use super::*;

    fn euro(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR).unwrap()
    }

    fn day(number: i32) -> BusinessDate {
        BusinessDate::from_days(20_000 + number).unwrap()
    }

    #[test]
    fn the_reasons_to_leave_a_customer_out() {
        let plain = Standing { due: euro(100), free: 1, disputed: 0, credits: euro(0), paused_until: None, noticed_on: None };
        let judge = |standing: Standing| leave_out(&standing, Some(euro(50)), 7, day(10)).unwrap();
        assert_eq!(judge(plain), None);
        assert_eq!(judge(Standing { paused_until: Some(day(10)), ..plain }), Some(Exclusion::Paused));
        assert_eq!(judge(Standing { paused_until: Some(day(9)), ..plain }), None);
        assert_eq!(judge(Standing { noticed_on: Some(day(4)), ..plain }), Some(Exclusion::ContactGap));
        assert_eq!(judge(Standing { noticed_on: Some(day(3)), ..plain }), None);
        assert_eq!(judge(Standing { due: euro(0), free: 0, disputed: 1, ..plain }), Some(Exclusion::Disputed));
        assert_eq!(judge(Standing { due: euro(0), free: 0, ..plain }), Some(Exclusion::Promised));
        assert_eq!(judge(Standing { credits: euro(100), ..plain }), Some(Exclusion::CreditBalance));
        assert_eq!(judge(Standing { credits: euro(99), ..plain }), None);
        assert_eq!(judge(Standing { due: euro(49), ..plain }), Some(Exclusion::BelowMinimum));
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
