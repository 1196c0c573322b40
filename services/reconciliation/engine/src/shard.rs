//! One seller's ledger in memory: columns, indexes, what was learnt, and the operations that keep them current.

pub(crate) mod advices;
pub(crate) mod amounts;
mod asking;
mod build;
pub(crate) mod customers;
pub(crate) mod holdings;
pub(crate) mod items;
mod learn;
pub(crate) mod numbers;
mod past;
pub(crate) mod postings;
mod sentences;
pub(crate) mod settlements;
mod shapes;

use quittance_types::{BusinessDate, Currency};

use crate::batch::{self, Course};
use crate::learning::Learning;
use crate::matcher::Workbench;
use crate::normal::{Form, account_key, hash};
use crate::proposal::{CustomerIx, Hypothesis, ItemIx, MatchClass, Proposal};
use crate::record::{ClosedRecord, CustomerRecord, DocumentKind, ItemRecord, Line, Policy, Rates};
use crate::relation::Terms;
use crate::track_record::{Grade, TrackRecord};
use advices::Advices;
use amounts::Amounts;
use customers::Customers;
use holdings::Holdings;
use items::Items;
use learn::Fees;
use numbers::{KeyForm, without_run_zeros};
use postings::{Posting, Postings};
use settlements::Settlements;
use shapes::Shapes;

pub use crate::batch::run_all;
pub use build::ShardBuilder;
pub(crate) use learn::name_of;

/// An item as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemView<'a> {
    /// Number of the document.
    pub number: &'a str,
    /// Its customer.
    pub customer: CustomerIx,
    /// Its direction.
    pub kind: DocumentKind,
    /// Its date.
    pub issued_on: BusinessDate,
    /// When it is due.
    pub due_on: BusinessDate,
    /// Currency of the document.
    pub currency: Currency,
    /// Its total, never negative.
    pub total: i64,
    /// What is open, never negative.
    pub open: i64,
}

/// A customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
}

/// What a shard knows of its seller.
#[derive(Debug)]
pub(crate) struct Seller {
    pub currency: Currency,
    /// Keys of its own accounts.
    pub accounts: Vec<u64>,
    /// Key of its name; 0 for none.
    pub name: u64,
}

/// One seller's ledger.
#[derive(Debug)]
pub struct Shard {
    pub(crate) seller: Seller,
    pub(crate) policy: Policy,
    pub(crate) rates: Rates,
    pub(crate) items: Items,
    pub(crate) customers: Customers,
    pub(crate) numbers: Postings,
    pub(crate) shapes: Shapes,
    pub(crate) amounts: Amounts,
    pub(crate) holdings: Holdings,
    pub(crate) advices: Advices,
    pub(crate) settlements: Settlements,
    pub(crate) learning: Learning,
    pub(crate) fees: Fees,
    /// Items open when the last batch ended or the last fact came: the size of the ledger in weights.
    pub(crate) population: usize,
    pub(crate) record: TrackRecord,
    confirmations: u64,
}

impl Shard {
    /// Adds an account of the seller.
    pub fn own_account(&mut self, iban: &str) {
        self.seller.accounts.extend(Some(account_key(iban)).filter(|key| *key != 0));
    }

    /// Adds an item; its place. One of the same number that exists takes over what can change: what is open, total, dates,
    /// discounts and dispute. Its customer and its other numbers stay. One of which nothing is open is a closed document.
    pub fn add_item(&mut self, item: &ItemRecord<'_>) -> ItemIx {
        if let Some(place) = self.find_item(item.number) {
            self.update(place, item);
            return place;
        }
        let customer = self.customers.intern(item.customer);
        let place = self.items.push(item, customer);
        self.index(place);
        self.amounts.add(&self.items, place);
        if item.open > 0 {
            self.holdings.add(&self.items, place);
        }
        self.count_population();
        place
    }

    fn update(&mut self, place: ItemIx, item: &ItemRecord<'_>) {
        self.amounts.remove(&self.items, place);
        if self.items.due(place) != item.due_on.days() {
            self.holdings.note_moved(self.items.customer(place));
        }
        self.items.update(place, item);
        self.amounts.add(&self.items, place);
        self.set_open(place, item.open);
        self.count_population();
    }

