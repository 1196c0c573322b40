//! Rows and their events. Saving writes both, so nothing can be changed without being published.

pub mod notes;
