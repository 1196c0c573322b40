//! Less money than the items ask for, and what may explain it.
//!
//! Fees and cents clear every item wherever they are booked. A short payment or an instalment leaves one document open,
//! and of several the amounts do not tell which: then a person decides.

use super::{AutoCondition, Case, Relation, RelationItem, RelationKind, Share, carry, discount};
use crate::proposal::DifferenceKind;

/// A fee is at most one twentieth of what is open.
pub(crate) const FEE_SHARE: i64 = 20;
/// A silent short payment is at most half of what is open.
const SHORT_SHARE: i64 = 2;

/// Cents in either direction. A tolerance explains what is left of a document that is named; it never chooses one.
pub(super) fn rounding(case: &Case<'_>) -> Option<Relation> {
    (case.difference.abs() <= case.terms.rounding)
        .then(|| small_difference(case, RelationKind::Rounding, DifferenceKind::Rounding, AutoCondition::WithReference))
}

/// The bank says what it took.
pub(super) fn charges_stated(case: &Case<'_>) -> Option<Relation> {
    let stated = case.context.stated_charges;
    (stated > 0 && case.difference == stated)
        .then(|| shortened(case, RelationKind::ChargesStated, DifferenceKind::BankFee, AutoCondition::Always))
}

/// The bank took just this before.
pub(super) fn fee_seen_before(case: &Case<'_>) -> Option<Relation> {
    (fee_possible(case) && case.context.fees_seen.contains(&case.difference)).then(|| fee(case))
}

/// A round sum a bank may have taken, when the payer gave no other reason.
pub(super) fn fee_pattern(case: &Case<'_>) -> Option<Relation> {
    let round = case.terms.is_round_fee(case.difference);
    let other_reason = case.context.deduction.is_some() || case.context.instalment_word;
    (fee_possible(case) && round && !other_reason).then(|| fee(case))
}

/// The payer names a deduction, and its amount is the difference.
pub(super) fn stated_deduction(case: &Case<'_>) -> Option<Relation> {
    let deduction = case.context.deduction?;
    let stated = deduction.amount?;
    if !case.context.referenced || stated <= 0 || case.difference != stated {
        return None;
    }
    let named = deduction.at.filter(|place| case.items.get(*place).is_some_and(|item| item.open > stated));
    let Some(place) = named else { return Some(short_pay(case, RelationKind::ShortPayReason)) };
    let mut per_item = carry::cleared(case.items);
    per_item[place] = Share { applied: case.items[place].open - stated, adjustment: stated, kind: Some(DifferenceKind::ShortPay) };
    Some(case.relation(RelationKind::ShortPayReason, per_item, short_if_accepted(case)))
}

/// When less than is asked may be taken without a person.
fn short_if_accepted(case: &Case<'_>) -> AutoCondition {
    if case.terms.short_payment_applied { AutoCondition::WithReferenceAndCustomer } else { AutoCondition::Never }
}

/// The payer names a deduction, its amount and the item it is taken from, and what else is missing is the discounts still to
/// be had of the others.
pub(super) fn named_deduction_beside_discounts(case: &Case<'_>) -> Option<Relation> {
    let deduction = case.context.deduction?;
    let (place, stated) = (deduction.at?, deduction.amount.filter(|stated| *stated > 0)?);
    let open = case.items.get(place).map(|item| item.open).filter(|open| *open > stated)?;
    if !case.context.referenced || case.difference <= stated {
        return None;
    }
    let mut items = case.items.to_vec();
    items[place] = RelationItem { open: open - stated, discounts: &[], ..items[place] };
    let rest = Case { items: &items, open: case.open - stated, difference: case.difference - stated, ..*case };
    let discounted = discount::in_time(&rest).or_else(|| discount::mixed_in_time(&rest))?;
    let mut per_item = discounted.per_item;
    per_item[place] = Share { applied: open - stated, adjustment: stated, kind: Some(DifferenceKind::ShortPay) };
    Some(case.relation(RelationKind::ShortPayReason, per_item, discounted.auto.max(short_if_accepted(case))))
}

/// An advice or the text says what each item gets, and that is the money, or the money before the charges of the bank: less than
/// open is a discount where the item has such a step, else a short payment.
pub(super) fn stated_by_item(case: &Case<'_>) -> Option<Relation> {
    let sum = case.context.stated.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount))?;
    let charges = case.context.stated_charges;
    let is_less_charges = charges > 0 && sum.checked_sub(charges) == Some(case.amount) && case.difference != charges;
    if (sum != case.amount && !is_less_charges) || case.difference == 0 {
        return None;
    }
    let mut per_item = stated_shares(case)?;
    if is_less_charges {
        take_charges(&mut per_item, charges)?;
    }
    Some(stated(case, per_item))
}

