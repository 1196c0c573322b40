//! Rows and their events. `save` writes both, so nothing can be changed without being published.

pub mod customers;
pub mod entity;
pub mod payments;
pub mod rail;
pub mod refunds;

use quittance_types::{Currency, Fault, Money};

/// A stored amount. A row that does not hold one is our fault, not the caller's.
pub(crate) fn money(minor: i64, currency: &str) -> Result<Money, Fault> {
    Currency::parse(currency).and_then(|currency| Money::from_minor(minor, currency)).map_err(|fault| corrupt(fault.message()))
}

pub(crate) fn corrupt(what: impl std::fmt::Display) -> Fault {
    Fault::internal(format!("a stored row cannot be read: {what}"))
}
