//! Rows and their events. `save` writes both, so nothing can be changed without being published.

pub mod analytics;
pub mod cash;
pub mod customers;
pub mod deliveries;
pub mod disputes;
pub mod entity;
pub mod notices;
pub mod promises;
pub mod proposals;
pub mod receivables;
pub mod runs;
pub mod selection;
pub mod strategies;

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Currency, Fault, Money};
use sea_orm::Value;
use serde::{Serialize, de::DeserializeOwned};

/// Ids bound in one IN list.
pub(crate) const CHUNK: usize = 500;

/// A stored amount. A row that does not hold one is our fault, not the caller's.
pub(crate) fn money(minor: i64, currency: &str) -> Result<Money, Fault> {
    Currency::parse(currency).and_then(|currency| Money::from_minor(minor, currency)).map_err(|fault| corrupt(fault.message()))
}

pub(crate) fn date(days: i32) -> Result<BusinessDate, Fault> {
    BusinessDate::from_days(days).map_err(|fault| corrupt(fault.message()))
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

/// The values of a statement that is put together from parts. The tenant is always `$1`.
pub(crate) struct Binds(Vec<Value>);

impl Binds {
    pub(crate) fn new(tx: &Tx) -> Self {
        Self(vec![tx.tenant().uuid().into()])
    }

    /// Binds a value and gives its placeholder.
    pub(crate) fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("${}", self.0.len())
    }

    /// Binds many and gives their placeholders with commas between.
    pub(crate) fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> String {
        values.into_iter().map(|value| self.add(value)).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn values(self) -> Vec<Value> {
        self.0
    }
}
