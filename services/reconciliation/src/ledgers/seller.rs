//! One seller's ledger: the engine's shard, and what its places are called in the service.

use std::collections::{HashMap, HashSet};

use quittance_matching::Shard;
use quittance_matching::proposal::{CustomerIx, ItemIx, MatchClass, Proposal};
use quittance_matching::record::{Line, Policy};
use quittance_types::{Currency, CustomerId, OpenItemId, ReceiptId, RemittanceAdviceId, Uuid};

use super::effects::Effects;
use super::facts::{Cursor, CustomerFact, News, SettledFact, SettledShare, Told, Unheard};
use super::records;
use crate::domain::answer::Answer;
use crate::domain::confirmation::Confirmation;
use crate::domain::item::OpenItem;
use crate::domain::remittance::RemittanceAdvice;

/// An item as the shard has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownItem {
    /// Its id.
    pub id: OpenItemId,
    /// The version of its row.
    pub version: i64,
}

/// What tells whether a customer's facts can be added to, or have to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownCustomer {
    version: i64,
    /// Names and numbers it is recognised by.
    says: u64,
    accounts: Vec<u64>,
}

impl KnownCustomer {
    pub(super) fn of(fact: &CustomerFact) -> KnownCustomer {
        KnownCustomer {
            version: fact.version,
            says: records::digest([&fact.name, &fact.number, &fact.vat_id]),
            accounts: fact.ibans.iter().map(|iban| records::digest([iban])).collect(),
        }
    }

    /// True when everything that was known still holds: the engine adds to an index, it does not take from it.
    fn only_grows_to(&self, later: &KnownCustomer) -> bool {
        self.says == later.says && self.accounts.iter().all(|account| later.accounts.contains(account))
    }
}

/// The ledger of a seller in memory.
pub struct SellerLedger {
    pub(super) shard: Shard,
    pub(super) items: Vec<KnownItem>,
    pub(super) places: HashMap<OpenItemId, ItemIx>,
    pub(super) customers: HashMap<CustomerId, KnownCustomer>,
    /// In the order the shard has them, with their versions.
    pub(super) advices: Vec<(RemittanceAdviceId, i64)>,
    pub(super) currency: Currency,
    pub(super) cursor: Cursor,
    /// Customers people's decisions have taught it something of.
    pub(super) taught_of: HashSet<CustomerId>,
    /// Versions of receipts it has heard of lately.
    pub(super) heard: HashMap<ReceiptId, i64>,
    /// The news of items and receipts it took over last.
    pub(super) newest: Uuid,
}

/// So many receipts heard of lately are remembered; beyond it, some are read once more.
const MOST_HEARD: usize = 50_000;

/// The ledger does not hold any more: it has to be built anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stale;

impl SellerLedger {
    /// How many records it holds: its size.
    pub(super) fn len(&self) -> usize {
        self.items.len().saturating_add(self.customers.len())
    }

    /// True when it has learnt something of one of these customers, which cannot be taken from it.
    pub(super) fn has_learnt_of(&self, customers: &[CustomerId]) -> bool {
        customers.iter().any(|customer| self.taught_of.contains(customer))
    }

    /// What of all that was told it has not heard of, in the version that was told.
    pub(super) fn unheard(&self, told: &Told) -> Unheard {
        let item = |id: OpenItemId| self.place(id).and_then(|place| self.known(place)).map(|known| known.version);
        let items = told.items.iter().filter(|(id, version)| item(**id).is_none_or(|known| known < **version));
        let receipts = told.receipts.iter().filter(|(id, version)| self.heard.get(*id).is_none_or(|known| known < *version));
        let customers = told.customers.iter().filter(|(id, version)| self.customers.get(id).is_none_or(|known| known.version < *version));
        Unheard {
            items: items.map(|(id, _)| *id).collect(),
            receipts: receipts.map(|(id, version)| (*id, *version)).collect(),
            customers: customers.map(|(id, _)| *id).collect(),
        }
    }

    /// Receipts it hears of, so that they are not read again when the log tells of what was taken over before.
    fn hear_of(&mut self, receipts: impl IntoIterator<Item = (ReceiptId, i64)>) {
        if self.heard.len() > MOST_HEARD {
            self.heard.clear();
        }
        self.heard.extend(receipts);
    }

    /// Takes over what happened since the cursor.
    pub(super) fn take(&mut self, news: News) -> Result<(), Stale> {
        for customer in &news.customers {
            self.take_customer(customer)?;
        }
        if !(news.items.is_empty() && news.receipts.is_empty()) {
            self.newest = news.id;
        }
        self.take_items(&news.items);
        for (receipt, _) in &news.receipts {
            self.shard.take_back_settlement(records::settlement_id(*receipt));
        }
        for settled in &news.settled {
            self.settle(settled);
        }
        self.hear_of(news.receipts);
        for confirmed in &news.confirmed {
            self.confirm(confirmed);
        }
        for advice in news.advices {
            self.advise(advice)?;
        }
        self.hear(&news.answers);
        self.cursor = news.cursor;
        Ok(())
    }

