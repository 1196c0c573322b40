//! Readings that confirmed payments make likely: what was done before is done again.

use super::readings::may_be_fee;
use super::{Draft, LEAST_NUMBER, Workbench};
use crate::bits::Millibits;
use crate::candidates::Candidate;
use crate::extract::{Meaning, Period};
use crate::learning::Habit;
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{CustomerIx, Feature, HypothesisKind, ItemIx, Subject};
use crate::record::Line;
use crate::relation::{Relation, RelationKind};
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;
use crate::shard::items::Items;

/// The weight of a habit.
pub(super) const HABIT: Millibits = 4_000;

/// When an item was issued or is due, as days.
type Day = fn(&Items, ItemIx) -> i32;

/// What makes a reading likely that confirmed payments were like.
pub(super) struct Accustomed {
    pub feature: Feature,
    /// The customer itself, or all of the seller where many do so.
    pub whose: Subject,
    /// How often the customer did so, or how many customers lately.
    pub seen: u32,
}

impl Workbench {
    /// Whose habit it is to pay as this reading says, the customer's own or that of many customers of the seller, when the
    /// money is exact and the text says nothing that speaks of anything else.
    pub(super) fn habit(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation, payer: &PayerScore) -> Option<Accustomed> {
        let is_exact = draft.items.len() > 1 && relation.kind == RelationKind::Exact && relation.on_account == 0;
        let habit = match draft.kind {
            _ if !is_exact => return None,
            HypothesisKind::Completed => Habit::SilentCredit,
            HypothesisKind::Subset if self.extract.period.is_some() => Habit::Month,
            _ => return None,
        };
        let accustomed = accustomed(shard, line, payer.customer, habit)?;
        let pays_so = || match habit {
            Habit::SilentCredit => self.nets_silently(shard, line, draft),
            _ => {
                let period = self.extract.period.and_then(|_| self.extract.only_month(line.value_on));
                period.is_some_and(|period| self.is_all_of(shard, draft, payer, period, Items::issued))
            }
        };
        (self.is_own_payer(shard, draft, payer) && pays_so() && self.says_no_more(shard, draft)).then_some(accustomed)
    }

    /// The month whose documents the text speaks of, when this reading is all that was issued or all that is due in it and
    /// comes to the money. A payer that named a month and paid another does not say it.
    pub(super) fn named_month(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation, payer: &PayerScore) -> Option<Period> {
        let is_exact = draft.items.len() > 1 && relation.kind == RelationKind::Exact && relation.on_account == 0;
        if draft.kind != HypothesisKind::Subset || !is_exact || shard.learning.does_otherwise(payer.customer, Habit::Month) {
            return None;
        }
        let period = self.extract.month_of_documents(line.value_on)?;
        let is_it = self.is_own_payer(shard, draft, payer) && self.says_no_more(shard, draft);
        (is_it && self.is_only_month(shard, line, draft, payer, period)).then_some(period)
    }

    /// True when a draft that names none of its documents is all of the month, by issue or by due date, and the other of the
    /// two does not come to the money as well.
    fn is_only_month(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore, period: Period) -> bool {
        let is_all_of = |day: Day| self.is_all_of(shard, draft, payer, period, day);
        match (is_all_of(Items::issued), is_all_of(Items::due)) {
            (true, false) => !comes_to(shard, line, payer, period, Items::due),
            (false, true) => !comes_to(shard, line, payer, period, Items::issued),
            (is_all, _) => is_all,
        }
    }

    /// True when a draft that names none of its documents is all that the customer owes with such a day in the month.
    fn is_all_of(&self, shard: &Shard, draft: &Draft, payer: &PayerScore, period: Period, day: Day) -> bool {
        let open = open_of(shard, payer.customer);
        open.len() == shard.holdings.count(payer.customer)
            && draft.items.iter().all(|item| self.candidates.of(*item).is_none())
            && open.iter().all(|item| draft.items.contains(item) == period.has(day(&shard.items, *item)))
    }

    /// One customer's own money: an account that pays for others as well says nothing of whose it is.
    fn is_own_payer(&self, shard: &Shard, draft: &Draft, payer: &PayerScore) -> bool {
        let is_known = payer.account_says == AccountSays::Own || (payer.name_says == NameSays::Same && !payer.pays_for_others());
        let is_one = draft.items.iter().all(|item| shard.items.customer(*item) == payer.customer);
        is_known && payer.is_sure() && is_one
    }

    /// No advice, no reason for a deduction, no further documents and no number that the reading leaves aside.
    fn says_no_more(&self, shard: &Shard, draft: &Draft) -> bool {
        let remarks = &self.extract.remarks;
        self.advices.is_empty()
            && draft.advice.is_none()
            && !remarks.says(Meaning::Advice)
            && remarks.deduction.is_none()
            && !remarks.others
            && !self.speaks_of_part()
            && !self.candidates.names_unknown()
            && !self.leaves_digits_aside(shard, draft, LEAST_NUMBER)
    }

    /// Invoices that are quoted for sure, less the only credit note that makes up the difference.
    fn nets_silently(&self, shard: &Shard, line: &Line, draft: &Draft) -> bool {
        let (credits, invoices): (Vec<ItemIx>, Vec<ItemIx>) = draft.items.iter().partition(|item| shard.items.is_credit_note(**item));
        let is_quoted = |one: &Candidate| one.is_strong() && one.sharers == 1 && !one.distracted && one.feature != Feature::EditedReference;
        credits.len() == 1
            && draft.fit.is_some_and(|fit| fit.unique)
            && invoices.iter().all(|item| self.candidates.of(*item).is_some_and(is_quoted))
            && credits.iter().all(|item| self.candidates.of(*item).is_none() && !may_be_fee(shard, line, shard.items.open(*item)))
    }
}

/// The items of a customer that are open, as many as are looked at.
fn open_of(shard: &Shard, customer: CustomerIx) -> Vec<ItemIx> {
    let mut open = Vec::new();
    shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut open);
    open
}

/// True when all that the customer owes with such a day in the month comes to the money.
fn comes_to(shard: &Shard, line: &Line, payer: &PayerScore, period: Period, day: Day) -> bool {
    let open = open_of(shard, payer.customer);
    shard.items.sum_open(open.iter().filter(|item| period.has(day(&shard.items, **item)))) == Some(line.amount)
}

/// Who does so by what was confirmed: the customer, else many of the seller's when it was never seen to do otherwise.
fn accustomed(shard: &Shard, line: &Line, customer: CustomerIx, habit: Habit) -> Option<Accustomed> {
    let (learning, on) = (&shard.learning, line.value_on);
    let feature = if habit == Habit::Month { Feature::MonthHabit } else { Feature::CreditHabit };
    if learning.has_habit(customer, habit, on) {
        let seen = learning.times(customer, habit);
        return Some(Accustomed { feature, whose: Subject::Customer(customer), seen });
    }
    let is_believed = learning.is_usual(habit, on) && !learning.does_otherwise(customer, habit);
    is_believed.then(|| Accustomed { feature, whose: Subject::Whole, seen: learning.customers_lately(habit, on) })
}
