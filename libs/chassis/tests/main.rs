//! The persistence half of the chassis against real databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cancellation;
mod chain;
mod consumers;
mod cut;
mod events;
mod fixture;
mod groups;
mod idempotency;
mod jobs;
mod tenancy;
mod transactions;
