//! The part of the AR subledger one transaction works on: items, receipts and applications in memory, and what changing
//! them posts and publishes. The store loads it, the rules below change it, the store saves all of it at once.

mod credit;
pub mod give_back;
mod held;
mod settle;
mod transfer;

use std::borrow::Cow;
use std::collections::BTreeMap;

use quittance_types::{ApplicationId, BankLineId, BusinessDate, CustomerId, Fault, JournalEntryId, OpenItemId, ReceiptId, Uuid};

use super::application::Application;
use super::happening::{Happening, ItemBefore, ReceiptBefore};
use super::item::OpenItem;
use super::journal::{EntryKind, JournalEntry, Posting, Source};
use super::line::Verdict;
use super::receipt::Receipt;

pub use held::{Held, Saved};
pub use settle::Apply;

/// Makes new ids, ascending.
pub type NewId = Box<dyn FnMut() -> Uuid + Send + Sync>;

/// Who decided about a line and how, to be stored beside its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineNote {
    /// The reading or the rule that decided, or how a person did.
    pub rule: Cow<'static, str>,
    /// In words.
    pub why: String,
    /// What the engine said of it; none when a person decided, which leaves what the engine had said before.
    pub verdict: Option<Verdict>,
}

impl LineNote {
    /// A person decided.
    pub fn by_person(rule: &'static str, why: String) -> LineNote {
        LineNote { rule: Cow::Borrowed(rule), why, verdict: None }
    }

    /// The engine decided.
    pub fn by_engine(rule: String, why: String, verdict: Verdict) -> LineNote {
        LineNote { rule: Cow::Owned(rule), why, verdict: Some(verdict) }
    }
}

/// Items, receipts and applications under change.
pub struct Subledger {
    new_id: NewId,
    items: BTreeMap<OpenItemId, Held<OpenItem>>,
    receipts: BTreeMap<ReceiptId, Held<Receipt>>,
    applications: BTreeMap<ApplicationId, Held<Application>>,
    entries: Vec<JournalEntry>,
    happenings: Happenings,
    notes: BTreeMap<BankLineId, LineNote>,
}

/// What happened, and for which request of a group.
#[derive(Default)]
struct Happenings {
    member: usize,
    told: Vec<(usize, Happening)>,
}

impl Happenings {
    fn push(&mut self, happening: Happening) {
        self.told.push((self.member, happening));
    }
}

impl Subledger {
    /// An empty one.
    pub fn new(new_id: NewId) -> Subledger {
        Subledger {
            new_id,
            items: BTreeMap::new(),
            receipts: BTreeMap::new(),
            applications: BTreeMap::new(),
            entries: Vec::new(),
            happenings: Happenings::default(),
            notes: BTreeMap::new(),
        }
    }

    /// What follows is done for this request of a group; the first unless said otherwise.
    pub fn act_for(&mut self, member: usize) {
        self.happenings.member = member;
    }

    /// A new id.
    pub fn new_id(&mut self) -> Uuid {
        (self.new_id)()
    }

    /// Adds an item as stored; one that is held already stays as it is.
    pub fn hold_item(&mut self, item: OpenItem) {
        let version = item.version;
        self.items.entry(item.id).or_insert_with(|| Held::stored(item, version));
    }

    /// Adds a receipt as stored; one that is held already stays as it is.
    pub fn hold_receipt(&mut self, receipt: Receipt) {
        let version = receipt.version;
        self.receipts.entry(receipt.id).or_insert_with(|| Held::stored(receipt, version));
    }

    /// Adds an application as stored; one that is held already stays as it is.
    pub fn hold_application(&mut self, application: Application) {
        let version = i64::from(!application.is_live());
        self.applications.entry(application.id).or_insert_with(|| Held::stored(application, version));
    }

    /// An item. Errors: `RESOURCE_NOT_FOUND` when it is not held.
    pub fn item(&self, id: OpenItemId) -> Result<&OpenItem, Fault> {
        self.items.get(&id).map(Held::now).ok_or_else(|| id.not_found())
    }

    /// A receipt. Errors: `RESOURCE_NOT_FOUND` when it is not held.
    pub fn receipt(&self, id: ReceiptId) -> Result<&Receipt, Fault> {
        self.receipts.get(&id).map(Held::now).ok_or_else(|| id.not_found())
    }

    /// An application. Errors: `RESOURCE_NOT_FOUND` when it is not held.
    pub fn application(&self, id: ApplicationId) -> Result<&Application, Fault> {
        self.applications.get(&id).map(Held::now).ok_or_else(|| id.not_found())
    }

    /// Every item held, in order of id.
    pub fn items(&self) -> impl Iterator<Item = &OpenItem> {
        self.items.values().map(Held::now)
    }

    /// Every receipt held, in order of id.
    pub fn receipts(&self) -> impl Iterator<Item = &Receipt> {
        self.receipts.values().map(Held::now)
    }

    /// Every application held, in order of id.
    pub fn applications(&self) -> impl Iterator<Item = &Application> {
        self.applications.values().map(Held::now)
    }

