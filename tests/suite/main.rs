//! The suite as a whole: its layering, its contracts, its demo.

mod contracts;
mod demo;
#[allow(dead_code, reason = "the parts that only bad_input needs")]
mod http;
mod layering;
mod trace;
