//! Instants, and the zones that turn them into business dates.

use std::fmt;
use std::time::Duration;

use crate::date::BusinessDate;
use crate::fault::Fault;
use crate::reason::Reason;
use crate::serialize::serialize_as_text;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// 2199-12-31T23:59:59.999999Z.
const MAX_MICROS: i64 = 84_006 * MICROS_PER_DAY - 1;

/// An instant, in microseconds since 1970-01-01T00:00:00Z; never after the year 2199.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const MIN: Self = Self(0);
    /// 2199-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(MAX_MICROS);

    /// The instant this many microseconds after 1970, held to the years 1970 to 2199. For values we wrote ourselves;
    /// what others send goes through [`Timestamp::checked`].
    pub const fn from_micros(micros: i64) -> Self {
        if micros < 0 {
            Self::MIN
        } else if micros > MAX_MICROS {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// The instant this many microseconds after 1970. Errors: `DATE_INVALID` outside 1970 to 2199.
    pub fn checked(micros: i64) -> Result<Self, Fault> {
        let instant = Self::from_micros(micros);
        if instant.0 == micros { Ok(instant) } else { Err(invalid("the instant lies outside 1970 to 2199")) }
    }

    /// Reads RFC 3339, any offset. Digits beyond microseconds are cut. Errors: `DATE_INVALID`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| invalid("not an instant of the form 2026-01-31T12:00:00Z"))?;
        Self::checked(instant.as_microsecond())
    }

    /// Microseconds since 1970-01-01T00:00:00Z. The form in the store.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The day it is at this instant in that zone.
    pub fn date_in(self, zone: &TimeZone) -> BusinessDate {
        let instant = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        let offset = i64::from(zone.0.to_offset(instant).seconds());
        let local = self.0.saturating_add(offset.saturating_mul(MICROS_PER_SECOND));
        BusinessDate::saturating(local.div_euclid(MICROS_PER_DAY))
    }

    /// The first instant of that day in that zone; where the clock skips midnight, the first instant after the gap.
    pub fn start_of(date: BusinessDate, zone: &TimeZone) -> Self {
        let (year, month, day) = date.ymd();
        let small = |value: u32| i8::try_from(value).unwrap_or(1);
        let civil = jiff::civil::Date::new(i16::try_from(year).unwrap_or(1970), small(month), small(day));
        let start = civil.ok().and_then(|civil| zone.0.to_zoned(civil.to_datetime(jiff::civil::Time::midnight())).ok());
        let utc = i64::from(date.days()).saturating_mul(MICROS_PER_DAY);
        Self::from_micros(start.map_or(utc, |start| start.timestamp().as_microsecond()))
    }

    /// The instant `span` later, at most the end of 2199.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(whole_micros(span)))
    }

    /// The instant `span` earlier, at least the start of 1970.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(whole_micros(span)))
    }

    /// The time passed since `earlier`; zero when that lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = BusinessDate::saturating(self.0.div_euclid(MICROS_PER_DAY));
        let of_day = self.0.rem_euclid(MICROS_PER_DAY);
        let (seconds, micros) = (of_day / MICROS_PER_SECOND, of_day % MICROS_PER_SECOND);
        write!(f, "{date}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

serialize_as_text!(Timestamp);

/// A zone of the IANA database, such as `Europe/Berlin`.
#[derive(Clone, PartialEq, Eq)]
pub struct TimeZone(jiff::tz::TimeZone);

impl TimeZone {
    /// Coordinated universal time.
    pub const fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }

    /// Reads the name of a zone. Errors: `TIME_ZONE_UNKNOWN`.
    pub fn parse(name: &str) -> Result<Self, Fault> {
        let zone = jiff::tz::TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some() && !zone.is_unknown());
        zone.map(Self).ok_or_else(|| Fault::new(Reason::TimeZoneUnknown, "not a time zone of the IANA database such as Europe/Berlin"))
    }

    /// The name of the zone.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

serialize_as_text!(TimeZone);

fn invalid(message: &str) -> Fault {
    Fault::new(Reason::DateInvalid, message)
}

fn whole_micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
