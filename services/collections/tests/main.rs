//! Collections through its contract, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod analytics;
mod delivery;
mod disputes;
mod dunning;
mod fixture;
mod mail_server;
mod peers;
mod promises;
mod property;
mod replay;
mod strategies;
