//! The amount of a reading: its relation and the weight of the agreement.

use quittance_types::{BusinessDate, Currency};

use super::Weighing;
use crate::bits::{Millibits, log2_ratio};
use crate::extract::{QuotedAmount, Window};
use crate::matcher::{Draft, Workbench};
use crate::normal::Form;
use crate::payer::PayerScore;
use crate::proposal::{Block, Feature, Field, ItemIx, Subject};
use crate::record::Line;
use crate::relation::{
    Context, Deduction, DiscountedAmount, FxContext, Relation, RelationItem, RelationKind, Terms, is_near, relate, unexplained,
};
use crate::shard::Shard;
use crate::shard::items::ItemText;
use crate::shard::numbers::last_digits;

const CAP_AMOUNT: Millibits = 16_000;
const LEAST_AMOUNT: Millibits = 1_000;
/// log2 of the chance that a payment is exact, and that it takes a discount: .78 and .08.
const M_EXACT: Millibits = -358;
const M_DISCOUNT: Millibits = -3_644;
/// The same for a discount taken too late: .02.
const M_LATE_DISCOUNT: Millibits = -5_644;
/// Full write-offs a customer may have in a month.
const WRITE_OFFS_A_MONTH: i64 = 4;
const UNEXPLAINED: Millibits = -3_000;
/// The weight of a difference that the payer or the bank says, at least.
const STATED: Millibits = 8_000;
/// Digits behind a deduction that may be those of a document.
const LEAST_BEHIND: u32 = 3;
/// Documents that do not add up are more likely one too many than paid in part together.
const UNEXPLAINED_SET: Millibits = -20_000;

impl Workbench {
    /// The relation between the line's amount and the items; false when nothing explains it.
    pub(super) fn relation_of(
        &self,
        shard: &Shard,
        line: &Line,
        draft: &Draft,
        referenced: bool,
        payer: &PayerScore,
    ) -> Option<(Relation, bool)> {
        let mut discounts: Vec<DiscountedAmount> = Vec::with_capacity(draft.items.len());
        let mut ends: Vec<usize> = Vec::with_capacity(draft.items.len());
        for item in &draft.items {
            let sign = if shard.items.is_credit_note(*item) { -1 } else { 1 };
            discounts.extend(shard.items.discounted(*item).map(|(left, until)| DiscountedAmount {
                amount: left * sign,
                until: BusinessDate::from_days(until).unwrap_or(BusinessDate::MIN),
            }));
            ends.push(discounts.len());
        }
        let mut start = 0;
        let items: Vec<RelationItem<'_>> = draft
            .items
            .iter()
            .zip(&ends)
            .map(|(item, end)| {
                let own = &discounts[start..*end];
                start = *end;
                relation_item(shard, *item, own)
            })
            .collect();
        let currency = shard.items.currency(*draft.items.first()?);
        let said = self.extract.remarks.deduction;
        let deduction = said.map(|(reason, amount)| Deduction { reason, amount, at: self.deducted_item(shard, draft) });
        let from_advice = self.deduction_of_advice(shard, draft);
        let stated = match draft.advice {
            Some(_) => self.stated_by_advice(draft),
            None => self.stated_by_text(shard, line, draft),
        };
        let context = Context {
            referenced,
            customer_sure: payer.is_sure(),
            single_candidate: self.candidates.list.iter().filter(|one| !one.closed && one.is_strong()).count() <= 1,
            stated_charges: line.charges,
            fees_seen: shard.fees.seen(),
            instalment_word: self.extract.remarks.instalment,
            promised: None,
            deduction: from_advice
                .or(deduction.filter(|one| one.amount.is_some()))
                .or_else(|| self.deduction_beside(shard, line, draft))
                .or(deduction),
            stated: &stated,
            fx: self.exchange(shard, line, currency, &items),
        };
        let customer = shard.items.customer(*draft.items.first()?);
        let limit = shard.policy.write_off_max.saturating_mul(WRITE_OFFS_A_MONTH);
        let left = limit.saturating_sub(shard.settlements.written_off(customer, line.value_on));
        let terms = Terms::of(&shard.policy, shard.seller.currency, currency, left);
        // What an advice says of closed documents waits on account.
        let kept = self.closed_beside(shard, line, draft).map_or(0, |(_, kept)| kept);
        let found = relate(&terms, line.amount - kept, &items, line.value_on, &context);
        match found {
            Some(relation) if kept > 0 => Some((Relation { on_account: relation.on_account + kept, ..relation }, true)),
            Some(relation) => Some((relation, true)),
            None if currency == line.currency => unexplained(line.amount, &items).map(|relation| (relation, false)),
            None => None,
        }
    }

