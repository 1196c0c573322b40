//! Bank days: weekdays that are not TARGET closing days.
//!
//! Rule: ECB, TARGET calendar since 2002: Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26
//! December are closed.

use quittance_types::{BusinessDate, Fault};

/// Whether banks book on this day.
pub fn is_bank_day(date: BusinessDate) -> bool {
    let weekday = date.weekday();
    if weekday > 5 {
        return false;
    }
    let (year, month, day) = date.ymd();
    if matches!((month, day), (1, 1) | (5, 1) | (12, 25 | 26)) {
        return false;
    }
    let (easter_month, easter_day) = easter(year);
    let Ok(sunday) = BusinessDate::from_ymd(year, easter_month, easter_day) else {
        return true;
    };
    !matches!(date.days_since(sunday), -2 | 1)
}

/// The day itself when banks book on it, else the next one on which they do.
///
/// # Errors
/// `DATE_INVALID` when the calendar ends before.
pub fn bank_day_from(mut date: BusinessDate) -> Result<BusinessDate, Fault> {
    while !is_bank_day(date) {
        date = date.plus_days(1)?;
    }
    Ok(date)
}

/// The day itself when banks book on it, else the last one before on which they do.
///
/// # Errors
/// `DATE_INVALID` when the calendar begins after.
pub fn bank_day_until(mut date: BusinessDate) -> Result<BusinessDate, Fault> {
    while !is_bank_day(date) {
        date = date.minus_days(1)?;
    }
    Ok(date)
}

/// The bank day `count` bank days after `date`; with 0 the first bank day from `date` on.
///
/// # Errors
/// `DATE_INVALID` when the calendar ends before.
pub fn plus_bank_days(date: BusinessDate, count: u32) -> Result<BusinessDate, Fault> {
    let mut day = bank_day_from(date)?;
    for _ in 0..count {
        day = bank_day_from(day.plus_days(1)?)?;
    }
    Ok(day)
}

/// Month and day of Easter Sunday, by the anonymous Gregorian computation (Meeus, Astronomical Algorithms, chapter 8).
fn easter(year: i32) -> (u32, u32) {
    let golden = year % 19;
    let (century, rest) = (year / 100, year % 100);
    let (leap_centuries, century_rest) = (century / 4, century % 4);
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - moon + 15) % 30;
    let weekday = (32 + 2 * century_rest + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * late + 114;
    ((sum / 31) as u32, (sum % 31 + 1) as u32)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(text: &str) -> BusinessDate {
        BusinessDate::parse(text).unwrap()
    }

    #[test]
    fn closing_days_of_three_years() {
        for closed in [
            "2024-03-29",
            "2024-04-01",
            "2025-04-18",
            "2025-04-21",
            "2026-04-03",
            "2026-04-06",
            "2025-05-01",
            "2025-12-25",
            "2025-12-26",
            "2026-01-01",
            "2025-02-01",
            "2025-02-02",
        ] {
            assert!(!is_bank_day(date(closed)), "{closed}");
        }
        for open in ["2025-04-17", "2025-04-22", "2025-12-24", "2025-12-29", "2025-10-03", "2026-01-02"] {
            assert!(is_bank_day(date(open)), "{open}");
        }
    }

    #[test]
    fn rolling_goes_the_right_way() {
        assert_eq!(bank_day_from(date("2025-04-18")).unwrap(), date("2025-04-22"));
        assert_eq!(bank_day_until(date("2025-04-21")).unwrap(), date("2025-04-17"));
        assert_eq!(plus_bank_days(date("2025-04-16"), 2).unwrap(), date("2025-04-22"));
    }
}
