//! quittance-payments