    /// What the advice says was held back in sum.
    fn deduction_of_advice<'a>(&self, shard: &'a Shard, draft: &Draft) -> Option<Deduction<'a>> {
        let advice = shard.advices.get(draft.advice?)?;
        let held: i64 = advice.rows.iter().map(|row| row.deduction).sum();
        let reason = advice.rows.iter().find(|row| row.deduction != 0).map(|row| row.reason.as_ref())?;
        Some(Deduction { reason: if reason.is_empty() { "other" } else { reason }, amount: Some(held).filter(|held| *held > 0), at: None })
    }

    /// An amount of the text that is just what is missing, beside the number of one item of the draft: that item was shortened.
    fn deduction_beside(&self, shard: &Shard, line: &Line, draft: &Draft) -> Option<Deduction<'static>> {
        let open = shard.items.sum_open(&draft.items)?;
        let missing = open.checked_sub(line.amount).filter(|missing| *missing > 0)?;
        let is_missing = |quoted: &&QuotedAmount| quoted.minor == missing && quoted.currency.is_none_or(|own| own == line.currency);
        let quoted = self.extract.amounts.iter().find(is_missing)?;
        let again = self.named_again(shard, draft, quoted);
        let at = match again.as_slice() {
            [] => self.named_before(shard, draft, quoted)?,
            [again] => *again,
            _ => return None,
        };
        let reason = self.extract.remarks.deduction.map_or("other", |(reason, _)| reason);
        Some(Deduction { reason, amount: Some(missing), at: Some(at) })
    }

    /// The item whose number an amount stands behind, unless it ends a list or a number behind it may say which item is meant.
    fn named_before(&self, shard: &Shard, draft: &Draft, quoted: &QuotedAmount) -> Option<usize> {
        let at = self.named_item(shard, draft, |window| window.last + 1 == quoted.first)?;
        let invoices = draft.items.iter().filter(|item| !shard.items.is_credit_note(**item)).count();
        let ends_list = || self.extract.amounts.len() == 1 && self.is_last_number(quoted.first);
        let is_loose = || self.loose_numbers(&draft.items, LEAST_BEHIND).any(|place| place > quoted.last);
        (invoices == 1 || !(ends_list() || is_loose())).then_some(at)
    }

    /// The items whose numbers stand before an amount of the text and once more behind it: `A, B - 36,43 Fracht A`.
    fn named_again(&self, shard: &Shard, draft: &Draft, quoted: &QuotedAmount) -> Vec<usize> {
        let is_text = |window: &Window| self.extract.span(window.first, window.last).0 == Field::Text;
        let is_again = |item: ItemIx| {
            self.is_named(shard, item, |window| window.last < quoted.first)
                && self.is_named(shard, item, |window| window.first > quoted.last && is_text(window))
        };
        (0..).zip(&draft.items).filter(|(_, item)| is_again(**item)).map(|(place, _)| place).collect()
    }

    /// What each item gets by the amounts the text states behind all of their numbers: those amounts, when they come to the
    /// money of the line, or what they leave of each, when they come to what is missing. Empty when the text states neither.
    pub(super) fn stated_by_text(&self, shard: &Shard, line: &Line, draft: &Draft) -> Vec<i64> {
        if draft.items.len() < 2 || self.extract.amounts.len() < draft.items.len() {
            return Vec::new();
        }
        let stated: Vec<i64> = draft.items.iter().map_while(|item| self.stated_behind(shard, line, *item)).collect();
        if stated.len() != draft.items.len() {
            return Vec::new();
        }
        let left = || {
            draft.items.iter().zip(&stated).map(|(item, held)| shard.items.signed_open(*item).saturating_sub(*held)).collect::<Vec<i64>>()
        };
        match sum_of(&stated) {
            Some(sum) if sum == line.amount => stated,
            _ => Some(left()).filter(|left| sum_of(left) == Some(line.amount) && left.iter().all(|one| *one > 0)).unwrap_or_default(),
        }
    }

    /// The one amount behind the number of an item.
    fn stated_behind(&self, shard: &Shard, line: &Line, item: ItemIx) -> Option<i64> {
        let is_own = |quoted: &&QuotedAmount| quoted.currency.is_none_or(|own| own == line.currency);
        let is_behind = |quoted: &&QuotedAmount| self.is_named(shard, item, |window| window.last + 1 == quoted.first);
        let mut behind = self.extract.amounts.iter().filter(is_own).filter(is_behind);
        let stated = behind.next().filter(|_| shard.items.currency(item) == line.currency)?.minor;
        let signed = if shard.items.is_credit_note(item) { -stated } else { stated };
        behind.next().is_none().then_some(signed)
    }

    /// True when no document is quoted behind this place: an amount there may have been taken from any of those before.
    fn is_last_number(&self, place: u16) -> bool {
        self.candidates.list.iter().all(|one| one.atoms.1 < place || one.distracted)
    }

    /// The one item of the draft whose number stands between the reason of a deduction and its amount.
    fn deducted_item(&self, shard: &Shard, draft: &Draft) -> Option<usize> {
        let (from, to) = self.extract.remarks.deducted_from?;
        self.named_item(shard, draft, |window| from <= window.first && window.last < to)
    }

    /// The one item of the draft whose number stands in one of the windows.
    fn named_item(&self, shard: &Shard, draft: &Draft, is_there: impl Fn(&Window) -> bool) -> Option<usize> {
        let mut named = draft.items.iter().enumerate().filter(|(_, item)| self.is_named(shard, **item, &is_there)).map(|(place, _)| place);
        let first = named.next()?;
        named.next().is_none().then_some(first)
    }

    /// True when the number of an item stands in one of the windows.
    fn is_named(&self, shard: &Shard, item: ItemIx, is_there: impl Fn(&Window) -> bool) -> bool {
        let written = shard.items.bytes(item, ItemText::Number);
        let number = Form::of(written);
        let digits = number.digits();
        self.extract.windows.iter().filter(|window| is_there(window)).any(|window| {
            let form = window.form.as_bytes();
            form == number.as_bytes() || form == digits.as_bytes() || (form.len() >= 4 && last_digits(written) == form)
        })
    }

    fn exchange(&self, shard: &Shard, line: &Line, currency: Currency, items: &[RelationItem<'_>]) -> Option<FxContext> {
        if currency == line.currency {
            return None;
        }
        let open: i64 = items.iter().map(|item| item.open).sum();
        let is_asked = |amount: &i64| *amount == open || items.iter().any(|item| item.discounts.iter().any(|left| left.amount == *amount));
        let instructed = self.said_in(shard, line, currency, is_asked);
        Some(FxContext { instructed, at_rate: shard.rates.convert(line.amount, line.currency, currency) })
    }

    /// What the payer ordered in the currency of the documents, else wrote: an amount that is asked for, else one that is the
    /// money at the rate.
    pub(in crate::matcher) fn said_in(
        &self,
        shard: &Shard,
        line: &Line,
        currency: Currency,
        is_asked: impl Fn(&i64) -> bool,
    ) -> Option<i64> {
        let ordered = line.instructed.filter(|(_, instructed)| *instructed == currency).map(|(amount, _)| amount);
        let quoted = || self.extract.amounts.iter().filter(|amount| amount.currency == Some(currency)).map(|amount| amount.minor);
        let at_rate = shard.rates.convert(line.amount, line.currency, currency);
        let is_paid = |amount: &i64| at_rate.is_some_and(|paid| is_near(paid, *amount, shard.policy.fx_tolerance));
        ordered.or_else(|| quoted().find(is_asked)).or_else(|| quoted().find(is_paid))
    }

    /// The weight of the amount, from how many items of the ledger would agree as well.
    pub(super) fn add_amount(
        &self,
        shard: &Shard,
        line: &Line,
        draft: &Draft,
        relation: &Relation,
        explained: bool,
        weighing: &mut Weighing,
    ) {
        let subject = match draft.items.as_slice() {
            [item] => Subject::Item(*item),
            _ => Subject::Whole,
        };
        if !explained {
            let bits = if draft.items.len() > 1 { UNEXPLAINED_SET } else { UNEXPLAINED };
            weighing.against(Feature::AmountUnexplained, Field::Amount, subject, bits, Block::AmountUnexplained);
            return;
        }
        let (feature, sharers, bits) = match draft.fit {
            Some(fit) if draft.items.len() > 1 => (Feature::AmountSum, 0, (fit.bits - 2_000).max(LEAST_AMOUNT)),
            _ if draft.items.len() > 1 => several(relation.kind),
            _ => single(shard, line, relation),
        };
        let (feature, bits) = if self.says_difference(shard, draft, relation) { (Feature::AmountStated, STATED) } else { (feature, bits) };
        weighing.add(feature, Field::Amount, (0, 0), subject, sharers, bits);
    }

    /// The text speaks of a deduction, and its amount is just what is missing.
    fn says_difference(&self, shard: &Shard, draft: &Draft, relation: &Relation) -> bool {
        let said = self.extract.remarks.deduction.and_then(|(_, amount)| amount);
        let is_own = |currency: Currency| draft.items.iter().all(|item| shard.items.currency(*item) == currency);
        let is_missing = |quoted: &QuotedAmount| quoted.minor == relation.difference && quoted.currency.is_none_or(is_own);
        relation.kind == RelationKind::ShortPayReason && said == Some(relation.difference) && self.extract.amounts.iter().any(is_missing)
    }
}

