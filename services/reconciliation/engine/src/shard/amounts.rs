//! From an amount to the items that ask for it, in full or less a discount, and to the credit notes over it.

use hashbrown::HashMap;

use super::items::Items;
use super::postings::{Posting, Postings};
use crate::normal::hash_numbers;
use crate::proposal::ItemIx;

/// The index; what it says is checked against the columns, because open amounts move on. What it holds depends on what it
/// was built from and on what is open now, never on the way between.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    postings: Postings,
    /// Keys whose item has moved on since it was indexed.
    gone: HashMap<u64, u32, crate::normal::FixedState>,
}

fn key(currency: u8, amount: i64) -> u64 {
    hash_numbers(amount.unsigned_abs(), u64::from(currency) + 11)
}

/// Credit notes ask for nothing: they have keys of their own.
fn credit_key(currency: u8, amount: i64) -> u64 {
    hash_numbers(amount.unsigned_abs(), u64::from(currency) + 811)
}

/// Full amount and discounted amounts.
fn keys(items: &Items, item: ItemIx, mut emit: impl FnMut(u64, u8)) {
    if items.open(item) == 0 {
        return;
    }
    let currency = items.currency_code(item);
    if items.is_credit_note(item) {
        emit(credit_key(currency, items.open(item)), 0);
        return;
    }
    emit(key(currency, items.open(item)), 0);
    for (step, (amount, _)) in (1..8).zip(items.discounted(item)) {
        emit(key(currency, amount), step);
    }
}

impl Amounts {
    /// Indexes all items.
    pub fn build(items: &Items) -> Self {
        let mut pairs = Vec::with_capacity(items.len());
        for item in 0..u32::try_from(items.len()).unwrap_or(u32::MAX) {
            keys(items, item, |key, step| pairs.push((key, Posting::new(item, step))));
        }
        Amounts { postings: Postings::build(pairs), gone: HashMap::default() }
    }

    /// Indexes an item that is new or whose open amount has changed.
    pub fn add(&mut self, items: &Items, item: ItemIx) {
        keys(items, item, |key, step| {
            let posting = Posting::new(item, step);
            match self.gone.get_mut(&key) {
                Some(gone) if self.postings.is_built(key, posting) => {
                    *gone -= 1;
                    if *gone == 0 {
                        self.gone.remove(&key);
                    }
                }
                _ => self.postings.add(key, posting),
            }
        });
    }

    /// Notes that an item's open amount or terms are about to change.
    pub fn remove(&mut self, items: &Items, item: ItemIx) {
        keys(items, item, |key, step| {
            if !self.postings.take_back(key, Posting::new(item, step)) {
                *self.gone.entry(key).or_default() += 1;
            }
        });
    }

    /// Items that ask for this amount now: the item, and the step of the discount, 0 for none. At most `most` postings are
    /// looked at.
    pub fn find<'a>(&'a self, items: &'a Items, currency: u8, amount: i64, most: usize) -> impl Iterator<Item = (ItemIx, u8)> + 'a {
        self.postings
            .get(key(currency, amount))
            .take(most)
            .filter(move |posting| asks(items, *posting, currency, amount))
            .map(|posting| (posting.item(), posting.form()))
    }

    /// Credit notes over this amount now. At most `most` postings are looked at.
    pub fn credits<'a>(&'a self, items: &'a Items, currency: u8, amount: i64, most: usize) -> impl Iterator<Item = ItemIx> + 'a {
        let is_over =
            move |item: &ItemIx| items.is_credit_note(*item) && items.currency_code(*item) == currency && items.open(*item) == amount;
        self.postings.get(credit_key(currency, amount)).take(most).map(|posting| posting.item()).filter(is_over)
    }

    /// True when more than so many items ask for this amount or have done so since the index was built.
    pub fn has_more(&self, currency: u8, amount: i64, than: usize) -> bool {
        self.postings.count(key(currency, amount)) > than
    }

    /// How many items ask for this amount.
    pub fn count(&self, currency: u8, amount: i64) -> usize {
        let key = key(currency, amount);
        let gone = if self.gone.is_empty() { 0 } else { self.gone.get(&key).copied().unwrap_or(0) };
        self.postings.count(key).saturating_sub(gone as usize)
    }
}

fn asks(items: &Items, posting: Posting, currency: u8, amount: i64) -> bool {
    let item = posting.item();
    if items.currency_code(item) != currency || items.open(item) == 0 {
        return false;
    }
    match posting.form() {
        0 => items.open(item) == amount,
        step => items.discounted(item).nth(usize::from(step) - 1).is_some_and(|(left, _)| left == amount),
    }
}
