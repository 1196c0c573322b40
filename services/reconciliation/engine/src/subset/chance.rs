use super::{Scope, Solution};
use crate::bits::log2_ratio;

/// Below this chance (1/65536, in millionths) no further weight is given.
const LEAST_CHANCE: u64 = 15;
/// Above this chance the weight does not fall further.
const MOST_CHANCE: u64 = 1_000_000_000_000;

/// How many sets at least as simple as the best one are expected to fit by accident, in millionths: number of such sets
/// times the sums that would fit, over the range of their sums in steps of their greatest common divisor.
///
/// Where the best set is a natural one, only natural sets count as being as simple.
pub(super) fn expected(scope: &Scope<'_>, best: &Solution, naturals: u64) -> u64 {
    let cardinality = best.cardinality.max(1);
    let sets = if best.natural.is_some() { u128::from(naturals) } else { sets_up_to(scope.entries.len(), cardinality) };
    let grid = scope.entries.iter().fold(0_u64, |divisor, entry| greatest_common_divisor(divisor, entry.amount.unsigned_abs()));
    let slack = scope.question.slack_per_item.unsigned_abs() * u64::from(cardinality);
    fits(sets, grid, slack, range_of_sums(scope, cardinality as usize))
}

/// The same for all sets of up to `size` of these ascending amounts, within `slack` minor units either way.
pub(super) fn of_sizes(ordered: &[(i64, usize)], size: usize, slack: i64) -> u64 {
    let grid = ordered.iter().fold(0_u64, |divisor, (amount, _)| greatest_common_divisor(divisor, amount.unsigned_abs()));
    let smallest: i64 = ordered.iter().take(size).map(|(amount, _)| (*amount).min(0)).sum();
    let largest: i64 = ordered.iter().rev().take(size).map(|(amount, _)| (*amount).max(0)).sum();
    let sets = sets_up_to(ordered.len(), u32::try_from(size).unwrap_or(u32::MAX));
    fits(sets, grid, slack.unsigned_abs(), largest.abs_diff(smallest))
}

/// The same for the first of some amounts, as many as come to a sum: each further one was a chance to hit it.
pub fn of_first(amounts: impl Iterator<Item = i64>) -> u64 {
    let parts = amounts.fold((0_u32, 0_u64, 0_u64), |(count, sum, grid), amount| {
        let amount = amount.unsigned_abs();
        (count + 1, sum.saturating_add(amount), greatest_common_divisor(grid, amount))
    });
    let (count, sum, grid) = parts;
    fits(u128::from(count), grid, 0, sum)
}

/// Sets among `sets` that fit by accident, in millionths, where sums lie within a range in steps of a grid.
fn fits(sets: u128, grid: u64, slack: u64, range: u64) -> u64 {
    let fitting = u128::from(2 * slack / grid.max(1) + 1);
    let expected = sets.saturating_mul(u128::from(grid)).saturating_mul(fitting).saturating_mul(1_000_000) / u128::from(range).max(1);
    u64::try_from(expected).unwrap_or(MOST_CHANCE).min(MOST_CHANCE)
}

/// log2(1 / max(chance, 1/65536)) in milli-bits; the chance is in millionths.
pub(super) fn milli_bits(chance: u64) -> i32 {
    if chance <= LEAST_CHANCE {
        return 16_000;
    }
    log2_ratio(1_000_000, chance)
}

/// Number of sets of one to `cardinality` of `items`. The largest asked for, any of sixty and three of six hundred, have room.
fn sets_up_to(items: usize, cardinality: u32) -> u128 {
    let items = items as u64;
    let mut binomial = 1_u64;
    let mut sum = 0_u64;
    for size in 1..=u64::from(cardinality).min(items) {
        binomial = binomial.saturating_mul(items + 1 - size) / size;
        sum = sum.saturating_add(binomial);
    }
    u128::from(sum)
}

/// From the smallest to the largest sum of at most so many entries.
fn range_of_sums(scope: &Scope<'_>, cardinality: usize) -> u64 {
    let mut amounts = [0_i64; super::SCOPE];
    let length = scope.entries.len();
    for (slot, entry) in amounts.iter_mut().zip(scope.entries) {
        *slot = entry.amount;
    }
    amounts[..length].sort_unstable();
    let size = cardinality.min(length);
    let smallest: i64 = amounts[..size].iter().map(|amount| (*amount).min(0)).sum();
    let largest: i64 = amounts[length - size..length].iter().map(|amount| (*amount).max(0)).sum();
    largest.abs_diff(smallest)
}

fn greatest_common_divisor(left: u64, right: u64) -> u64 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_sets() {
        assert_eq!(sets_up_to(20, 5), 21_699);
        assert_eq!(sets_up_to(30, 6), 768_211);
        assert_eq!(sets_up_to(3, 8), 7);
    }

    #[test]
    fn weights() {
        assert_eq!(milli_bits(0), 16_000);
        assert_eq!(milli_bits(1_000_000), 0);
        assert_eq!(milli_bits(11_000), 6_507);
        assert!(milli_bits(4_000_000) < -1_900);
    }

    #[test]
    fn the_first_of_round_amounts_come_to_a_sum_more_often() {
        assert_eq!(of_first([74_113, 105_240, 44_827].into_iter()), 13);
        assert_eq!(of_first([10_000, 20_000, 40_000].into_iter()), 428_571);
    }

    #[test]
    fn divisors() {
        assert_eq!([0, 1_200, 500].into_iter().fold(0, greatest_common_divisor), 100);
    }
}