fn sum_of(amounts: &[i64]) -> Option<i64> {
    amounts.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount))
}

pub(super) fn relation_item<'a>(shard: &Shard, item: ItemIx, discounts: &'a [DiscountedAmount]) -> RelationItem<'a> {
    let sign = if shard.items.is_credit_note(item) { -1 } else { 1 };
    RelationItem {
        open: shard.items.signed_open(item),
        total: shard.items.total(item) * sign,
        due_on: BusinessDate::from_days(shard.items.due(item)).unwrap_or(BusinessDate::MIN),
        discounts,
    }
}

/// One item: exact and discounted amounts by their rarity, explained ones by their kind.
fn single(shard: &Shard, line: &Line, relation: &Relation) -> (Feature, u32, Millibits) {
    let code = shard.items.code_of(line.currency);
    let count = code.map_or(1, |code| shard.amounts.count(code, line.amount)).max(1);
    let rarity = log2_ratio(shard.population.max(1) as u64, count as u64);
    let sharers = u32::try_from(count).unwrap_or(u32::MAX);
    match relation.kind {
        RelationKind::Exact => (Feature::AmountExact, sharers, (rarity + M_EXACT).clamp(LEAST_AMOUNT, CAP_AMOUNT)),
        RelationKind::Discount | RelationKind::MixedDiscount => {
            (Feature::AmountDiscounted, sharers, (rarity + M_DISCOUNT).clamp(LEAST_AMOUNT, CAP_AMOUNT))
        }
        RelationKind::UnearnedDiscount => {
            (Feature::AmountExplained, 0, (rarity + M_LATE_DISCOUNT).clamp(LEAST_AMOUNT, explained_bits(relation.kind)))
        }
        other => (explained_feature(other), 0, explained_bits(other)),
    }
}

