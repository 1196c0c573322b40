//! What the amounts of records are reckoned in.

use std::ops::Neg;

use quittance_types::Decimal;

use crate::remittance::record::Figure;

/// An amount of a record: a decimal as it was written, or [`Units`], which are as exact and quicker.
pub(crate) trait Amount: Copy + Ord + Neg<Output = Self> {
    /// Nothing.
    const ZERO: Self;

    /// The value of a figure without sign, by the reading chosen for `1.234`.
    fn of(figure: &Figure, thousandths: bool) -> Self;

    /// The sum, if it is not too large.
    fn plus(self, other: Self) -> Option<Self>;

    /// The difference, if it is not too large.
    fn less(self, other: Self) -> Option<Self> {
        self.plus(-other)
    }

    /// True for less than nothing.
    fn is_negative(self) -> bool {
        self < Self::ZERO
    }

    /// Without sign.
    fn size(self) -> Self {
        if self.is_negative() { -self } else { self }
    }
}

impl Amount for Decimal {
    const ZERO: Decimal = Decimal::ZERO;

    fn of(figure: &Figure, thousandths: bool) -> Decimal {
        figure.value(thousandths)
    }

    fn plus(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(other)
    }

    fn is_negative(self) -> bool {
        self.is_sign_negative() && !self.is_zero()
    }
}

/// Decimals of [`Units`]: six are read, and three more are those of `1.234`.
const DECIMALS: usize = 9;
const POWERS: [i128; DECIMALS + 1] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// A count of billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Units(i128);

impl Units {
    /// The same as a decimal, if it is not too large.
    pub fn decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.0, DECIMALS as u32).ok().map(|decimal| decimal.normalize())
    }
}

impl Neg for Units {
    type Output = Units;

    fn neg(self) -> Units {
        Units(-self.0)
    }
}

impl Amount for Units {
    const ZERO: Units = Units(0);

    fn of(figure: &Figure, thousandths: bool) -> Units {
        let number = &figure.number;
        let shift = if thousandths && number.open { 3 } else { 0 };
        let factor = POWERS.get(DECIMALS.saturating_sub(number.value.scale() as usize + shift)).copied().unwrap_or(1);
        Units(number.value.mantissa().saturating_mul(factor))
    }

    fn plus(self, other: Units) -> Option<Units> {
        self.0.checked_add(other.0).map(Units)
    }
}
