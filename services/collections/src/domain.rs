//! The rules of collections as plain values and functions: no database, no clock, no wire.

pub mod aging;
pub mod contact;
pub mod dispute;
pub mod dunning;
pub mod kpi;
pub mod letter;
pub mod notice;
pub mod promise;
pub mod selection;
pub mod strategy;

use quittance_types::{Fault, Reason};

/// The refusal of a step a thing cannot take.
pub(crate) fn illegal(what: &str, from: &str, to: &str) -> Fault {
    let message = format!("The {what} is {from}; it cannot become {to}.");
    Fault::new(Reason::IllegalTransition, message).with("from", from).with("to", to)
}