fn several(kind: RelationKind) -> (Feature, u32, Millibits) {
    match kind {
        RelationKind::Exact => (Feature::AmountSum, 0, 12_000),
        RelationKind::Discount => (Feature::AmountSum, 0, 11_000),
        RelationKind::MixedDiscount => (Feature::AmountSum, 0, 8_000),
        RelationKind::ShortPaySilent | RelationKind::Overpayment => (Feature::AmountUnexplained, 0, UNEXPLAINED_SET),
        RelationKind::FeePattern => (Feature::AmountExplained, 0, -8_000),
        other => (explained_feature(other), 0, explained_bits(other)),
    }
}

const fn explained_feature(kind: RelationKind) -> Feature {
    match kind {
        RelationKind::ShortPaySilent | RelationKind::Overpayment | RelationKind::Unexplained => Feature::AmountUnexplained,
        RelationKind::FxInstructed | RelationKind::ChargesStated => Feature::AmountStated,
        _ => Feature::AmountExplained,
    }
}

const fn explained_bits(kind: RelationKind) -> Millibits {
    match kind {
        RelationKind::FxInstructed => 12_000,
        RelationKind::ChargesStated => 10_000,
        RelationKind::UnearnedDiscount => 7_000,
        RelationKind::FxRate => 4_000,
        RelationKind::Rounding | RelationKind::FeePattern => 4_000,
        RelationKind::ShortPayReason | RelationKind::Instalment => 1_000,
        RelationKind::WriteOff => 500,
        RelationKind::ShortPaySilent | RelationKind::Overpayment | RelationKind::Unexplained => -3_000,
        RelationKind::Exact | RelationKind::Discount | RelationKind::MixedDiscount => 8_000,
    }
}
