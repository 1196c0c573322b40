//! Splitting an amount without losing a cent.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use crate::fault::Fault;
use crate::money::Money;
use crate::reason::Reason;
use crate::scale::{mantissa_at, multiply_divide};

/// Splits `total` in proportion to `weights` by the largest-remainder method.
///
/// The parts sum exactly to the total, carry its sign, and each is less than one minor unit from its exact share; a
/// weight of zero gets nothing. The minor units left over go to the largest remainders, the earlier part on a tie, so
/// the same input always gives the same parts.
///
/// Errors: `ALLOCATION_WEIGHTS` when there is no weight, one is negative or all are zero; `AMOUNT_OUT_OF_RANGE` when
/// the weights span more than 38 digits.
pub fn allocate(total: Money, weights: &[Decimal]) -> Result<Vec<Money>, Fault> {
    let weights = whole_weights(weights)?;
    let sum = weights.iter().try_fold(0_u128, |sum, weight| sum.checked_add(*weight)).ok_or_else(too_wide)?;
    if sum == 0 {
        return Err(unusable("a split needs at least one weight above zero"));
    }
    if sum >= 1 << 126 {
        return Err(too_wide());
    }
    let size = total.minor().unsigned_abs();
    let mut shares = Vec::with_capacity(weights.len());
    for weight in weights {
        shares.push(multiply_divide(size, weight, sum).ok_or_else(too_wide)?);
    }
    hand_out_the_rest(u128::from(size), &mut shares)?;
    shares.into_iter().map(|(share, _)| signed(share, total)).collect()
}

/// Gives one minor unit each to the largest remainders until the shares add up to `size`.
fn hand_out_the_rest(size: u128, shares: &mut [(u128, u128)]) -> Result<(), Fault> {
    let given = shares.iter().try_fold(0_u128, |sum, (share, _)| sum.checked_add(*share)).ok_or_else(too_wide)?;
    let left = size.checked_sub(given).ok_or_else(|| Fault::internal("a split gave more than there was"))?;
    let left = usize::try_from(left).map_err(|_| too_wide())?;
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|index| Reverse(shares.get(*index).map(|(_, remainder)| *remainder)));
    for index in order.into_iter().take(left) {
        if let Some((share, _)) = shares.get_mut(index) {
            *share = share.checked_add(1).ok_or_else(too_wide)?;
        }
    }
    Ok(())
}

/// The weights as integers of one common scale.
fn whole_weights(weights: &[Decimal]) -> Result<Vec<u128>, Fault> {
    if weights.is_empty() {
        return Err(unusable("a split needs at least one weight"));
    }
    if weights.iter().any(|weight| weight.is_sign_negative() && !weight.is_zero()) {
        return Err(unusable("a weight is negative"));
    }
    let exact: Vec<Decimal> = weights.iter().map(Decimal::normalize).collect();
    let scale = exact.iter().map(Decimal::scale).max().unwrap_or_default();
    exact.into_iter().map(|weight| mantissa_at(weight, scale).ok_or_else(too_wide)).collect()
}

fn signed(share: u128, total: Money) -> Result<Money, Fault> {
    let share = i64::try_from(share).map_err(|_| too_wide())?;
    let part = Money::from_minor(share, total.currency())?;
    Ok(if total.is_negative() { part.neg() } else { part })
}

fn unusable(message: &str) -> Fault {
    Fault::new(Reason::AllocationWeights, message)
}

fn too_wide() -> Fault {
    Fault::new(Reason::AmountOutOfRange, "the weights are too far apart to split exactly")
}
