//! Internal tokens: who may mint them, who accepts them, and where the keys lie.
//!
//! A service accepts one kind of credential: a JSON Web Token of two minutes, signed with Ed25519 by an issuer whose
//! public key it holds, made for this service as the audience. The key id in the header binds the token to its
//! issuer, so one service cannot sign in the name of another. Nothing is ever fetched.

mod keys;
mod token;
mod verifier;

use std::time::Duration;

pub use keys::{KeyRing, PublicKey, SigningKey};
pub use token::TokenMinter;
pub use verifier::{TokenVerifier, Verified};

/// The issuer that vouches for people and machines; other issuers may only speak as services.
pub const GATEWAY: &str = "gateway";

/// How long a minted token lives.
pub const TOKEN_LIFE: Duration = Duration::from_secs(120);

/// How far two clocks may disagree.
const LEEWAY_SECONDS: i64 = 60;

/// No token may live longer, whoever signed it.
const MAX_LIFE_SECONDS: i64 = 900;

/// What a token says. Times are seconds since the epoch.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Claims {
    /// Issuer: the service or gateway that signed.
    iss: String,
    /// Audience: the service it is for.
    aud: String,
    /// Subject: the actor within the tenant.
    sub: String,
    /// Tenant id as on the wire.
    ten: String,
    /// Who answers for a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maker: Option<String>,
    /// Kind of principal.
    kind: String,
    /// Permission patterns.
    perms: Vec<String>,
    iat: i64,
    nbf: i64,
    exp: i64,
}
