//! The engine through its public door.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::inconsistent_digit_grouping, clippy::mistyped_literal_suffixes, reason = "amounts are cents: 1_190_00 is 1,190.00")]

mod advised;
mod differences;
mod earlier_lines;
mod equal_amounts;
mod failure_modes;
mod fixture;
mod habits;
mod operations;
mod orders;
mod paid_ahead;
mod payers;
mod periods;
mod promises;
mod properties;
mod quoted_numbers;
mod readings;
mod returned;
mod trial;
mod unquoted;
mod worked_examples;
