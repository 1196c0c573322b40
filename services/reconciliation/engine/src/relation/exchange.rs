//! Items in another currency than the line.

use quittance_types::Decimal;

use super::{AutoCondition, Case, FxContext, Relation, RelationKind, carry, discount, domestic};

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

/// Clears the items, or the items less their live discounts, whichever lies nearer; a person decides when both lie
/// within the tolerance.
fn at_rate(case: &Case<'_>, amount: i64) -> Option<Relation> {
    let tolerance = case.terms.fx_tolerance;
    let discounted = discount::live_total(case).filter(|total| is_near(amount, *total, tolerance));
    let full = is_near(amount, case.open, tolerance);
    let distance = |total: i64| amount.abs_diff(total);
    match discounted {
        Some(total) if !full || distance(total) < distance(case.open) => Some(discounted_at_rate(case, total, full)),
        _ if full => {
            let auto = if discounted.is_some() { AutoCondition::Never } else { AutoCondition::WithReference };
            let relation = case.relation(RelationKind::FxRate, carry::cleared(case.items), auto);
            Some(Relation { difference: 0, ..relation })
        }
        _ => None,
    }
}

fn discounted_at_rate(case: &Case<'_>, total: i64, ambiguous: bool) -> Relation {
    let auto = if ambiguous { AutoCondition::Never } else { AutoCondition::WithReference };
    let relation = case.relation(RelationKind::Discount, discount::live_shares(case), auto);
    Relation { difference: case.open - total, ..relation }
}

/// Whether an amount lies within this many percent of a total.
fn is_near(amount: i64, total: i64, percent: Decimal) -> bool {
    let allowed = Decimal::from(total).checked_mul(percent);
    let off = Decimal::from(amount.abs_diff(total)).checked_mul(Decimal::ONE_HUNDRED);
    matches!((off, allowed), (Some(off), Some(allowed)) if total > 0 && off <= allowed)
}
