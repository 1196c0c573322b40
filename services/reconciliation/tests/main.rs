//! Reconciliation through its contract, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bank_accounts;
mod bulk;
mod calibration;
mod camt;
mod corpora;
mod corrections;
mod days;
mod decisions;
mod deductions;
mod documents;
mod exceptions;
mod feeds;
mod fixture;
mod formats;
mod groups;
mod importing;
mod ledger;
mod ledgers;
mod locks;
mod match_runs;
mod matching;
mod model;
mod payments;
mod policies;
mod receipts;
mod remittance;
mod replay;
mod returns;
mod sellers;
mod tenancy;
mod trials;
mod waking;
mod workbook;
