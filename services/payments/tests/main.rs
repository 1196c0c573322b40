//! Payments through its contract, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod fixture;
mod life;
mod peers;
mod refunds;
mod replay;
