//! What we do when another service says something. Every handler may see an event again: what was done already is
//! recognised by its document, payment or refund, or by the version of what is copied.

pub mod collections;
pub mod credit;
pub mod invoicing;
pub mod payments;

use quittance_api::convert::{date_from_wire, money_from_wire};
use quittance_api::google::r#type::{Date, Money as WireMoney};
use quittance_chassis::events::needed;
use quittance_types::{BusinessDate, Fault, Money, Reason};

fn money(money: &Option<WireMoney>) -> Result<Money, Fault> {
    money_from_wire(money).map_err(undecodable)
}

fn date(date: Option<&Date>, what: &str) -> Result<BusinessDate, Fault> {
    needed(date_from_wire(date).map_err(undecodable)?, what)
}

fn undecodable(fault: Fault) -> Fault {
    Fault::new(Reason::EventUndecodable, fault.message())
}

/// An id that may be empty.
fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some).map_err(undecodable) }
}
