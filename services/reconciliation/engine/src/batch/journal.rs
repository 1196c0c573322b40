//! What a batch does to a shard, and how it is taken back.

use quittance_types::BusinessDate;

use crate::proposal::{CustomerIx, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::settlements::Settlement;

enum Change {
    Open { item: ItemIx, before: i64 },
    Settled { references: Vec<u64> },
    Line(u64),
    WrittenOff { customer: CustomerIx, on: BusinessDate, amount: i64 },
    Reversed(u32),
}

/// Carries changes out and remembers them in their order.
#[derive(Default)]
pub struct Journal {
    changes: Vec<Change>,
    forgets: bool,
}

impl Journal {
    /// For changes that stay.
    pub fn without_memory() -> Self {
        Journal { changes: Vec::new(), forgets: true }
    }

    fn note(&mut self, change: Change) {
        if !self.forgets {
            self.changes.push(change);
        }
    }

    /// Sets what is open of an item.
    pub fn set_open(&mut self, shard: &mut Shard, item: ItemIx, open: i64) {
        self.note(Change::Open { item, before: shard.items.open(item) });
        shard.set_open(item, open);
    }

    /// Notes a payment with the references a return may quote.
    pub fn settle(&mut self, shard: &mut Shard, settlement: Settlement, references: Vec<u64>) {
        shard.settlements.add(settlement, references.iter().copied());
        self.note(Change::Settled { references });
    }

    /// Notes that a line was applied.
    pub fn note_line(&mut self, shard: &mut Shard, line: &Line) {
        if let Some(key) = shard.settlements.note_line(line) {
            self.note(Change::Line(key));
        }
    }

    /// Counts what was written off of an item.
    pub fn write_off(&mut self, shard: &mut Shard, item: ItemIx, on: BusinessDate, amount: i64) {
        let customer = shard.items.customer(item);
        shard.settlements.write_off(customer, on, amount);
        self.note(Change::WrittenOff { customer, on, amount });
    }

    /// Notes that a payment was taken back.
    pub fn reverse(&mut self, shard: &mut Shard, place: u32) {
        shard.settlements.reverse(place);
        self.note(Change::Reversed(place));
    }

    /// Takes everything back, the last first.
    pub fn rewind(self, shard: &mut Shard) {
        for change in self.changes.into_iter().rev() {
            match change {
                Change::Open { item, before } => shard.set_open(item, before),
                Change::Settled { references } => shard.settlements.remove_last(&references),
                Change::Line(key) => shard.settlements.forget_line(key),
                Change::WrittenOff { customer, on, amount } => shard.settlements.write_off(customer, on, -amount),
                Change::Reversed(place) => shard.settlements.restore(place),
            }
        }
    }
}
