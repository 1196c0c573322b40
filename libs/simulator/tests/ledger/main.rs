//! Folders of ledgers: same seed, same bytes; statements read back; the truth conserves money and over-applies nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod files;
mod scoring;
mod truth;

use std::collections::BTreeMap;
use std::path::Path;

use quittance_simulator::ledger::{self, Counts, Params, Profile};
use tempfile::TempDir;

/// A small folder with every kind of seller.
fn folder(seed: u64, profile: Profile) -> (TempDir, Counts) {
    let directory = tempfile::tempdir().unwrap();
    let params = Params { seed, sellers: 12, items: 6000, lines: 1800, history: 1200, profile };
    let counts = ledger::generate(&params, directory.path()).unwrap();
    (directory, counts)
}

/// Rows of a CSV file by column name.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// Minor units at two decimals, whatever the currency.
fn cents(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let negative = whole.starts_with('-');
    let whole: i64 = whole.parse().unwrap();
    let fraction: i64 = format!("{fraction:0<2}").parse().unwrap();
    whole * 100 + if negative { -fraction } else { fraction }
}
