//! What a transaction of this process does to what a ledger holds, known without reading it back.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use quittance_types::{OpenItemId, ReceiptId, Uuid};

use super::Seller;
use super::facts::{SettledFact, SettledShare, settled_fact};
use crate::domain::application::Application;
use crate::domain::item::{GivenUp, OpenItem};
use crate::domain::line::BankLine;
use crate::domain::subledger::Subledger;

/// What a transaction does for one seller. It holds once the transaction is committed, if the ledger has heard of nothing else
/// meanwhile.
#[derive(Debug)]
pub struct Effects {
    pub(super) seller: Seller,
    /// What the ledger had heard of last.
    pub(super) after: Uuid,
    pub(super) items: Vec<OpenItem>,
    /// With the versions of their receipts.
    pub(super) settled: Vec<(i64, SettledFact)>,
    /// All money that was applied is told of.
    is_whole: bool,
    /// Entries of the log that tell of nothing else.
    pub(super) told: Option<RangeInclusive<i64>>,
}

impl Effects {
    /// What the subledger has done with the lines, which carry what was decided about them, for
    /// [`take_over`](super::Ledgers::take_over); `after` is what the ledger had heard of last.
    pub fn of(seller: Seller, after: Uuid, subledger: &Subledger, lines: Vec<BankLine>) -> Effects {
        let mut parts: BTreeMap<ReceiptId, Vec<SettledShare>> = BTreeMap::new();
        let mut touched: BTreeSet<OpenItemId> = BTreeSet::new();
        for application in subledger.applications().filter(|application| application.is_live()) {
            touched.insert(application.item);
            touched.extend(application.means.credit_item());
            if let Some(receipt) = application.means.receipt() {
                parts.entry(receipt).or_default().push(share(application));
            }
        }
        let settled = lines.iter().filter_map(|line| {
            let receipt = subledger.receipt(line.receipt?).ok()?;
            Some((receipt.version, settled_fact(receipt.id, receipt.customer, line, parts.remove(&receipt.id)?)))
        });
        let mut settled: Vec<(i64, SettledFact)> = settled.collect();
        settled.sort_by_key(|(_, fact)| fact.receipt);
        // A subledger may serve several sellers; a ledger knows its own seller's items only.
        let is_own = |item: &&OpenItem| seller.legal_entity.is_none_or(|own| item.legal_entity == Some(own));
        let items = touched.iter().filter_map(|id| subledger.item(*id).ok()).filter(is_own).cloned().collect();
        Effects { seller, after, settled, items, is_whole: parts.is_empty(), told: None }
    }

    /// That these entries of the log are the transaction's, which has done nothing else: they need not be read back.
    pub fn told_by(&mut self, entries: Option<RangeInclusive<i64>>) {
        self.told = entries.filter(|_| self.is_whole);
    }
}

fn share(application: &Application) -> SettledShare {
    let part = application.part;
    let granted = part.discount.minor().saturating_add(part.write_off.minor());
    let written_off = if part.given_up == GivenUp::SmallDifference { part.write_off.minor() } else { 0 };
    SettledShare { item: application.item, cash: part.amount.minor(), taken: part.amount.minor().saturating_add(granted), written_off }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use quittance_types::{LegalEntityId, TenantId};

    use super::*;
    use crate::domain::item::Part;
    use crate::domain::item::tests::item;
    use crate::domain::subledger::Apply;
    use crate::domain::subledger::tests::{because, customer, euro, item_id, receipt_id, receive, subledger};

    #[test]
    fn a_ledger_hears_of_its_own_items_alone() {
        let mut books = subledger();
        let own = LegalEntityId::new(Uuid::from_u128(7));
        let item = OpenItem { id: item_id(1), customer: customer(1), legal_entity: Some(own), ..item(10_000) };
        books.open_item(item).unwrap();
        receive(&mut books, 2, Some(1), 4_000);
        books.apply(Apply { receipt: receipt_id(2), item: item_id(1), part: Part::cash(euro(4_000)), because: because() }).unwrap();
        let heard = |legal_entity| {
            let seller = Seller { tenant: TenantId::new(Uuid::from_u128(1)), legal_entity };
            Effects::of(seller, Uuid::nil(), &books, Vec::new()).items.len()
        };
        let other = LegalEntityId::new(Uuid::from_u128(8));
        assert_eq!([heard(Some(own)), heard(None), heard(Some(other))], [1, 1, 0]);
    }
}
