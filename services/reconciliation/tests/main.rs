//! Reconciliation through its contract, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bank_accounts;
mod camt;
mod corpora;
mod decisions;
mod deductions;
mod documents;
mod exceptions;
mod feeds;
mod fixture;
mod formats;
mod importing;
mod ledger;
mod ledgers;
mod match_runs;
mod matching;
mod model;
mod payments;
mod policies;
mod receipts;
mod remittance;
mod replay;
mod returns;
mod tenancy;
mod workbook;
