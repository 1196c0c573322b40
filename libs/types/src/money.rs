//! Money: an amount that is always at the scale of its currency.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::currency::Currency;
use crate::fault::Fault;
use crate::reason::Reason;
use crate::scale::multiply_divide;

/// No amount exceeds 10^15 minor units: ten trillion euro, far from the edge of every integer involved.
const MAX_MINOR: i64 = 1_000_000_000_000_000;
/// Decimals of a quantity, unit price or rate.
const MAX_DECIMALS: usize = 12;
/// Digits before the point of any decimal we read.
const MAX_INTEGER_DIGITS: usize = 16;
/// Longer texts are no numbers anybody meant.
const MAX_NUMBER_LENGTH: usize = 128;

/// An amount in a currency, held as whole minor units; a value that exists has the currency's scale and is in range.
///
/// There are no operators: a sum can leave the range or mix currencies, and both are faults the caller must see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount that needs no rounding; zeros beyond the currency's scale are dropped.
    ///
    /// Errors: `AMOUNT_PRECISION` when decimals would be lost, `AMOUNT_OUT_OF_RANGE` beyond 10^15 minor units.
    pub fn new(amount: Decimal, currency: Currency) -> Result<Self, Fault> {
        let exact = amount.normalize();
        let digits = currency.minor_digits();
        if exact.scale() > digits {
            return Err(too_precise(currency.code(), digits));
        }
        let minor = crate::scale::mantissa_at(exact, digits).and_then(|size| i64::try_from(size).ok());
        let minor = minor.ok_or_else(out_of_range)?;
        let signed = if exact.is_sign_negative() { minor.checked_neg() } else { Some(minor) };
        Self::from_minor(signed.ok_or_else(out_of_range)?, currency)
    }

    /// An amount in minor units (cents). Errors: `AMOUNT_OUT_OF_RANGE`.
    pub fn from_minor(minor: i64, currency: Currency) -> Result<Self, Fault> {
        if minor.unsigned_abs() > MAX_MINOR.unsigned_abs() {
            return Err(out_of_range());
        }
        Ok(Self { minor, currency })
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Reads `-?[0-9]+(\.[0-9]+)?` with at most the currency's decimals, zeros included; `-0` is 0.
    ///
    /// Errors: `AMOUNT_FORMAT`, `AMOUNT_PRECISION`, `AMOUNT_OUT_OF_RANGE`. For files that pad amounts with zeros use
    /// [`parse_decimal`] and [`Money::new`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, Fault> {
        let digits = currency.minor_digits();
        let number = read_number(text)?;
        if number.decimals.len() > usize::try_from(digits).unwrap_or(MAX_DECIMALS) {
            return Err(too_precise(currency.code(), digits));
        }
        Self::new(number.to_decimal()?, currency)
    }

    /// Whole minor units: 1234 for 12.34 EUR. The form in the store.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The amount at the scale of the currency.
    pub fn amount(self) -> Decimal {
        Decimal::new(self.minor, self.currency.minor_digits())
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum. Errors: `CURRENCY_MISMATCH`, `AMOUNT_OUT_OF_RANGE`.
    #[expect(clippy::should_implement_trait, reason = "an operator could not return a fault")]
    pub fn add(self, other: Self) -> Result<Self, Fault> {
        self.require_same_currency(other)?;
        Self::from_minor(self.minor.checked_add(other.minor).ok_or_else(out_of_range)?, self.currency)
    }

    /// The difference. Errors: `CURRENCY_MISMATCH`, `AMOUNT_OUT_OF_RANGE`.
    #[expect(clippy::should_implement_trait, reason = "an operator could not return a fault")]
    pub fn sub(self, other: Self) -> Result<Self, Fault> {
        self.add(other.neg())
    }

    /// The same amount with the other sign; the range is symmetric, so this always exists.
    #[must_use]
    pub const fn neg(self) -> Self {
        Self { minor: self.minor.saturating_neg(), currency: self.currency }
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self { minor: self.minor.saturating_abs(), currency: self.currency }
    }

    /// True for exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// True above zero.
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// True below zero.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The smaller of two. Errors: `CURRENCY_MISMATCH`.
    pub fn min(self, other: Self) -> Result<Self, Fault> {
        Ok(if self.compare(other)? == Ordering::Greater { other } else { self })
    }

    /// The larger of two. Errors: `CURRENCY_MISMATCH`.
    pub fn max(self, other: Self) -> Result<Self, Fault> {
        Ok(if self.compare(other)? == Ordering::Less { other } else { self })
    }

    /// The order of two amounts. Errors: `CURRENCY_MISMATCH`.
    pub fn compare(self, other: Self) -> Result<Ordering, Fault> {
        self.require_same_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// The exact product, rounded once, half away from zero like [`round`]. Errors: `AMOUNT_OUT_OF_RANGE`.
    pub fn times(self, factor: Decimal) -> Result<Self, Fault> {
        let divisor = 10_u128.checked_pow(factor.scale()).ok_or_else(out_of_range)?;
        let (whole, rest) =
            multiply_divide(self.minor.unsigned_abs(), factor.mantissa().unsigned_abs(), divisor).ok_or_else(out_of_range)?;
        let half_or_more = rest >= divisor.div_ceil(2) && rest > 0;
        let size = whole.checked_add(u128::from(half_or_more)).ok_or_else(out_of_range)?;
        let size = i64::try_from(size).map_err(|_| out_of_range())?;
        let product = Self::from_minor(size, self.currency)?;
        Ok(if self.is_negative() == factor.is_sign_negative() { product } else { product.neg() })
    }

    /// The sum of many, zero for none. Errors: `CURRENCY_MISMATCH`, `AMOUNT_OUT_OF_RANGE`.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, Fault> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::add)
    }

    /// The amount itself when it is above zero. Errors: `AMOUNT_NOT_POSITIVE`.
    pub fn require_positive(self) -> Result<Self, Fault> {
        if self.is_positive() {
            return Ok(self);
        }
        Err(Fault::new(Reason::AmountNotPositive, "the amount must be greater than zero"))
    }

    fn require_same_currency(self, other: Self) -> Result<(), Fault> {
        if self.currency == other.currency {
            return Ok(());
        }
        let message = format!("{} and {} do not mix", self.currency, other.currency);
        Err(Fault::new(Reason::CurrencyMismatch, message).with("currency", self.currency).with("other_currency", other.currency))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("Money", 2)?;
        out.serialize_field("amount", &self.amount().to_string())?;
        out.serialize_field("currency", self.currency.code())?;
        out.end()
    }
}

