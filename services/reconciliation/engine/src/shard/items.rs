//! Items as rows, their text in one arena: about ninety bytes an item with its text.

use std::cmp::{Ordering, Reverse};

use quittance_types::{BusinessDate, Currency, Decimal};
use rayon::slice::ParallelSliceMut;

use super::numbers::last_digits;
use crate::proposal::{CustomerIx, ItemIx};
use crate::record::{ClosedRecord, DiscountStep, DocumentKind, ItemRecord};

/// The texts of an item, in the order of the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemText {
    /// Number of the document.
    Number,
    /// Purchase order.
    PurchaseOrder,
    /// Delivery note.
    DeliveryNote,
    /// Order of the seller.
    Order,
    /// Structured creditor reference.
    CreditorReference,
}

const CREDIT_NOTE: u8 = 1;
const DISPUTED: u8 = 2;
const UNDATED: u8 = 4;
const CONTRADICTED: u8 = 8;

/// The last three digits of the run that counts the documents, or of digits that may be the end of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail(u16);

/// One discount of a set of terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Step {
    /// Millionths of the total.
    share: u32,
    /// Days after the date of the document.
    days: i32,
}

/// What is asked of an item together lies together: one line of the processor's cache holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    total: i64,
    open: i64,
    /// Where its texts start.
    start: u32,
    customer: CustomerIx,
    issued: i32,
    due: i32,
    terms: u32,
    tail: Tail,
    lengths: [u8; 5],
    flags: u8,
    currency: u8,
}

/// The rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Items {
    arena: Vec<u8>,
    rows: Vec<Row>,
    open_count: usize,
    /// Rows before this one stand in the order of their numbers.
    settled: ItemIx,
    currencies: Vec<Currency>,
    term_sets: Vec<Vec<Step>>,
    term_places: hashbrown::HashMap<Vec<Step>, u32, crate::normal::FixedState>,
}

impl Items {
    /// How many there are, closed ones too.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Appends an open item.
    pub fn push(&mut self, item: &ItemRecord<'_>, customer: CustomerIx) -> ItemIx {
        let texts = [item.number, item.purchase_order, item.delivery_note, item.order, item.creditor_reference];
        let terms = self.terms_of(item.discounts, item.issued_on);
        self.push_row(texts, customer, flags_of(item), item.currency, (item.issued_on, item.due_on), (item.total, item.open), terms)
    }

    /// Takes over what can change of an item: dates, total, terms, dispute. What is open is set apart.
    pub fn update(&mut self, place: ItemIx, item: &ItemRecord<'_>) {
        let terms = self.terms_of(item.discounts, item.issued_on);
        let row = &mut self.rows[place as usize];
        row.flags = flags_of(item);
        row.issued = item.issued_on.days();
        row.due = item.due_on.days();
        row.total = item.total.max(item.open).max(0);
        row.terms = terms;
    }

    /// Appends a closed item, whose date and terms are not known.
    pub fn push_closed(&mut self, closed: &ClosedRecord<'_>, customer: CustomerIx) -> ItemIx {
        let texts = [closed.number, "", "", "", ""];
        let flags = if closed.total < 0 { UNDATED | CREDIT_NOTE } else { UNDATED };
        let total = closed.total.saturating_abs();
        self.push_row(texts, customer, flags, closed.currency, (closed.closed_on, closed.closed_on), (total, 0), 0)
    }

