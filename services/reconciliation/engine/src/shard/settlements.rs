//! Payments that were applied: to find the original of a return, and to know a second payment.

use hashbrown::{HashMap, HashSet};
use quittance_types::BusinessDate;

use crate::normal::{Form, hash, hash_numbers};
use crate::proposal::{CustomerIx, ItemIx, MatchClass};
use crate::record::Line;

/// A payment that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Its amount, minor units of the line.
    pub amount: i64,
    /// Its value date, as days.
    pub on: i32,
    /// Key of the payer's account; 0 for none.
    pub account: u64,
    /// For whom; none when unknown.
    pub customer: Option<CustomerIx>,
    /// Items, the cash each got, and what it took of the open amount: cash and what was granted with it.
    pub applied: Vec<Paid>,
    /// Class of the match that was applied elsewhere without a person.
    pub auto: Option<MatchClass>,
    /// True when it was taken back.
    pub reversed: bool,
}

impl Settlement {
    /// True for the same money for the same items, however exactly it is known what it took of them.
    fn is_like(&self, other: &Settlement) -> bool {
        let cash = |one: &Settlement| one.applied.iter().map(|paid| (paid.item, paid.cash)).collect::<Vec<_>>();
        let payment = |one: &Settlement| (one.amount, one.on, one.account, one.customer);
        payment(self) == payment(other) && cash(self) == cash(other)
    }
}

/// What a payment did to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The item.
    pub item: ItemIx,
    /// Cash, negative for credit notes.
    pub cash: i64,
    /// What the open amount fell by, not negative.
    pub taken: i64,
    /// Written off with it, as told from outside; what a run writes off is counted by the run.
    pub written_off: i64,
}

/// Days after which a return no longer finds its original by account and amount.
pub const RETURN_WINDOW: i32 = 60;

/// All of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settlements {
    rows: Vec<Settlement>,
    by_reference: Places<u64>,
    by_payer: Places<u64>,
    by_item: Places<ItemIx>,
    lines: HashSet<u64, crate::normal::FixedState>,
    /// Payments that were told from outside by their id there, and their places.
    told: HashMap<u64, u32, crate::normal::FixedState>,
    told_places: HashSet<u32, crate::normal::FixedState>,
    written_off: HashMap<(CustomerIx, i32), i64, crate::normal::FixedState>,
    /// References of receipts that were seen and not applied.
    unapplied: HashSet<u64, crate::normal::FixedState>,
}

/// Key of a line by the bank's reference; none for a line without.
pub fn line_key(line: &Line) -> Option<u64> {
    if line.id.is_empty() {
        return None;
    }
    let names = hash_numbers(hash(line.account.as_bytes()), hash(line.id.as_bytes()));
    let says = line.text.iter().fold(hash(line.payer_account.as_bytes()), |key, piece| hash_numbers(key, hash(piece.as_bytes())));
    Some(hash_numbers(
        hash_numbers(names, says),
        hash_numbers(line.amount.unsigned_abs(), u64::from(line.amount < 0) + 2 * line.value_on.days().unsigned_abs() as u64),
    ))
}

fn month_of(day: BusinessDate) -> i32 {
    let (year, month, _) = day.ymd();
    year * 12 + i32::try_from(month).unwrap_or(0)
}

/// Key of a bank or end-to-end reference; none for those that say nothing.
pub fn reference_key(reference: &str) -> Option<u64> {
    let mut form = Form::EMPTY;
    form.push_all(reference.as_bytes());
    let says_nothing = form.as_bytes().len() < 5 || matches!(form.as_bytes(), b"NOTPROVIDED" | b"NOTPROVIDEDNOTPROVIDED" | b"NONREF");
    (!says_nothing).then(|| hash(form.as_bytes()))
}

fn payer_key(account: u64, amount: i64) -> u64 {
    hash_numbers(account, amount.unsigned_abs())
}

impl Settlements {
    /// Notes a payment with the references a return may quote.
    pub fn add(&mut self, settlement: Settlement, references: impl IntoIterator<Item = u64>) {
        let place = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        for reference in references {
            self.by_reference.entry(reference).or_default().push(place);
        }
        if settlement.account != 0 {
            self.by_payer.entry(payer_key(settlement.account, settlement.amount)).or_default().push(place);
        }
        for paid in &settlement.applied {
            self.by_item.entry(paid.item).or_default().push(place);
        }
        self.rows.push(settlement);
    }

    /// Takes the last payment back, as if it had not been noted. The references must be the ones given with it.
    pub fn remove_last(&mut self, references: &[u64]) -> Option<Settlement> {
        let settlement = self.rows.pop()?;
        let place = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        for reference in references {
            forget(&mut self.by_reference, *reference, place);
        }
        forget(&mut self.by_payer, payer_key(settlement.account, settlement.amount), place);
        for paid in &settlement.applied {
            forget(&mut self.by_item, paid.item, place);
        }
        Some(settlement)
    }

