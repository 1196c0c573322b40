//! Amounts between text and whole minor units, without a detour over decimals: five million rows pass here.

use quittance_types::Currency;

/// Larger amounts are no money anybody has: the limit of [`quittance_types::Money`].
const MAX_MINOR: u64 = 1_000_000_000_000_000;

/// Reads `-?[0-9]+(\.[0-9]+)?` into minor units of `currency`; zeros beyond its decimals are dropped. What is written in
/// another country's way is read where it can mean one thing only: `1.234,50`, `1 234,5`, `1,234.50`, `12,50-`.
///
/// # Errors
/// The reason in words, for the report.
pub fn parse_minor(text: &str, currency: Currency) -> Result<i64, &'static str> {
    plain(text, currency).or_else(|why| grouped(text).map_or(Err(why), |text| plain(&text, currency)))
}

/// The same amount with a point and without groups; none when the text is no such amount, or `1,234` could be either.
fn grouped(text: &str) -> Option<String> {
    let (text, is_behind) = text.strip_suffix('-').map_or((text, false), |rest| (rest, true));
    let (sign, text) = if is_behind { ("-", text) } else { text.strip_prefix('-').map_or(("", text), |rest| ("-", rest)) };
    let text = text.strip_prefix('+').unwrap_or(text);
    let last = text.rfind(['.', ','])?;
    let (before, fraction) = (text.get(..last)?, text.get(last + 1..)?);
    let separator = text.get(last..=last)?;
    let is_group = |letter: char| matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}' | '.' | ',');
    let groups: Vec<&str> = before.split(is_group).collect();
    let is_ambiguous = groups.len() == 1 && fraction.len() == 3 || before.contains(separator);
    let (first, rest) = groups.split_first()?;
    let is_regular = (1..=3).contains(&first.len()) || rest.is_empty();
    let fits = !is_ambiguous && is_regular && rest.iter().all(|group| group.len() == 3);
    fits.then(|| format!("{sign}{}.{fraction}", groups.concat()))
}

fn plain(text: &str, currency: Currency) -> Result<i64, &'static str> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.is_empty() || fraction.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return Err("is not an amount such as 1234.50");
    }
    let scale = usize::try_from(currency.minor_digits()).unwrap_or_default();
    let (kept, beyond) = fraction.split_at_checked(scale).unwrap_or((fraction, ""));
    if beyond.bytes().any(|digit| digit != b'0') {
        return Err("has more decimals than its currency");
    }
    let padding = std::iter::repeat_n(b'0', scale - kept.len());
    let mut minor: u64 = 0;
    for digit in whole.bytes().chain(kept.bytes()).chain(padding) {
        minor = minor.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    }
    if minor > MAX_MINOR {
        return Err("is larger than any ledger holds");
    }
    let minor = i64::try_from(minor).unwrap_or_default();
    Ok(if negative { -minor } else { minor })
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Appends an amount in decimal notation with the decimals of its currency: `-12.30`.
pub fn push_minor(out: &mut String, minor: i64, currency: Currency) {
    push_scaled(out, minor, currency.minor_digits());
}

/// An amount in decimal notation with the decimals of its currency.
pub fn minor_text(minor: i64, currency: Currency) -> String {
    let mut text = String::new();
    push_minor(&mut text, minor, currency);
    text
}

/// Appends `value` / 10^`digits` in decimal notation.
pub(crate) fn push_scaled(out: &mut String, value: i64, digits: u32) {
    use std::fmt::Write as _;
    let unit = 10_u64.saturating_pow(digits);
    let size = value.unsigned_abs();
    if value < 0 {
        out.push('-');
    }
    // Writing to a string cannot fail.
    let _ = match digits {
        0 => write!(out, "{size}"),
        _ => write!(out, "{}.{:0width$}", size / unit, size % unit, width = digits as usize),
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn text_becomes_minor_units_and_back() {
        let yen = Currency::JPY;
        for (text, currency, minor, shown) in [
            ("0", Currency::EUR, 0, "0.00"),
            ("1234.5", Currency::EUR, 123_450, "1234.50"),
            ("-0.05", Currency::EUR, -5, "-0.05"),
            ("18.1500", Currency::EUR, 1815, "18.15"),
            ("2700", yen, 2700, "2700"),
            ("2700.00", yen, 2700, "2700"),
            ("1,50", Currency::EUR, 150, "1.50"),
            ("1.234,50", Currency::EUR, 123_450, "1234.50"),
            ("1,234,567.5", Currency::EUR, 123_456_750, "1234567.50"),
            ("-1 234,50", Currency::EUR, -123_450, "-1234.50"),
            ("1\u{202f}234,50", Currency::EUR, 123_450, "1234.50"),
            ("1'234.50", Currency::EUR, 123_450, "1234.50"),
            ("12,50-", Currency::EUR, -1_250, "-12.50"),
        ] {
            assert_eq!(parse_minor(text, currency).unwrap(), minor, "{text}");
            assert_eq!(minor_text(minor, currency), shown);
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for text in ["", ".", "1.", ".5", "1,234", "12.34,50", "1.23.4,5", "1,2,3", "1e3", "--1", "-1,50-", "+1", "١", "EUR 5", "1,5x"] {
            assert!(parse_minor(text, Currency::EUR).is_err(), "{text}");
        }
        assert_eq!(parse_minor("1.001", Currency::EUR), Err("has more decimals than its currency"));
        assert_eq!(parse_minor("1.5", Currency::JPY), Err("has more decimals than its currency"));
        assert_eq!(parse_minor("99999999999999999999999", Currency::EUR), Err("is larger than any ledger holds"));
    }
}
