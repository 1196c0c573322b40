//! The back-test on folders written by hand: everything a prospect may do to a folder.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod determinism;
mod fixture;
mod habits;
mod incomplete;
mod intake;
mod matching;
mod remittance;
mod reports;
mod statements;
