//! Business dates: days of the tenant's calendar, without time or zone.

use std::fmt;

use crate::fault::Fault;
use crate::reason::Reason;
use crate::serialize::serialize_as_text;

/// A day from 1970-01-01 to 2199-12-31 in the proleptic Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BusinessDate(i32);

impl BusinessDate {
    /// 1970-01-01, the first day.
    pub const MIN: Self = Self(0);
    /// 2199-12-31, the last day.
    pub const MAX: Self = Self(84_005);

    /// The day of this year, month (1-12) and day of month. Errors: `DATE_INVALID`.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Self, Fault> {
        let exists = (1970..=2199).contains(&year) && (1..=12).contains(&month);
        if !exists || day < 1 || day > days_in_month(year, month) {
            return Err(invalid(format!("{year:04}-{month:02}-{day:02} is not a date from 1970 to 2199")));
        }
        Ok(Self(days_from_civil(year, month, day)))
    }

    /// Reads `2026-01-31`, exactly in this form. Errors: `DATE_INVALID`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let malformed = || invalid("not a date of the form 2026-01-31".to_owned());
        let bytes = text.as_bytes();
        let digits = |byte: &u8, index: usize| {
            if index == 4 || index == 7 { *byte == b'-' } else { byte.is_ascii_digit() }
        };
        if bytes.len() != 10 || !bytes.iter().enumerate().all(|(index, byte)| digits(byte, index)) {
            return Err(malformed());
        }
        let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok()).ok_or_else(malformed);
        let year = i32::try_from(number(0..4)?).map_err(|_| malformed())?;
        Self::from_ymd(year, number(5..7)?, number(8..10)?)
    }

    /// The day this many days after 1970-01-01. Errors: `DATE_INVALID`.
    pub fn from_days(days: i32) -> Result<Self, Fault> {
        if (Self::MIN.0..=Self::MAX.0).contains(&days) {
            return Ok(Self(days));
        }
        Err(invalid("the date lies outside 1970 to 2199".to_owned()))
    }

    /// The nearest day in range; for arithmetic that may not fail.
    pub(crate) fn saturating(days: i64) -> Self {
        let bounded = days.clamp(i64::from(Self::MIN.0), i64::from(Self::MAX.0));
        Self(i32::try_from(bounded).unwrap_or(Self::MAX.0))
    }

    /// Days since 1970-01-01. The form in the store.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Year, month (1-12), day of month (1-31).
    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// The day `days` later, or earlier when negative. Errors: `DATE_INVALID`.
    pub fn plus_days(self, days: i32) -> Result<Self, Fault> {
        Self::from_days(self.0.saturating_add(days))
    }

    /// The day `days` earlier. Errors: `DATE_INVALID`.
    pub fn minus_days(self, days: i32) -> Result<Self, Fault> {
        Self::from_days(self.0.saturating_sub(days))
    }

    /// How many days this day lies after `other`; negative when it lies before.
    pub const fn days_since(self, other: Self) -> i32 {
        self.0.saturating_sub(other.0)
    }

    /// The last day of the same month.
    #[must_use]
    pub fn end_of_month(self) -> Self {
        let (year, month, _) = self.ymd();
        Self(days_from_civil(year, month, days_in_month(year, month)))
    }

    /// The first day of the same month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        let (year, month, _) = self.ymd();
        Self(days_from_civil(year, month, 1))
    }

    /// The same day `months` later (earlier when negative), or the last day of that month when it is shorter:
    /// one month after January 31 is February 28 or 29. Errors: `DATE_INVALID`.
    pub fn plus_months(self, months: i32) -> Result<Self, Fault> {
        let (year, month, day) = self.ymd();
        let from_zero = i64::from(year).saturating_mul(12).saturating_add(i64::from(month)).saturating_sub(1);
        let target = from_zero.saturating_add(i64::from(months));
        let year = i32::try_from(target.div_euclid(12)).unwrap_or(i32::MAX);
        let month = u32::try_from(target.rem_euclid(12)).unwrap_or(0).saturating_add(1);
        Self::from_ymd(year, month, day.min(days_in_month(year, month)))
    }

    /// The day of the week, 1 for Monday to 7 for Sunday (ISO 8601).
    pub fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        u32::try_from(self.0.saturating_add(3).rem_euclid(7)).unwrap_or(0).saturating_add(1)
    }

    /// True on Saturday and Sunday.
    pub fn is_weekend(self) -> bool {
        self.weekday() > 5
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serialize_as_text!(BusinessDate);

fn invalid(message: String) -> Fault {
    Fault::new(Reason::DateInvalid, message)
}

fn is_leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date whose year is between 1970 and 2199. Years are counted from March, so that the
/// leap day is the last of its year.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let (month, day) = (month.cast_signed(), day.cast_signed());
    let march_year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    march_year * 365 + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`] for 0 to 84005 days.
fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month.unsigned_abs(), day.unsigned_abs())
}