/// What is said of each item; none when that is not said of all, or is more than an item asks for.
pub(super) fn stated_shares(case: &Case<'_>) -> Option<Vec<Share>> {
    let stated = case.context.stated;
    let pairs = || case.items.iter().zip(stated);
    let is_within = |(item, amount): (&RelationItem<'_>, &i64)| amount.signum() == item.open.signum() && amount.abs() <= item.open.abs();
    let is_said = stated.len() == case.items.len() && pairs().all(is_within);
    is_said.then(|| pairs().map(|(item, amount)| discount::stated_share(case, item, *amount)).collect())
}

/// The relation of shares that are said.
pub(super) fn stated(case: &Case<'_>, per_item: Vec<Share>) -> Relation {
    let is_short = per_item.iter().any(|share| share.kind == Some(DifferenceKind::ShortPay));
    let auto = if is_short { short_if_accepted(case) } else { AutoCondition::WithReferenceAndCustomer };
    let kind = if is_short { RelationKind::ShortPayReason } else { RelationKind::MixedDiscount };
    case.relation(kind, per_item, auto)
}

/// What the bank took is missing from the largest document that is paid in full.
fn take_charges(per_item: &mut [Share], charges: i64) -> Option<()> {
    let whole = per_item.iter_mut().filter(|share| share.kind.is_none() && share.applied > charges);
    let largest = whole.reduce(|left, right| if left.applied < right.applied { right } else { left })?;
    *largest = Share { applied: largest.applied - charges, adjustment: charges, kind: Some(DifferenceKind::BankFee) };
    Some(())
}

/// The payer names a deduction without its amount.
pub(super) fn short_pay_with_reason(case: &Case<'_>) -> Option<Relation> {
    let deduction = case.context.deduction?;
    (case.context.referenced && deduction.amount.is_none() && short_possible(case)).then(|| short_pay(case, RelationKind::ShortPayReason))
}

/// The text says so, or the customer promised just this instalment or this remainder.
pub(super) fn instalment(case: &Case<'_>) -> Option<Relation> {
    if case.difference <= 0 {
        return None;
    }
    let promised = case.context.promised.is_some_and(|promised| promised == case.amount || promised == case.difference);
    let known = case.context.referenced || case.context.customer_sure;
    let auto = match (promised && known, case.context.referenced && case.context.instalment_word) {
        (true, _) => AutoCondition::Always,
        (false, true) => AutoCondition::WithReference,
        (false, false) => return None,
    };
    let mut per_item = carry::cleared(case.items);
    carry::shorten_from_the_last_due(&mut per_item, case.items, case.difference, DifferenceKind::Partial);
    Some(case.relation(RelationKind::Instalment, per_item, of_one_invoice(case, auto)))
}

/// Less than asked without a word: believed of a reference, or of a sure customer who owes nothing else.
pub(super) fn short_pay_silent(case: &Case<'_>) -> Option<Relation> {
    let believed = case.context.referenced || (case.context.customer_sure && case.context.single_candidate);
    if !believed || !short_possible(case) {
        return None;
    }
    let kind = if looks_like_instalment(case) { DifferenceKind::Partial } else { DifferenceKind::ShortPay };
    let auto = short_pay_condition(case, AutoCondition::WithReferenceAndCustomer);
    Some(shortened(case, RelationKind::ShortPaySilent, kind, auto))
}

/// A small difference nobody asks about, while the customer's allowance of the month lasts.
pub(super) fn write_off(case: &Case<'_>) -> Option<Relation> {
    let size = case.difference.abs();
    let allowed = size <= case.terms.write_off_max && size <= case.terms.write_off_left;
    let surplus_refused = case.difference < 0 && !case.terms.write_off_surplus;
    (allowed && !surplus_refused)
        .then(|| small_difference(case, RelationKind::WriteOff, DifferenceKind::WriteOff, AutoCondition::WithReference))
}

fn fee_possible(case: &Case<'_>) -> bool {
    case.difference > 0 && case.difference <= case.terms.fee_max && case.difference <= case.open / FEE_SHARE
}

fn short_possible(case: &Case<'_>) -> bool {
    case.difference > 0 && case.difference <= case.open / SHORT_SHARE
}

fn fee(case: &Case<'_>) -> Relation {
    shortened(case, RelationKind::FeePattern, DifferenceKind::BankFee, AutoCondition::WithReferenceAndCustomer)
}

fn short_pay(case: &Case<'_>, kind: RelationKind) -> Relation {
    shortened(case, kind, DifferenceKind::ShortPay, short_pay_condition(case, AutoCondition::WithReference))
}

fn short_pay_condition(case: &Case<'_>, condition: AutoCondition) -> AutoCondition {
    if case.terms.short_payment_applied { of_one_invoice(case, condition) } else { AutoCondition::Never }
}

fn of_one_invoice(case: &Case<'_>, condition: AutoCondition) -> AutoCondition {
    let invoices = case.items.iter().filter(|item| item.open > 0).count();
    if invoices == 1 { condition } else { AutoCondition::Never }
}

fn shortened(case: &Case<'_>, relation: RelationKind, kind: DifferenceKind, auto: AutoCondition) -> Relation {
    let mut per_item = carry::cleared(case.items);
    carry::shorten(&mut per_item, case.items, case.difference, kind);
    case.relation(relation, per_item, auto)
}

/// A difference in either direction that clears the items.
fn small_difference(case: &Case<'_>, relation: RelationKind, kind: DifferenceKind, auto: AutoCondition) -> Relation {
    if case.difference > 0 {
        return shortened(case, relation, kind, auto);
    }
    let surplus = -case.difference;
    let mut per_item = carry::cleared(case.items);
    carry::exceed(&mut per_item, case.items, surplus, kind);
    let mut answer = case.relation(relation, per_item, auto);
    answer.gain = surplus;
    answer
}

/// A plain fraction of the documents' total, or whole hundreds on a total that is not.
fn looks_like_instalment(case: &Case<'_>) -> bool {
    const FRACTIONS: [(i64, i64); 5] = [(1, 2), (1, 3), (2, 3), (1, 4), (3, 4)];
    let hundred = case.terms.fee_step.saturating_mul(200);
    let total: i64 = case.items.iter().fold(0, |sum, item| sum.saturating_add(item.total));
    let round = hundred > 0 && case.amount % hundred == 0 && case.open % hundred != 0;
    let fraction = |(part, whole): &(i64, i64)| {
        let fits = |of: i64| case.amount.saturating_mul(*whole).abs_diff(of.saturating_mul(*part)) <= whole.unsigned_abs();
        fits(total) || fits(case.open)
    };
    round || FRACTIONS.iter().any(fraction)
}
