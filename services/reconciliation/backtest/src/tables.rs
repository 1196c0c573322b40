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

use quittance_types::BusinessDate;

use crate::error::BacktestError;
use crate::intake::{Refused, TableRead};
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
    let mut reads = vec![
        customers::read(folder, ledgers, progress)?,
        open_items::read(folder, ledgers, progress)?,
        closed_items::read(folder, ledgers, progress)?,
    ];
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
    BusinessDate::parse(day).map_err(|_| Refused::new(column, "is not a date such as 2026-01-31", text))
}

/// A date, or none where the column is empty.
fn optional_date(column: &'static str, text: &str) -> Result<Option<BusinessDate>, Refused> {
    if text.is_empty() { Ok(None) } else { date(column, text).map(Some) }
}

/// A value that must be there.
fn required<'t>(column: &'static str, text: &'t str) -> Result<&'t str, Refused> {
    if text.is_empty() { Err(Refused::new(column, "is empty", text)) } else { Ok(text) }
}

/// The parts of a list separated by `;`.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}
