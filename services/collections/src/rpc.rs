//! The service's gRPC face: parse, one transaction, answer.

pub mod analytics;
pub mod disputes;
pub mod dunning;
pub mod promises;
pub mod strategies;

use quittance_api::{convert, google::r#type::Date};
use quittance_types::{BusinessDate, Fault};

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
