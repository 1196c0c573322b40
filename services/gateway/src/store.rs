//! API keys and sessions. Secrets are never stored, only their SHA-256.

pub mod api_keys;
pub mod sessions;

use quittance_types::Fault;
use sha2::{Digest, Sha256};

/// What is stored of a secret. The secrets have 256 random bits, so a plain hash is enough.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

pub(crate) fn corrupt(what: impl std::fmt::Display) -> Fault {
    Fault::internal(format!("a stored row cannot be read: {what}"))
}
