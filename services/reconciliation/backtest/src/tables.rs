//! The tables of the folder, each into the ledgers.

mod closed_items;
mod customers;
mod fx_rates;
mod history;
mod open_items;
mod policy;
mod sellers;

pub(crate) use policy::PolicyFile;

use std::path::Path;

use quittance_types::{BusinessDate, Decimal, parse_decimal};

use crate::error::BacktestError;
use crate::intake::{Odd, Refused, TableRead};
use crate::ledgers::Ledgers;
use crate::progress::Progress;

/// Tables of the folder by name; progress counts their bytes.
pub(crate) const FILES: [&str; 7] =
    ["policy.json", "fx_rates.csv", "sellers.csv", "customers.csv", "open_items.csv", "closed_items.csv", "history.jsonl"];

/// Reads what says who the sellers are and what they accept.
///
/// # Errors
/// A file that is there and cannot be read.
pub(crate) fn read_sellers(folder: &Path, progress: &dyn Progress) -> Result<(Ledgers, Vec<TableRead>), BacktestError> {
    let (policy, policy_read) = policy::read(folder, progress)?;
    let (rates, rates_read) = fx_rates::read(folder, progress)?;
    let mut ledgers = Ledgers::new(policy, rates);
    let sellers_read = sellers::read(folder, &mut ledgers, progress)?;
    Ok((ledgers, vec![policy_read, rates_read, sellers_read]))
}

/// Reads everything else into the ledgers.
///
/// # Errors
/// A file that is there and cannot be read.
pub(crate) fn read_ledgers(
    folder: &Path,
    history: bool,
    ledgers: &mut Ledgers,
    progress: &dyn Progress,
) -> Result<Vec<TableRead>, BacktestError> {
    customers::read_owners(folder, ledgers)?;
    let open = open_items::read(folder, ledgers, progress)?;
    let closed = closed_items::read(folder, ledgers, progress)?;
    let mut reads = vec![customers::read(folder, ledgers, progress)?, open, closed];
    if history {
        reads.push(history::read(folder, ledgers, progress)?);
    }
    Ok(reads)
}

/// A date; a time behind it is ignored.
fn date(column: &'static str, text: &str) -> Result<BusinessDate, Refused> {
    let day = match text.split_at_checked(10) {
        Some((day, rest)) if rest.starts_with(['T', ' ']) => day,
        _ => text,
    };
    let read = BusinessDate::parse(day).ok().or_else(|| date_of_parts(day));
    read.ok_or_else(|| Refused::new(column, "is not a date such as 2026-01-31", text))
}

/// `20260131`, `2026/01/31`, `31.01.2026` and `31/01/2026`; with slashes only where no month could be meant by the day.
fn date_of_parts(text: &str) -> Option<BusinessDate> {
    let is_compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_compact {
        return BusinessDate::parse(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])).ok();
    }
    let separator = text.chars().find(|letter| matches!(letter, '.' | '/' | '-'))?;
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let number = |part: &str| part.parse::<u32>().ok();
    let (year, month, day) = match (first.len(), third.len()) {
        (4, 1..=2) => (first, number(second)?, number(third)?),
        (1..=2, 4) => match (number(first)?, number(second)?) {
            (month, day) if separator == '/' && day > 12 => (third, month, day),
            (day, month) if separator != '/' || day > 12 || day == month => (third, month, day),
            _ => return None,
        },
        _ => return None,
    };
    BusinessDate::parse(&format!("{year}-{month:02}-{day:02}")).ok()
}

/// A date, or none where the column is empty or cannot be read: a row is worth more than one of its dates.
fn date_if_any(column: &'static str, text: &str, odd: &mut Odd) -> Option<BusinessDate> {
    if text.is_empty() {
        return None;
    }
    date(column, text).map_err(|refused| odd.push(refused)).ok()
}

/// A value that must be there.
fn required<'t>(column: &'static str, text: &'t str) -> Result<&'t str, Refused> {
    if text.is_empty() { Err(Refused::new(column, "is empty", text)) } else { Ok(text) }
}

/// A number with a point or a comma, its percent sign left aside.
fn number(text: &str) -> Option<Decimal> {
    let plain = text.trim_end_matches('%').trim().replace(',', ".");
    parse_decimal(&plain).ok()
}

/// The parts of a list separated by `;`, `|` or `,`.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '|', ',']).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_can_mean_one_day_only() {
        let expected = BusinessDate::parse("2026-01-31").ok();
        for text in [
            "2026-01-31",
            "2026-01-31T10:00:00",
            "2026-01-31 00:00:00",
            "20260131",
            "2026/01/31",
            "31.01.2026",
            "31/01/2026",
            "01/31/2026",
            "31.1.2026",
        ] {
            assert_eq!(date("", text).ok(), expected, "{text}");
        }
        for text in ["", "03/04/2026", "2026-02-30", "31.01.26", "1.2", "2026013", "x"] {
            assert!(date("", text).is_err(), "{text}");
        }
    }
}
