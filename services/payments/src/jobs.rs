//! Time-driven work, in bounded batches, safe to repeat, with the date passed in.

pub mod sync_payments;
