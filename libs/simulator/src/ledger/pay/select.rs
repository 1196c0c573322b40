//! Which items and which day.

use super::{Household, Pick};
use crate::ledger::item::Item;

impl Household<'_> {
    /// A customer that still has something to pay.
    pub(super) fn someone(&mut self) -> usize {
        self.dice.below(self.family.customers.len() as u64) as usize
    }

    /// Items a payment may still take: open ones, or closed ones while the past is played.
    pub(super) fn free(&self, customer: usize, fits: impl Fn(&Item) -> bool) -> Vec<usize> {
        let is_free = |item: &Item| item.customer == customer && !item.used && item.closed.is_some() == self.past && fits(item);
        self.items.iter().enumerate().filter(|(_, item)| is_free(item)).map(|(place, _)| place).collect()
    }

    /// One free invoice that fits; of subscribers the oldest.
    pub(super) fn invoice(&mut self, customer: usize, fits: impl Fn(&Item) -> bool) -> Option<usize> {
        let free = self.free(customer, |item| !item.credit && fits(item));
        if self.family.customers[customer].subscriber {
            return free.into_iter().min_by_key(|place| self.items[*place].due);
        }
        let place = self.dice.below(free.len() as u64) as usize;
        free.get(place).copied()
    }

    /// Up to `count` free invoices that fit, in order of issue, at times a row of following numbers.
    pub(super) fn invoices(&mut self, customer: usize, count: usize, fits: impl Fn(&Item) -> bool) -> Vec<usize> {
        let mut free = self.free(customer, |item| !item.credit && fits(item));
        free.sort_by_key(|place| self.items[*place].sequence);
        if self.dice.chance(350)
            && let Some(row) = self.row(&free)
        {
            return row;
        }
        while free.len() > count {
            let out = self.dice.below(free.len() as u64) as usize;
            free.remove(out);
        }
        free
    }

    /// Following numbers among items sorted by number.
    fn row(&mut self, sorted: &[usize]) -> Option<Vec<usize>> {
        let follows = |pair: &[usize]| self.items[pair[1]].sequence == self.items[pair[0]].sequence + 1;
        let starts: Vec<usize> = sorted.windows(2).enumerate().filter(|(_, pair)| follows(pair)).map(|(place, _)| place).collect();
        let start = *starts.get(self.dice.below(starts.len() as u64) as usize)?;
        let mut row = vec![sorted[start]];
        for pair in sorted[start..].windows(2) {
            if row.len() >= 5 || self.items[pair[1]].sequence != self.items[pair[0]].sequence + 1 {
                break;
            }
            row.push(pair[1]);
        }
        Some(row)
    }

    /// A bank day after all items were issued and not before `from`, nor after `until`.
    pub(super) fn day(&mut self, items: &[usize], from: i32, until: i32) -> Option<i32> {
        let issued = items.iter().filter_map(|place| self.items.get(*place)).map(|item| item.issued).max().unwrap_or(i32::MIN);
        let from = from.max(issued.saturating_add(1));
        let until = if self.past { until.min(issued.saturating_add(75)) } else { until };
        let days = if self.past { &self.period.history } else { &self.period.days };
        let possible: Vec<i32> = days.iter().copied().filter(|day| (from..=until).contains(day)).collect();
        possible.get(self.dice.below(possible.len() as u64) as usize).copied()
    }

    /// Takes the items, so that no other payment does.
    pub(super) fn take(&mut self, picks: &[Pick]) {
        for pick in picks {
            if let Some(item) = self.items.get_mut(pick.item) {
                item.used = true;
            }
        }
    }

    /// The items in full, with their sign.
    pub(super) fn in_full(&self, places: &[usize]) -> Vec<Pick> {
        let full = |place: &usize| Pick { item: *place, applied: self.items[*place].signed(), adjust: 0, reason: "" };
        places.iter().map(full).collect()
    }
}
