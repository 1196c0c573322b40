//! quittance-formats
