//! The rules, as plain functions and state machines over values. Nothing here reads, writes, or knows the time.

pub mod account;
pub mod application;
pub mod bank;
pub mod classify;
pub mod happening;
pub mod item;
pub mod journal;
pub mod line;
pub mod matching;
pub mod receipt;
pub mod returns;
pub mod statement;
pub mod subledger;
