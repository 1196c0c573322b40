//! A payment and the states it may pass through.

use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Money, PaymentId, Reason, Timestamp};
use serde::{Deserialize, Serialize};

/// How money travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rail {
    /// A card, by token.
    Card,
    /// SEPA direct debit.
    SepaDirectDebit,
    /// ACH debit.
    Ach,
    /// Credit transfer.
    Transfer,
}

impl Rail {
    const ALL: [Self; 4] = [Self::Card, Self::SepaDirectDebit, Self::Ach, Self::Transfer];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::SepaDirectDebit => "sepa_direct_debit",
            Self::Ach => "ach",
            Self::Transfer => "transfer",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rail| rail.as_str() == name)
    }
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Stored; the rail has not been asked, or its answer was not stored.
    Created,
    /// The rail took it; its outcome is awaited.
    Pending,
    /// The rail may or may not have taken it.
    Unknown,
    /// The money is ours.
    Settled,
    /// The rail refused it.
    Failed,
    /// Taken back before the rail took it.
    Cancelled,
    /// Settled, then taken back by payer or bank, as far as it had not been refunded.
    Returned,
    /// Part was given back.
    PartlyRefunded,
    /// All was given back.
    Refunded,
}

impl PaymentState {
    /// Every state, in the order of a payment's life.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Pending,
        Self::Unknown,
        Self::Settled,
        Self::Failed,
        Self::Cancelled,
        Self::Returned,
        Self::PartlyRefunded,
        Self::Refunded,
    ];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether the payment may become `to`. What ended badly stays ended; money that came may go back.
    pub fn may_become(self, to: Self) -> bool {
        match self {
            Self::Created => matches!(to, Self::Pending | Self::Unknown | Self::Settled | Self::Failed | Self::Cancelled),
            Self::Unknown => matches!(to, Self::Pending | Self::Settled | Self::Failed),
            Self::Pending => matches!(to, Self::Settled | Self::Failed | Self::Cancelled),
            Self::Settled => matches!(to, Self::Returned | Self::PartlyRefunded | Self::Refunded),
            Self::PartlyRefunded => matches!(to, Self::PartlyRefunded | Self::Refunded | Self::Returned),
            Self::Failed | Self::Cancelled | Self::Returned | Self::Refunded => false,
        }
    }
}

/// One step of a payment's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// Before.
    pub from: PaymentState,
    /// After.
    pub to: PaymentState,
    /// Business date.
    pub on: BusinessDate,
    /// What the rail, or who, said.
    pub source: String,
}

/// Part of a payment meant for one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The document.
    pub invoice: InvoiceId,
    /// More than zero.
    pub amount: Money,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Identifier; also its name on the rail and on the payout.
    pub id: PaymentId,
    /// Who pays.
    pub customer: CustomerId,
    /// More than zero.
    pub amount: Money,
    /// Given back so far; never more than the amount.
    pub refunded: Money,
    /// How it travels.
    pub rail: Rail,
    /// Where it stands.
    pub state: PaymentState,
    /// What it is for; sums to at most the amount.
    pub allocations: Vec<Allocation>,
    /// Why it failed or came back, in the rail's code.
    pub reason_code: String,
    /// Its life so far.
    pub transitions: Vec<Transition>,
    /// Business date it was made.
    pub created_on: BusinessDate,
    /// Business date the money was ours.
    pub settled_on: Option<BusinessDate>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// Grows with every change; the etag.
    pub version: i64,
}

/// What the rail says of a payment on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Taken; the outcome will be known later.
    Pending,
    /// The money moved.
    Settled(BusinessDate),
    /// Refused, with a code.
    Failed(String),
    /// It moved and came back, with a code.
    Returned(BusinessDate, String),
    /// Nothing is known under this id: it never arrived.
    NeverSeen,
}

/// A payment after one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// As it was then.
    pub after: Payment,
    /// The day of the step.
    pub on: BusinessDate,
}

impl Payment {
    /// Moves the payment and writes the step down.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from, to}.
    pub fn become_state(&mut self, to: PaymentState, on: BusinessDate, source: &str) -> Result<(), Fault> {
        if !self.state.may_become(to) {
            let message = format!("The payment is {}; it cannot become {}.", self.state.as_str(), to.as_str());
            return Err(Fault::new(Reason::IllegalTransition, message).with("from", self.state.as_str()).with("to", to.as_str()));
        }
        self.transitions.push(Transition { from: self.state, to, on, source: source.to_owned() });
        self.state = to;
        if to == PaymentState::Settled {
            self.settled_on = Some(on);
        }
        Ok(())
    }

    /// Moves the payment to what the rail says, through every state on the way, and returns it as it was after each step. An
    /// answer that was lost makes it UNKNOWN.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION when the rail contradicts itself.
    pub fn follow(&mut self, answer: Option<Answer>, as_of: BusinessDate) -> Result<Vec<Moved>, Fault> {
        let mut moved = Vec::new();
        match answer {
            None => self.step(PaymentState::Unknown, as_of, "no answer", &mut moved)?,
            Some(Answer::Pending) => self.step(PaymentState::Pending, as_of, "accepted", &mut moved)?,
            Some(Answer::Settled(on)) => self.step(PaymentState::Settled, on, "settled", &mut moved)?,
            Some(Answer::NeverSeen) => self.step(PaymentState::Failed, as_of, "the rail never saw it", &mut moved)?,
            Some(Answer::Failed(code)) => {
                self.reason_code = code;
                self.step(PaymentState::Failed, as_of, "refused", &mut moved)?;
            }
            Some(Answer::Returned(on, code)) => {
                self.step(PaymentState::Settled, self.created_on, "settled", &mut moved)?;
                self.reason_code = code;
                self.step(PaymentState::Returned, on, "returned", &mut moved)?;
            }
        }
        Ok(moved)
    }

