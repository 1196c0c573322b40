//! Rows and their events. `save` writes both, so nothing can be changed without being published.

pub mod accounts;
pub mod customers;
pub mod entity;
pub mod holds;
pub mod limits;
pub mod policies;
pub mod reservations;

pub(crate) use quittance_chassis::stored::{corrupt, from_json, money, to_json};
