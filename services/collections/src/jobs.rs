//! Time-driven work, in bounded batches, safe to repeat.

pub mod deliver_notices;
pub mod evaluate_promises;
