//! Work the RPCs and the clock share: bounded, safe to repeat, with the date passed in.

pub mod match_runs;
pub mod matching;
pub mod trial;
