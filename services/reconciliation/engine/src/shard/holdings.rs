//! From a customer to its items, the earliest due first.

use std::ops::Range;

use hashbrown::{HashMap, HashSet};

use super::items::{Items, Tail};
use crate::proposal::{CustomerIx, ItemIx};

/// An item of a customer, with what is asked of all of them: so that reading through them touches no other memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    item: ItemIx,
    /// The end of its number.
    tail: Tail,
    is_open: bool,
}

/// Open items of a customer that are looked at, the earliest due first.
pub const LOOKED_AT: usize = 400;
/// Up to so many items of a customer are looked through faster than one is searched: they lie side by side.
const FEW: usize = 64;

/// The index: one array of items with the start of each customer, and what was added since.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    starts: Vec<u32>,
    /// The first item of each customer that is open, or the end of its items.
    first_open: Vec<u32>,
    items: Vec<Held>,
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
        let held = places.into_iter().map(|item| Held { item, tail: items.tail(item), is_open: true });
        let first_open = starts[..customers].to_vec();
        Holdings { starts, first_open, items: held.collect(), counts, ..Holdings::default() }
    }

    /// Adds an item that is open now: a new one, or one that was closed.
    pub fn add(&mut self, items: &Items, item: ItemIx) {
        let customer = items.customer(item);
        if let Some(count) = self.count_of(customer) {
            *count += 1;
        }
        if self.set_built(items, item, true) {
            return;
        }
        let list = self.added.entry(customer).or_default();
        if let Err(place) = list.binary_search(&item) {
            list.insert(place, item);
        }
    }

    /// Takes out an item that is closed now.
    pub fn remove(&mut self, items: &Items, item: ItemIx) {
        let customer = items.customer(item);
        if let Some(count) = self.count_of(customer) {
            *count = count.saturating_sub(1);
        }
        if self.set_built(items, item, false) {
            return;
        }
        let Some(list) = self.added.get_mut(&customer) else { return };
        if let Ok(place) = list.binary_search(&item) {
            list.remove(place);
        }
        if list.is_empty() {
            self.added.remove(&customer);
        }
    }

    /// Notes that an item's due date has changed.
    pub fn note_moved(&mut self, customer: CustomerIx) {
        self.moved.insert(customer);
    }

    fn range(&self, customer: CustomerIx) -> Range<usize> {
        let place = customer as usize;
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }

    /// The open ones of those the index was built with.
    fn built(&self, customer: CustomerIx) -> impl Iterator<Item = &Held> {
        let range = self.range(customer);
        let first = self.first_open.get(customer as usize).map_or(range.end, |first| *first as usize);
        self.items[first..range.end].iter().filter(|held| held.is_open)
    }

    /// Notes whether an item is open; false when the index was built without it.
    fn set_built(&mut self, items: &Items, item: ItemIx, is_open: bool) -> bool {
        let customer = items.customer(item);
        let range = self.range(customer);
        let is_in_order = !self.is_moved(customer);
        let Some(place) = find(&self.items[range.clone()], item, is_in_order, |item| items.due(item)) else { return false };
        let place = range.start + place;
        self.items[place].is_open = is_open;
        let first = &mut self.first_open[customer as usize];
        if is_open {
            *first = (*first).min(place as u32);
        } else if *first as usize == place {
            let closed = self.items[place..range.end].iter().take_while(|held| !held.is_open).count();
            *first += closed as u32;
        }
        true
    }

    fn is_moved(&self, customer: CustomerIx) -> bool {
        !self.moved.is_empty() && self.moved.contains(&customer)
    }

    /// True when nothing has come since that changes whose items come in which order.
    fn is_as_built(&self, customer: CustomerIx) -> bool {
        !self.is_moved(customer) && (self.added.is_empty() || !self.added.contains_key(&customer))
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
        let is_moved = self.is_moved(customer);
        let built = if is_moved { usize::MAX } else { most };
        self.built(customer).take(built).for_each(|held| out.push(held.item));
        let added = self.added.get(&customer);
        if is_moved || added.is_some() {
            out.extend(added.into_iter().flatten().copied().filter(|item| items.open(*item) > 0));
            out.sort_unstable_by(|left, right| items.by_due(*left, *right));
            out.truncate(most);
        }
    }

    /// Those of [`open`](Self::open) whose numbers may end in one of the tails; how many were looked at.
    pub fn ending_in(&self, items: &Items, customer: CustomerIx, most: usize, tails: &[Tail], out: &mut Vec<ItemIx>) -> usize {
        if self.is_as_built(customer) {
            out.clear();
            let held = self.built(customer).take(most);
            let ends = |held: &&Held| tails.contains(&held.tail);
            let mut looked_at = 0;
            out.extend(held.inspect(|_| looked_at += 1).filter(ends).map(|held| held.item));
            return looked_at;
        }
        self.open(items, customer, most, out);
        let looked_at = out.len();
        out.retain(|item| tails.contains(&items.tail(*item)));
        looked_at
    }
}

/// Where an item stands among those of its customer: searched where they lie in the order they were built in, by due date
/// and place, else looked for.
fn find(held: &[Held], item: ItemIx, is_in_order: bool, due: impl Fn(ItemIx) -> i32) -> Option<usize> {
    if held.len() <= FEW || !is_in_order {
        return held.iter().position(|one| one.item == item);
    }
    let wanted = (due(item), item);
    held.binary_search_by_key(&wanted, |one| (due(one.item), one.item)).ok()
}

#[cfg(test)]
mod tests;