    /// Notes that a closed item of which little is known was netted: it is a credit note.
    pub fn note_netted(&mut self, item: ItemIx) {
        let row = &mut self.rows[item as usize];
        if row.flags & UNDATED != 0 && row.open == 0 {
            row.flags |= CREDIT_NOTE;
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one row of the columns")]
    fn push_row(
        &mut self,
        texts: [&str; 5],
        customer: CustomerIx,
        flags: u8,
        currency: Currency,
        (issued, due): (BusinessDate, BusinessDate),
        (total, open): (i64, i64),
        terms: u32,
    ) -> ItemIx {
        let place = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let start = u32::try_from(self.arena.len()).unwrap_or(u32::MAX);
        let mut lengths = [0_u8; 5];
        for (length, text) in lengths.iter_mut().zip(texts) {
            let kept = &text.as_bytes()[..text.len().min(255)];
            *length = u8::try_from(kept.len()).unwrap_or(u8::MAX);
            self.arena.extend_from_slice(kept);
        }
        let tail = Tail::of(last_digits(texts[ItemText::Number as usize].as_bytes()));
        let currency = self.currency_place(currency);
        let (total, open) = (total.max(open).max(0), open.max(0));
        let (issued, due) = (issued.days(), due.days());
        self.rows.push(Row { total, open, start, customer, issued, due, terms, tail, lengths, flags, currency });
        self.open_count += usize::from(open > 0);
        place
    }

    fn currency_place(&mut self, currency: Currency) -> u8 {
        let place = self.currencies.iter().position(|known| *known == currency).unwrap_or_else(|| {
            self.currencies.push(currency);
            self.currencies.len() - 1
        });
        u8::try_from(place).unwrap_or(u8::MAX)
    }

    fn terms_of(&mut self, discounts: &[DiscountStep], issued_on: BusinessDate) -> u32 {
        if self.term_sets.is_empty() {
            self.term_sets.push(Vec::new());
            self.term_places.insert(Vec::new(), 0);
        }
        let steps: Vec<Step> = discounts.iter().filter_map(|step| Step::of(step, issued_on)).collect();
        if let Some(place) = self.term_places.get(&steps) {
            return *place;
        }
        let place = u32::try_from(self.term_sets.len()).unwrap_or(u32::MAX);
        self.term_sets.push(steps.clone());
        self.term_places.insert(steps, place);
        place
    }

    /// One of the texts of an item; empty when it has none.
    pub fn text(&self, item: ItemIx, which: ItemText) -> &str {
        std::str::from_utf8(self.bytes(item, which)).unwrap_or_default()
    }

    /// The bytes of one of the texts.
    pub fn bytes(&self, item: ItemIx, which: ItemText) -> &[u8] {
        let Row { lengths, start, .. } = self.rows[item as usize];
        let before: usize = lengths[..which as usize].iter().map(|length| usize::from(*length)).sum();
        let start = start as usize + before;
        &self.arena[start..start + usize::from(lengths[which as usize])]
    }

    /// Number of the document.
    pub fn number(&self, item: ItemIx) -> &str {
        self.text(item, ItemText::Number)
    }

    /// The customer.
    pub fn customer(&self, item: ItemIx) -> CustomerIx {
        self.rows[item as usize].customer
    }

    /// What is open, not negative.
    pub fn open(&self, item: ItemIx) -> i64 {
        self.rows[item as usize].open
    }

    /// What is open, negative for credit notes.
    pub fn signed_open(&self, item: ItemIx) -> i64 {
        if self.is_credit_note(item) { -self.open(item) } else { self.open(item) }
    }

    /// What is open of several, if it is not too large.
    pub fn sum_open<'i>(&self, items: impl IntoIterator<Item = &'i ItemIx>) -> Option<i64> {
        items.into_iter().try_fold(0_i64, |sum, item| sum.checked_add(self.signed_open(*item)))
    }

    /// Sets what is open, within the total.
    pub fn set_open(&mut self, item: ItemIx, open: i64) {
        let row = &mut self.rows[item as usize];
        self.open_count -= usize::from(row.open > 0);
        row.open = open.clamp(0, row.total);
        self.open_count += usize::from(row.open > 0);
    }

    /// How many items something is open of.
    pub fn open_count(&self) -> usize {
        self.open_count
    }

    /// The total, not negative.
    pub fn total(&self, item: ItemIx) -> i64 {
        self.rows[item as usize].total
    }

    /// The currency.
    pub fn currency(&self, item: ItemIx) -> Currency {
        self.currencies[usize::from(self.rows[item as usize].currency)]
    }

    /// Number of the currency within this shard.
    pub fn currency_code(&self, item: ItemIx) -> u8 {
        self.rows[item as usize].currency
    }

    /// Number of a currency within this shard; none when no item has it.
    pub fn code_of(&self, currency: Currency) -> Option<u8> {
        self.currencies.iter().position(|known| *known == currency).and_then(|place| u8::try_from(place).ok())
    }

    /// Every currency an item has.
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// True for a credit note.
    pub fn is_credit_note(&self, item: ItemIx) -> bool {
        self.rows[item as usize].flags & CREDIT_NOTE != 0
    }

    /// Its direction.
    pub fn kind(&self, item: ItemIx) -> DocumentKind {
        if self.is_credit_note(item) { DocumentKind::CreditNote } else { DocumentKind::Invoice }
    }

    /// True while a dispute is open.
    pub fn is_disputed(&self, item: ItemIx) -> bool {
        self.rows[item as usize].flags & DISPUTED != 0
    }

    /// True for an item that stood in several rows which do not say the same.
    pub fn is_contradicted(&self, item: ItemIx) -> bool {
        self.rows[item as usize].flags & CONTRADICTED != 0
    }

    /// Notes that a dispute was opened or ended.
    pub fn set_disputed(&mut self, item: ItemIx, is_disputed: bool) {
        let flags = &mut self.rows[item as usize].flags;
        *flags = if is_disputed { *flags | DISPUTED } else { *flags & !DISPUTED };
    }

    /// False when its date is not known.
    pub fn is_dated(&self, item: ItemIx) -> bool {
        self.rows[item as usize].flags & UNDATED == 0
    }

    /// Date of the document, as days.
    pub fn issued(&self, item: ItemIx) -> i32 {
        self.rows[item as usize].issued
    }

    /// When it is due, as days.
    pub fn due(&self, item: ItemIx) -> i32 {
        self.rows[item as usize].due
    }

    /// Amounts left when a discount is taken, with the last day of each, as days.
    pub fn discounted(&self, item: ItemIx) -> impl Iterator<Item = (i64, i32)> + '_ {
        let (open, issued) = (self.open(item), self.issued(item));
        self.term_sets
            .get(self.rows[item as usize].terms as usize)
            .into_iter()
            .flatten()
            .map(move |step| (step.left_of(open), issued + step.days))
    }

