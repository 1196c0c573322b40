//! Parts of a whole, rounded so that the parts still add up to it.

use quittance_types::Decimal;

use super::tenths_of;

/// `part` of `whole` in tenths of a percent, halves away from zero; `None` when there is no whole.
pub fn permille(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let doubled = i128::from(part).checked_mul(2000)?;
    let whole = i128::from(whole);
    let rounded = (doubled.abs() + whole) / (whole * 2) * doubled.signum();
    i64::try_from(rounded).ok()
}

/// All parts of their sum in tenths of a percent, adding up to exactly 1000. `None` for a part when any part is negative
/// or all are zero: then shares of a whole do not exist.
pub fn permilles(parts: &[i64]) -> Vec<Option<i64>> {
    let whole: i128 = parts.iter().map(|part| i128::from(*part)).sum();
    if whole <= 0 || parts.iter().any(|part| *part < 0) {
        return vec![None; parts.len()];
    }
    let scaled: Vec<(i128, i128)> = parts.iter().map(|part| split(i128::from(*part) * 1000, whole)).collect();
    give_rest(&scaled, 1000).into_iter().map(|share| i64::try_from(share).ok()).collect()
}

/// Parts with one decimal whose tenths add up to the tenths of `total`. `None` when a value is out of range.
pub fn foot_days(parts: &[Decimal], total: Decimal) -> Option<Vec<i64>> {
    let mut whole = Vec::with_capacity(parts.len());
    for part in parts {
        let tenths = part.checked_mul(Decimal::TEN)?;
        let floor = tenths.floor();
        let rest = tenths.checked_sub(floor)?.checked_mul(Decimal::from(1_000_000))?;
        whole.push((to_i128(floor)?, to_i128(rest.trunc())?));
    }
    let shares = give_rest(&whole, i128::from(tenths_of(total)?));
    shares.into_iter().map(|share| i64::try_from(share).ok()).collect()
}

fn to_i128(value: Decimal) -> Option<i128> {
    use rust_decimal::prelude::ToPrimitive;
    value.to_i128()
}

fn split(scaled: i128, whole: i128) -> (i128, i128) {
    (scaled.div_euclid(whole), scaled.rem_euclid(whole))
}

/// Largest remainder: whole parts first, then one more for the largest remainders until `total` is reached.
fn give_rest(parts: &[(i128, i128)], total: i128) -> Vec<i128> {
    let given: i128 = parts.iter().map(|(whole, _)| whole).sum();
    let missing = usize::try_from(total - given).unwrap_or_default().min(parts.len());
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(parts.get(*at).map_or(0, |(_, rest)| *rest)));
    let favoured = order.get(..missing).unwrap_or_default();
    let share = |at: usize, whole: i128| whole + i128::from(favoured.contains(&at));
    parts.iter().enumerate().map(|(at, (whole, _))| share(at, *whole)).collect()
}
