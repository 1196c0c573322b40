//! The suite as a whole: its layering, its contracts, its demo, its audit, its faults.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audit;
mod bad_input;
mod company;
mod contracts;
mod customer360;
mod demo;
mod garbage;
mod http;
mod lapses;
mod late_events;
mod layering;
mod trace;
