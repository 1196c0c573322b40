//! Exact integer arithmetic behind money: products and quotients that do not round on the way.

use rust_decimal::Decimal;

/// `value * factor / divisor` as whole quotient and remainder, exactly, where the product may exceed 128 bits.
///
/// `divisor` must be between 1 and 2^126. `None` when the quotient exceeds 2^127.
pub(crate) fn multiply_divide(value: u64, factor: u128, divisor: u128) -> Option<(u128, u128)> {
    let whole = factor.checked_div(divisor)?;
    let part = factor.checked_rem(divisor)?;
    let mut quotient = 0_u128;
    let mut remainder = 0_u128;
    for bit in (0..u64::BITS).rev() {
        let added = if (value >> bit) & 1 == 1 { part } else { 0 };
        let sum = remainder.checked_mul(2)?.checked_add(added)?;
        quotient = quotient.checked_mul(2)?.checked_add(sum.checked_div(divisor)?)?;
        remainder = sum.checked_rem(divisor)?;
    }
    let quotient = whole.checked_mul(u128::from(value))?.checked_add(quotient)?;
    Some((quotient, remainder))
}

/// The size of a decimal without sign and point, read at `scale` decimals. `None` when it does not fit.
pub(crate) fn mantissa_at(value: Decimal, scale: u32) -> Option<u128> {
    let missing = scale.checked_sub(value.scale())?;
    value.mantissa().unsigned_abs().checked_mul(10_u128.checked_pow(missing)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_plain_arithmetic_where_that_fits(value in any::<u64>(), factor in 0..=u128::from(u64::MAX), divisor in 1_u128..(1 << 126)) {
            let product = u128::from(value) * factor;
            prop_assert_eq!(multiply_divide(value, factor, divisor), Some((product / divisor, product % divisor)));
        }

        #[test]
        fn undoes_a_multiplication_beyond_128_bits(value in any::<u64>(), divisor in 1_u128..(1 << 126)) {
            prop_assert_eq!(multiply_divide(value, divisor, divisor), Some((u128::from(value), 0)));
        }
    }

    #[test]
    fn refuses_a_division_by_zero() {
        assert_eq!(multiply_divide(1, 1, 0), None);
    }
}