    /// Adds an item that is closed already, unless its number is known.
    pub fn add_closed(&mut self, closed: &ClosedRecord<'_>) {
        if self.find_item(closed.number).is_some() {
            return;
        }
        let customer = self.customers.intern(closed.customer);
        let place = self.items.push_closed(closed, customer);
        self.index(place);
    }

    fn index(&mut self, place: ItemIx) {
        let (numbers, shapes) = (&mut self.numbers, &mut self.shapes);
        numbers::keys(&self.items, place, |form, key| {
            shapes.note(form, key);
            numbers.add(hash(key), Posting::new(place, form as u8));
        });
    }

    /// Sets what is open of an item, within its total; false when the number is not known.
    pub fn change_open(&mut self, number: &str, open: i64) -> bool {
        let found = self.find_item(number);
        if let Some(item) = found {
            self.set_open(item, open);
            self.count_population();
        }
        found.is_some()
    }

    /// Notes that a dispute about an item was opened or ended; false when the number is not known.
    pub fn set_disputed(&mut self, number: &str, is_disputed: bool) -> bool {
        let found = self.find_item(number);
        if let Some(item) = found {
            self.items.set_disputed(item, is_disputed);
        }
        found.is_some()
    }

    /// Closes an item; false when the number is not known.
    pub fn close_item(&mut self, number: &str, _closed_on: BusinessDate) -> bool {
        self.change_open(number, 0)
    }

    pub(crate) fn set_open(&mut self, item: ItemIx, open: i64) {
        let before = self.items.open(item);
        if before == open {
            return;
        }
        self.amounts.remove(&self.items, item);
        self.items.set_open(item, open);
        self.amounts.add(&self.items, item);
        match (before > 0, self.items.open(item) > 0) {
            (false, true) => self.holdings.add(&self.items, item),
            (true, false) => self.holdings.remove(&self.items, item),
            _ => {}
        }
    }

    /// Takes the size of the ledger anew; a batch is weighed against one size from its first line to its last.
    pub(crate) fn count_population(&mut self) {
        self.population = self.items.open_count();
    }

    /// The highest sum a bank may have taken of a payment, in minor units of the currency.
    pub(crate) fn fee_max(&self, currency: Currency) -> i64 {
        Terms::of(&self.policy, self.seller.currency, currency, 0).fee_max
    }

    /// From now on this policy holds.
    pub fn set_policy(&mut self, policy: Policy) {
        self.policy = policy;
    }

    /// Adds a customer, or what is new about one of the same id.
    pub fn add_customer(&mut self, customer: &CustomerRecord<'_>) {
        self.customers.add(customer);
    }

    /// Proposes for one line alone: no conflicts between lines, no change of state.
    pub fn propose(&self, line: &Line) -> Proposal {
        Workbench::default().propose(self, line)
    }

    /// Handles a batch in the order of value date, booking date and position, resolves conflicts between its lines, decides,
    /// and applies the autos to the open amounts. One proposal per line, in the order of `lines`.
    pub fn run(&mut self, lines: &[Line]) -> Vec<Proposal> {
        batch::run(self, lines)
    }

    /// What [`run`](Self::run) would answer, without doing it: afterwards the shard is as it was.
    pub fn trial(&mut self, lines: &[Line]) -> Vec<Proposal> {
        batch::trial(self, lines)
    }

    /// The same for lines that come in portions: what earlier portions of the course did counts for this one, and afterwards
    /// the shard is as it was. Between its portions a course forgets nothing, and the shard must not change.
    pub fn trial_on(&mut self, course: &mut Course, lines: &[Line]) -> Vec<Proposal> {
        batch::trial_on(self, course, lines)
    }

    /// The reading that this line pays this item and nothing else: what speaks for and against it, and what forbids it.
    pub fn why_not(&self, line: &Line, item: ItemIx) -> Hypothesis {
        Workbench::default().why_not(self, line, item)
    }

