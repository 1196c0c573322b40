//! quittance-tests
