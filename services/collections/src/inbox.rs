//! What we do when another service says something. Every handler may see an event again, or an older one late: copies carry
//! versions.

pub mod credit;
pub mod reconciliation;

use quittance_types::{Fault, Reason};

/// The refusal of an event without the thing it is about.
pub(crate) fn undecodable() -> Fault {
    Fault::new(Reason::EventUndecodable, "The event lacks the thing it is about.")
}
