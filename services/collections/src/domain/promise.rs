//! Promises to pay and how they end.

use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Money, PromiseId, Timestamp};

use super::illegal;

/// Where a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseState {
    /// Dunning rests while its time has not passed.
    Open,
    /// The money came in time.
    Kept,
    /// Part of it came.
    PartlyKept,
    /// Nothing came.
    Broken,
    /// Taken back.
    Withdrawn,
}

/// What can happen to a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseEvent {
    /// Its time has passed; all that was promised had come.
    FoundPaid,
    /// Its time has passed; some had come.
    FoundPartlyPaid,
    /// Its time has passed; nothing had come.
    FoundUnpaid,
    /// It was taken back.
    Withdraw,
}

impl PromiseState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Kept, Self::PartlyKept, Self::Broken, Self::Withdrawn];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Kept => "kept",
            Self::PartlyKept => "partly_kept",
            Self::Broken => "broken",
            Self::Withdrawn => "withdrawn",
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
    pub fn after(self, event: PromiseEvent) -> Result<Self, Fault> {
        let to = match event {
            PromiseEvent::FoundPaid => Self::Kept,
            PromiseEvent::FoundPartlyPaid => Self::PartlyKept,
            PromiseEvent::FoundUnpaid => Self::Broken,
            PromiseEvent::Withdraw => Self::Withdrawn,
        };
        match self {
            Self::Open => Ok(to),
            Self::Kept | Self::PartlyKept | Self::Broken | Self::Withdrawn => Err(illegal("promise", self.as_str(), to.as_str())),
        }
    }
}

/// A promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseToPay {
    /// Identifier.
    pub id: PromiseId,
    /// Who promised.
    pub customer: CustomerId,
    /// How much.
    pub amount: Money,
    /// Cash applied to its items between the promise and the end of its time, as of the evaluation.
    pub paid: Money,
    /// Cash of the very day of the promise that was already there.
    pub paid_before: Money,
    /// Day it was made.
    pub promised_on: BusinessDate,
    /// Day the money is promised for.
    pub due: BusinessDate,
    /// Last day the money counts: the due date and the tolerance.
    pub until: BusinessDate,
    /// Where it stands.
    pub state: PromiseState,
    /// What it covers.
    pub invoices: Vec<InvoiceId>,
    /// In the words of who took it down.
    pub note: String,
    /// Grows with every change.
    pub version: i64,
    /// When it was stored.
    pub created_at: Timestamp,
}

impl PromiseToPay {
    /// Ends the promise by what had come until its last day. Paying all there was to pay, less a discount that was
    /// granted for it, keeps it too.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from, to}; CURRENCY_MISMATCH.
    pub fn judge(&mut self, cash: Money, nothing_left: bool) -> Result<(), Fault> {
        let paid = cash.sub(self.paid_before)?.max(Money::zero(self.amount.currency()))?;
        let event = if !paid.is_positive() {
            PromiseEvent::FoundUnpaid
        } else if nothing_left || !paid.compare(self.amount)?.is_lt() {
            PromiseEvent::FoundPaid
        } else {
            PromiseEvent::FoundPartlyPaid
        };
        self.state = self.state.after(event)?;
        self.paid = paid;
        Ok(())
    }

    /// Takes it back.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from, to}.
    pub fn withdraw(&mut self) -> Result<(), Fault> {
        self.state = self.state.after(PromiseEvent::Withdraw)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use quittance_types::{Currency, Reason, Uuid};

    use super::*;

    const EVENTS: [PromiseEvent; 4] =
        [PromiseEvent::FoundPaid, PromiseEvent::FoundPartlyPaid, PromiseEvent::FoundUnpaid, PromiseEvent::Withdraw];

    fn euro(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR).unwrap()
    }

    fn promise(amount: i64, paid_before: i64) -> PromiseToPay {
        let day = BusinessDate::from_days(20_000).unwrap();
        PromiseToPay {
            id: PromiseId::new(Uuid::nil()),
            customer: CustomerId::new(Uuid::nil()),
            amount: euro(amount),
            paid: euro(0),
            paid_before: euro(paid_before),
            promised_on: day,
            due: day,
            until: day,
            state: PromiseState::Open,
            invoices: Vec::new(),
            note: String::new(),
            version: 1,
            created_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_discount_granted_for_paying_keeps_the_promise() {
        let mut with_discount = promise(100, 0);
        with_discount.judge(euro(98), true).unwrap();
        assert_eq!(with_discount.state, PromiseState::Kept);
        let mut credited = promise(100, 0);
        credited.judge(euro(0), true).unwrap();
        assert_eq!(credited.state, PromiseState::Broken);
    }

    proptest! {
        #[test]
        fn a_promise_ends_once_and_as_the_cash_says(amount in 1_i64..1_000, before in 0_i64..100, cash in -100_i64..2_000) {
            let mut made = promise(amount, before);
            made.judge(euro(cash), false).unwrap();
            let paid = (cash - before).max(0);
            let expected = if paid == 0 { PromiseState::Broken } else if paid >= amount { PromiseState::Kept } else { PromiseState::PartlyKept };
            prop_assert_eq!(made.state, expected);
            prop_assert_eq!(made.paid.minor(), paid);
            let after = made.clone();
            prop_assert_eq!(made.judge(euro(cash), true).unwrap_err().reason(), Reason::IllegalTransition);
            prop_assert_eq!(made.withdraw().unwrap_err().reason(), Reason::IllegalTransition);
            prop_assert_eq!(made, after);
        }

        #[test]
        fn only_the_first_event_counts(events in prop::collection::vec(0_usize..4, 1..10)) {
            let mut state = PromiseState::Open;
            let mut taken = 0;
            for event in events {
                if let Ok(next) = state.after(EVENTS[event]) {
                    prop_assert_ne!(next, PromiseState::Open);
                    state = next;
                    taken += 1;
                }
            }
            prop_assert_eq!(taken, 1);
        }
    }
}
