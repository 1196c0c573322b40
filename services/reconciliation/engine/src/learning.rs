//! What confirmations teach: which accounts and names pay for which customer, and how a customer's payments differ.
//!
//! Everything is a counter with its provenance. Lessons are kept by their source, so that a source teaches once however
//! often it is delivered, and the same lessons give the same tables in whatever order they
//! come. Use fades with a half-life of eighteen months. Nothing is learnt here about where a customer wants refunds.

mod counter;

use std::collections::BTreeMap;

use hashbrown::HashMap;
use quittance_types::BusinessDate;

use crate::normal::{hash, hash_numbers, without_zeros};
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

/// How a customer's payments differ from what is asked. The engine itself asks for [`SilentCredit`](Habit::SilentCredit),
/// [`Month`](Habit::Month), [`Spread`](Habit::Spread), their opposites and [`OtherNumbers`](Habit::OtherNumbers); the others are for a
/// person who makes a policy of them (A10).
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
    /// Names a month and pays documents of another.
    NotMonth,
    /// Names no document, and the money went to documents: paid on account or ahead, or over several and one of them in part.
    Spread,
    /// Pays on account or ahead, names no document, and the money waited.
    Ahead,
    /// Writes numbers that are none of the documents it pays, and names none of those.
    OtherNumbers,
}

