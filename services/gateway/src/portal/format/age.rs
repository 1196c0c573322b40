//! How long something has waited, in words up to seven days.

use quittance_types::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A length of waiting, at the coarseness a person uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Under an hour.
    Minutes(i64),
    /// Under a day.
    Hours(i64),
    /// A day and some hours, under two days.
    DayAndHours(i64),
    /// Two days and more, or whole days from the start.
    Days(i64),
}

impl Age {
    /// In a table: `20 min`, `2 h`, `1 day 4 h`, `3 days`.
    pub fn short(self) -> String {
        match self {
            Age::Minutes(minutes) => format!("{minutes} min"),
            Age::Hours(hours) => format!("{hours} h"),
            Age::DayAndHours(0) | Age::Days(1) => "1 day".to_owned(),
            Age::DayAndHours(hours) => format!("1 day {hours} h"),
            Age::Days(days) => format!("{days} days"),
        }
    }

    /// In a sentence: `twenty minutes`, `three days`.
    pub fn words(self) -> String {
        match self {
            Age::Minutes(minutes) => number_and_unit(minutes, "minute", "minutes"),
            Age::Hours(hours) => number_and_unit(hours, "hour", "hours"),
            Age::DayAndHours(_) => "one day".to_owned(),
            Age::Days(days) => number_and_unit(days, "day", "days"),
        }
    }

    /// About how many minutes, for finding the oldest.
    pub fn minutes(self) -> i64 {
        match self {
            Age::Minutes(minutes) => minutes,
            Age::Hours(hours) => hours.saturating_mul(60),
            Age::DayAndHours(hours) => hours.saturating_add(24).saturating_mul(60),
            Age::Days(days) => days.saturating_mul(24 * 60),
        }
    }

    /// Whole days, for ordering by how long something has waited.
    pub fn whole_days(self) -> i64 {
        match self {
            Age::Minutes(_) | Age::Hours(_) => 0,
            Age::DayAndHours(_) => 1,
            Age::Days(days) => days,
        }
    }
}

/// The age of something that began at `since`, seen at `now`; nothing is younger than no minutes.
pub fn age_between(since: Timestamp, now: Timestamp) -> Age {
    let seconds = now.micros().saturating_sub(since.micros()).max(0) / 1_000_000;
    match seconds {
        ..HOUR => Age::Minutes(seconds / MINUTE),
        HOUR..DAY => Age::Hours(seconds / HOUR),
        DAY.. if seconds < 2 * DAY => Age::DayAndHours((seconds - DAY) / HOUR),
        _ => Age::Days(seconds / DAY),
    }
}

/// An age known in whole days only; a day in the future counts as today.
pub fn age_in_days(days: i32) -> Age {
    Age::Days(i64::from(days.max(0)))
}

fn number_and_unit(number: i64, one: &str, many: &str) -> String {
    let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let word = usize::try_from(number).ok().and_then(|at| words.get(at).copied());
    let unit = if number == 1 { one } else { many };
    word.map_or_else(|| format!("{number} {unit}"), |word| format!("{word} {unit}"))
}
