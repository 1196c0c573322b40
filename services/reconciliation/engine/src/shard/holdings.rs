//! From a customer to its items, the earliest due first.

use hashbrown::HashMap;

use super::items::Items;
use crate::proposal::{CustomerIx, ItemIx};

/// The index: one array of items with the start of each customer, and what was added since.
#[derive(Debug, Default)]
pub struct Holdings {
    starts: Vec<u32>,
    items: Vec<ItemIx>,
    added: HashMap<CustomerIx, Vec<ItemIx>, crate::normal::FixedState>,
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
        Holdings { starts, items: places, added: HashMap::default() }
    }

    /// Adds an item, or one that was closed when the index was built and is open again.
    pub fn add(&mut self, customer: CustomerIx, item: ItemIx) {
        let is_known = self.built(customer).contains(&item);
        let list = self.added.entry(customer).or_default();
        if !is_known && !list.contains(&item) {
            list.push(item);
        }
    }

    fn built(&self, customer: CustomerIx) -> &[ItemIx] {
        let place = customer as usize;
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(from), Some(to)) => &self.items[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// How many items of a customer are open, counted up to `most`.
    pub fn count(&self, items: &Items, customer: CustomerIx, most: usize) -> usize {
        let added = self.added.get(&customer).map_or(&[][..], Vec::as_slice);
        self.built(customer).iter().chain(added).filter(|item| items.open(**item) > 0).take(most).count()
    }

    /// The open items of a customer, the earliest due first, at most `most`.
    pub fn open(&self, items: &Items, customer: CustomerIx, most: usize, out: &mut Vec<ItemIx>) {
        out.clear();
        out.extend(self.built(customer).iter().copied().filter(|item| items.open(*item) > 0).take(most));
        if let Some(added) = self.added.get(&customer) {
            out.extend(added.iter().copied().filter(|item| items.open(*item) > 0));
            out.sort_by_key(|item| (items.due(*item), *item));
            out.truncate(most);
        }
    }
}
