//! The portal's pages, rendered from fixtures: what they say, what they may not contain, what they weigh.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::float_arithmetic, clippy::indexing_slicing)]

#[path = "portal/fixtures.rs"]
mod fixtures;
#[path = "portal/format.rs"]
mod format;
#[path = "portal/html.rs"]
mod html;
#[path = "portal/look.rs"]
mod look;
#[path = "portal/safety.rs"]
mod safety;
#[path = "portal/words.rs"]
mod words;