    /// Notes a payment told from outside under its id there; false when that id counts already. One that was learnt
    /// without an id before, from a confirmation, only gets its id.
    pub fn tell(&mut self, id: u64, settlement: Settlement, references: impl IntoIterator<Item = u64>) -> bool {
        if self.told.contains_key(&id) {
            return false;
        }
        let place = self.untold(&settlement).unwrap_or_else(|| u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        match self.rows.get_mut(place as usize) {
            Some(row) => *row = settlement,
            None => self.add(settlement, references),
        }
        self.told.insert(id, place);
        self.told_places.insert(place);
        true
    }

    /// Payments like this one, also those taken back.
    fn alike<'a>(&'a self, settlement: &'a Settlement) -> impl Iterator<Item = (u32, &'a Settlement)> + 'a {
        let by_item = settlement.applied.first().and_then(|paid| self.by_item.get(&paid.item));
        let by_payer = || self.by_payer.get(&payer_key(settlement.account, settlement.amount));
        let places = if settlement.applied.is_empty() { by_payer() } else { by_item };
        let rows = places.into_iter().flatten().filter_map(|place| Some((*place, self.get(*place)?)));
        rows.filter(|(_, known)| known.is_like(settlement))
    }

    /// A payment like this one that no id stands for: one that counts, else one that was taken back and counts again.
    fn untold(&self, settlement: &Settlement) -> Option<u32> {
        let untold = self.alike(settlement).filter(|(place, _)| !self.told_places.contains(place));
        untold.min_by_key(|(_, known)| known.reversed).map(|(place, _)| place)
    }

    /// True when a payment like this one is known and not taken back.
    pub fn knows(&self, settlement: &Settlement) -> bool {
        self.alike(settlement).any(|(_, known)| !known.reversed)
    }

    /// Takes a payment back that was told from outside; none when its id is not known.
    pub fn untell(&mut self, id: u64) -> Option<&Settlement> {
        let place = self.told.remove(&id)?;
        self.told_places.remove(&place);
        self.reverse(place);
        self.get(place)
    }

    /// Counts what was written off for a customer in a month; a negative amount takes it back.
    pub fn write_off(&mut self, customer: CustomerIx, on: BusinessDate, amount: i64) {
        let key = (customer, month_of(on));
        let sum = self.written_off(customer, on).saturating_add(amount);
        if sum == 0 {
            self.written_off.remove(&key);
        } else {
            self.written_off.insert(key, sum);
        }
    }

    /// What was written off for a customer in the month of a day.
    pub fn written_off(&self, customer: CustomerIx, on: BusinessDate) -> i64 {
        self.written_off.get(&(customer, month_of(on))).copied().unwrap_or(0)
    }

    /// Notes the references of a receipt that was not applied; those that are new.
    pub fn note_unapplied(&mut self, references: Vec<u64>) -> Vec<u64> {
        references.into_iter().filter(|reference| self.unapplied.insert(*reference)).collect()
    }

    /// Takes back that receipts with these references were seen.
    pub fn forget_unapplied(&mut self, references: &[u64]) {
        references.iter().for_each(|reference| {
            self.unapplied.remove(reference);
        });
    }

    /// True when a receipt with this reference was seen and not applied by the engine.
    pub fn is_unapplied(&self, reference: u64) -> bool {
        self.unapplied.contains(&reference)
    }

    /// Notes that a line was applied; its key when that is new.
    pub fn note_line(&mut self, line: &Line) -> Option<u64> {
        line_key(line).filter(|key| self.lines.insert(*key))
    }

    /// Notes again that a line of this key was applied.
    pub fn know_line(&mut self, key: u64) {
        self.lines.insert(key);
    }

    /// Takes back that a line was applied.
    pub fn forget_line(&mut self, key: u64) {
        self.lines.remove(&key);
    }

    /// True when this very line was applied before.
    pub fn knows_line(&self, line: &Line) -> bool {
        line_key(line).is_some_and(|key| self.lines.contains(&key))
    }

    /// One of them.
    pub fn get(&self, place: u32) -> Option<&Settlement> {
        self.rows.get(place as usize)
    }

    /// Marks one as taken back.
    pub fn reverse(&mut self, place: u32) {
        if let Some(row) = self.rows.get_mut(place as usize) {
            row.reversed = true;
        }
    }

    /// Takes back that one was taken back.
    pub fn restore(&mut self, place: u32) {
        if let Some(row) = self.rows.get_mut(place as usize) {
            row.reversed = false;
        }
    }

    fn living(&self, places: Option<&Vec<u32>>) -> impl Iterator<Item = u32> + '_ {
        let places = places.cloned().unwrap_or_default();
        places.into_iter().filter(|place| self.rows.get(*place as usize).is_some_and(|row| !row.reversed))
    }

    /// Payments that carry a reference, not taken back.
    pub fn by_reference(&self, reference: u64) -> impl Iterator<Item = u32> + '_ {
        self.living(self.by_reference.get(&reference))
    }

    /// Payments of an amount from an account, not taken back.
    pub fn by_payer(&self, account: u64, amount: i64) -> impl Iterator<Item = u32> + '_ {
        self.living(if account == 0 { None } else { self.by_payer.get(&payer_key(account, amount)) })
    }

    /// Payments of an item, not taken back.
    pub fn by_item(&self, item: ItemIx) -> impl Iterator<Item = u32> + '_ {
        self.living(self.by_item.get(&item))
    }
}

type Places<K> = HashMap<K, Vec<u32>, crate::normal::FixedState>;

fn forget<K: Eq + std::hash::Hash>(places: &mut Places<K>, key: K, place: u32) {
    let Some(list) = places.get_mut(&key) else { return };
    list.retain(|known| *known != place);
    if list.is_empty() {
        places.remove(&key);
    }
}
