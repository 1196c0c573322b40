//! Other readings of a difference: credit notes and discounts that explain as much as it does.

use super::LEAST_TAIL;
use crate::matcher::{BEFORE_ISSUE, Draft, Workbench};
use crate::normal::without_zeros;
use crate::proposal::ItemIx;
use crate::record::Line;
use crate::relation::{Relation, RelationKind, Terms};
use crate::shard::Shard;
use crate::shard::holdings::LOOKED_AT;
use crate::shard::items::ItemText;
use crate::shard::numbers::last_digits;

/// Credit notes of an amount that are looked at.
const MOST_CREDITS: usize = 64;

impl Workbench {
    /// True when the text may name a credit note of the customer that the reading leaves aside.
    pub(super) fn names_credit_note(&self, shard: &Shard, draft: &Draft) -> bool {
        let loose: Vec<&[u8]> = self.loose_numbers(&draft.items, LEAST_TAIL).map(|place| self.extract.bytes(place)).collect();
        let Some(customer) = draft.items.first().filter(|_| !loose.is_empty()).map(|item| shard.items.customer(*item)) else {
            return false;
        };
        let mut holdings = Vec::new();
        shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut holdings);
        let is_named = |item: &ItemIx| {
            let number = shard.items.bytes(*item, ItemText::Number);
            let is_run = |digits: &[u8]| number.split(|byte| !byte.is_ascii_digit()).any(|run| without_zeros(run) == without_zeros(digits));
            loose.iter().any(|digits| last_digits(number).ends_with(digits) || is_run(digits))
        };
        holdings.iter().any(|item| shard.items.is_credit_note(*item) && !draft.items.contains(item) && is_named(item))
    }

    /// True when a difference that the payer does not state may be something else: a credit note, alone or with a discount or
    /// a fee, or a discount and more money than was asked for.
    pub(super) fn has_other_reading(&self, shard: &Shard, line: &Line, draft: &Draft, relation: &Relation) -> bool {
        use RelationKind::{FeePattern, Overpayment, ShortPayReason, ShortPaySilent, WriteOff};
        let missing = relation.difference;
        let is_quoted = || self.extract.amounts.iter().any(|amount| amount.minor == missing);
        let is_said = || is_quoted() || self.is_as_advised(shard, line, draft) || !self.stated_by_text(shard, line, draft).is_empty();
        let speaks_of_discount = || self.extract.remarks.deduction.is_some_and(|(reason, _)| reason == "discount");
        match relation.kind {
            Overpayment => {
                let is_cut = || self.is_cut_in_number(draft) || self.is_cut_in_list(draft);
                has_live_discount(shard, line, draft) || self.candidates.names_unknown() || is_cut()
            }
            FeePattern => is_quoted() || self.may_be_credit(shard, line, draft, missing),
            ShortPaySilent | ShortPayReason | WriteOff if is_said() => false,
            ShortPayReason if speaks_of_discount() => true,
            ShortPaySilent | ShortPayReason | WriteOff => {
                is_within_discount(shard, draft, missing) || self.may_be_credit(shard, line, draft, missing)
            }
            _ => false,
        }
    }

    /// True when the bank cut the text within a number, which may be that of another document.
    fn is_cut_in_number(&self, draft: &Draft) -> bool {
        self.extract.truncated.is_some_and(|first| self.loose_numbers(&draft.items, LEAST_TAIL).any(|place| place >= first))
    }

    /// True when the bank cut the text behind the number of the document, in a list or in another number: what it cut off may
    /// be another document.
    fn is_cut_in_list(&self, draft: &Draft) -> bool {
        let last = self.last_text_atom();
        let quoted = draft.items.iter().filter_map(|item| self.candidates.of(*item)).map(|one| one.atoms.1).max();
        let Some(quoted) = quoted.filter(|quoted| self.extract.is_cut && *quoted < last) else { return false };
        let (quoted, last) = (self.extract.atoms[usize::from(quoted)], self.extract.atoms[usize::from(last)]);
        let next = self.extract.text[quoted.end as usize..].iter().find(|byte| **byte != b' ');
        let is_listed = next.is_some_and(|mark| b"/,;&".contains(mark));
        is_listed || (!last.is_letters && last.end - last.start < LEAST_TAIL)
    }

    /// True when a credit note makes up what is missing: one of the group or of those the account pays for, alone, beside a
    /// discount of the document or beside what the text states, or one of the customer beside a fee.
    fn may_be_credit(&self, shard: &Shard, line: &Line, draft: &Draft, missing: i64) -> bool {
        let Some(first) = draft.items.first().copied() else { return false };
        let (customer, currency) = (shard.items.customer(first), shard.items.currency_code(first));
        let is_free = |item: &ItemIx| {
            let is_known = shard.items.issued(*item) <= line.value_on.days() + BEFORE_ISSUE;
            is_known && !draft.items.contains(item) && !shard.items.is_disputed(*item)
        };
        let is_of_group = |item: &ItemIx| {
            let owner = shard.items.customer(*item);
            shard.customers.are_related(owner, customer) || self.payer.pays_for(owner)
        };
        let is_credit = |amount: i64| {
            amount > 0
                && shard.amounts.credits(&shard.items, currency, amount, MOST_CREDITS).any(|item| is_free(&item) && is_of_group(&item))
        };
        let mut beside_stated = self.extract.amounts.iter().map(|stated| missing.saturating_sub(stated.minor));
        if beside_stated.any(|rest| rest < missing && is_credit(rest)) {
            return true;
        }
        let discounts = || draft.items.iter().flat_map(|item| gaps(shard, *item));
        if is_credit(missing) || discounts().any(|gap| [-1, 0, 1].into_iter().any(|cent| is_credit(missing.saturating_sub(gap) + cent))) {
            return true;
        }
        let mut holdings = Vec::new();
        shard.holdings.open(&shard.items, customer, LOOKED_AT, &mut holdings);
        let is_credit_note = |item: &&ItemIx| shard.items.is_credit_note(**item) && shard.items.currency_code(**item) == currency;
        let rest = |item: &ItemIx| missing.saturating_sub(shard.items.open(*item));
        holdings.iter().filter(is_credit_note).any(|item| is_free(item) && may_be_fee(shard, line, rest(item)))
    }
}

