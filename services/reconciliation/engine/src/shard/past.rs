//! Payments that were applied elsewhere: told, and taken back.

use super::Shard;
use super::settlements::{Paid, Settlement, reference_key};
use crate::normal::account_key;
use crate::record::SettledRecord;

impl Shard {
    /// Notes a past line and what it settled, so that a second payment and a return are known. Open amounts stay as they
    /// are, documents that are not known are left out. False when its id counts already. A payment that
    /// [`confirm`](Self::confirm) brought is the same one, in whichever order the two come.
    pub fn note_settlement(&mut self, settled: &SettledRecord<'_>) -> bool {
        let paid = |part: &crate::record::SettledPart<'_>| {
            Some(Paid { item: self.find_item(part.number)?, cash: part.cash, taken: part.taken.max(0) })
        };
        let settlement = Settlement {
            amount: settled.amount,
            on: settled.date.days(),
            account: account_key(settled.payer_account),
            customer: self.customers.find(settled.customer).filter(|_| !settled.customer.is_empty()),
            applied: settled.applied.iter().filter_map(paid).collect(),
            reversed: false,
        };
        let references = settled.references.iter().filter_map(|reference| reference_key(reference));
        self.settlements.tell(settled.id, settlement, references)
    }

    /// Takes back what was noted under an id, as when the line was unapplied or returned; false when the id is not known.
    pub fn take_back_settlement(&mut self, id: u64) -> bool {
        self.settlements.untell(id)
    }
}
