//! What we do when other services say something. Every handler may see an event again, or an older one late.

pub mod collections;
pub mod credit;
pub mod reconciliation;

use quittance_types::{Fault, Reason};

/// The refusal of an event without the thing it is about.
pub(crate) fn undecodable() -> Fault {
    Fault::new(Reason::EventUndecodable, "the event lacks the thing it is about")
}
