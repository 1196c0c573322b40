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

pub(crate) use quittance_chassis::stored::{corrupt, currency};
use quittance_types::{Currency, Fault, Money};

/// An amount of a stored document.
pub(crate) fn money(minor: i64, currency: Currency) -> Result<Money, Fault> {
    Money::from_minor(minor, currency).map_err(|fault| corrupt(fault.message()))
}
