//! The suite as a whole: its layering, its contracts, its demo.

mod contracts;
mod demo;
mod http;
mod layering;
mod trace;
