//! From a customer to its items, the earliest due first.

use hashbrown::{HashMap, HashSet};

use super::items::Items;
use crate::proposal::{CustomerIx, ItemIx};

/// The index: one array of items with the start of each customer, and what was added since.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    starts: Vec<u32>,
    items: Vec<ItemIx>,
    added: HashMap<CustomerIx, Vec<ItemIx>, crate::normal::FixedState>,
    /// How many items of each customer are open.
    counts: Vec<u32>,
    /// Customers of whom an item's due date has changed since.
    moved: HashSet<CustomerIx, crate::normal::FixedState>,
}

impl Holdings {
    /// Indexes all items that are open.
    pub fn build(items: &Items, customers: usize) -> Self {
        let mut starts = vec![0_u32; customers + 1];
        let mut places: Vec<ItemIx> = (0..u32::try_from(items.len()).unwrap_or(u32::MAX)).filter(|item| items.open(*item) > 0).collect();
        for item in &places {
            starts[items.customer(*item) as usize + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        places.sort_unstable_by_key(|item| (items.customer(*item), items.due(*item), *item));
        let counts = starts.windows(2).map(|ends| ends[1] - ends[0]).collect();
        Holdings { starts, items: places, counts, ..Holdings::default() }
    }

    /// Adds an item that is open now: a new one, or one that was closed.
    pub fn add(&mut self, customer: CustomerIx, item: ItemIx) {
        if let Some(count) = self.count_of(customer) {
            *count += 1;
        }
        if self.built(customer).contains(&item) {
            return;
        }
        let list = self.added.entry(customer).or_default();
        if let Err(place) = list.binary_search(&item) {
            list.insert(place, item);
        }
    }

    /// Takes out an item that is closed now.
    pub fn remove(&mut self, customer: CustomerIx, item: ItemIx) {
        if let Some(count) = self.count_of(customer) {
            *count = count.saturating_sub(1);
        }
        let Some(list) = self.added.get_mut(&customer) else { return };
        list.retain(|known| *known != item);
        if list.is_empty() {
            self.added.remove(&customer);
        }
    }

    /// Notes that an item's due date has changed.
    pub fn note_moved(&mut self, customer: CustomerIx) {
        self.moved.insert(customer);
    }

    fn built(&self, customer: CustomerIx) -> &[ItemIx] {
        let place = customer as usize;
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(from), Some(to)) => &self.items[*from as usize..*to as usize],
            _ => &[],
        }
    }

    fn count_of(&mut self, customer: CustomerIx) -> Option<&mut u32> {
        let place = customer as usize;
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts.get_mut(place)
    }

    /// How many items of a customer are open.
    pub fn count(&self, customer: CustomerIx) -> usize {
        self.counts.get(customer as usize).map_or(0, |count| *count as usize)
    }

    /// The open items of a customer, the earliest due first, at most `most`.
    pub fn open(&self, items: &Items, customer: CustomerIx, most: usize, out: &mut Vec<ItemIx>) {
        out.clear();
        let is_moved = !self.moved.is_empty() && self.moved.contains(&customer);
        let built = if is_moved { usize::MAX } else { most };
        out.extend(self.built(customer).iter().copied().filter(|item| items.open(*item) > 0).take(built));
        let added = self.added.get(&customer);
        if is_moved || added.is_some() {
            out.extend(added.into_iter().flatten().copied().filter(|item| items.open(*item) > 0));
            out.sort_unstable_by(|left, right| items.by_due(*left, *right));
            out.truncate(most);
        }
    }
}