    /// An item by its place.
    pub fn item(&self, item: ItemIx) -> Option<ItemView<'_>> {
        if item as usize >= self.items.len() {
            return None;
        }
        let date = |days: i32| BusinessDate::from_days(days).unwrap_or(BusinessDate::MIN);
        Some(ItemView {
            number: self.items.number(item),
            customer: self.items.customer(item),
            kind: self.items.kind(item),
            issued_on: date(self.items.issued(item)),
            due_on: date(self.items.due(item)),
            currency: self.items.currency(item),
            total: self.items.total(item),
            open: self.items.open(item),
        })
    }

    /// A customer by its place.
    pub fn customer(&self, customer: CustomerIx) -> Option<CustomerView<'_>> {
        let is_there = (customer as usize) < self.customers.len();
        is_there.then(|| CustomerView { id: self.customers.id(customer), name: self.customers.name(customer) })
    }

    /// Place of the item of this number, as written.
    pub fn find_item(&self, number: &str) -> Option<ItemIx> {
        let key = Form::of(number.as_bytes());
        let hit = |posting: &Posting| KeyForm::of(*posting) == KeyForm::Full && self.items.number(posting.item()) == number;
        if key.as_bytes().len() < 3 {
            return (0..u32::try_from(self.items.len()).unwrap_or(u32::MAX)).find(|item| self.items.number(*item) == number);
        }
        self.numbers.get(hash(key.as_bytes())).find(hit).map(Posting::item)
    }

    /// True when a document has this number, with or without what parts it and the zeros its runs of digits begin with:
    /// `FV 17 4 2026` for `FV/017/04/2026`, `261 0007217` for `2610007217`.
    pub fn knows_number(&self, written: &str) -> bool {
        let forms = |number: &[u8]| [Form::of(number), without_run_zeros(number)];
        let asked = forms(written.as_bytes());
        let is_number = |posting: Posting| {
            let known = forms(self.items.number(posting.item()).as_bytes());
            asked.iter().zip(&known).any(|(asked, known)| asked == known)
        };
        asked.iter().any(|key| self.numbers.get(hash(key.as_bytes())).any(is_number))
    }

    /// Place of the customer of this id.
    pub fn find_customer(&self, id: &str) -> Option<CustomerIx> {
        self.customers.find(id)
    }

    /// Numbers of items that stood in several rows which do not say the same.
    pub fn contradictions(&self) -> impl Iterator<Item = &str> {
        let items = 0..u32::try_from(self.items.len()).unwrap_or(u32::MAX);
        items.filter(|item| self.items.is_contradicted(*item)).map(|item| self.items.number(item))
    }

    /// Every item with something open, in the order they were added.
    pub fn open_items(&self) -> impl Iterator<Item = ItemIx> + '_ {
        (0..u32::try_from(self.items.len()).unwrap_or(u32::MAX)).filter(|item| self.items.open(*item) > 0)
    }

    /// What a proposal of this shard is counted by once somebody knows whether it was right; none when it proposes nothing.
    pub fn grade(&self, proposal: &Proposal) -> Option<Grade> {
        crate::matcher::grade(self, proposal)
    }

    /// Counts a person's answer to a proposal: whether its first hypothesis was exactly right. It refines the confidence of
    /// matches of its kind. A class whose autos prove worse than accepted falls back to suggestions, and rises again once
    /// right answers leave that unproven. Under one id one answer counts, the last one.
    pub fn answer(&mut self, id: u64, grade: Grade, right: bool) {
        self.record.answer(id, grade, right);
    }

    /// Counts a match that was applied without a person and stands; those told as settlements count by themselves.
    pub fn count_auto(&mut self, class: MatchClass) {
        self.record.count_autos(class, 1);
    }

    /// Classes that fell back to suggestions.
    pub fn fallen(&self) -> Vec<MatchClass> {
        MatchClass::ALL.into_iter().filter(|class| !self.record.is_trusted(*class)).collect()
    }

    /// Everything learnt of the seller's payers: exportable, and erasable by customer.
    pub fn learning(&self) -> &Learning {
        &self.learning
    }

    /// Forgets everything learnt about a customer.
    pub fn erase(&mut self, customer: CustomerIx) {
        self.learning.erase(customer);
    }
}
