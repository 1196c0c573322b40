//! Sums by currency.

use std::collections::BTreeMap;

use quittance_matching::record::Rates;
use quittance_types::Currency;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::amount::minor_text;

/// A sum in each currency, minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<&'static str, (Currency, i64)>);

impl Sums {
    /// Adds an amount.
    pub fn add(&mut self, currency: Currency, minor: i64) {
        let sum = &mut self.0.entry(currency.code()).or_insert((currency, 0)).1;
        *sum = sum.saturating_add(minor);
    }

    /// Adds all sums of another.
    pub fn merge(&mut self, other: &Sums) {
        for (currency, minor) in other.iter() {
            self.add(currency, minor);
        }
    }

    /// Currency and sum, in the order of codes.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, i64)> + '_ {
        self.0.values().copied()
    }

    /// True when nothing was added.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything in one currency, and the currencies that have no rate.
    pub fn in_one(&self, currency: Currency, rates: &Rates) -> (i64, Vec<Currency>) {
        let mut total = 0_i64;
        let mut without = Vec::new();
        for (own, minor) in self.iter() {
            match rates.convert(minor, own, currency) {
                Some(converted) => total = total.saturating_add(converted),
                None => without.push(own),
            }
        }
        (total, without)
    }
}

impl Serialize for Sums {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (code, (currency, minor)) in &self.0 {
            map.serialize_entry(code, &minor_text(*minor, *currency))?;
        }
        map.end()
    }
}
