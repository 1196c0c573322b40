//! The chassis against real databases and over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod calendar;
mod cancellation;
mod chain;
mod consumers;
mod cut;
mod events;
mod fixture;
mod groups;
mod idempotency;
mod jobs;
mod migrations;
mod published;
mod sequencer;
mod tenancy;
mod transactions;
mod transport;
