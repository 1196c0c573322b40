//! Readings that confirmed payments make likely: what was done before is done again.

use super::{Draft, LEAST_NUMBER, Workbench};
use crate::bits::Millibits;
use crate::candidates::Candidate;
use crate::extract::Meaning;
use crate::learning::Habit;
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{Feature, HypothesisKind, ItemIx, Subject};
use crate::record::Line;
use crate::relation::{Relation, RelationKind, Terms};
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;

/// The weight of a habit.
pub(super) const HABIT: Millibits = 4_000;

impl Workbench {
    /// Whose habit it is to pay as this reading says, the customer's own or that of many customers of the seller, when the
    /// money is exact and the text says nothing that speaks of anything else.
    pub(super) fn habit(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation, payer: &PayerScore) -> Option<Subject> {
        let is_exact = draft.items.len() > 1 && relation.kind == RelationKind::Exact && relation.on_account == 0;
        if !is_exact || !self.is_own_payer(shard, draft, payer) {
            return None;
        }
        let habit = self.habit_of(shard, line, draft, payer)?;
        let whose = match () {
            () if shard.learning.has_habit(payer.customer, habit, line.value_on) => Subject::Customer(payer.customer),
            () if shard.learning.is_usual(habit) && !shard.learning.does_otherwise(payer.customer, habit) => Subject::Whole,
            () => return None,
        };
        self.says_no_more(shard, draft).then_some(whose)
    }

    /// What a customer that pays so is used to.
    fn habit_of(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore) -> Option<Habit> {
        match draft.kind {
            HypothesisKind::Completed => self.nets_silently(shard, line, draft).then_some(Habit::SilentCredit),
            HypothesisKind::Subset if self.extract.period.is_some() => self.pays_a_month(shard, draft, payer).then_some(Habit::Month),
            HypothesisKind::Subset => self.pays_the_oldest(shard, line, draft, payer).then_some(Habit::Unnamed),
            _ => None,
        }
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
    fn pays_a_month(&self, shard: &Shard, draft: &Draft, payer: &PayerScore) -> bool {
        let Some(period) = self.extract.period else { return false };
        let is_of_month = |item: &ItemIx| period.has(shard.items.issued(*item));
        self.names_none(draft) && draft.items.iter().all(is_of_month) && self.has_all(shard, payer, draft, is_of_month)
    }

    /// Nothing is named, and of the customer's invoices those due first are paid.
    fn pays_the_oldest(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore) -> bool {
        let Some(last) = draft.items.iter().map(|item| shard.items.due(*item)).max() else { return false };
        let currency = shard.items.code_of(line.currency);
        let is_older = |item: &ItemIx| {
            shard.items.due(*item) < last
                && shard.items.issued(*item) <= line.value_on.days()
                && Some(shard.items.currency_code(*item)) == currency
                && !shard.items.is_credit_note(*item)
                && !shard.items.is_disputed(*item)
        };
        draft.fit.is_some_and(|fit| fit.natural && !fit.oldest_first)
            && self.names_none(draft)
            && draft.items.iter().all(|item| !shard.items.is_credit_note(*item))
            && self.has_all(shard, payer, draft, is_older)
    }

    fn names_none(&self, draft: &Draft) -> bool {
        draft.items.iter().all(|item| self.candidates.of(*item).is_none())
    }

    /// True when the reading leaves none of the customer's open items aside that belong to it.
    fn has_all(&self, shard: &Shard, payer: &PayerScore, draft: &Draft, belongs: impl Fn(&ItemIx) -> bool) -> bool {
        let mut open = Vec::new();
        shard.holdings.open(&shard.items, payer.customer, LOOKED_AT, &mut open);
        open.iter().filter(|item| belongs(item)).all(|item| draft.items.contains(item))
    }
}