    /// The day from which everything held was there: items, receipts and applications. Not before the day given; an item dated
    /// ahead is there today.
    pub fn all_there_on(&self, day: BusinessDate, today: BusinessDate) -> BusinessDate {
        let items = self.items().map(|item| item.issued_on.min(today));
        let receipts = self.receipts().map(|receipt| receipt.received_on);
        let applications = self.applications().map(|application| application.applied_on);
        items.chain(receipts).chain(applications).fold(day, BusinessDate::max)
    }

    /// True when the item is held.
    pub fn holds_item(&self, id: OpenItemId) -> bool {
        self.items.contains_key(&id)
    }

    /// Notes what decided about a line.
    pub fn note(&mut self, line: BankLineId, note: LineNote) {
        self.notes.insert(line, note);
    }

    /// Posts an entry; one without amounts is left out.
    ///
    /// # Errors
    /// `LEDGER_UNBALANCED`: a bug.
    pub fn post(
        &mut self,
        on: BusinessDate,
        kind: EntryKind,
        source: Source,
        postings: impl IntoIterator<Item = Posting>,
        text: impl Into<String>,
    ) -> Result<(), Fault> {
        let id = JournalEntryId::new(self.new_id());
        if let Some(mut entry) = JournalEntry::new(id, on, kind, source, postings)? {
            entry.text = text.into();
            self.entries.push(entry);
        }
        Ok(())
    }

    /// Everything that has to be stored and published, and the empty rest.
    pub fn finish(self) -> Changes {
        Changes {
            items: self.items.into_values().filter_map(Held::change).collect(),
            receipts: self.receipts.into_values().filter_map(Held::change).collect(),
            applications: self.applications.into_values().filter_map(Held::change).collect(),
            entries: self.entries,
            happenings: self.happenings.told,
            notes: self.notes,
        }
    }

    fn put_item(&mut self, item: OpenItem) {
        let id = item.id;
        if let Some(held) = self.items.get_mut(&id) {
            held.set(item);
        } else {
            self.items.insert(id, Held::new(item));
        }
    }

    fn put_receipt(&mut self, receipt: Receipt) {
        let id = receipt.id;
        if let Some(held) = self.receipts.get_mut(&id) {
            held.set(receipt);
        } else {
            self.receipts.insert(id, Held::new(receipt));
        }
    }

    fn put_application(&mut self, application: Application) {
        let id = application.id;
        if let Some(held) = self.applications.get_mut(&id) {
            held.set(application);
        } else {
            self.applications.insert(id, Held::new(application));
        }
    }

    /// Ids of live applications that meet a condition, newest first.
    fn live_applications(&self, wanted: impl Fn(&Application) -> bool) -> Vec<ApplicationId> {
        let all = self.applications().filter(|application| application.is_live() && wanted(application));
        let mut ids: Vec<ApplicationId> = all.map(|application| application.id).collect();
        ids.reverse();
        ids
    }

    fn publish_receipt(&mut self, receipt: &Receipt, before: ReceiptBefore, why: &str) {
        self.happenings.push(Happening::ReceiptChanged { receipt: receipt.clone(), before, why: why.to_owned() });
    }
}

/// What a finished subledger has to store and publish.
pub struct Changes {
    /// Items, new or changed.
    pub items: Vec<Saved<OpenItem>>,
    /// Receipts, new or changed.
    pub receipts: Vec<Saved<Receipt>>,
    /// Applications, new or taken back.
    pub applications: Vec<Saved<Application>>,
    /// Journal entries, in order of posting.
    pub entries: Vec<JournalEntry>,
    /// Events in order, each with the place of its request in the group.
    pub happenings: Vec<(usize, Happening)>,
    /// What the engine decided about lines.
    pub notes: BTreeMap<BankLineId, LineNote>,
}

fn item_before(item: &OpenItem) -> Result<ItemBefore, Fault> {
    Ok(ItemBefore { open: item.open()?, state: item.state, disputed: item.disputed })
}

fn receipt_before(receipt: &Receipt) -> ReceiptBefore {
    ReceiptBefore { unapplied: receipt.unapplied, state: receipt.state }
}

/// Who and why, for every operation.
#[derive(Clone, Debug)]
pub struct Because {
    /// The day it counts for.
    pub on: BusinessDate,
    /// The matching rule, or who did it.
    pub by: String,
    /// In words; may be empty.
    pub why: String,
}

impl Because {
    /// A reason.
    pub fn new(on: BusinessDate, by: impl Into<String>, why: impl Into<String>) -> Because {
        Because { on, by: by.into(), why: why.into() }
    }
}

/// The customer two things must share.
fn same_customer(owner: Option<CustomerId>, item: &OpenItem) -> Result<(), Fault> {
    if owner.is_none_or(|owner| owner == item.customer) {
        return Ok(());
    }
    let message = format!("{} is another customer's document", item.number);
    Err(Fault::new(quittance_types::Reason::CustomerMismatch, message).with("open_item_id", item.id))
}

#[cfg(test)]
pub(crate) mod tests;
