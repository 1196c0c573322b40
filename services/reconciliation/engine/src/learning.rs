//! What confirmations teach: which accounts and names pay for which customer, and how a customer's payments differ.
//!
//! Everything is a counter with its provenance. Lessons are kept by their source, so that a source teaches once however
//! often it is delivered, and the same lessons give the same tables in whatever order they
//! come. Use fades with a half-life of eighteen months. Nothing is learnt here about where a customer wants refunds.

mod counter;

use std::collections::BTreeMap;

use hashbrown::HashMap;
use quittance_types::BusinessDate;

use crate::proposal::CustomerIx;

pub use counter::{Counter, MASTER_DATA, Month};

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A person confirmed or corrected.
    Person,
    /// Applied without a person in class A. Never more than a hint: it does not confirm itself.
    Automatic,
    /// The master data of the customer.
    MasterData,
}

/// How a customer's payments differ from what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Habit {
    /// Pays several documents at once.
    Several,
    /// Takes its discount.
    Discount,
    /// Takes its discount too late.
    LateDiscount,
    /// Its bank takes a fee.
    BankFee,
    /// Rounds.
    Rounding,
    /// Pays short.
    ShortPay,
    /// Pays in instalments.
    Partial,
    /// Nets credit notes it says nothing of.
    SilentCredit,
    /// Names the credit notes it nets.
    NamedCredit,
    /// Pays the documents of a month and names nothing but the month.
    Month,
    /// Pays several documents and names none.
    Unnamed,
    /// Names a month and pays documents of another.
    NotMonth,
}

impl Habit {
    /// What a customer does that has no such habit.
    const fn opposite(self) -> Option<Habit> {
        match self {
            Habit::SilentCredit => Some(Habit::NamedCredit),
            Habit::Month => Some(Habit::NotMonth),
            _ => None,
        }
    }
}

/// One source and what it teaches about one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// Key of the confirmation, the applied line or the master record; the same key teaches once.
    pub id: u64,
    /// Who says so.
    pub source: Source,
    /// Its day.
    pub on: BusinessDate,
    /// The customer that was right.
    pub customer: CustomerIx,
    /// Hash of the payer's account; zero for none.
    pub account: u64,
    /// Hash of the payer's folded name; zero for none.
    pub name: u64,
    /// What the line showed.
    pub habits: &'a [Habit],
}

/// How often a key or a habit was seen with a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The customer.
    pub customer: CustomerIx,
    /// When, and who said so.
    pub counter: Counter,
}

/// Which table a row is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Hash of an account.
    Account(u64),
    /// Hash of a folded name.
    Name(u64),
    /// A habit.
    Habit(Habit),
}

/// A row of the export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What was learnt.
    pub key: Key,
    /// Of whom.
    pub customer: CustomerIx,
    /// When, and from which sources.
    pub counter: Counter,
}

/// Hashes with fixed keys: the same on every machine.
type FixedState = std::hash::BuildHasherDefault<ahash::AHasher>;
type Uses = HashMap<u64, Vec<Use>, FixedState>;

/// How many customers of the seller have shown a habit, however long ago, and how often they have shown it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Shown {
    customers: u32,
    again: u32,
}

/// Everything learnt of one seller's payers.
#[derive(Debug, Default)]
pub struct Learning {
    accounts: Uses,
    names: Uses,
    habits: HashMap<CustomerIx, BTreeMap<Habit, Counter>, FixedState>,
    lines: HashMap<CustomerIx, Counter, FixedState>,
    shown: BTreeMap<Habit, Shown>,
}

/// Confirmations after which a name says something.
const NAME_USABLE: u32 = 2;
/// Thousandths of a confirmation after which a habit counts: two of them, less than eight months old; one where it is common.
const HABIT_USABLE: u64 = 1_500;
const COMMON_HABIT_USABLE: u64 = 750;
/// Customers of a seller that have shown a habit where it is common, and how often they have shown it again where it is usual.
const COMMON: u32 = 5;
const USUAL: u32 = 3;
/// Class-A autos after which an account says something; a person's word is enough at once.
const ACCOUNT_USABLE: u32 = 2;

