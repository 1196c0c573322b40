//! Minting internal tokens.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use quittance_types::{Fault, Timestamp};

use super::keys::SigningKey;
use super::{Claims, TOKEN_LIFE};
use crate::clock::Clock;
use crate::ctx::Principal;

/// Tokens remembered for reuse before the memory is emptied.
const REMEMBERED: usize = 1024;

/// Signs internal tokens in the name of one issuer. Cheap to clone.
#[derive(Clone)]
pub struct TokenMinter(Arc<Inner>);

struct Inner {
    issuer: String,
    header: Header,
    key: EncodingKey,
    clock: Clock,
    minted: Mutex<HashMap<Purpose, Minted>>,
}

/// What a token says, times aside.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Purpose {
    principal: Principal,
    audience: String,
}

struct Minted {
    token: Arc<str>,
    at: Timestamp,
}

impl fmt::Debug for TokenMinter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenMinter({})", self.0.issuer)
    }
}

impl TokenMinter {
    pub(super) fn new(key: &SigningKey, clock: Clock) -> TokenMinter {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.public().id().to_owned());
        let issuer = key.public().issuer().to_owned();
        TokenMinter(Arc::new(Inner { issuer, header, key: key.encoding(), clock, minted: Mutex::default() }))
    }

    /// In whose name it signs.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// A fresh token for `principal` at the service `audience`, valid from now for `life`.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if signing fails.
    pub fn mint(&self, principal: &Principal, audience: &str, life: Duration) -> Result<String, Fault> {
        let now = self.0.clock.now().micros().div_euclid(1_000_000);
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: audience.to_owned(),
            sub: principal.subject.clone(),
            maker: principal.maker.clone(),
            ten: principal.tenant.to_string(),
            kind: principal.kind.as_str().to_owned(),
            perms: principal.permissions.patterns().map(str::to_owned).collect(),
            iat: now,
            nbf: now,
            exp: now.saturating_add(i64::try_from(life.as_secs()).unwrap_or(i64::MAX)),
        };
        jsonwebtoken::encode(&self.0.header, &claims, &self.0.key).map_err(|_| Fault::internal("a token cannot be signed"))
    }

    /// A token for `principal` at `audience` with at least half of its life left; an earlier one if there is one.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if signing fails.
    pub fn token(&self, principal: &Principal, audience: &str) -> Result<Arc<str>, Fault> {
        let now = self.0.clock.now();
        let purpose = Purpose { principal: principal.clone(), audience: audience.to_owned() };
        if let Some(token) = self.remembered(&purpose, now) {
            return Ok(token);
        }
        let token: Arc<str> = Arc::from(self.mint(principal, audience, TOKEN_LIFE)?);
        let mut minted = self.0.minted.lock().unwrap_or_else(PoisonError::into_inner);
        if minted.len() >= REMEMBERED {
            minted.clear();
        }
        minted.insert(purpose, Minted { token: token.clone(), at: now });
        Ok(token)
    }

    fn remembered(&self, purpose: &Purpose, now: Timestamp) -> Option<Arc<str>> {
        let minted = self.0.minted.lock().unwrap_or_else(PoisonError::into_inner);
        let found = minted.get(purpose)?;
        // A clock that was moved back must not hand out tokens from its future.
        let fresh = found.at <= now && now.since(found.at) < TOKEN_LIFE / 2;
        fresh.then(|| found.token.clone())
    }
}
