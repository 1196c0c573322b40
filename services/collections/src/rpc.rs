//! The service's gRPC face: parse, one transaction, answer.

pub mod analytics;
pub mod disputes;
pub mod dunning;
pub mod promises;
pub mod strategies;
pub mod wire;

use quittance_api::{convert, google::r#type::Date};
use quittance_types::{BusinessDate, CustomerId, Fault};

/// A customer used as a filter: empty filters nothing.
///
/// # Errors
/// NAME_INVALID.
pub(crate) fn optional_customer(id: &str) -> Result<Option<CustomerId>, Fault> {
    let parse = |id| CustomerId::parse(id).map_err(|fault| fault.field("customer_id"));
    if id.is_empty() { Ok(None) } else { parse(id).map(Some) }
}

/// A date that may be left out.
///
/// # Errors
/// DATE_INVALID.
pub(crate) fn optional_date(field: &'static str, date: Option<&Date>) -> Result<Option<BusinessDate>, Fault> {
    convert::date_from_wire(date).map_err(|fault| fault.field(field))
}

/// A date as part of what a page token is bound to.
pub(crate) fn date_text(date: Option<BusinessDate>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

pub(crate) fn count(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
