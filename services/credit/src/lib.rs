//! quittance-credit
