//! Items in another currency than the line.

use quittance_types::Decimal;

use super::{AutoCondition, Case, FxContext, Relation, RelationKind, carry, discount, domestic, shortfall};

/// The amount the payer instructed is compared as if it had been paid; without one the rate of the value date decides.
pub(super) fn relate(case: &Case<'_>, fx: FxContext) -> Option<Relation> {
    let relation = match fx.instructed {
        Some(instructed) => as_instructed(case, instructed),
        None => at_rate(case, fx.at_rate?),
    };
    relation.map(|relation| Relation { exchanged: true, ..relation })
}

fn as_instructed(case: &Case<'_>, instructed: i64) -> Option<Relation> {
    if instructed <= 0 {
        return None;
    }
    let relation = domestic(&Case { amount: instructed, difference: case.open.checked_sub(instructed)?, ..*case })?;
    let kind = if relation.kind == RelationKind::Exact { RelationKind::FxInstructed } else { relation.kind };
    Some(Relation { kind, ..relation })
}

/// What an advice gives each item, when that is the amount at the rate. Else the items are cleared, or the items less their
/// live discounts, whichever lies nearer: a person decides when that with one discount more or less lies within the tolerance
/// too.
fn at_rate(case: &Case<'_>, amount: i64) -> Option<Relation> {
    if let Some(stated) = stated_at_rate(case, amount) {
        return Some(stated);
    }
    let is_near = |total: i64| is_near(amount, total, case.terms.fx_tolerance);
    let live = discount::live(case);
    let discounted = live.filter(|live| is_near(live.total));
    let full = is_near(case.open);
    let is_nearer = |total: i64| amount.abs_diff(total) < amount.abs_diff(case.open);
    match discounted {
        Some(live) if !full || is_nearer(live.total) => Some(discounted_at_rate(case, live.total, is_near(live.next_above))),
        _ if full => {
            let ambiguous = live.is_some_and(|live| is_near(live.next_below));
            let auto = if ambiguous { AutoCondition::Never } else { AutoCondition::WithReference };
            let relation = case.relation(RelationKind::FxRate, carry::cleared(case.items), auto);
            Some(Relation { difference: 0, ..relation })
        }
        _ => None,
    }
}

/// The nets of an advice that come to the amount at the rate.
fn stated_at_rate(case: &Case<'_>, amount: i64) -> Option<Relation> {
    let sum = case.context.stated.iter().try_fold(0_i64, |sum, stated| sum.checked_add(*stated))?;
    let per_item = shortfall::stated_shares(case).filter(|_| is_near(amount, sum, case.terms.fx_tolerance))?;
    let relation = match case.open.checked_sub(sum)? {
        0 => case.relation(RelationKind::FxRate, per_item, AutoCondition::WithReference),
        _ => shortfall::stated(case, per_item),
    };
    Some(Relation { difference: case.open - sum, ..relation })
}

fn discounted_at_rate(case: &Case<'_>, total: i64, ambiguous: bool) -> Relation {
    let auto = if ambiguous { AutoCondition::Never } else { AutoCondition::WithReference };
    let relation = case.relation(RelationKind::Discount, discount::live_shares(case), auto);
    Relation { difference: case.open - total, ..relation }
}

/// Whether an amount lies within this many percent of a total.
pub(crate) fn is_near(amount: i64, total: i64, percent: Decimal) -> bool {
    let allowed = Decimal::from(total).checked_mul(percent);
    let off = Decimal::from(amount.abs_diff(total)).checked_mul(Decimal::ONE_HUNDRED);
    matches!((off, allowed), (Some(off), Some(allowed)) if total > 0 && off <= allowed)
}