    /// True when nobody knows until when a discount may be taken.
    pub fn has_undated_discount(&self, item: ItemIx) -> bool {
        self.discounted(item).any(|(_, until)| until == BusinessDate::MAX.days())
    }

    /// True for an invoice of this currency that asks for the amount, in full or less a discount.
    pub fn asks_for(&self, item: ItemIx, currency: u8, amount: i64) -> bool {
        let is_asked = || self.open(item) == amount || self.discounted(item).any(|(left, _)| left == amount);
        self.currency_code(item) == currency && !self.is_credit_note(item) && is_asked()
    }

    /// The end of the run that counts the documents.
    pub fn tail(&self, item: ItemIx) -> Tail {
        self.rows[item as usize].tail
    }

    /// True when two items cannot be told apart but by their number: interchangeable by A7.
    pub fn are_alike(&self, left: ItemIx, right: ItemIx) -> bool {
        self.customer(left) == self.customer(right)
            && self.open(left) == self.open(right)
            && self.currency_code(left) == self.currency_code(right)
            && self.kind(left) == self.kind(right)
            && self.rows[left as usize].terms == self.rows[right as usize].terms
            && self.bytes(left, ItemText::PurchaseOrder) == self.bytes(right, ItemText::PurchaseOrder)
    }

    /// True when a purchase order is known.
    pub fn has_order(&self, item: ItemIx) -> bool {
        !self.bytes(item, ItemText::PurchaseOrder).is_empty()
    }

    /// Order of two items by what they say, whenever they were added: by number, then by what tells equal numbers apart.
    pub fn by_number(&self, left: ItemIx, right: ItemIx) -> Ordering {
        if left < self.settled && right < self.settled {
            return left.cmp(&right);
        }
        let numbers = self.bytes(left, ItemText::Number).cmp(self.bytes(right, ItemText::Number));
        let rest = |item: ItemIx| {
            let row = &self.rows[item as usize];
            (Reverse(row.open), row.customer, row.total, row.issued, row.due, row.flags)
        };
        numbers.then_with(|| rest(left).cmp(&rest(right))).then_with(|| self.texts(left).cmp(self.texts(right)))
    }

