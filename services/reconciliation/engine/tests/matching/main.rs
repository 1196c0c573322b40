//! The engine through its public door.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::inconsistent_digit_grouping, clippy::mistyped_literal_suffixes, reason = "amounts are cents: 1_190_00 is 1,190.00")]

mod fixture;
mod operations;
mod properties;
mod readings;
