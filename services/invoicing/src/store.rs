//! Rows and their events. What is saved here is published here, so nothing can be changed without being heard of.

pub mod customers;
pub mod entity;
pub mod holds;
pub mod invoices;
pub mod lapses;
pub mod legal_entities;
mod lines;
pub mod memos;
pub mod orders;
pub mod sellers;
pub mod series;
pub mod settlements;
mod text;

use std::fmt::Display;

use quittance_types::{Currency, Fault, Money};

/// A stored amount. A row that does not hold one is our fault, not the caller's.
pub(crate) fn money(minor: i64, currency: Currency) -> Result<Money, Fault> {
    Money::from_minor(minor, currency).map_err(|fault| corrupt(fault.message()))
}

/// A stored currency.
pub(crate) fn currency(code: &str) -> Result<Currency, Fault> {
    Currency::parse(code).map_err(|fault| corrupt(fault.message()))
}

/// A row we wrote and cannot read.
pub(crate) fn corrupt(what: impl Display) -> Fault {
    Fault::internal(format!("a stored row cannot be read: {what}"))
}
