//! A date, with the time of day and the offset where the file gives them.

use std::fmt;
use std::num::NonZeroU64;

use quittance_types::{BusinessDate, Timestamp};

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// One more than the microseconds of a day: a time of day, or none.
const TIMES: u64 = 86_400_000_001;
/// One more than the offsets there are, in minutes either way: an offset, or none.
const OFFSETS: u64 = 1_682;
/// No place on earth is further from UTC, in minutes.
const MAX_OFFSET: i16 = 14 * 60;

/// A date as a bank writes it. The date is the bank's own local date: it is never shifted to another time zone.
///
/// Every entry has two of them, mostly without a time: date, time and offset are one number, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(NonZeroU64);

impl From<BusinessDate> for Moment {
    fn from(date: BusinessDate) -> Moment {
        Moment::of(date, None, None)
    }
}

impl Moment {
    /// An offset or a time no day has is left out.
    fn of(date: BusinessDate, micros: Option<i64>, offset: Option<i16>) -> Moment {
        let days = u64::try_from(date.days()).unwrap_or_default();
        let time = micros.filter(|micros| *micros < MICROS_PER_DAY).and_then(|micros| u64::try_from(micros).ok());
        let minutes = offset.filter(|offset| offset.unsigned_abs() <= MAX_OFFSET.unsigned_abs()).map(|offset| offset + MAX_OFFSET);
        let offset = minutes.and_then(|minutes| u64::try_from(minutes).ok());
        let counted = |part: Option<u64>| part.map_or(0, |part| part + 1);
        let number = (days * TIMES + counted(time)) * OFFSETS + counted(offset);
        Moment(NonZeroU64::MIN.saturating_add(number))
    }

    fn number(self) -> u64 {
        self.0.get() - 1
    }

    /// Calendar date as written.
    pub fn date(&self) -> BusinessDate {
        let days = self.number() / OFFSETS / TIMES;
        i32::try_from(days).ok().and_then(|days| BusinessDate::from_days(days).ok()).unwrap_or(BusinessDate::MAX)
    }

    /// Microseconds since local midnight, when a time was given.
    pub fn micros_of_day(&self) -> Option<i64> {
        i64::try_from((self.number() / OFFSETS % TIMES).checked_sub(1)?).ok()
    }

    /// Minutes east of UTC, when an offset was given.
    pub fn offset_minutes(&self) -> Option<i16> {
        let minutes = i16::try_from((self.number() % OFFSETS).checked_sub(1)?).ok()?;
        Some(minutes - MAX_OFFSET)
    }

    /// The same day at so many microseconds since midnight; without a time when they are no part of a day.
    #[must_use]
    pub fn at(self, micros_of_day: i64) -> Moment {
        Moment::of(self.date(), Some(micros_of_day), self.offset_minutes())
    }

    /// The same with an offset of so many minutes east of UTC; without one beyond 14 hours.
    #[must_use]
    pub fn with_offset(self, minutes: Option<i16>) -> Moment {
        Moment::of(self.date(), self.micros_of_day(), minutes)
    }

    /// Reads an XML schema date or date-time: `2026-01-31`, `2026-01-31+01:00`, `2026-01-31T08:00:00.5Z`. Returns none
    /// for anything else, and for days that do not exist. `24:00:00` is the first moment of the next day.
    pub fn parse_iso(text: &str) -> Option<Moment> {
        let text = text.trim();
        let (day, rest) = text.split_at_checked(10)?;
        let date = BusinessDate::parse(day).ok()?;
        let Some(clock) = rest.strip_prefix('T') else {
            return Some(Moment::of(date, None, parse_offset(rest)?));
        };
        let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
        let (time, zone) = clock.split_at_checked(end)?;
        let micros = parse_time(time)?;
        let offset = parse_offset(zone)?;
        if micros == MICROS_PER_DAY {
            return Some(Moment::of(date.plus_days(1).ok()?, Some(0), offset));
        }
        Some(Moment::of(date, Some(micros), offset))
    }

