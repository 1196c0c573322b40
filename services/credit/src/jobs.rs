//! Time-driven work, each in bounded batches, safe to repeat, with the date passed in.

pub mod expire_reservations;
pub mod recheck_holds;
