//! The service's gRPC face: parse, one transaction, answer.

pub mod payments;
pub mod refunds;
