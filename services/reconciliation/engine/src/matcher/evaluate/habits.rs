//! Readings that confirmed payments of the customer make likely: what was done before is done again.

use super::{Draft, LEAST_NUMBER, Workbench};
use crate::bits::Millibits;
use crate::candidates::Candidate;
use crate::extract::Meaning;
use crate::learning::Habit;
use crate::payer::{AccountSays, NameSays, PayerScore};
use crate::proposal::{Feature, HypothesisKind, ItemIx};
use crate::record::Line;
use crate::relation::{Relation, RelationKind};
use crate::shard::Shard;

/// The weight of a habit.
pub(super) const HABIT: Millibits = 4_000;

impl Workbench {
    /// True when the customer has the habit of paying as this reading says, the money is exact, and the text says nothing
    /// that speaks of anything else.
    pub(super) fn is_habit(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation, payer: &PayerScore) -> bool {
        let is_exact = draft.items.len() > 1 && relation.kind == RelationKind::Exact && relation.on_account == 0;
        is_exact
            && self.is_own_payer(shard, draft, payer)
            && self.says_no_more(shard, draft)
            && (self.nets_silently(shard, line, draft, payer) || self.pays_a_month(shard, line, draft, payer))
    }

    /// One customer's own money.
    fn is_own_payer(&self, shard: &Shard, draft: &Draft, payer: &PayerScore) -> bool {
        let is_known = matches!(payer.account_says, AccountSays::Own | AccountSays::Shared) || payer.name_says == NameSays::Same;
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
            && !remarks.instalment
            && !self.candidates.names_unknown()
            && !self.leaves_digits_aside(shard, draft, LEAST_NUMBER)
    }

    /// Invoices that are quoted for sure, less the only credit note that makes up the difference.
    fn nets_silently(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore) -> bool {
        let (credits, invoices): (Vec<ItemIx>, Vec<ItemIx>) = draft.items.iter().partition(|item| shard.items.is_credit_note(**item));
        let is_quoted = |one: &Candidate| one.is_strong() && one.sharers == 1 && !one.distracted && one.feature != Feature::EditedReference;
        let is_fee = |sum: i64| sum == line.charges || shard.fees.seen().contains(&sum) || sum <= shard.policy.bank_fee_max;
        draft.kind == HypothesisKind::Completed
            && credits.len() == 1
            && draft.fit.is_some_and(|fit| fit.unique)
            && invoices.iter().all(|item| self.candidates.of(*item).is_some_and(is_quoted))
            && credits.iter().all(|item| self.candidates.of(*item).is_none() && !is_fee(shard.items.open(*item)))
            && shard.learning.has_habit(payer.customer, Habit::SilentCredit, line.value_on)
            && !shard.learning.has_shown(payer.customer, Habit::NamedCredit)
    }

    /// Everything the customer was asked for in the month that the text names, and nothing else is named.
    fn pays_a_month(&self, shard: &Shard, line: &Line, draft: &Draft, payer: &PayerScore) -> bool {
        let Some(period) = self.extract.period else { return false };
        let is_all_of_it = || {
            let mut open = Vec::new();
            shard.holdings.open(&shard.items, payer.customer, super::MOST_COMPARED, &mut open);
            open.iter().filter(|item| period.has(shard.items.issued(**item))).all(|item| draft.items.contains(item))
        };
        draft.kind == HypothesisKind::Subset
            && draft.items.iter().all(|item| self.candidates.of(*item).is_none() && period.has(shard.items.issued(*item)))
            && shard.learning.has_habit(payer.customer, Habit::Month, line.value_on)
            && is_all_of_it()
    }
}
