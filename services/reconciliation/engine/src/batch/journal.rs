//! What a batch does to a shard, how it is taken back, and how it is done again.

use quittance_types::BusinessDate;

use crate::proposal::{CustomerIx, ItemIx};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::settlements::Settlement;

#[derive(Debug)]
enum Change {
    Open {
        item: ItemIx,
        before: i64,
        after: i64,
    },
    Settled {
        references: Vec<u64>,
        /// Held here while it is taken back.
        settlement: Option<Settlement>,
    },
    Line(u64),
    WrittenOff {
        customer: CustomerIx,
        on: BusinessDate,
        amount: i64,
    },
    Reversed(u32),
    Unapplied(Vec<u64>),
}

/// Carries changes out and remembers them in their order.
#[derive(Debug, Default)]
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
        self.note(Change::Open { item, before: shard.items.open(item), after: open });
        shard.set_open(item, open);
    }

    /// Notes a payment with the references a return may quote.
    pub fn settle(&mut self, shard: &mut Shard, settlement: Settlement, references: Vec<u64>) {
        shard.settlements.add(settlement, references.iter().copied());
        self.note(Change::Settled { references, settlement: None });
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

    /// Notes the references of a receipt that was not applied.
    pub fn note_unapplied(&mut self, shard: &mut Shard, references: Vec<u64>) {
        let new = shard.settlements.note_unapplied(references);
        if !new.is_empty() {
            self.note(Change::Unapplied(new));
        }
    }

    /// Takes everything back, the last first.
    pub fn rewind(&mut self, shard: &mut Shard) {
        for change in self.changes.iter_mut().rev() {
            match change {
                Change::Open { item, before, .. } => shard.set_open(*item, *before),
                Change::Settled { references, settlement } => *settlement = shard.settlements.remove_last(references),
                Change::Line(key) => shard.settlements.forget_line(*key),
                Change::WrittenOff { customer, on, amount } => shard.settlements.write_off(*customer, *on, -*amount),
                Change::Reversed(place) => shard.settlements.restore(*place),
                Change::Unapplied(references) => shard.settlements.forget_unapplied(references),
            }
        }
    }

    /// Does everything again that was taken back.
    pub fn replay(&mut self, shard: &mut Shard) {
        for change in &mut self.changes {
            match change {
                Change::Open { item, after, .. } => shard.set_open(*item, *after),
                Change::Settled { references, settlement } => {
                    settlement.take().into_iter().for_each(|one| shard.settlements.add(one, references.iter().copied()));
                }
                Change::Line(key) => shard.settlements.know_line(*key),
                Change::WrittenOff { customer, on, amount } => shard.settlements.write_off(*customer, *on, *amount),
                Change::Reversed(place) => shard.settlements.reverse(*place),
                Change::Unapplied(references) => *references = shard.settlements.note_unapplied(std::mem::take(references)),
            }
        }
    }
}
