//! quittance-collections
