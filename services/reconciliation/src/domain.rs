//! The rules, as plain functions and state machines over values. Nothing here reads, writes, or knows the time.

pub mod account;
pub mod answer;
pub mod application;
pub mod bank;
pub mod classify;
pub mod confirmation;
pub mod deduction;
pub mod exception;
pub mod happening;
pub mod item;
pub mod journal;
pub mod keys;
pub mod line;
pub mod match_run;
pub mod policy;
pub mod receipt;
pub mod remittance;
pub mod returns;
pub mod statement;
pub mod subledger;
