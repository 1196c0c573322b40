//! The rules of credit as plain values and functions: no database, no clock, no wire.

pub mod account;
pub mod customer;
pub mod decision;
pub mod exposure;
pub mod hold;
pub mod limit;
pub mod policy;
pub mod reservation;
