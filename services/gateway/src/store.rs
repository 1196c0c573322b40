//! API keys, sessions and revoked people. Secrets are never stored, only their SHA-256.

pub mod api_keys;
pub mod people;
pub mod sessions;

pub(crate) use quittance_chassis::stored::{corrupt, from_json, to_json};
use sha2::{Digest, Sha256};

/// What is stored of a secret. The secrets have 256 random bits, so a plain hash is enough.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
