//! The open items of the customers in question, read from the ledger once for all searches of a line.

use std::ops::Range;

use crate::proposal::{CustomerIx, ItemIx};
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;

/// What searches ask of an open item, side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenItem {
    /// The item.
    pub item: ItemIx,
    /// What is open, negative for a credit note.
    pub amount: i64,
    /// Its date, as days.
    pub issued: i32,
    /// When it is due, as days.
    pub due: i32,
    /// Number of its currency within the shard.
    pub currency: u8,
    /// It is a credit note.
    pub is_credit_note: bool,
    /// A dispute is open.
    pub is_disputed: bool,
}

impl OpenItem {
    /// True when a payment in the currency may be meant for it: it was issued by then, and nobody disputes it.
    pub fn may_be_paid(&self, currency: u8, latest: i32) -> bool {
        self.currency == currency && self.issued <= latest && !self.is_disputed
    }

    fn of(shard: &Shard, item: ItemIx) -> OpenItem {
        OpenItem {
            item,
            amount: shard.items.signed_open(item),
            issued: shard.items.issued(item),
            due: shard.items.due(item),
            currency: shard.items.currency_code(item),
            is_credit_note: shard.items.is_credit_note(item),
            is_disputed: shard.items.is_disputed(item),
        }
    }
}

/// What was read so far.
#[derive(Default)]
pub(crate) struct OpenItems {
    list: Vec<OpenItem>,
    ranges: Vec<(CustomerIx, Range<usize>)>,
    room: Vec<ItemIx>,
}

impl OpenItems {
    /// Another line comes: the ledger may have changed.
    pub fn forget(&mut self) {
        self.list.clear();
        self.ranges.clear();
    }

    /// The open items of a customer that come into a search, the earliest due first.
    pub fn of(&mut self, shard: &Shard, customer: CustomerIx) -> &[OpenItem] {
        let known = self.ranges.iter().find(|(known, _)| *known == customer).map(|(_, range)| range.clone());
        let range = known.unwrap_or_else(|| self.read(shard, customer));
        &self.list[range]
    }

    fn read(&mut self, shard: &Shard, customer: CustomerIx) -> Range<usize> {
        let start = self.list.len();
        shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut self.room);
        self.list.extend(self.room.iter().map(|item| OpenItem::of(shard, *item)));
        let range = start..self.list.len();
        self.ranges.push((customer, range.clone()));
        range
    }
}