    fn step(&mut self, to: PaymentState, on: BusinessDate, source: &str, moved: &mut Vec<Moved>) -> Result<(), Fault> {
        let already = self.state == to || (to == PaymentState::Settled && self.settled_on.is_some());
        if already {
            return Ok(());
        }
        self.become_state(to, on, source)?;
        self.version = self.version.saturating_add(1);
        moved.push(Moved { after: self.clone(), on });
        Ok(())
    }

    /// What may still be given back.
    ///
    /// # Errors
    /// None while refunded stays within the amount.
    pub fn refundable(&self) -> Result<Money, Fault> {
        self.amount.sub(self.refunded)
    }

    /// Gives back part of a settled payment, or all that is left.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION, REFUND_EXCEEDS_CAPTURE {left}, CURRENCY_MISMATCH.
    pub fn refund(&mut self, amount: Option<Money>, on: BusinessDate) -> Result<Money, Fault> {
        let left = self.refundable()?;
        let amount = amount.unwrap_or(left);
        if self.state == PaymentState::Refunded || (self.state == PaymentState::PartlyRefunded && amount.compare(left)?.is_gt()) {
            return Err(exceeds(left));
        }
        let rest = left.sub(amount)?;
        let to = if rest.is_zero() { PaymentState::Refunded } else { PaymentState::PartlyRefunded };
        if !self.state.may_become(to) {
            return self.become_state(to, on, "refund").map(|()| amount);
        }
        if rest.is_negative() {
            return Err(exceeds(left));
        }
        self.become_state(to, on, "refund")?;
        self.refunded = self.refunded.add(amount)?;
        Ok(amount)
    }
}

fn exceeds(left: Money) -> Fault {
    Fault::new(Reason::RefundExceedsCapture, format!("At most {left} of this payment can still be refunded.")).with("left", left.amount())
}

/// Checks what a payment is for.
///
/// # Errors
/// ALLOCATION_DUPLICATE, ALLOCATION_SUM, CURRENCY_MISMATCH.
pub fn check_allocations(amount: Money, allocations: &[Allocation]) -> Result<(), Fault> {
    let mut documents: Vec<InvoiceId> = allocations.iter().map(|allocation| allocation.invoice).collect();
    documents.sort_unstable();
    documents.dedup();
    if documents.len() != allocations.len() {
        return Err(Fault::new(Reason::AllocationDuplicate, "Name each invoice once."));
    }
    let sum = Money::sum(amount.currency(), allocations.iter().map(|allocation| allocation.amount))?;
    if sum.compare(amount)?.is_gt() {
        return Err(Fault::new(Reason::AllocationSum, format!("The parts sum to {sum}, more than the payment of {amount}.")));
    }
    Ok(())
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

    fn day() -> BusinessDate {
        BusinessDate::from_days(20_000).unwrap()
    }

    fn payment(state: PaymentState, amount: i64) -> Payment {
        Payment {
            id: PaymentId::new(Uuid::nil()),
            customer: CustomerId::new(Uuid::nil()),
            amount: eur(amount),
            refunded: eur(0),
            rail: Rail::Card,
            state,
            allocations: Vec::new(),
            reason_code: String::new(),
            transitions: Vec::new(),
            created_on: day(),
            settled_on: None,
            created_at: Timestamp::from_micros(0),
            version: 1,
        }
    }

    #[test]
    fn a_final_state_is_final() {
        for from in [PaymentState::Failed, PaymentState::Cancelled, PaymentState::Returned, PaymentState::Refunded] {
            assert!(PaymentState::ALL.into_iter().all(|to| !from.may_become(to)));
        }
        assert!(!PaymentState::Settled.may_become(PaymentState::Pending));
        assert!(!PaymentState::Unknown.may_become(PaymentState::Cancelled));
    }

    #[test]
    fn only_settled_money_is_refunded() {
        let reason = |state| payment(state, 100).refund(None, day()).unwrap_err().reason();
        assert_eq!(reason(PaymentState::Pending), Reason::IllegalTransition);
        assert_eq!(reason(PaymentState::Returned), Reason::IllegalTransition);
        assert_eq!(reason(PaymentState::Refunded), Reason::RefundExceedsCapture);
        assert_eq!(payment(PaymentState::Settled, 100).refund(Some(eur(101)), day()).unwrap_err().reason(), Reason::RefundExceedsCapture);
    }

    proptest! {
        #[test]
        fn refunds_never_exceed_the_payment(amount in 1_i64..100_000, refunds in prop::collection::vec(1_i64..60_000, 0..8)) {
            let mut payment = payment(PaymentState::Settled, amount);
            let mut given_back = 0;
            for refund in refunds {
                given_back += payment.refund(Some(eur(refund)), day()).map_or(0, Money::minor);
            }
            prop_assert_eq!(given_back, payment.refunded.minor());
            prop_assert!(given_back <= amount);
            prop_assert_eq!(given_back == amount, payment.state == PaymentState::Refunded);
        }

        #[test]
        fn every_step_taken_was_allowed(steps in prop::collection::vec(0_usize..9, 0..30)) {
            let mut payment = payment(PaymentState::Created, 100);
            for step in steps {
                let _ = payment.become_state(PaymentState::ALL[step], day(), "");
            }
            let mut at = PaymentState::Created;
            for transition in &payment.transitions {
                prop_assert_eq!(transition.from, at);
                prop_assert!(at.may_become(transition.to));
                at = transition.to;
            }
            prop_assert_eq!(at, payment.state);
        }
    }
}
