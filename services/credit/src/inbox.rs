//! What we do when another service says something. Every handler may see an event again or late: reports carry versions,
//! and reservations only move where their state allows it.

pub mod collections;
pub mod invoicing;
pub mod reconciliation;
