//! The rules as plain values and functions: no database, no clock, no wire.

pub mod note;
