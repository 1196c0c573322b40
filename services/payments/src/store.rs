//! Rows and their events. `save` writes both, so nothing can be changed without being published.

pub mod customers;
pub mod entity;
pub mod payments;
pub mod rail;
pub mod refunds;

pub(crate) use quittance_chassis::stored::{corrupt, from_json, money, to_json};
