//! Rows and their events. `save` writes both, so nothing can be changed without being published.

pub mod accounts;
pub mod customers;
pub mod entity;
pub mod holds;
pub mod limits;
pub mod policies;
pub mod reservations;

use quittance_types::{Currency, Fault, Money};
use serde::{Serialize, de::DeserializeOwned};

/// A stored amount. A row that does not hold one is our fault, not the caller's.
pub(crate) fn money(minor: i64, currency: &str) -> Result<Money, Fault> {
    Currency::parse(currency).and_then(|currency| Money::from_minor(minor, currency)).map_err(|fault| corrupt(fault.message()))
}

pub(crate) fn corrupt(what: impl std::fmt::Display) -> Fault {
    Fault::internal(format!("a stored row cannot be read: {what}"))
}

pub(crate) fn to_json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::internal(error.to_string()))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(corrupt)
}
