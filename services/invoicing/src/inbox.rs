//! What we do when other services say something. Every handler may see an event again, or an older one late.

pub mod collections;
pub mod credit;
pub mod reconciliation;
