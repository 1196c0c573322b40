//! Reconciliation: whose money it is and what it pays.

pub mod domain;
mod importing;
mod jobs;
mod migrations;
mod store;
mod wire;
