//! Numbers, money, dates and ages as a person reads them.
//!
//! All digits of an amount are shown; only chart axes shorten. The minus is U+2212, the space before a percent sign is a
//! narrow no-break space, zero is `0.00`, and what does not apply is "–".

use quittance_types::{BusinessDate, Currency, Decimal, Money, TimeZone, Timestamp};

mod age;
mod share;

pub use age::{Age, age_between, age_in_days};
pub use share::{foot_days, permille, permilles};

/// The sign before a negative figure.
pub const MINUS: char = '\u{2212}';
/// What stands where a figure does not apply.
pub const NOT_APPLICABLE: &str = "–";
/// Between a figure and its percent sign.
const NARROW_SPACE: char = '\u{202F}';

/// How a locale writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    group: char,
    decimal: char,
    symbol_after: bool,
}

impl Default for Format {
    /// English: `1,234.50`, `€1,234.50`.
    fn default() -> Self {
        Format { group: ',', decimal: '.', symbol_after: false }
    }
}

impl Format {
    /// The format of a BCP 47 language tag; English for one we do not know.
    pub fn of_locale(tag: &str) -> Format {
        let mut parts = tag.split(['-', '_']);
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let region = parts.next_back().unwrap_or_default().to_ascii_uppercase();
        match (language.as_str(), region.as_str()) {
            ("de" | "it" | "fr", "CH") | ("de", "LI") => Format { group: '’', decimal: '.', symbol_after: false },
            ("de", "AT") => Format { group: NARROW_SPACE, decimal: ',', symbol_after: false },
            ("nl", _) | ("pt", "BR") => Format { group: '.', decimal: ',', symbol_after: false },
            ("de" | "es" | "it" | "pt" | "da" | "tr", _) => Format { group: '.', decimal: ',', symbol_after: true },
            ("fr" | "sv" | "nb" | "fi" | "pl" | "cs", _) => Format { group: NARROW_SPACE, decimal: ',', symbol_after: true },
            _ => Format::default(),
        }
    }

    /// A count: `1,204`.
    pub fn count(&self, count: u64) -> String {
        self.grouped(&count.to_string())
    }

    /// An amount without its currency, every digit of it: `−1,234.50`.
    pub fn amount(&self, money: Money) -> String {
        let sign = if money.is_negative() { MINUS.to_string() } else { String::new() };
        format!("{sign}{}", self.digits(money))
    }

    /// A difference: always with a sign unless it is zero.
    pub fn difference(&self, money: Money) -> String {
        format!("{}{}", sign_of(money), self.digits(money))
    }

    /// An amount inside a sentence, with the symbol of its currency or else the code: `€1,234.50`, `CHF 1,234.50`.
    pub fn prose(&self, money: Money) -> String {
        let sign = if money.is_negative() { MINUS.to_string() } else { String::new() };
        format!("{sign}{}", self.with_symbol(money))
    }

    /// A difference inside a sentence: `+€1,234.50`.
    pub fn prose_difference(&self, money: Money) -> String {
        format!("{}{}", sign_of(money), self.with_symbol(money))
    }

    /// Tenths of a percent as a percentage with one decimal: `28.4 %`.
    pub fn permille(&self, tenths: i64) -> String {
        format!("{}{NARROW_SPACE}%", self.tenths(tenths))
    }

    /// A whole percentage, for estimates in a sentence: `6 %`.
    pub fn whole_percent(&self, percent: i64) -> String {
        let sign = if percent < 0 { MINUS.to_string() } else { String::new() };
        format!("{sign}{}{NARROW_SPACE}%", self.count(percent.unsigned_abs()))
    }

    /// Tenths as a number with one decimal: `43.8`.
    pub fn tenths(&self, tenths: i64) -> String {
        let sign = if tenths < 0 { MINUS.to_string() } else { String::new() };
        let magnitude = tenths.unsigned_abs();
        format!("{sign}{}{}{}", self.count(magnitude / 10), self.decimal, magnitude % 10)
    }

    /// A number of days or a rate with one decimal, halves away from zero: `43.8`.
    pub fn one_decimal(&self, value: Decimal) -> String {
        tenths_of(value).map_or_else(|| NOT_APPLICABLE.to_owned(), |tenths| self.tenths(tenths))
    }