impl Habit {
    /// What a customer does that has no such habit.
    const fn opposite(self) -> Option<Habit> {
        match self {
            Habit::SilentCredit => Some(Habit::NamedCredit),
            Habit::Month => Some(Habit::NotMonth),
            Habit::Spread => Some(Habit::Ahead),
            Habit::Ahead => Some(Habit::Spread),
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
    /// What it carried: [`number_sign`] and [`amount_sign`].
    pub signs: &'a [u64],
}

/// The sign of a number that a payment carried while it paid other documents.
pub fn number_sign(digits: &[u8]) -> u64 {
    hash_numbers(1, hash(without_zeros(digits)))
}

/// The sign of an amount, in minor units, that named no document and waited on account.
pub fn amount_sign(amount: i64) -> u64 {
    hash_numbers(2, amount.unsigned_abs())
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
    /// A sign of a payment.
    Sign(u64),
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

/// Customers that have shown a habit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Customers {
    all: u32,
    /// Those that have shown it more than once.
    again: u32,
}

/// Customers that have shown a habit, by the month in which they did so last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shown(BTreeMap<u16, Customers>);

impl Shown {
    /// Counts a customer; one that has not shown the habit has no sources yet.
    fn add(&mut self, counter: &Counter) {
        let customers = self.0.entry(counter.last_month()).or_default();
        customers.all += 1;
        customers.again += u32::from(counter.sources().len() > 1);
    }

    /// Takes a customer out again, before its counter changes.
    fn remove(&mut self, counter: &Counter) {
        let month = counter.last_month();
        let Some(customers) = self.0.get_mut(&month).filter(|_| !counter.sources().is_empty()) else { return };
        customers.all -= 1;
        customers.again -= u32::from(counter.sources().len() > 1);
        if customers.all == 0 {
            self.0.remove(&month);
        }
    }

    fn since(&self, month: u16) -> Customers {
        let sum = |sum: Customers, one: &Customers| Customers { all: sum.all + one.all, again: sum.again + one.again };
        self.0.range(month..).map(|(_, customers)| customers).fold(Customers::default(), sum)
    }
}

/// Everything learnt of one seller's payers.
#[derive(Debug, Default)]
pub struct Learning {
    accounts: Uses,
    names: Uses,
    signs: Uses,
    habits: HashMap<CustomerIx, BTreeMap<Habit, Counter>, FixedState>,
    lines: HashMap<CustomerIx, Counter, FixedState>,
    shown: BTreeMap<Habit, Shown>,
}

/// Confirmations after which a name says something.
const NAME_USABLE: u32 = 2;
/// Thousandths of a confirmation after which a habit counts: two of them, less than eight months old; one where it is common.
const HABIT_USABLE: u64 = 1_500;
const COMMON_HABIT_USABLE: u64 = 750;
/// Customers of a seller that have shown a common habit lately, how many may have done otherwise for each, and those among
/// them that have shown it more than once where it is usual.
const MANY: u32 = 5;
const OTHERS: u32 = 3;
const MANY_AGAIN: u32 = 3;
/// Months that are lately.
const LATELY: u16 = 18;
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
        for sign in lesson.signs {
            counter_of(self.signs.entry(*sign).or_default(), lesson.customer).add(lesson);
        }
        let habits = self.habits.entry(lesson.customer).or_default();
        for habit in lesson.habits {
            let counter = habits.entry(*habit).or_default();
            let shown = self.shown.entry(*habit).or_default();
            shown.remove(counter);
            counter.add(lesson);
            shown.add(counter);
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
        let least = if self.is_common(habit, on) { COMMON_HABIT_USABLE } else { HABIT_USABLE };
        let is_seen = self.counter(customer, habit).is_some_and(|counter| counter.weight(on) >= least);
        is_seen && !self.does_otherwise(customer, habit)
    }

    /// How often a customer was seen to do so.
    pub fn times(&self, customer: CustomerIx, habit: Habit) -> u32 {
        self.counter(customer, habit).map_or(0, Counter::confirmations)
    }

    /// True when a payment was seen with a sign.
    pub fn has_signs(&self) -> bool {
        !self.signs.is_empty()
    }

    /// How often a payment of the customer was seen with a sign.
    pub fn times_with(&self, customer: CustomerIx, sign: u64) -> u32 {
        let mut uses = self.signs.get(&sign).into_iter().flatten();
        uses.find(|one| one.customer == customer).map_or(0, |one| one.counter.confirmations())
    }

    /// True when half of the customer's payments or more were seen to do so, and more than one.
    pub fn does_mostly(&self, customer: CustomerIx, habit: Habit) -> bool {
        let times = self.times(customer, habit);
        times > 1 && 2 * times >= self.lines.get(&customer).map_or(0, Counter::confirmations)
    }

    /// True when many customers of the seller have done so lately, at least one in four of those that did so or the opposite.
    fn is_common(&self, habit: Habit, on: BusinessDate) -> bool {
        let customers = self.lately(habit, on).all;
        let otherwise = habit.opposite().map_or(0, |opposite| self.lately(opposite, on).all);
        customers >= MANY && otherwise <= OTHERS * customers
    }

    /// True when a habit is common and some of the customers have shown it again: then it may be the first time that one does
    /// it.
    pub fn is_usual(&self, habit: Habit, on: BusinessDate) -> bool {
        self.is_common(habit, on) && self.lately(habit, on).again >= MANY_AGAIN
    }

    /// How many customers of the seller have done so lately.
    pub fn customers_lately(&self, habit: Habit, on: BusinessDate) -> u32 {
        self.lately(habit, on).all
    }

    fn lately(&self, habit: Habit, on: BusinessDate) -> Customers {
        let since = counter::month_of(on).saturating_sub(LATELY);
        self.shown.get(&habit).map(|shown| shown.since(since)).unwrap_or_default()
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
        let signs = self.signs.iter().flat_map(|(key, uses)| uses.iter().map(|one| keyed(Key::Sign(*key), one)));
        let habits = self.habits.iter().flat_map(|(customer, habits)| {
            let row = |(habit, counter): (&Habit, &Counter)| Row { key: Key::Habit(*habit), customer: *customer, counter: counter.clone() };
            habits.iter().map(row)
        });
        let mut rows: Vec<Row> = accounts.chain(names).chain(habits).chain(signs).collect();
        rows.sort_unstable_by_key(|row| (row.key, row.customer));
        rows
    }

    /// Forgets everything about a customer.
    pub fn erase(&mut self, customer: CustomerIx) {
        for table in [&mut self.accounts, &mut self.names, &mut self.signs] {
            table.retain(|_, uses| {
                uses.retain(|one| one.customer != customer);
                !uses.is_empty()
            });
        }
        for (habit, counter) in self.habits.remove(&customer).into_iter().flatten() {
            self.shown.entry(habit).or_default().remove(&counter);
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
