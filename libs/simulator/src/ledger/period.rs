//! The days of a folder: four weeks of statements, and the months of history before.

use quittance_types::BusinessDate;

use crate::calendar;

/// First day of the statements.
const FIRST: (i32, u32, u32) = (2026, 5, 4);
/// Days of the statements, week ends included.
const LENGTH: i32 = 26;
/// Days of history before.
const HISTORY: i32 = 170;

/// Bank days, as days since 1970-01-01.
#[derive(Clone, Debug)]
pub struct Period {
    /// First day of the statements.
    pub first: i32,
    /// Last day of the statements.
    pub last: i32,
    /// First day of the year of the statements.
    pub year: i32,
    /// Bank days of the statements.
    pub days: Vec<i32>,
    /// Bank days of the history.
    pub history: Vec<i32>,
}

impl Period {
    /// The period every folder has.
    pub fn new() -> Period {
        let first = BusinessDate::from_ymd(FIRST.0, FIRST.1, FIRST.2).map_or(0, BusinessDate::days);
        let year = BusinessDate::from_ymd(FIRST.0, 1, 1).map_or(0, BusinessDate::days);
        let bank_days = |from: i32, until: i32| (from..until).filter(|day| calendar::is_bank_day(date(*day))).collect();
        Period {
            first,
            last: first + LENGTH - 1,
            year,
            days: bank_days(first, first + LENGTH),
            history: bank_days(first - HISTORY, first - 1),
        }
    }
}

impl Default for Period {
    fn default() -> Period {
        Period::new()
    }
}

/// The date of a day since 1970-01-01; the last date there is for a day beyond.
pub fn date(day: i32) -> BusinessDate {
    BusinessDate::from_days(day).unwrap_or(BusinessDate::MAX)
}
