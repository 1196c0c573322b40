//! quittance-reconciliation
