//! Exact bounds of a rate that was counted. Floating point is allowed here: these are chances, not money. Results are
//! rounded outwards to parts per million, so that the last bits of a logarithm never show.
#![allow(clippy::float_arithmetic)]

use super::MILLION;

/// The chance that the interval misses the truth on its one side.
const MISS: f64 = 0.05;

/// Clopper and Pearson's one-sided 95 % upper bound of the false rate after `wrong` errors in `count` matches, parts per
/// million, rounded up. Everything is possible when nothing was counted.
pub fn false_rate_upper(wrong: u64, count: u64) -> u32 {
    if wrong >= count {
        return MILLION;
    }
    smallest(|parts| at_most(wrong, count, chance(parts)) <= MISS)
}

/// Clopper and Pearson's one-sided 95 % lower bound of the false rate, parts per million, rounded down.
pub fn false_rate_lower(wrong: u64, count: u64) -> u32 {
    if wrong == 0 || count == 0 {
        return 0;
    }
    let wrong = wrong.min(count);
    let beyond = |parts| 1.0 - at_most(wrong - 1, count, chance(parts)) > MISS;
    smallest(beyond).saturating_sub(1)
}

/// Whether the upper bound is within this rate: one evaluation instead of a search.
pub(super) fn upper_bound_within(wrong: u64, count: u64, accepted: u32) -> bool {
    wrong < count && at_most(wrong, count, chance(accepted)) <= MISS
}

fn chance(parts: u32) -> f64 {
    f64::from(parts) / f64::from(MILLION)
}

/// The smallest number of parts that satisfies a condition which, once true, stays so; a million when none does.
fn smallest(condition: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, MILLION);
    while low < high {
        let middle = low + (high - low) / 2;
        if condition(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Chance of at most `wrong` errors in `count` matches of this false rate. The terms are summed from the largest
/// towards the smaller ones, each from the one before, until they no longer count.
fn at_most(wrong: u64, count: u64, rate: f64) -> f64 {
    if rate <= 0.0 || wrong >= count {
        return 1.0;
    }
    if rate >= 1.0 {
        return 0.0;
    }
    let mode = ((count as f64 + 1.0) * rate) as u64;
    let top = wrong.min(mode);
    let peak = ln_term(top, count, rate).exp();
    let odds = rate / (1.0 - rate);
    let down = sum_of_terms(peak, (1..=top).rev().map(|errors| errors as f64 / ((count - errors + 1) as f64 * odds)));
    let up = sum_of_terms(peak, (top..wrong).map(|errors| (count - errors) as f64 * odds / (errors + 1) as f64));
    (peak + down + up).min(1.0)
}

fn sum_of_terms(first: f64, ratios: impl Iterator<Item = f64>) -> f64 {
    let mut term = first;
    let mut sum = 0.0;
    for ratio in ratios {
        term *= ratio;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Logarithm of the chance of exactly `errors`.
fn ln_term(errors: u64, count: u64, rate: f64) -> f64 {
    let ways = ln_factorial(count) - ln_factorial(errors) - ln_factorial(count - errors);
    ways + errors as f64 * rate.ln() + (count - errors) as f64 * (-rate).ln_1p()
}

/// Stirling's series; small factorials are multiplied out.
fn ln_factorial(number: u64) -> f64 {
    if number < 20 {
        return (1..=number).map(|factor| factor as f64).product::<f64>().ln();
    }
    let value = number as f64;
    let half_ln_two_pi = 0.918_938_533_204_672_7;
    let series = 1.0 / (12.0 * value) - 1.0 / (360.0 * value.powi(3)) + 1.0 / (1260.0 * value.powi(5));
    (value + 0.5) * value.ln() - value + half_ln_two_pi + series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_free_samples_prove_what_theory_says() {
        assert!(upper_bound_within(0, 1_497, 2_000));
        assert!(!upper_bound_within(0, 1_496, 2_000));
        assert!(upper_bound_within(0, 5_990, 500));
        assert!(!upper_bound_within(0, 5_989, 500));
        assert_eq!(false_rate_upper(0, 1_497), 2_000);
        assert_eq!(false_rate_upper(0, 0), MILLION);
        assert_eq!(false_rate_upper(7, 7), MILLION);
    }

    /// Bounds of published tables of the Clopper-Pearson interval at 90 % (its sides are the one-sided 95 % bounds).
    #[test]
    fn agrees_with_tables() {
        let near = |parts: u32, expected: u32| parts.abs_diff(expected) <= 30;
        assert!(near(false_rate_upper(1, 10), 394_160));
        assert!(near(false_rate_upper(5, 10), 777_560));
        assert!(near(false_rate_lower(1, 10), 5_116));
        assert!(near(false_rate_lower(5, 10), 222_440));
        assert!(near(false_rate_upper(0, 20), 139_110));
        assert_eq!(false_rate_lower(0, 10), 0);
    }

    /// The tail summed term by term in its definition.
    #[test]
    fn agrees_with_the_definition() {
        for (wrong, count, rate) in [(0, 5, 0.3), (2, 9, 0.11), (17, 40, 0.5), (3, 60, 0.02), (59, 60, 0.9)] {
            let choose = |errors: u64| (1..=errors).fold(1.0, |ways, place| ways * (count - errors + place) as f64 / place as f64);
            let term = |errors: u64| choose(errors) * f64::powi(rate, errors as i32) * f64::powi(1.0 - rate, (count - errors) as i32);
            let expected: f64 = (0..=wrong).map(term).sum();
            assert!((at_most(wrong, count, rate) - expected).abs() < 1e-9, "{wrong} of {count} at {rate}");
        }
    }

    #[test]
    fn large_samples_stay_exact() {
        let upper = false_rate_upper(100, 1_000_000);
        assert!((117..=121).contains(&upper), "{upper}");
        let lower = false_rate_lower(100, 1_000_000);
        assert!((83..=85).contains(&lower), "{lower}");
        assert!(false_rate_upper(500_000, 1_000_000) > 500_000);
    }
}
