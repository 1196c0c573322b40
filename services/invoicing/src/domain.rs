//! The rules, as plain functions and state machines over values. No transport, no database, no clock.

pub mod content;
pub mod customer;
pub mod invoice;
pub mod legal_entity;
pub mod line;
pub mod memo;
pub mod number;
pub mod order;
pub mod terms;
pub mod totals;

use std::fmt::Display;

use quittance_types::{Fault, Reason};

/// The refusal of a step that a state does not allow.
pub(crate) fn illegal_transition(what: &str, from: impl Display, to: impl Display) -> Fault {
    Fault::new(Reason::IllegalTransition, format!("{what} that is {from} cannot become {to}")).with("from", from).with("to", to)
}
