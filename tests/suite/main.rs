//! The suite as a whole: its layering, its contracts, its demo.

mod bad_input;
mod contracts;
mod demo;
mod http;
mod layering;
mod trace;
