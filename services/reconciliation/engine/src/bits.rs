//! Weights of evidence: logarithms to base 2 in thousandths of a bit, in integers, so that every machine agrees.

use std::sync::LazyLock;

/// Thousandths of a bit.
pub type Millibits = i32;

/// Logarithms of small numbers, which most are.
static SMALL: LazyLock<[Millibits; 4096]> = LazyLock::new(|| std::array::from_fn(|value| computed(value as u64)));

/// Thousand times log2 of `value`; 0 for 0. Exact to one thousandth.
pub fn log2(value: u64) -> Millibits {
    match usize::try_from(value).ok().and_then(|place| SMALL.get(place)) {
        Some(known) => *known,
        None => computed(value),
    }
}

fn computed(value: u64) -> Millibits {
    if value == 0 {
        return 0;
    }
    let whole = value.ilog2();
    // The mantissa as a fraction of 2^31, squared again and again: each carry is one binary digit of the logarithm.
    let mut mantissa = if whole >= 31 { value >> (whole - 31) } else { value << (31 - whole) };
    let mut fraction = 0_i64;
    for step in 1..=16_i64 {
        mantissa = (mantissa * mantissa) >> 31;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            fraction += 1 << (16 - step);
        }
    }
    let milli = i64::from(whole) * 1000 + ((fraction * 1000 + (1 << 15)) >> 16);
    i32::try_from(milli).unwrap_or(i32::MAX)
}

/// Thousand times log2(`numerator` / `denominator`), both at least 1.
pub fn log2_ratio(numerator: u64, denominator: u64) -> Millibits {
    log2(numerator.max(1)) - log2(denominator.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_exact_to_a_thousandth() {
        assert_eq!(log2(1), 0);
        assert_eq!(log2(2), 1000);
        assert_eq!(log2(3), 1585);
        assert_eq!(log2(1000), 9966);
        assert_eq!(log2(u64::MAX), 64000);
        assert_eq!(log2_ratio(1, 8), -3000);
        assert_eq!(log2_ratio(0, 0), 0);
    }
}