impl Learning {
    /// Takes a lesson; false when its source taught before.
    pub fn learn(&mut self, lesson: &Lesson<'_>) -> bool {
        let lines = self.lines.entry(lesson.customer).or_default();
        if !lines.add(lesson) {
            return false;
        }
        for (table, key) in [(&mut self.accounts, lesson.account), (&mut self.names, lesson.name)] {
            if key != 0 {
                counter_of(table.entry(key).or_default(), lesson.customer).add(lesson);
            }
        }
        let habits = self.habits.entry(lesson.customer).or_default();
        for habit in lesson.habits {
            let counter = habits.entry(*habit).or_default();
            if !counter.add(lesson) {
                continue;
            }
            let shown = self.shown.entry(*habit).or_default();
            match counter.sources().len() {
                1 => shown.customers += 1,
                _ => shown.again += 1,
            }
        }
        true
    }

    /// Customers this account is known to pay for, by customer.
    pub fn account_uses(&self, account: u64) -> impl Iterator<Item = &Use> {
        self.accounts.get(&account).into_iter().flatten().filter(|one| one.counter.is_account_usable())
    }

    /// Customers this name is known to pay for, by customer. Never enough alone.
    pub fn name_uses(&self, name: u64) -> impl Iterator<Item = &Use> {
        self.names.get(&name).into_iter().flatten().filter(|one| one.counter.confirmations() >= NAME_USABLE)
    }

    /// True when the customer was seen to do so often and lately enough and never to do the opposite.
    pub fn has_habit(&self, customer: CustomerIx, habit: Habit, on: BusinessDate) -> bool {
        let least = if self.is_common(habit) { COMMON_HABIT_USABLE } else { HABIT_USABLE };
        let is_seen = self.counter(customer, habit).is_some_and(|counter| counter.weight(on) >= least);
        is_seen && !self.does_otherwise(customer, habit)
    }

    /// True when many customers of the seller do so.
    fn is_common(&self, habit: Habit) -> bool {
        self.shown(habit).customers >= COMMON
    }

    /// True when so many customers of the seller do so, and do so again, that nobody wonders when one does it for the first
    /// time.
    pub fn is_usual(&self, habit: Habit) -> bool {
        self.is_common(habit) && self.shown(habit).again >= USUAL
    }

    fn shown(&self, habit: Habit) -> Shown {
        self.shown.get(&habit).copied().unwrap_or_default()
    }

    /// True when the customer was ever seen to do the opposite.
    pub fn does_otherwise(&self, customer: CustomerIx, habit: Habit) -> bool {
        habit.opposite().is_some_and(|opposite| self.counter(customer, opposite).is_some())
    }

    fn counter(&self, customer: CustomerIx, habit: Habit) -> Option<&Counter> {
        self.habits.get(&customer)?.get(&habit)
    }

    /// Everything, by key and customer: the same lessons give the same rows.
    pub fn rows(&self) -> Vec<Row> {
        let keyed = |key: Key, one: &Use| Row { key, customer: one.customer, counter: one.counter.clone() };
        let accounts = self.accounts.iter().flat_map(|(key, uses)| uses.iter().map(|one| keyed(Key::Account(*key), one)));
        let names = self.names.iter().flat_map(|(key, uses)| uses.iter().map(|one| keyed(Key::Name(*key), one)));
        let habits = self.habits.iter().flat_map(|(customer, habits)| {
            let row = |(habit, counter): (&Habit, &Counter)| Row { key: Key::Habit(*habit), customer: *customer, counter: counter.clone() };
            habits.iter().map(row)
        });
        let mut rows: Vec<Row> = accounts.chain(names).chain(habits).collect();
        rows.sort_unstable_by_key(|row| (row.key, row.customer));
        rows
    }

    /// Forgets everything about a customer.
    pub fn erase(&mut self, customer: CustomerIx) {
        for table in [&mut self.accounts, &mut self.names] {
            table.retain(|_, uses| {
                uses.retain(|one| one.customer != customer);
                !uses.is_empty()
            });
        }
        for (habit, counter) in self.habits.remove(&customer).into_iter().flatten() {
            let shown = self.shown.entry(habit).or_default();
            shown.customers -= 1;
            shown.again -= u32::try_from(counter.sources().len()).unwrap_or(u32::MAX) - 1;
        }
        self.lines.remove(&customer);
    }
}

fn counter_of(uses: &mut Vec<Use>, customer: CustomerIx) -> &mut Counter {
    let place = uses.partition_point(|one| one.customer < customer);
    if uses.get(place).is_none_or(|one| one.customer != customer) {
        uses.insert(place, Use { customer, counter: Counter::default() });
    }
    &mut uses[place].counter
}

#[cfg(test)]
mod tests;