    fn take_customer(&mut self, fact: &CustomerFact) -> Result<(), Stale> {
        let now = KnownCustomer::of(fact);
        if self.customers.get(&fact.id).is_some_and(|known| !known.only_grows_to(&now)) {
            return Err(Stale);
        }
        self.customers.insert(fact.id, now);
        records::with_customer(fact, |record| self.shard.add_customer(record));
        Ok(())
    }

    /// Takes items over as their rows are; those it knows in this version or a later one stay as they are.
    pub(super) fn take_items(&mut self, items: &[OpenItem]) {
        for item in items {
            let known = self.places.get(&item.id).copied();
            let version = known.and_then(|place| self.known(place)).map(|known| known.version);
            if version.is_some_and(|version| version >= item.version) {
                continue;
            }
            let number = match known {
                Some(place) => self.told_number(place),
                None => self.free_number(&item.number),
            };
            let place = records::with_item(item, &number, |record| self.shard.add_item(record));
            let known = KnownItem { id: item.id, version: item.version };
            self.places.insert(item.id, place);
            match self.items.get_mut(place as usize) {
                Some(slot) => *slot = known,
                None => self.items.push(known),
            }
        }
    }

    /// Takes over what a transaction has done that it was asked for and that is committed now, unless it has heard anything
    /// since: then it hears of this, too, in its order.
    pub(super) fn take_effects(&mut self, effects: Effects) {
        if self.newest != effects.after {
            return;
        }
        self.take_items(&effects.items);
        for (version, settled) in &effects.settled {
            self.shard.take_back_settlement(records::settlement_id(settled.receipt));
            self.settle(settled);
            self.hear_of([(settled.receipt, *version)]);
        }
        if let Some(entries) = effects.told {
            self.cursor.pass_by(entries);
        }
    }

    /// The number under which the engine knows an item of this number that is new to it.
    fn free_number(&self, number: &str) -> String {
        let mut told = number.to_owned();
        while self.shard.find_item(&told).is_some() {
            told.push(records::TWIN_MARK);
        }
        told
    }

    fn told_number(&self, place: ItemIx) -> String {
        self.shard.item(place).map(|item| item.number.to_owned()).unwrap_or_default()
    }

    pub(super) fn settle(&mut self, settled: &SettledFact) {
        let parts = settled.parts.iter().filter_map(|part| Some((self.told_number(*self.places.get(&part.item)?), *part)));
        let parts: Vec<(String, SettledShare)> = parts.collect();
        records::with_settlement(settled, &parts, |record| self.shard.note_settlement(record));
    }

    /// Counts what people said of the engine's proposals. Of each line the last answer counts, however often it is told.
    pub(super) fn hear(&mut self, answers: &[Answer]) {
        let before = self.shard.fallen();
        for answer in answers {
            self.shard.answer(records::answer_id(answer.line), answer.grade, answer.is_right);
        }
        for class in self.shard.fallen().into_iter().filter(|class| !before.contains(class)) {
            tracing::warn!(class = class.as_str(), "matches of a class proved worse than accepted: they are only suggested");
        }
    }

    /// Classes whose matches people found wrong too often: they are only suggested.
    pub(super) fn fallen(&self) -> Vec<MatchClass> {
        self.shard.fallen()
    }

    /// Teaches the engine what a person decided.
    pub(super) fn confirm(&mut self, confirmed: &Confirmation) {
        self.taught_of.insert(confirmed.decided.customer);
        records::with_confirmation(confirmed, |record| self.shard.confirm(record));
    }

    /// Adds an advice; one that was corrected since is told for the second time, which the engine cannot take back.
    fn advise(&mut self, advice: RemittanceAdvice) -> Result<(), Stale> {
        match self.advices.iter().find(|(id, _)| *id == advice.id) {
            Some((_, version)) if *version >= advice.version => return Ok(()),
            Some(_) => return Err(Stale),
            None => {}
        }
        self.add_advice(advice);
        Ok(())
    }

    /// Adds an advice the ledger does not have.
    pub(super) fn add_advice(&mut self, advice: RemittanceAdvice) {
        records::with_advice(&advice, |record| self.shard.add_advice(record));
        self.advices.push((advice.id, advice.version));
    }

    /// What is known of the item at a place.
    pub fn known(&self, place: ItemIx) -> Option<KnownItem> {
        self.items.get(place as usize).copied()
    }

    /// The customer at a place; none for one that nothing but an item names wrongly.
    pub fn customer(&self, place: CustomerIx) -> Option<CustomerId> {
        self.shard.customer(place).and_then(|customer| Uuid::parse_str(customer.id).ok()).map(CustomerId::new)
    }

    /// The place of an item.
    pub fn place(&self, item: OpenItemId) -> Option<ItemIx> {
        self.places.get(&item).copied()
    }

    /// What the engine would do with these lines, one after the other. Nothing of it stays.
    pub fn trial(&mut self, policy: Policy, lines: &[Line]) -> Vec<Proposal> {
        self.shard.set_policy(policy);
        self.shard.trial(lines)
    }
}
