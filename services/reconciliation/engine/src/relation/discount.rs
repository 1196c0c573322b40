//! Discounts: taken in time, on some of the items only, or too late.

use super::combinations::Choices;
use super::{AutoCondition, Case, DiscountedAmount, Relation, RelationItem, RelationKind, Share};
use crate::proposal::DifferenceKind;

/// Every item that has a live step takes its best one.
pub(super) fn in_time(case: &Case<'_>) -> Option<Relation> {
    let chosen = |item: &RelationItem<'_>| best(case.live_steps(item));
    let shares = taken(case, chosen)?;
    Some(case.relation(RelationKind::Discount, shares, AutoCondition::Always))
}

/// Some items take a live step; without a person only when just one combination fits, and that is no chance.
pub(super) fn mixed_in_time(case: &Case<'_>) -> Option<Relation> {
    let (shares, telling) = combined(case, |item, step| case.is_live(step) && is_discount(item, step))?;
    let auto = if telling { AutoCondition::Always } else { AutoCondition::Never };
    Some(case.relation(RelationKind::MixedDiscount, shares, auto))
}

/// Every item that ever had a discount takes the same step, at least one of them too late. The cash is applied, the
/// late part stays open.
pub(super) fn late(case: &Case<'_>) -> Option<Relation> {
    let positions = case.items.iter().map(|item| item.discounts.len()).max()?;
    let shares = (0..positions).find_map(|position| {
        taken(case, |item| {
            let last = item.discounts.len().checked_sub(1)?;
            item.discounts.get(position.min(last)).copied().filter(|step| is_discount(item, step))
        })
    })?;
    Some(case.relation(RelationKind::UnearnedDiscount, shares, AutoCondition::WithReference))
}

/// Some items take a step, in time or not.
pub(super) fn mixed_late(case: &Case<'_>) -> Option<Relation> {
    let (shares, telling) = combined(case, is_discount)?;
    let auto = if telling { AutoCondition::WithReference } else { AutoCondition::Never };
    Some(case.relation(RelationKind::UnearnedDiscount, shares, auto))
}

/// The discounts that may still be had.
#[derive(Clone, Copy)]
pub(super) struct Live {
    /// What the items come to when each takes its best.
    pub total: i64,
    /// What the items come to when one takes a little less than its best.
    pub next_above: i64,
    /// What the items come to when one takes its least.
    pub next_below: i64,
}

/// The live steps of the items; none when no item has one.
pub(super) fn live(case: &Case<'_>) -> Option<Live> {
    let mut total = 0_i64;
    let mut gaps: Option<(i64, i64)> = None;
    for item in case.items {
        let Some(best) = best(case.live_steps(item)).map(|step| step.amount) else {
            total = total.checked_add(item.open)?;
            continue;
        };
        total = total.checked_add(best)?;
        let others = || case.live_steps(item).map(|step| step.amount);
        let above = others().chain([item.open]).map(|price| (price - best).abs()).filter(|gap| *gap > 0).min()?;
        let below = others().map(|price| (item.open - price).abs()).min()?;
        gaps = Some(gaps.map_or((above, below), |known| (known.0.min(above), known.1.min(below))));
    }
    let (above, below) = gaps?;
    Some(Live { total, next_above: total.checked_add(above)?, next_below: case.open.checked_sub(below)? })
}

/// Shares with every live step taken.
pub(super) fn live_shares(case: &Case<'_>) -> Vec<Share> {
    case.items.iter().map(|item| share(case, item, best(case.live_steps(item)), 0)).collect()
}

impl Case<'_> {
    fn live_steps<'a>(&self, item: &'a RelationItem<'a>) -> impl Iterator<Item = DiscountedAmount> {
        item.discounts.iter().copied().filter(move |step| self.is_live(step) && is_discount(item, step))
    }

    fn is_live(&self, step: &DiscountedAmount) -> bool {
        self.value_on.days_since(step.until) <= self.terms.grace_days
    }
}

fn best(steps: impl Iterator<Item = DiscountedAmount>) -> Option<DiscountedAmount> {
    steps.min_by_key(|step| (step.amount.unsigned_abs(), step.until))
}

/// A step counts when it leaves something off and something to pay.
fn is_discount(item: &RelationItem<'_>, step: &DiscountedAmount) -> bool {
    step.amount.signum() == item.open.signum() && step.amount.unsigned_abs() < item.open.unsigned_abs()
}

/// Shares when every item takes the step `chosen` names for it, if that fits within one minor unit a discounted item.
fn taken(case: &Case<'_>, chosen: impl Fn(&RelationItem<'_>) -> Option<DiscountedAmount>) -> Option<Vec<Share>> {
    let mut sum = 0_i64;
    let mut discounted = 0_i64;
    for item in case.items {
        let step = chosen(item);
        discounted += i64::from(step.is_some());
        sum = sum.checked_add(step.map_or(item.open, |step| step.amount))?;
    }
    let residual = case.amount.checked_sub(sum)?;
    if discounted == 0 || residual.abs() > discounted {
        return None;
    }
    Some(with_residual(case, residual, |index| chosen(&case.items[index])))
}

/// Gives each discounted item one minor unit of the residual until it is spent.
fn with_residual(case: &Case<'_>, mut residual: i64, step_of: impl Fn(usize) -> Option<DiscountedAmount>) -> Vec<Share> {
    let part_of = |(index, item): (usize, &RelationItem<'_>)| {
        let step = step_of(index);
        let part = if step.is_some() { residual.signum() } else { 0 };
        residual -= part;
        share(case, item, step, part)
    };
    case.items.iter().enumerate().map(part_of).collect()
}

/// What an item gets by an advice: the difference is its discount where it has such a step, else a short payment.
pub(super) fn stated_share(case: &Case<'_>, item: &RelationItem<'_>, amount: i64) -> Share {
    let adjustment = item.open - amount;
    if adjustment == 0 {
        return Share { applied: amount, adjustment, kind: None };
    }
    let fits = |step: &&DiscountedAmount| is_discount(item, step) && (step.amount - amount).abs() <= 1;
    let kind = match item.discounts.iter().find(fits) {
        Some(step) if case.is_live(step) => DifferenceKind::Discount,
        Some(_) => DifferenceKind::DiscountUnearned,
        None if adjustment.abs() <= case.terms.rounding => DifferenceKind::Rounding,
        None => DifferenceKind::ShortPay,
    };
    Share { applied: amount, adjustment, kind: Some(kind) }
}

fn share(case: &Case<'_>, item: &RelationItem<'_>, step: Option<DiscountedAmount>, part: i64) -> Share {
    let Some(step) = step else { return Share { applied: item.open, adjustment: 0, kind: None } };
    let applied = step.amount + part;
    let kind = if case.is_live(&step) { DifferenceKind::Discount } else { DifferenceKind::DiscountUnearned };
    let adjustment = item.open - applied;
    Share { applied, adjustment, kind: (adjustment != 0).then_some(kind) }
}

fn combined(case: &Case<'_>, eligible: impl Fn(&RelationItem<'_>, &DiscountedAmount) -> bool) -> Option<(Vec<Share>, bool)> {
    let choices = Choices::new(case.items, eligible)?;
    let nearest = choices.nearest(case.amount)?;
    let shares = with_residual(case, nearest.residual, |index| choices.step(index, &nearest));
    Some((shares, nearest.telling))
}