/// True for a sum that a bank may have taken: it says so, or it took just this before, or it is a round one.
pub(in crate::matcher) fn may_be_fee(shard: &Shard, line: &Line, sum: i64) -> bool {
    let terms = Terms::of(&shard.policy, shard.seller.currency, line.currency, 0);
    let was_fee = line.currency == shard.seller.currency && shard.fees.seen().contains(&sum);
    sum > 0 && (sum == line.charges || was_fee || (sum <= terms.fee_max && terms.is_round_fee(sum)))
}

/// What each discount step of an item leaves off.
fn gaps(shard: &Shard, item: ItemIx) -> impl Iterator<Item = i64> + '_ {
    shard.items.discounted(item).map(move |(left, _)| shard.items.open(item) - left)
}

/// True when less is missing than a discount of the documents would leave off: it may have been taken and more been paid.
fn is_within_discount(shard: &Shard, draft: &Draft, missing: i64) -> bool {
    let gaps = draft.items.iter().filter_map(|item| gaps(shard, *item).max());
    let most = gaps.fold(0_i64, i64::saturating_add);
    0 < missing && missing < most
}

/// True when a discount is still to be had: whether it was taken nobody says.
fn has_live_discount(shard: &Shard, line: &Line, draft: &Draft) -> bool {
    let latest = line.value_on.days() - shard.policy.discount_grace_days;
    draft.items.iter().any(|item| shard.items.discounted(*item).any(|(_, until)| until >= latest))
}
