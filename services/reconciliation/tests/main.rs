//! Reconciliation through its contract, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bank_accounts;
mod camt;
mod corpora;
mod documents;
mod feeds;
mod fixture;
mod importing;
mod ledger;
mod matching;
mod model;
mod payments;
mod receipts;
mod replay;
mod returns;
mod tenancy;
