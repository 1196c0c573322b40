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
    /// An invoice came when nothing was held any more.
    InvoiceLate,
    /// Its order is still wanted: what is left of it is asked for anew.
    AskAgain,
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
            (Self::Requested | Self::Held, Event::Expire) => Self::Expired,
            (Self::Released | Self::Expired, Event::AskAgain) => Self::Requested,
            (Self::Released | Self::Expired, Event::InvoiceLate) => self,
            (Self::Requested, Event::CommitPart | Event::CommitRest | Event::InvoiceLate | Event::AskAgain)
            | (Self::Held, Event::Approve | Event::Refuse | Event::InvoiceLate | Event::AskAgain)
            | (
                Self::Released | Self::Expired,
                Event::Approve | Event::Refuse | Event::CommitPart | Event::CommitRest | Event::Release | Event::Expire,
            )
            | (Self::Committed | Self::Rejected, _) => return Err(illegal(self, event)),
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
        ReservationEvent::CommitPart | ReservationEvent::CommitRest | ReservationEvent::InvoiceLate => "committed",
        ReservationEvent::Release => "released",
        ReservationEvent::Expire => "expired",
        ReservationEvent::AskAgain => "requested",
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

    /// What the order may still need: all that was not invoiced yet.
    ///
    /// # Errors
    /// None while no more is committed than was asked for.
    pub fn left(&self) -> Result<Money, Fault> {
        self.amount.sub(self.committed)
    }

    /// Refuses what comes after its last day, whether the expiry has run or not.
    ///
    /// # Errors
    /// RESERVATION_EXPIRED.
    pub fn check_day(&self, day: BusinessDate) -> Result<(), Fault> {
        if self.state == ReservationState::Held && self.expires_on < day {
            let message = format!("The reservation was held until {}; it has expired.", self.expires_on);
            return Err(Fault::new(Reason::ReservationExpired, message).with("expires_on", self.expires_on));
        }
        Ok(())
    }

    /// Asks anew for what is left, for an order that outlived its reservation; it waits until `expires_on`.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION when it is held, decided against or used up.
    pub fn ask_again(&mut self, expires_on: BusinessDate) -> Result<(), Fault> {
        self.state = self.state.on(ReservationEvent::AskAgain)?;
        self.decision = Decision::Hold;
        self.expires_on = expires_on;
        Ok(())
    }

    /// Counts an invoice that came when nothing was held any more, so that no more is asked for anew than is left. While the
    /// order is not complete the smallest unit stays to be asked for.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION unless it was released or has expired; CURRENCY_MISMATCH.
    pub fn count_invoiced(&mut self, gross: Money, order_complete: bool) -> Result<(), Fault> {
        self.state = self.state.on(ReservationEvent::InvoiceLate)?;
        let unit = Money::from_minor(i64::from(!order_complete), self.amount.currency())?;
        let most = self.left()?.sub(unit)?.max(Money::zero(self.amount.currency()))?;
        self.committed = self.committed.add(gross.min(most)?)?;
        Ok(())
    }

    /// Holds what is left after a hold case was released.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION.
    pub fn approve(&mut self, expires_on: BusinessDate) -> Result<(), Fault> {
        self.state = self.state.on(ReservationEvent::Approve)?;
        self.held = self.left()?;
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

    #[test]
    fn only_what_lapsed_is_asked_for_anew_and_only_what_is_left() {
        for state in [ReservationState::Requested, ReservationState::Held, ReservationState::Committed, ReservationState::Rejected] {
            assert_eq!(state.on(ReservationEvent::AskAgain).unwrap_err().reason(), Reason::IllegalTransition);
        }
        let mut reservation = held(1_000);
        reservation.commit(eur(300)).unwrap();
        reservation.end(ReservationEvent::Expire).unwrap();
        reservation.count_invoiced(eur(200), false).unwrap();
        reservation.ask_again(BusinessDate::from_days(7).unwrap()).unwrap();
        assert_eq!(reservation.expires_on.days(), 7);
        reservation.approve(BusinessDate::from_days(9).unwrap()).unwrap();
        assert_eq!((reservation.state, reservation.held, reservation.committed), (ReservationState::Held, eur(500), eur(500)));
        reservation.end(ReservationEvent::Expire).unwrap();
        reservation.count_invoiced(eur(700), false).unwrap();
        assert_eq!(reservation.left().unwrap(), eur(1), "an order that goes on needs something");
        reservation.count_invoiced(eur(700), true).unwrap();
        assert_eq!(reservation.left().unwrap(), eur(0));
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
