//! Work the RPCs and the clock share: bounded, safe to repeat, with the date passed in.

pub mod matching;
