//! What rows of every service have in common: amounts, days and JSON, read back. A row that does not hold what it should is
//! our fault, not the caller's.

use std::fmt::Display;

use quittance_types::{BusinessDate, Currency, Fault, Money};
use sea_orm::Value;
use serde::{Serialize, de::DeserializeOwned};

use crate::Tx;

/// A row that cannot be read.
pub fn corrupt(what: impl Display) -> Fault {
    Fault::internal(format!("a stored row cannot be read: {what}"))
}

/// A stored currency; CHAR(3) may come back with blanks.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub fn currency(code: &str) -> Result<Currency, Fault> {
    Currency::parse(code.trim_end()).map_err(|fault| corrupt(fault.message()))
}

/// A stored amount in minor units.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub fn money(minor: i64, code: &str) -> Result<Money, Fault> {
    Money::from_minor(minor, currency(code)?).map_err(|fault| corrupt(fault.message()))
}

/// A stored day, counted from 1970.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub fn date(days: i32) -> Result<BusinessDate, Fault> {
    BusinessDate::from_days(days).map_err(|fault| corrupt(fault.message()))
}

/// The value of a stored name, as far as it has one.
///
/// # Errors
/// `INTERNAL_ERROR` with the name.
pub fn known<T>(value: Option<T>, name: &str) -> Result<T, Fault> {
    value.ok_or_else(|| corrupt(name))
}

/// A value as JSON text.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub fn to_json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::internal(error.to_string()))
}

/// A value of JSON text.
///
/// # Errors
/// `INTERNAL_ERROR`.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(corrupt)
}

/// The values of a statement that is put together from parts. The tenant is always `$1`.
pub struct Binds(Vec<Value>);

impl Binds {
    /// The tenant alone.
    #[must_use]
    pub fn new(tx: &Tx) -> Self {
        Self(vec![tx.tenant().uuid().into()])
    }

    /// Binds a value and gives its placeholder.
    pub fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }

    /// Binds many and gives their placeholders with commas between.
    pub fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> String {
        values.into_iter().map(|value| self.add(value)).collect::<Vec<_>>().join(", ")
    }

    /// The values, in order.
    #[must_use]
    pub fn values(self) -> Vec<Value> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use quittance_types::Reason;

    use super::*;

    #[test]
    fn what_makes_no_sense_is_our_fault() {
        let ours = |fault: Fault| assert_eq!(fault.reason(), Reason::InternalError);
        ours(money(1, "XXX").unwrap_err());
        ours(money(i64::MAX, "EUR").unwrap_err());
        ours(date(i32::MAX).unwrap_err());
        ours(from_json::<i64>("x").unwrap_err());
        ours(known::<i64>(None, "x").unwrap_err());
        assert_eq!(money(1, "EUR").unwrap(), Money::from_minor(1, Currency::EUR).unwrap());
        assert_eq!(from_json::<Vec<i64>>(&to_json(&[1, 2]).unwrap()).unwrap(), [1, 2]);
    }
}
