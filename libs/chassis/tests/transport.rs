//! The transport half, over real sockets and over wires within the process.

mod access;
mod callers;
mod configuration;
mod deadlines;
mod drain;
mod failures;
mod fake;
mod floods;
mod frames;
mod harness;
mod limits;
mod nodes;
mod protocol;
mod telemetry;
mod tls;
mod wires;
