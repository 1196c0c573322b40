//! Files that tests and fuzzing read: advices with what they say, archives written byte by byte, and where the public
//! sample files are. Only ever a dev-dependency.

// A helper for tests fails the way a test does.
#![allow(clippy::unwrap_used)]

pub mod advices;
pub mod archive;
pub mod corpora;
