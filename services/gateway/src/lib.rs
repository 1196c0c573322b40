//! quittance-gateway
