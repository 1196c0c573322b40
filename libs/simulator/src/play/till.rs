//! What customers mean to pay, and when.

use std::collections::BTreeMap;

use quittance_types::{BusinessDate, Fault, Money};

use crate::calendar;
use crate::dice::Purpose;
use crate::orders::DocumentKey;
use crate::paying::Intent;
use crate::persona::Channel;
use crate::world::World;

/// Intents by day, customer and document.
#[derive(Clone, Debug, Default)]
pub(super) struct Till(BTreeMap<Key, Intent>);

/// Sorts by customer first, then by document, part and follow-up.
type Key = (DocumentKey, u32, u32);

impl Till {
    pub(super) fn add(&mut self, intent: Intent) {
        self.0.insert((intent.document, intent.instalment, intent.follow_up), intent);
    }

    /// Takes what is paid until a day by transfer, or by a rail.
    pub(super) fn take(&mut self, until: BusinessDate, by_transfer: bool) -> Vec<Intent> {
        let due = |intent: &Intent| intent.pay_on <= until && (intent.channel == Channel::Transfer) == by_transfer;
        let keys: Vec<Key> = self.0.iter().filter(|(_, intent)| due(intent)).map(|(key, _)| *key).collect();
        keys.iter().filter_map(|key| self.0.remove(key)).collect()
    }

    /// Takes a credit memo off what is still to be paid on a document. Gives back what found nothing to be taken off.
    pub(super) fn credit(&mut self, document: DocumentKey, memo: Money) -> Result<Money, Fault> {
        let mut left = memo;
        let keys: Vec<Key> = self.0.range(of(document)).map(|(key, _)| *key).collect();
        for key in keys {
            let Some(intent) = self.0.get_mut(&key) else { continue };
            let taken = left.min(intent.owed)?;
            left = left.sub(taken)?;
            intent.owed = intent.owed.sub(taken)?;
            intent.pays = intent.pays.sub(taken)?;
            if !intent.pays.is_positive() {
                self.0.remove(&key);
            }
        }
        Ok(left)
    }

    /// A notice arrived: a customer that heeds it pays what is overdue within days.
    pub(super) fn hurry(&mut self, world: &World, customer: u32, level: u32, today: BusinessDate) -> Result<u32, Fault> {
        let heeds = world.customer(customer).map_or(0, |customer| customer.persona.heeds_notice);
        let chance = if heeds == 0 { 0 } else { heeds + 150 * level };
        let mut hurried = 0;
        for intent in self.0.range_mut(of_customer(customer)).map(|(_, intent)| intent) {
            if intent.due_on >= today || intent.follow_up > 0 {
                continue;
            }
            let ordinal = (intent.document.ordinal() << 8) | u64::from(level.min(255));
            let mut dice = world.dice(customer, Purpose::Notice, ordinal);
            let soon = calendar::bank_day_from(today.plus_days(dice.between(3, 8) as i32)?)?;
            if dice.chance(chance) && soon < intent.pay_on {
                intent.pay_on = soon;
                hurried += 1;
            }
        }
        Ok(hurried)
    }
}

fn of(document: DocumentKey) -> std::ops::RangeInclusive<Key> {
    (document, 0, 0)..=(document, u32::MAX, u32::MAX)
}

fn of_customer(customer: u32) -> std::ops::RangeInclusive<Key> {
    let edge = |value| DocumentKey { order: crate::orders::OrderKey { customer, ordinal: value }, part: value };
    (edge(0), 0, 0)..=(edge(u32::MAX), u32::MAX, u32::MAX)
}
