//! quittance-reconciliation

pub mod domain;
