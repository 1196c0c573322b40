//! The rules of payments as plain values and functions: no database, no clock, no wire.

pub mod payment;
pub mod refund;
pub mod script;
