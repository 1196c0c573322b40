//! Readings that confirmed payments make likely: what was done before is done again.

use super::{Draft, LEAST_NUMBER, Workbench};
use crate::bits::Millibits;
use crate::candidates::Candidate;
use crate::extract::{Meaning, Period};
use crate::learning::Habit;
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{CustomerIx, Feature, HypothesisKind, ItemIx, Subject};
use crate::record::Line;
use crate::relation::{Relation, RelationKind, Terms};
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;

/// The weight of a habit.
pub(super) const HABIT: Millibits = 4_000;

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
            _ => self.extract.period.is_some_and(|period| self.pays_a_month(shard, draft, payer, period)),
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
        let mut open = Vec::new();
        shard.holdings.open(&shard.items, payer.customer, LOOKED_AT, &mut open);
        let is_draft = |item: &ItemIx| draft.items.contains(item);
        let days: [fn(&Shard, ItemIx) -> i32; 2] = [|shard, item| shard.items.issued(item), |shard, item| shard.items.due(item)];
        let mut sets = days.map(|day| {
            let mut belongs = open.iter().map(|item| (is_draft(item), period.has(day(shard, *item))));
            let is_all = belongs.all(|(is_draft, is_of_month)| is_draft == is_of_month);
            let sum: i64 = open.iter().filter(|item| period.has(day(shard, **item))).map(|item| shard.items.signed_open(*item)).sum();
            (is_all, sum == line.amount)
        });
        sets.sort_unstable();
        let is_one = matches!(sets, [(false, false), (true, _)] | [(true, _), (true, _)]);
        is_one && open.len() == shard.holdings.count(payer.customer) && draft.items.iter().all(|item| self.candidates.of(*item).is_none())
    }

    /// One customer's own money.
    fn is_own_payer(&self, shard: &Shard, draft: &Draft, payer: &PayerScore) -> bool {
        let is_known = payer.account_says == AccountSays::Own || payer.name_says == NameSays::Same;
        let is_one = draft.items.iter().all(|item| shard.items.customer(*item) == payer.customer);
        is_known && payer.is_sure() && is_one
    }

    /// No advice, no reason for a deduction, no further documents and no number that the reading leaves aside.
    fn says_no_more(&self, shard: &Shard, draft: &Draft) -> bool {
        let remarks = &self.extract.remarks;
        self.advices.is_empty()
            && draft.advice.is_none()
            && remarks.meanings & Meaning::Advice.bit() == 0
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
        let terms = Terms::of(&shard.policy, shard.seller.currency, line.currency, 0);
        let was_fee = |sum: i64| line.currency == shard.seller.currency && shard.fees.seen().contains(&sum);
        let is_fee = |sum: i64| sum == line.charges || was_fee(sum) || (sum <= terms.fee_max && terms.is_round_fee(sum));
        credits.len() == 1
            && draft.fit.is_some_and(|fit| fit.unique)
            && invoices.iter().all(|item| self.candidates.of(*item).is_some_and(is_quoted))
            && credits.iter().all(|item| self.candidates.of(*item).is_none() && !is_fee(shard.items.open(*item)))
    }

    /// Everything the customer was asked for in the month that the text names, and nothing else is named.
    fn pays_a_month(&self, shard: &Shard, draft: &Draft, payer: &PayerScore, period: Period) -> bool {
        let names_none = draft.items.iter().all(|item| self.candidates.of(*item).is_none());
        let mut open = Vec::new();
        shard.holdings.open(&shard.items, payer.customer, LOOKED_AT, &mut open);
        let are_all_seen = open.len() == shard.holdings.count(payer.customer);
        names_none && are_all_seen && open.iter().all(|item| draft.items.contains(item) == period.has(shard.items.issued(*item)))
    }
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
