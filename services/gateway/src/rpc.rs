//! The gateway's own gRPC services.

pub mod access;
pub mod customer360;
pub mod people;