    /// A value on a chart axis, shortened: `400k`, `1.5M`. The only place where an amount loses digits.
    pub fn axis(&self, whole_units: i128) -> String {
        let magnitude = whole_units.unsigned_abs();
        let sign = if whole_units < 0 { MINUS.to_string() } else { String::new() };
        let (unit, suffix) = match magnitude {
            1_000_000_000.. => (1_000_000_000, "bn"),
            1_000_000.. => (1_000_000, "M"),
            1_000.. => (1_000, "k"),
            _ => (1, ""),
        };
        let whole = self.grouped(&(magnitude / unit).to_string());
        let tenth = (magnitude % unit) * 10 / unit;
        let fraction = if tenth == 0 { String::new() } else { format!("{}{tenth}", self.decimal) };
        format!("{sign}{whole}{fraction}{suffix}")
    }

    /// `20 Nov 2026`.
    pub fn date(&self, date: BusinessDate) -> String {
        let (year, month, day) = date.ymd();
        format!("{day} {} {year}", month_name(month))
    }

    /// `20 Nov`.
    pub fn day_and_month(&self, date: BusinessDate) -> String {
        let (_, month, day) = date.ymd();
        format!("{day} {}", month_name(month))
    }

    /// `Nov 2026`.
    pub fn month_and_year(&self, date: BusinessDate) -> String {
        let (year, month, _) = date.ymd();
        format!("{} {year}", month_name(month))
    }

    /// `Nov`.
    pub fn month(&self, date: BusinessDate) -> &'static str {
        month_name(date.ymd().1)
    }

    /// `Fri`.
    pub fn weekday(&self, date: BusinessDate) -> &'static str {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let at = usize::try_from(date.weekday()).unwrap_or_default().wrapping_sub(1);
        names.get(at).copied().unwrap_or_default()
    }

    /// `09:41` in the tenant's zone.
    pub fn time(&self, at: Timestamp, zone: &TimeZone) -> String {
        let seconds = seconds_of_day(at, zone);
        format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    }

    /// `09:41:07` in the tenant's zone.
    pub fn time_with_seconds(&self, at: Timestamp, zone: &TimeZone) -> String {
        format!("{}:{:02}", self.time(at, zone), seconds_of_day(at, zone) % 60)
    }

    fn with_symbol(&self, money: Money) -> String {
        let digits = self.digits(money);
        match (symbol(money.currency()), self.symbol_after) {
            (Some(symbol), false) => format!("{symbol}{digits}"),
            (Some(symbol), true) => format!("{digits}\u{A0}{symbol}"),
            (None, _) => format!("{}\u{A0}{digits}", money.currency().code()),
        }
    }

    fn digits(&self, money: Money) -> String {
        let places = usize::try_from(money.currency().minor_digits()).unwrap_or_default();
        let minor = format!("{:0width$}", money.minor().unsigned_abs(), width = places.saturating_add(1));
        let (whole, fraction) = minor.split_at(minor.len().saturating_sub(places));
        let whole = self.grouped(whole);
        if places == 0 { whole } else { format!("{whole}{}{fraction}", self.decimal) }
    }

    fn grouped(&self, digits: &str) -> String {
        let mut out = String::with_capacity(digits.len().saturating_mul(4) / 3);
        for (at, digit) in digits.chars().enumerate() {
            let left = digits.len().saturating_sub(at);
            if at > 0 && left % 3 == 0 {
                out.push(self.group);
            }
            out.push(digit);
        }
        out
    }
}

fn sign_of(money: Money) -> String {
    match (money.is_positive(), money.is_negative()) {
        (true, _) => "+".to_owned(),
        (_, true) => MINUS.to_string(),
        _ => String::new(),
    }
}

/// The symbol of a currency that has one nobody mistakes; others are named by their code.
fn symbol(currency: Currency) -> Option<&'static str> {
    match currency.code() {
        "EUR" => Some("€"),
        "USD" => Some("$"),
        "GBP" => Some("£"),
        "JPY" => Some("¥"),
        _ => None,
    }
}

/// Tenths of a decimal, halves away from zero; `None` beyond the range of 64 bits.
#[allow(clippy::disallowed_methods, reason = "a ratio to be shown, not an amount")]
pub fn tenths_of(value: Decimal) -> Option<i64> {
    use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    use rust_decimal::prelude::ToPrimitive;
    value.checked_mul(Decimal::TEN)?.round_dp_with_strategy(0, MidpointAwayFromZero).to_i64()
}

fn month_name(month: u32) -> &'static str {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = usize::try_from(month).unwrap_or_default().wrapping_sub(1);
    names.get(at).copied().unwrap_or_default()
}

fn seconds_of_day(at: Timestamp, zone: &TimeZone) -> i64 {
    let zone = jiff::tz::TimeZone::get(zone.name()).unwrap_or(jiff::tz::TimeZone::UTC);
    let Ok(instant) = jiff::Timestamp::from_microsecond(at.micros()) else {
        return 0;
    };
    let time = zone.to_datetime(instant).time();
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}
