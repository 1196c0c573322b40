//! The service's gRPC face: parse, one transaction, answer.

pub mod credit;
pub mod customers;
pub mod holds;
pub mod policies;
pub mod wire;

use quittance_api::{convert, google::r#type::Date};
pub(crate) use quittance_chassis::request::{as_of, check_etag, chosen, filter};
use quittance_types::{BusinessDate, Fault};

pub(crate) fn date(date: Option<&Date>) -> Result<Option<BusinessDate>, Fault> {
    convert::date_from_wire(date)
}
