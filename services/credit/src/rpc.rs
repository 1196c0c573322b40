//! The service's gRPC face: parse, one transaction, answer.

pub mod credit;
pub mod customers;
pub mod holds;
pub mod policies;
pub mod wire;

use quittance_api::{convert, google::r#type::Date};
pub(crate) use quittance_chassis::request::{as_of, check_etag, chosen, filter};
use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault};

/// Who four eyes are counted by. The same person comes as a user through the gateway and as a service's principal when
/// that service submits an order for them, so the kind of principal must not tell two people apart.
pub(crate) fn person(tx: &Tx) -> &str {
    &tx.ctx().principal.subject
}

pub(crate) fn date(date: Option<&Date>) -> Result<Option<BusinessDate>, Fault> {
    convert::date_from_wire(date)
}
