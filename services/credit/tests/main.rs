//! Credit through its contract, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod customers;
mod decisions;
mod events;
mod fixture;
mod holds;
mod import;
mod limits;
mod peers;
mod policies;
mod replay;
mod reservations;
