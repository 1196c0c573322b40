//! What is to be done on which day.

use std::collections::BTreeMap;

use quittance_types::{BusinessDate, Decimal};

use crate::bank::BankEntry;
use crate::orders::{DocumentKey, OrderKey};
use crate::paying::{Intent, PlannedDispute, PlannedPromise};

/// Things of one kind by day and key.
#[derive(Clone, Debug)]
pub(super) struct Dated<K, V>(BTreeMap<BusinessDate, BTreeMap<K, V>>);

impl<K, V> Default for Dated<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, V> Dated<K, V> {
    /// Plans a thing; one with the same key on the same day is replaced.
    pub(super) fn add(&mut self, day: BusinessDate, key: K, value: V) {
        self.0.entry(day).or_default().insert(key, value);
    }

    /// Everything planned until a day, in order of day and key. It is not planned any more.
    pub(super) fn take(&mut self, until: BusinessDate) -> Vec<(K, V)> {
        let mut taken = Vec::new();
        while let Some(day) = self.0.first_entry() {
            if *day.key() > until {
                break;
            }
            taken.extend(day.remove());
        }
        taken
    }
}

/// A transfer that will come back.
#[derive(Clone, Debug)]
pub(super) struct PlannedReturn {
    /// The entry as it was booked.
    pub(super) entry: BankEntry,
    /// ISO 20022 reason.
    pub(super) reason: &'static str,
    /// What was paid by it.
    pub(super) intents: Vec<Intent>,
}

/// Money of a rail that will reach the bank.
#[derive(Clone, Debug)]
pub(super) struct PlannedPayout {
    /// The payment as the rail names it.
    pub(super) reference: String,
    /// What was collected.
    pub(super) intent: Intent,
}

/// All plans.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    pub(super) orders: Dated<OrderKey, ()>,
    pub(super) cancellations: Dated<OrderKey, ()>,
    pub(super) deliveries: Dated<DocumentKey, Vec<(u32, Decimal)>>,
    /// Deliveries handed out whose outcome is not known yet.
    pub(super) underway: BTreeMap<DocumentKey, Vec<(u32, Decimal)>>,
    pub(super) hold_reviews: Dated<OrderKey, ()>,
    pub(super) disputes: Dated<DocumentKey, PlannedDispute>,
    pub(super) answers: Dated<DocumentKey, PlannedDispute>,
    pub(super) promises: Dated<DocumentKey, PlannedPromise>,
    pub(super) returns: Dated<String, PlannedReturn>,
    pub(super) payouts: Dated<(DocumentKey, u32, u32), PlannedPayout>,
    /// Collections handed out whose payment is not known yet, by request id.
    pub(super) collecting: BTreeMap<uuid::Uuid, (Intent, BusinessDate)>,
}