    /// Order of two items by due date, then by number.
    pub fn by_due(&self, left: ItemIx, right: ItemIx) -> Ordering {
        self.due(left).cmp(&self.due(right)).then_with(|| self.by_number(left, right))
    }

    /// All texts of an item, one after the other.
    fn texts(&self, item: ItemIx) -> &[u8] {
        let row = &self.rows[item as usize];
        let length: usize = row.lengths.iter().map(|length| usize::from(*length)).sum();
        &self.arena[row.start as usize..row.start as usize + length]
    }

    /// All rows in the order of their numbers. The beginnings of the numbers are compared where they are sorted: few need
    /// more.
    fn order(&self) -> Vec<ItemIx> {
        let mut order: Vec<(u128, ItemIx)> = (0..).take(self.len()).map(|item| (self.beginning(item), item)).collect();
        let by_number = |left: &(u128, ItemIx), right: &(u128, ItemIx)| left.0.cmp(&right.0).then_with(|| self.by_number(left.1, right.1));
        if !order.is_sorted_by(|left, right| by_number(left, right).is_lt()) {
            order.par_sort_unstable_by(by_number);
        }
        order.into_iter().map(|(_, item)| item).collect()
    }

    /// The first sixteen bytes of a number, as a number that is ordered as they are.
    fn beginning(&self, item: ItemIx) -> u128 {
        let number = self.bytes(item, ItemText::Number);
        let mut bytes = [0; 16];
        let kept = number.len().min(bytes.len());
        bytes[..kept].copy_from_slice(&number[..kept]);
        u128::from_be_bytes(bytes)
    }

    /// Brings the rows into the order of their numbers, so that places do not depend on the order of input. Of several with
    /// one number the first stays: the one with most open; open ones that say something else contradict it. `customers` are
    /// the new places of the customers.
    pub fn settle(&mut self, customers: &[CustomerIx]) {
        for row in &mut self.rows {
            row.customer = customers.get(row.customer as usize).copied().unwrap_or(row.customer);
        }
        let mut order = self.order();
        let number = |item: ItemIx| self.bytes(item, ItemText::Number);
        let says = |item: ItemIx| (self.open(item), self.customer(item));
        let mut contradicted: Vec<ItemIx> = Vec::new();
        order.dedup_by(|later, kept| {
            let is_same = number(*later) == number(*kept);
            if is_same && self.open(*later) > 0 && says(*later) != says(*kept) {
                contradicted.push(*kept);
            }
            is_same
        });
        for item in contradicted {
            self.rows[item as usize].flags |= CONTRADICTED;
        }
        self.rows = order.iter().map(|item| self.rows[*item as usize]).collect();
        self.arena.shrink_to_fit();
        self.settled = u32::try_from(order.len()).unwrap_or(u32::MAX);
        self.open_count = self.rows.iter().filter(|row| row.open > 0).count();
    }
}

impl Tail {
    /// Of some digits; beyond every such number when there are fewer than three.
    pub fn of(digits: &[u8]) -> Tail {
        let Some(last) = digits.last_chunk::<3>() else { return Tail(u16::MAX) };
        Tail(last.iter().fold(0, |tail, digit| tail * 10 + u16::from(digit.wrapping_sub(b'0'))))
    }
}

fn flags_of(item: &ItemRecord<'_>) -> u8 {
    let credit = if item.kind == DocumentKind::CreditNote { CREDIT_NOTE } else { 0 };
    let undated = if item.issued_on == BusinessDate::MIN { UNDATED } else { 0 };
    credit | undated | if item.disputed { DISPUTED } else { 0 }
}

impl Step {
    fn of(step: &DiscountStep, issued_on: BusinessDate) -> Option<Step> {
        let share = u32::try_from(step.percent.checked_mul(Decimal::from(10_000))?.trunc()).ok()?;
        let is_discount = (1..1_000_000).contains(&share);
        is_discount.then(|| Step { share, days: step.until.days() - issued_on.days() })
    }

    /// What is left of an amount, the discount rounded half up.
    fn left_of(self, amount: i64) -> i64 {
        let discount = (i128::from(amount) * i128::from(self.share) + 500_000) / 1_000_000;
        amount - i64::try_from(discount).unwrap_or(0)
    }
}
