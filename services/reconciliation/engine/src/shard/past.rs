//! Payments that were applied elsewhere: told, and taken back.

use super::Shard;
use super::settlements::{Paid, Settlement, reference_key};
use quittance_types::BusinessDate;

use crate::normal::account_key;
use crate::proposal::CustomerIx;
use crate::record::SettledRecord;

impl Shard {
    /// Notes a past line and what it settled, so that a second payment and a return are known. Open amounts stay as they
    /// are, documents that are not known are left out. False when its id counts already. A payment that
    /// [`confirm`](Self::confirm) brought is the same one, in whichever order the two come.
    pub fn note_settlement(&mut self, settled: &SettledRecord<'_>) -> bool {
        let paid = |part: &crate::record::SettledPart<'_>| {
            Some(Paid {
                item: self.find_item(part.number)?,
                cash: part.cash,
                taken: part.taken.max(0),
                written_off: part.written_off.max(0),
            })
        };
        let settlement = Settlement {
            amount: settled.amount,
            on: settled.date.days(),
            account: account_key(settled.payer_account),
            customer: self.customers.find(settled.customer).filter(|_| !settled.customer.is_empty()),
            applied: settled.applied.iter().filter_map(paid).collect(),
            auto: settled.auto,
            reversed: false,
        };
        let references = settled.references.iter().filter_map(|reference| reference_key(reference));
        let written_off = self.written_off_by(&settlement);
        let is_new = self.settlements.tell(settled.id, settlement, references);
        if is_new {
            settled.auto.into_iter().for_each(|class| self.record.count_autos(class, 1));
            written_off.into_iter().for_each(|(customer, amount)| self.settlements.write_off(customer, settled.date, amount));
        }
        is_new
    }

    /// What a payment wrote off, by customer.
    fn written_off_by(&self, settlement: &Settlement) -> Vec<(CustomerIx, i64)> {
        let some = settlement.applied.iter().filter(|paid| paid.written_off > 0);
        some.map(|paid| (self.items.customer(paid.item), paid.written_off)).collect()
    }

    /// Takes back what was noted under an id, as when the line was unapplied or returned; false when the id is not known.
    pub fn take_back_settlement(&mut self, id: u64) -> bool {
        let Some(settlement) = self.settlements.untell(id).cloned() else { return false };
        settlement.auto.into_iter().for_each(|class| self.record.count_autos(class, -1));
        let day = BusinessDate::from_days(settlement.on).unwrap_or(BusinessDate::MIN);
        for (customer, amount) in self.written_off_by(&settlement) {
            self.settlements.write_off(customer, day, -amount);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::inconsistent_digit_grouping, reason = "minor units, grouped as money")]

    use quittance_types::Currency;

    use super::*;
    use crate::ShardBuilder;
    use crate::record::{CustomerRecord, ItemRecord, Policy, Rates, SellerRecord, SettledPart};

    fn shard(day: BusinessDate) -> Shard {
        let seller = SellerRecord { id: "s", name: "Seller", country: "DE", currency: Currency::EUR, ibans: &[] };
        let mut builder = ShardBuilder::new(&seller, Policy::default(), Rates::default());
        builder.customer(&CustomerRecord {
            id: "c",
            number: "1",
            name: "Buyer",
            city: "",
            country: "",
            vat_id: "",
            ibans: &[],
            parent: "",
        });
        builder.item(&ItemRecord { open: 0, ..ItemRecord::invoice("RX7-1", "c", day, 100_00) });
        builder.build()
    }

    #[test]
    fn what_was_written_off_elsewhere_counts_against_the_month() {
        let day = BusinessDate::from_days(20_500).unwrap_or(BusinessDate::MIN);
        let mut shard = shard(day);
        let applied = [SettledPart { number: "RX7-1", cash: 95_01, taken: 100_00, written_off: 4_99 }];
        let settled = SettledRecord {
            id: 7,
            date: day,
            amount: 95_01,
            payer_account: "A",
            references: &[],
            customer: "c",
            applied: &applied,
            auto: None,
        };
        let customer = shard.find_customer("c").unwrap_or(CustomerIx::MAX);
        for _ in 0..2 {
            shard.note_settlement(&settled);
            shard.note_settlement(&settled);
            assert_eq!((shard.settlements.written_off(customer, day), shard.settlements.by_item(0).count()), (4_99, 1));
            shard.take_back_settlement(7);
            assert_eq!((shard.settlements.written_off(customer, day), shard.settlements.by_item(0).count()), (0, 0));
        }
        assert!(shard.settlements.get(1).is_none(), "taking back and noting again leaves no row behind");
    }
}
