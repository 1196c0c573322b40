//! What the world did, in counts and sums.

use std::collections::BTreeMap;

use quittance_types::{Currency, Fault, Money};

use crate::truth::Difference;

/// Counts of everything that happened so far. What the suite made of it is not here: ask the suite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Days played.
    pub days: u32,
    /// Customers.
    pub customers: u32,
    /// Orders submitted.
    pub orders: u32,
    /// Of them accepted at once.
    pub orders_accepted: u32,
    /// Of them held for credit.
    pub orders_held: u32,
    /// Of them refused.
    pub orders_rejected: u32,
    /// Orders cancelled by the buyer or because they were held too long.
    pub orders_cancelled: u32,
    /// Holds a person was asked to release.
    pub holds_released: u32,
    /// Invoices.
    pub invoices: u32,
    /// Their sum.
    pub invoiced: Sums,
    /// Credit memos.
    pub credit_memos: u32,
    /// Their sum.
    pub credited: Sums,
    /// Statements.
    pub statements: u32,
    /// Bank lines.
    pub bank_lines: u32,
    /// Transfers of customers among them.
    pub transfers: u32,
    /// Their sum.
    pub transferred: Sums,
    /// Transfers that pay several documents.
    pub batch_transfers: u32,
    /// Transfers taken back.
    pub returns: u32,
    /// Card payments and direct debits.
    pub rail_payments: u32,
    /// Of them refused or returned.
    pub rail_failures: u32,
    /// Payouts of the rails.
    pub payouts: u32,
    /// Disputes raised.
    pub disputes: u32,
    /// Of them answered with a credit memo.
    pub disputes_credited: u32,
    /// Promises given.
    pub promises: u32,
    /// Of them meant to be broken.
    pub promises_to_break: u32,
    /// Dunning notices customers saw.
    pub notices: u32,
    /// Payments that differ from what was asked for, by kind.
    pub differences: BTreeMap<Difference, u32>,
}

/// Sums by currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums(pub BTreeMap<Currency, Money>);

impl Sums {
    /// Adds to the sum of the amount's currency.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE`.
    pub fn add(&mut self, amount: Money) -> Result<(), Fault> {
        let sum = self.0.entry(amount.currency()).or_insert(Money::zero(amount.currency()));
        *sum = sum.add(amount)?;
        Ok(())
    }

    /// The sum in a currency.
    pub fn of(&self, currency: Currency) -> Money {
        self.0.get(&currency).copied().unwrap_or(Money::zero(currency))
    }
}
