//! quittance-invoicing
