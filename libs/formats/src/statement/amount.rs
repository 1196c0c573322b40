//! An amount as the bank wrote it.

use std::borrow::Cow;
use std::fmt;

use quittance_types::{Currency, Decimal, Money};

use crate::finding::FindingKind;

/// Credit (money comes to the account) or debit (money leaves it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `CRDT`, `C`
    Credit,
    /// `DBIT`, `D`
    Debit,
}

impl Direction {
    /// `credit` or `debit`.
    pub fn code(self) -> &'static str {
        match self {
            Direction::Credit => "credit",
            Direction::Debit => "debit",
        }
    }

    /// The other one.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Credit => Direction::Debit,
            Direction::Debit => Direction::Credit,
        }
    }
}

/// An exact amount in the file's own currency.
///
/// Usually it is [`Money`]. When the file's text does not fit the rules of money (unknown currency, more decimals than
/// the currency has, not a number) the text is kept, with its exact value if it has one, and a finding says why.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount(Kept);

#[derive(Debug, Clone, PartialEq)]
enum Kept {
    Money(Money),
    Raw(Box<Raw>),
    Nothing,
}

#[derive(Debug, Clone, PartialEq)]
struct Raw {
    text: String,
    currency: String,
    value: Option<Decimal>,
}

/// Why a text is not money, for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem(pub FindingKind);

impl From<Money> for Amount {
    fn from(money: Money) -> Amount {
        Amount(Kept::Money(money))
    }
}

impl Amount {
    /// Reads `text` as an unsigned XML decimal in `currency`. What does not fit is kept as text and named.
    pub(crate) fn read(text: &str, currency: &str) -> (Amount, Option<Problem>) {
        let (text, currency) = (text.trim(), currency.trim());
        match Amount::money_from(text, currency) {
            Ok(money) if money.is_negative() => (Amount::from(money), Some(Problem(FindingKind::AmountNegative))),
            Ok(money) => (Amount::from(money), None),
            Err((kind, value)) => (Amount::unread(text, currency, value), Some(Problem(kind))),
        }
    }

    /// Reads a decimal whose sign is part of the value; what does not fit the rules of money is kept as text.
    pub(crate) fn read_signed(text: &str, currency: &str) -> Amount {
        match Amount::money_from(text, currency) {
            Ok(money) => Amount::from(money),
            Err((_, value)) => Amount::unread(text, currency, value),
        }
    }

    fn money_from(text: &str, currency: &str) -> Result<Money, (FindingKind, Option<Decimal>)> {
        if text.is_empty() {
            return Err((FindingKind::AmountMissing, None));
        }
        let Some(value) = parse_exact(text) else {
            return Err((FindingKind::AmountMalformed, None));
        };
        if currency.is_empty() {
            return Err((FindingKind::CurrencyMissing, Some(value)));
        }
        let Ok(currency) = Currency::parse(currency) else {
            return Err((FindingKind::CurrencyUnknown, Some(value)));
        };
        if value.normalize().scale() > currency.minor_digits() {
            return Err((FindingKind::AmountPrecision, Some(value)));
        }
        Money::new(value.normalize(), currency).map_err(|_| (FindingKind::AmountOutOfRange, Some(value)))
    }

    /// An amount that is not money: its text, its currency as written and its exact value if it has one.
    pub(crate) fn unread(text: &str, currency: &str, value: Option<Decimal>) -> Amount {
        if text.is_empty() && currency.is_empty() {
            return Amount::missing();
        }
        Amount(Kept::Raw(Box::new(Raw { text: text.to_string(), currency: code_of(currency).to_string(), value })))
    }

    /// An amount the file does not give.
    pub fn missing() -> Amount {
        Amount(Kept::Nothing)
    }

    /// The amount as money; none when it does not fit the rules of money.
    pub fn money(&self) -> Option<Money> {
        match self.0 {
            Kept::Money(money) => Some(money),
            Kept::Raw(_) | Kept::Nothing => None,
        }
    }

    /// The exact value, even if it has more decimals than its currency.
    pub fn value(&self) -> Option<Decimal> {
        match &self.0 {
            Kept::Money(money) => Some(money.amount()),
            Kept::Raw(raw) => raw.value,
            Kept::Nothing => None,
        }
    }

    /// The currency, when it is an active one.
    pub fn currency(&self) -> Option<Currency> {
        self.money().map(|money| money.currency()).or_else(|| Currency::parse(self.currency_code()).ok())
    }

