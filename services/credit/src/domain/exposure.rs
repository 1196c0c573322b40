//! What a customer owes or may come to owe.

use quittance_types::{CustomerId, Fault, Money};

/// Exposure by bucket, in the account's currency. `total = ordered + not_due + overdue - unapplied`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Whose it is.
    pub customer: CustomerId,
    /// The limit in force; none when none was ever set.
    pub limit: Option<Money>,
    /// Held reservations.
    pub ordered: Money,
    /// Open and not due.
    pub not_due: Money,
    /// Open past due.
    pub overdue: Money,
    /// The disputed part of what is open.
    pub disputed: Money,
    /// Cash received and not yet applied.
    pub unapplied: Money,
    /// Days the oldest open item is past due.
    pub oldest_overdue_days: i32,
    /// 0 to 100.
    pub score: Option<i32>,
}

impl Exposure {
    /// The sum of the buckets.
    ///
    /// # Errors
    /// AMOUNT_OUT_OF_RANGE.
    pub fn total(&self) -> Result<Money, Fault> {
        self.ordered.add(self.not_due)?.add(self.overdue)?.sub(self.unapplied)
    }

    /// What may still be reserved under `limit`: never below zero.
    ///
    /// # Errors
    /// CURRENCY_MISMATCH when the limit is in another currency.
    pub fn available(&self, limit: Money) -> Result<Money, Fault> {
        limit.sub(self.total()?)?.max(Money::zero(limit.currency()))
    }
}
