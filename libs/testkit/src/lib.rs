//! quittance-testkit
