//! What a decision locks and compares.

use quittance_types::{Currency, CustomerId, Fault, Money};

/// A customer's account: limit, score and sums. Every amount is in its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditAccount {
    /// Whose it is.
    pub customer: CustomerId,
    /// Its currency.
    pub currency: Currency,
    /// The limit in force, if one was ever set.
    pub limit: Option<Money>,
    /// The score, if anybody gave one.
    pub score: Option<i32>,
    /// Where the score comes from; empty when nobody said.
    pub score_source: String,
    /// What reservations hold.
    pub held: Money,
    /// What documents leave open; credit memos are negative.
    pub open: Money,
    /// Cash that is not applied.
    pub unapplied: Money,
}

impl CreditAccount {
    /// Changes what reservations hold.
    ///
    /// # Errors
    /// CURRENCY_MISMATCH, AMOUNT_OUT_OF_RANGE.
    pub fn add_held(&mut self, change: Money) -> Result<(), Fault> {
        self.held = self.held.add(change)?;
        Ok(())
    }

    /// A document left this much open and leaves that now. One in another currency is not summed here: it is kept, and
    /// shown by reconciliation.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn move_open(&mut self, before: Option<Money>, now: Money) -> Result<(), Fault> {
        if now.currency() == self.currency {
            let before = before.filter(|before| before.currency() == self.currency).unwrap_or(Money::zero(self.currency));
            self.open = self.open.add(now)?.sub(before)?;
        }
        Ok(())
    }
}