    /// The currency code as written; empty when the file gives none.
    pub fn currency_code(&self) -> &str {
        match &self.0 {
            Kept::Money(money) => money.currency().code(),
            Kept::Raw(raw) => &raw.currency,
            Kept::Nothing => "",
        }
    }

    /// The amount as text: canonical for money, as written otherwise, empty when missing.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Kept::Money(money) => Cow::Owned(money.amount().to_string()),
            Kept::Raw(raw) => Cow::Borrowed(&raw.text),
            Kept::Nothing => Cow::Borrowed(""),
        }
    }

    /// True when the file gives no amount at all.
    pub fn is_missing(&self) -> bool {
        matches!(self.0, Kept::Nothing)
    }

    /// Bytes held beside its own.
    pub(super) fn size(&self) -> usize {
        match &self.0 {
            Kept::Raw(raw) => size_of::<Raw>() + raw.text.capacity() + raw.currency.capacity(),
            Kept::Money(_) | Kept::Nothing => 0,
        }
    }

    /// This amount with the sign of `direction`: debit negates.
    #[must_use]
    pub fn signed(&self, direction: Direction) -> Amount {
        if direction == Direction::Credit {
            return self.clone();
        }
        match &self.0 {
            Kept::Money(money) => Amount::from(money.neg()),
            Kept::Raw(raw) => Amount::unread(&format!("-{}", raw.text), &raw.currency, raw.value.map(|value| -value)),
            Kept::Nothing => Amount::missing(),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.text(), self.currency_code())
    }
}

/// Characters kept of what stands in the place of a currency code.
const MAX_CODE: usize = 16;

/// A currency code as written. Many entries carry that of their account: of a text that is none no more is kept than shows it.
pub(crate) fn code_of(text: &str) -> &str {
    text.char_indices().nth(MAX_CODE).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The XML schema decimal grammar (`-5`, `+5`, `5.`, `.5`, `0005.50`) without rounding; none for anything else and for
/// more than 28 significant digits.
pub(crate) fn parse_exact(text: &str) -> Option<Decimal> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.len() + fraction.len() > 28 {
        return None;
    }
    let mut mantissa: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
    }
    let scale = u32::try_from(fraction.len()).ok()?;
    let value = Decimal::try_from_i128_with_scale(mantissa, scale).ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn money_when_it_fits() {
        for (text, currency, shown) in [
            ("18.150", "EUR", "18.15 EUR"),
            ("2700", "JPY", "2700 JPY"),
            ("1.234", "BHD", "1.234 BHD"),
            (".5", "CHF", "0.50 CHF"),
            ("0", "EUR", "0.00 EUR"),
        ] {
            let (amount, problem) = Amount::read(text, currency);
            assert_eq!(problem, None);
            assert_eq!(amount.money().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn text_and_exact_value_when_it_does_not() {
        let (amount, problem) = Amount::read("100.0000000000005", "EUR");
        assert_eq!(problem, Some(Problem(FindingKind::AmountPrecision)));
        assert_eq!((amount.money(), amount.text().as_ref()), (None, "100.0000000000005"));
        assert_eq!(amount.value().unwrap().to_string(), "100.0000000000005");
        for (text, currency, kind) in [
            ("1.5", "JPY", FindingKind::AmountPrecision),
            ("1e3", "EUR", FindingKind::AmountMalformed),
            ("1,00", "EUR", FindingKind::AmountMalformed),
            ("1_0", "EUR", FindingKind::AmountMalformed),
            ("٣", "EUR", FindingKind::AmountMalformed),
            ("", "EUR", FindingKind::AmountMissing),
            ("1", "XXX", FindingKind::CurrencyUnknown),
            ("1", "", FindingKind::CurrencyMissing),
            ("99999999999999999999", "EUR", FindingKind::AmountOutOfRange),
        ] {
            assert_eq!(Amount::read(text, currency).1, Some(Problem(kind)), "{text} {currency}");
        }
    }

    #[test]
    fn a_sign_is_given_by_the_direction() {
        let (amount, _) = Amount::read("5", "EUR");
        assert_eq!(amount.signed(Direction::Debit).to_string(), "-5.00 EUR");
        assert_eq!(amount.signed(Direction::Credit).to_string(), "5.00 EUR");
        let (odd, _) = Amount::read("5.001", "EUR");
        assert_eq!(odd.signed(Direction::Debit).value().unwrap().to_string(), "-5.001");
    }
}
