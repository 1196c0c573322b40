//! Minor units: text, shares, rates.

use quittance_types::Currency;

/// Euros per unit of a currency, in millionths.
const RATES: [(&str, i64); 9] = [
    ("EUR", 1_000_000),
    ("USD", 921_300),
    ("CHF", 1_043_200),
    ("GBP", 1_168_700),
    ("SEK", 88_120),
    ("JPY", 6_124),
    ("NOK", 86_450),
    ("DKK", 134_070),
    ("PLN", 234_600),
];

/// The rates of `fx_rates.csv`: currency and euros per unit.
pub fn rates() -> impl Iterator<Item = (&'static str, String)> {
    RATES.iter().map(|(code, rate)| (*code, format!("{}.{:06}", rate / 1_000_000, rate % 1_000_000)))
}

/// A currency of the table.
pub fn currency(code: &str) -> Option<Currency> {
    Currency::parse(code).ok()
}

/// `12345` as `123.45`, with the digits of the currency.
pub fn text(minor: i64, currency: Currency) -> String {
    with_point(minor, currency, '.', None)
}

/// With a decimal comma and, if given, a separator of thousands.
pub fn with_point(minor: i64, currency: Currency, point: char, thousands: Option<char>) -> String {
    let digits = currency.minor_digits();
    let unit = 10_u64.pow(digits);
    let absolute = minor.unsigned_abs();
    let mut whole = (absolute / unit).to_string();
    if let Some(separator) = thousands {
        let mut place = whole.len();
        while place > 3 {
            place -= 3;
            whole.insert(place, separator);
        }
    }
    let sign = if minor < 0 { "-" } else { "" };
    if digits == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}{point}{:0width$}", absolute % unit, width = digits as usize)
}

/// `tenths` tenths of a per cent of an amount, half up.
pub fn percent(amount: i64, tenths: u32) -> i64 {
    (amount * i64::from(tenths) + 500) / 1000
}

/// An amount in another currency at the table's rate, moved by `wobble` millionths.
pub fn convert(minor: i64, from: Currency, to: Currency, wobble: i64) -> i64 {
    let rate = |currency: Currency| RATES.iter().find(|(code, _)| *code == currency.code()).map_or(1_000_000, |(_, rate)| *rate);
    let (from_unit, to_unit) = (10_i128.pow(from.minor_digits()), 10_i128.pow(to.minor_digits()));
    let numerator = i128::from(minor) * i128::from(rate(from)) * to_unit * i128::from(1_000_000 + wobble);
    let denominator = i128::from(rate(to)) * from_unit * 1_000_000;
    ((numerator + denominator / 2) / denominator) as i64
}

/// One unit of a currency in minor units.
pub fn unit(currency: Currency) -> i64 {
    10_i64.pow(currency.minor_digits())
}

/// So many hundredths of a euro-sized unit, in minor units: 1.50 is 150 in EUR and 150 in JPY, which has none smaller.
pub fn cents(hundredths: i64, currency: Currency) -> i64 {
    match currency.code() {
        "SEK" | "NOK" => hundredths * 10,
        _ => hundredths,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_as_text() {
        let (eur, jpy, usd) = (currency("EUR").unwrap(), currency("JPY").unwrap(), currency("USD").unwrap());
        assert_eq!(text(-123_405, eur), "-1234.05");
        assert_eq!(text(150_000, jpy), "150000");
        assert_eq!(with_point(123_456_789, eur, ',', Some('.')), "1.234.567,89");
        assert_eq!(percent(10_001, 20), 200);
        assert_eq!(convert(100_000, usd, eur, 0), 92_130);
        assert_eq!(convert(150_000, jpy, eur, 0), 91_860);
    }
}
