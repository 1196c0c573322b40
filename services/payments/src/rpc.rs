//! The service's gRPC face: parse, one transaction, answer.

pub mod payments;
pub mod refunds;
pub mod wire;

use quittance_types::{CustomerId, Fault};

/// A customer used as a filter: empty filters nothing.
///
/// # Errors
/// NAME_INVALID.
pub(crate) fn optional_customer(id: &str) -> Result<Option<CustomerId>, Fault> {
    let parse = |id| CustomerId::parse(id).map_err(|fault| fault.field("customer_id"));
    if id.is_empty() { Ok(None) } else { parse(id).map(Some) }
}