impl<'de> serde::Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Text {
            amount: String,
            currency: Currency,
        }
        let text = Text::deserialize(deserializer)?;
        Self::parse(&text.amount, text.currency).map_err(serde::de::Error::custom)
    }
}

/// THE rounding of the suite: to the currency's scale, half away from zero (commercial rounding, EN 16931).
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the one rounding function")]
pub fn round(amount: Decimal, currency: Currency) -> Decimal {
    amount.round_dp_with_strategy(currency.minor_digits(), RoundingStrategy::MidpointAwayFromZero)
}

/// Reads a quantity, unit price or rate: `-?[0-9]+(\.[0-9]+)?`, at most 16 digits before the point and 12 after it.
///
/// Errors: `AMOUNT_FORMAT`, `AMOUNT_PRECISION`, `AMOUNT_OUT_OF_RANGE`. `-0` is 0.
pub fn parse_decimal(text: &str) -> Result<Decimal, Fault> {
    let number = read_number(text)?;
    if number.decimals.len() > MAX_DECIMALS {
        return Err(Fault::new(Reason::AmountPrecision, format!("at most {MAX_DECIMALS} decimals are allowed")));
    }
    number.to_decimal()
}

/// The canonical text of a quantity, unit price or rate, the form in the store: no exponent, no trailing zeros, no `-0`.
/// Equal decimals have equal texts, and [`parse_decimal`] reads it back.
#[must_use]
pub fn decimal_text(value: Decimal) -> String {
    value.normalize().to_string()
}

/// A number of our grammar, still as text.
struct Number<'a> {
    negative: bool,
    integer: &'a str,
    decimals: &'a str,
}

fn read_number(text: &str) -> Result<Number<'_>, Fault> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (integer, decimals) = digits.split_once('.').map_or((digits, None), |(left, right)| (left, Some(right)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > MAX_NUMBER_LENGTH || !is_digits(integer) || !decimals.is_none_or(is_digits) {
        return Err(Fault::new(Reason::AmountFormat, "not a plain decimal number such as 1234.50"));
    }
    Ok(Number { negative, integer: integer.trim_start_matches('0'), decimals: decimals.unwrap_or_default() })
}

impl Number<'_> {
    /// The caller has limited the decimals to what a `Decimal` holds beside 16 integer digits.
    fn to_decimal(&self) -> Result<Decimal, Fault> {
        if self.integer.len() > MAX_INTEGER_DIGITS {
            return Err(out_of_range());
        }
        let digits = self.integer.bytes().chain(self.decimals.bytes());
        let size = digits.fold(0_i128, |sum, digit| sum.saturating_mul(10).saturating_add(i128::from(digit.saturating_sub(b'0'))));
        let scale = u32::try_from(self.decimals.len()).map_err(|_| out_of_range())?;
        let signed = if self.negative { size.saturating_neg() } else { size };
        Decimal::try_from_i128_with_scale(signed, scale).map_err(|_| out_of_range())
    }
}

fn out_of_range() -> Fault {
    Fault::new(Reason::AmountOutOfRange, "the amount is beyond what can be booked")
}

fn too_precise(code: &str, digits: u32) -> Fault {
    Fault::new(Reason::AmountPrecision, format!("{code} has {digits} decimals")).with("decimals", digits)
}
