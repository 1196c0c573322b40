//! The service's gRPC face: parse, one transaction, answer.

pub mod credit;
pub mod customers;
pub mod holds;
pub mod policies;

pub(crate) use quittance_chassis::request::{as_of, check_etag, chosen, date, filter, optional_customer};