    /// The instant, known only when both a time and an offset were given.
    pub fn instant(&self) -> Option<Timestamp> {
        let micros = self.micros_of_day()?;
        let offset = i64::from(self.offset_minutes()?).checked_mul(60_000_000)?;
        let days = i64::from(self.date().days()).checked_mul(MICROS_PER_DAY)?;
        Some(Timestamp::from_micros(days.checked_add(micros)?.checked_sub(offset)?))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl fmt::Display for Moment {
    /// ISO 8601: the date alone, or date and time with the offset as given.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.date())?;
        if let Some(micros) = self.micros_of_day() {
            let seconds = micros / 1_000_000;
            write!(out, "T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
            if micros % 1_000_000 != 0 {
                write!(out, ".{:06}", micros % 1_000_000)?;
            }
        }
        match self.offset_minutes() {
            Some(0) => out.write_str("Z"),
            Some(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                let minutes = minutes.unsigned_abs();
                write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            None => Ok(()),
        }
    }
}

fn two_digits(text: &str) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn parse_time(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours = two_digits(parts.next()?)?;
    let minutes = two_digits(parts.next()?)?;
    let (seconds, fraction) = match parts.next() {
        None => (0, ""),
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
            (two_digits(whole)?, fraction)
        }
    };
    if parts.next().is_some() || minutes > 59 || seconds > 59 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut micros = 0;
    for index in 0..6 {
        let digit = fraction.as_bytes().get(index).map_or(0, |byte| i64::from(byte - b'0'));
        micros = micros * 10 + digit;
    }
    let total = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros;
    (total <= MICROS_PER_DAY && hours <= 24).then_some(total)
}

/// Empty text is "no offset"; the outer `None` is "not an offset".
#[allow(clippy::option_option)]
fn parse_offset(text: &str) -> Option<Option<i16>> {
    if text.is_empty() {
        return Some(None);
    }
    if text == "Z" {
        return Some(Some(0));
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let total = two_digits(hours)? * 60 + two_digits(minutes)?;
    if total > i64::from(MAX_OFFSET) {
        return None;
    }
    i16::try_from(sign * total).ok().map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Moment;

    #[test]
    fn reads_what_banks_write() {
        for (text, shown) in [
            ("2014-12-31", "2014-12-31"),
            ("2014-12-31+01:00", "2014-12-31+01:00"),
            ("2007-10-18T08:00:00+01:00", "2007-10-18T08:00:00+01:00"),
            ("2025-07-24T06:10:29.000000000", "2025-07-24T06:10:29"),
            ("2014-11-12T11:45:26.371Z", "2014-11-12T11:45:26.371000Z"),
            ("2019-12-31T24:00:00", "2020-01-01T00:00:00"),
        ] {
            assert_eq!(Moment::parse_iso(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "2026-02-30",
            "20260101",
            "2026-01-01T25:00:00",
            "2026-01-01T10:00:61",
            "2026-01-01T1:00",
            "2026-01-01 10:00",
            "ü026-01-01",
        ] {
            assert_eq!(Moment::parse_iso(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_put_together_is_what_is_read() {
        let last = Moment::from(quittance_types::BusinessDate::MAX).at(86_399_999_999).with_offset(Some(840));
        assert_eq!(last.to_string(), "2199-12-31T23:59:59.999999+14:00");
        let first = Moment::from(quittance_types::BusinessDate::MIN).with_offset(Some(-840));
        assert_eq!((first.to_string().as_str(), first.micros_of_day()), ("1970-01-01-14:00", None));
        let sorted = ["2026-01-05", "2026-01-05-01:00", "2026-01-05Z", "2026-01-05T00:00:00", "2026-01-05T00:00:01", "2026-01-06"];
        let moments = sorted.map(|text| Moment::parse_iso(text).unwrap());
        assert!(moments.is_sorted() && moments.map(|moment| moment.to_string()) == sorted);
        assert_eq!(first.at(86_400_000_000).with_offset(Some(841)).to_string(), "1970-01-01");
    }

    #[test]
    fn an_instant_needs_an_offset() {
        let zoned = Moment::parse_iso("1970-01-02T01:00:00+01:00").unwrap();
        assert_eq!(zoned.instant().unwrap().micros(), 86_400_000_000);
        assert_eq!(Moment::parse_iso("1970-01-02T01:00:00").unwrap().instant(), None);
    }
}
