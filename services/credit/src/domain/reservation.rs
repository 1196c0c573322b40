//! A two-phase promise of credit: held, then committed by the invoice, released, or expired.

use quittance_types::{BusinessDate, CustomerId, Fault, Money, Reason, ReservationId};

use super::decision::Decision;

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationState {
    /// Waiting on a hold case; holds nothing.
    Requested,
    /// Holds `held`.
    Held,
    /// All of it became receivable.
    Committed,
    /// Given back.
    Released,
    /// Held past its day.
    Expired,
    /// Refused.
    Rejected,
}

impl ReservationState {
    const ALL: [Self; 6] = [Self::Requested, Self::Held, Self::Committed, Self::Released, Self::Expired, Self::Rejected];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Held => "held",
            Self::Committed => "committed",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What can happen to a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReservationEvent {
    /// The hold case was released.
    Approve,
    /// The hold case was rejected.
    Refuse,
    /// Part of it was invoiced.
    CommitPart,
    /// The rest of it was invoiced.
    CommitRest,
    /// Given back.
    Release,
    /// Its day passed.
    Expire,
}

impl ReservationState {
    /// The state after an event.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION with `from` and `to`.
    pub fn on(self, event: ReservationEvent) -> Result<Self, Fault> {
        use ReservationEvent as Event;
        let to = match (self, event) {
            (Self::Requested, Event::Approve) => Self::Held,
            (Self::Requested, Event::Refuse) => Self::Rejected,
            (Self::Held, Event::CommitPart) => Self::Held,
            (Self::Held, Event::CommitRest) => Self::Committed,
            (Self::Requested | Self::Held, Event::Release) => Self::Released,
            (Self::Held, Event::Expire) => Self::Expired,
            (Self::Requested, Event::CommitPart | Event::CommitRest | Event::Expire)
            | (Self::Held, Event::Approve | Event::Refuse)
            | (Self::Committed | Self::Released | Self::Expired | Self::Rejected, _) => return Err(illegal(self, event)),
        };
        Ok(to)
    }
}

fn illegal(from: ReservationState, event: ReservationEvent) -> Fault {
    let reason = match (from, event) {
        (ReservationState::Expired, ReservationEvent::CommitPart | ReservationEvent::CommitRest) => Reason::ReservationExpired,
        _ => Reason::IllegalTransition,
    };
    let to = match event {
        ReservationEvent::Approve => "held",
        ReservationEvent::Refuse => "rejected",
        ReservationEvent::CommitPart | ReservationEvent::CommitRest => "committed",
        ReservationEvent::Release => "released",
        ReservationEvent::Expire => "expired",
    };
    Fault::new(reason, format!("The reservation is {}; it cannot become {to}.", from.as_str())).with("from", from.as_str()).with("to", to)
}

/// Credit set aside for an order. `amount = held + committed + given back`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Identifier.
    pub id: ReservationId,
    /// Whose credit.
    pub customer: CustomerId,
    /// The order it is for.
    pub order_id: String,
    /// Asked for.
    pub amount: Money,
    /// Still held.
    pub held: Money,
    /// Became receivable.
    pub committed: Money,
    /// Where it stands.
    pub state: ReservationState,
    /// What credit said.
    pub decision: Decision,
    /// Why it did not approve.
    pub reasons: Vec<String>,
    /// Last day it is held.
    pub expires_on: BusinessDate,
    /// Policy that decided.
    pub policy_version: i64,
    /// Who asked.
    pub requested_by: String,
    /// Grows with every change.
    pub version: i64,
}

impl Reservation {
    /// Turns `amount` of what is held into a receivable; more than is held commits all of it.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION, RESERVATION_EXPIRED, CURRENCY_MISMATCH.
    pub fn commit(&mut self, amount: Money) -> Result<Money, Fault> {
        let part = self.held.min(amount)?;
        let rest = self.held.sub(part)?;
        let event = if rest.is_zero() { ReservationEvent::CommitRest } else { ReservationEvent::CommitPart };
        self.state = self.state.on(event)?;
        self.held = rest;
        self.committed = self.committed.add(part)?;
        Ok(part)
    }

    /// Gives back what is still held and says how much that was.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION.
    pub fn end(&mut self, event: ReservationEvent) -> Result<Money, Fault> {
        self.state = self.state.on(event)?;
        Ok(std::mem::replace(&mut self.held, Money::zero(self.amount.currency())))
    }

    /// Holds the whole amount after a hold case was released.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION.
    pub fn approve(&mut self, expires_on: BusinessDate) -> Result<(), Fault> {
        self.state = self.state.on(ReservationEvent::Approve)?;
        self.held = self.amount;
        self.decision = Decision::Approve;
        self.expires_on = expires_on;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use quittance_types::{Currency, Uuid};

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR).unwrap()
    }

    fn held(amount: i64) -> Reservation {
        Reservation {
            id: ReservationId::new(Uuid::nil()),
            customer: CustomerId::new(Uuid::nil()),
            order_id: "o".to_owned(),
            amount: eur(amount),
            held: eur(amount),
            committed: eur(0),
            state: ReservationState::Held,
            decision: Decision::Approve,
            reasons: Vec::new(),
            expires_on: BusinessDate::from_days(0).unwrap(),
            policy_version: 1,
            requested_by: String::new(),
            version: 1,
        }
    }

    #[test]
    fn what_ended_stays_ended() {
        for state in [ReservationState::Committed, ReservationState::Released, ReservationState::Expired, ReservationState::Rejected] {
            for event in [ReservationEvent::Approve, ReservationEvent::Release, ReservationEvent::Expire, ReservationEvent::Refuse] {
                assert_eq!(state.on(event).unwrap_err().reason(), Reason::IllegalTransition);
            }
        }
        assert_eq!(ReservationState::Expired.on(ReservationEvent::CommitRest).unwrap_err().reason(), Reason::ReservationExpired);
    }

    proptest! {
        #[test]
        fn nothing_held_is_lost_or_made(amount in 1_i64..1_000_000, commits in prop::collection::vec(1_i64..500_000, 0..6), release in any::<bool>()) {
            let mut reservation = held(amount);
            let mut committed = 0;
            for part in commits {
                if let Ok(part) = reservation.commit(eur(part)) {
                    committed += part.minor();
                }
            }
            let back = if release { reservation.end(ReservationEvent::Release).map_or(0, Money::minor) } else { 0 };
            prop_assert_eq!(committed, reservation.committed.minor());
            prop_assert_eq!(committed + back + reservation.held.minor(), amount);
        }
    }
}
