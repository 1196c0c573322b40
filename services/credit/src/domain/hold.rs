//! An order credit does not let go.

use quittance_types::{BusinessDate, CustomerId, Fault, HoldCaseId, Money, Reason, ReservationId, Timestamp};

use super::{decision::RuleOutcome, reservation::Reservation};

/// Where a hold case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldCaseState {
    /// Waits for cash or a person.
    Open,
    /// The order may go.
    Released,
    /// The order was refused.
    Rejected,
    /// The order was cancelled meanwhile.
    Expired,
}

impl HoldCaseState {
    const ALL: [Self; 4] = [Self::Open, Self::Released, Self::Rejected, Self::Expired];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Released => "released",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A held order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldCase {
    /// Identifier.
    pub id: HoldCaseId,
    /// Whose order.
    pub customer: CustomerId,
    /// The order.
    pub order_id: String,
    /// Its reservation.
    pub reservation: ReservationId,
    /// What it asks for.
    pub amount: Money,
    /// Where it stands.
    pub state: HoldCaseState,
    /// What stood against it.
    pub rules: Vec<RuleOutcome>,
    /// Who submitted the order.
    pub requested_by: String,
    /// A person, or `credit` when cash released it.
    pub decided_by: Option<String>,
    /// Why.
    pub why: String,
    /// Day it was opened.
    pub opened_on: BusinessDate,
    /// Grows with every change; the etag.
    pub version: i64,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl HoldCase {
    /// A case for what is left of a reservation that waits.
    ///
    /// # Errors
    /// None while no more is committed than was asked for.
    pub fn open(
        id: HoldCaseId,
        reservation: &Reservation,
        rules: Vec<RuleOutcome>,
        opened_on: BusinessDate,
        created_at: Timestamp,
    ) -> Result<Self, Fault> {
        Ok(Self {
            id,
            customer: reservation.customer,
            order_id: reservation.order_id.clone(),
            reservation: reservation.id,
            amount: reservation.left()?,
            state: HoldCaseState::Open,
            rules,
            requested_by: reservation.requested_by.clone(),
            decided_by: None,
            why: String::new(),
            opened_on,
            version: 1,
            created_at,
        })
    }

    /// Ends an open case.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION when it is not open; SELF_APPROVAL when who submitted the order releases it.
    pub fn end(&mut self, to: HoldCaseState, by: &str, why: &str) -> Result<(), Fault> {
        if self.state != HoldCaseState::Open {
            let message = format!("The case is {}; only an open one can be decided.", self.state.as_str());
            return Err(Fault::new(Reason::IllegalTransition, message).with("from", self.state.as_str()).with("to", to.as_str()));
        }
        if to == HoldCaseState::Released && self.requested_by == by {
            return Err(Fault::new(Reason::SelfApproval, "Somebody other than who submitted the order has to release it."));
        }
        self.state = to;
        self.decided_by = Some(by.to_owned());
        self.why = why.to_owned();
        Ok(())
    }
}
