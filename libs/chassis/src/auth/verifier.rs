//! Accepting internal tokens.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use quittance_types::{Fault, Reason, TenantId, Timestamp};

use super::keys::PublicKey;
use super::{Claims, GATEWAY, LEEWAY_SECONDS, MAX_LIFE_SECONDS};
use crate::clock::Clock;
use crate::ctx::{Permissions, Principal, PrincipalKind};

/// Longer tokens are refused before they are looked at.
const MAX_TOKEN_BYTES: usize = 8192;
/// Verified tokens remembered before the memory is emptied.
const REMEMBERED: usize = 1024;

/// Accepts the tokens made for one audience. Cheap to clone.
#[derive(Clone)]
pub struct TokenVerifier(Arc<Inner>);

struct Inner {
    audience: String,
    keys: HashMap<String, (Arc<str>, DecodingKey)>,
    validation: Validation,
    clock: Clock,
    verified: Mutex<HashMap<Box<str>, Verified>>,
}

/// A token that was accepted: for whom, and by whose word.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Who is acting.
    pub principal: Principal,
    /// Who signed: the gateway or the calling service.
    pub issuer: Arc<str>,
    /// When it was signed.
    pub signed_at: Timestamp,
    not_before: i64,
    expires: i64,
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenVerifier({})", self.0.audience)
    }
}

impl TokenVerifier {
    pub(super) fn new(trusted: &[PublicKey], audience: &str, clock: Clock) -> TokenVerifier {
        let entry = |key: &PublicKey| (key.id().to_owned(), (Arc::from(key.issuer()), key.decoding()));
        let keys = trusted.iter().map(entry).collect();
        // Times, audience and issuer are judged here, against the injected clock and with reasons of their own.
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        TokenVerifier(Arc::new(Inner { audience: audience.to_owned(), keys, validation, clock, verified: Mutex::default() }))
    }

    /// Who the bearer of `token` is.
    ///
    /// # Errors
    /// `TOKEN_INVALID` for anything malformed, unsigned or signed by a stranger; `TOKEN_AUDIENCE` for a token made
    /// for or by another; `TOKEN_EXPIRED`; `CALLER_NOT_ALLOWED` if a service vouches for a person.
    pub fn verify(&self, token: &str) -> Result<Verified, Fault> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(invalid("it is too long"));
        }
        if let Some(verified) = self.remembered(token) {
            self.check_times(&verified)?;
            return Ok(verified);
        }
        let (issuer, key) = self.key_of(token)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.0.validation)
            .map_err(|_| invalid("its signature or claims are not acceptable"))?
            .claims;
        let verified = self.accept(claims, issuer)?;
        self.check_times(&verified)?;
        self.remember(token, &verified);
        Ok(verified)
    }

    fn key_of(&self, token: &str) -> Result<(&Arc<str>, &DecodingKey), Fault> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| invalid("it is malformed"))?;
        if header.alg != Algorithm::EdDSA || brings_its_own_key(&header) {
            return Err(invalid("its header is not acceptable"));
        }
        let found = header.kid.as_deref().and_then(|id| self.0.keys.get(id));
        found.map(|(issuer, key)| (issuer, key)).ok_or_else(|| invalid("its key is unknown"))
    }

    fn accept(&self, claims: Claims, issuer: &Arc<str>) -> Result<Verified, Fault> {
        if claims.iss != **issuer || claims.aud != self.0.audience {
            return Err(Fault::new(Reason::TokenAudience, "the token was made for or by another service"));
        }
        let life = claims.exp.saturating_sub(claims.nbf);
        if life <= 0 || life > MAX_LIFE_SECONDS {
            return Err(invalid("its life is not acceptable"));
        }
        let kind = PrincipalKind::parse(&claims.kind).ok_or_else(|| invalid("its kind is unknown"))?;
        let vouches_for_people = matches!(kind, PrincipalKind::User | PrincipalKind::Machine);
        if vouches_for_people && **issuer != *GATEWAY {
            return Err(Fault::new(Reason::CallerNotAllowed, "only the gateway vouches for people and machines").with("caller", issuer));
        }
        let tenant = TenantId::parse(&claims.ten).map_err(|_| invalid("its tenant is malformed"))?;
        if claims.sub.is_empty() || claims.maker.as_deref().is_some_and(str::is_empty) {
            return Err(invalid("its subject is empty"));
        }
        let permissions = Permissions::of(claims.perms);
        let principal = Principal { kind, subject: claims.sub, maker: claims.maker, tenant, permissions };
        let signed_at = Timestamp::from_micros(claims.iat.saturating_mul(1_000_000));
        Ok(Verified { principal, issuer: issuer.clone(), signed_at, not_before: claims.nbf, expires: claims.exp })
    }

    fn check_times(&self, verified: &Verified) -> Result<(), Fault> {
        let now = self.0.clock.now().micros().div_euclid(1_000_000);
        if verified.not_before > now.saturating_add(LEEWAY_SECONDS) {
            return Err(invalid("it is not valid yet"));
        }
        if verified.expires.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(Fault::new(Reason::TokenExpired, "the token has expired"));
        }
        Ok(())
    }

    fn remembered(&self, token: &str) -> Option<Verified> {
        self.0.verified.lock().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    fn remember(&self, token: &str, verified: &Verified) {
        let mut memory = self.0.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= REMEMBERED {
            memory.clear();
        }
        memory.insert(Box::from(token), verified.clone());
    }
}

/// Headers by which a token would choose the key that judges it, or ask for rules we do not know.
fn brings_its_own_key(header: &Header) -> bool {
    let named = [&header.jku, &header.x5u, &header.x5t, &header.x5t_s256].iter().any(|field| field.is_some());
    named || header.jwk.is_some() || header.x5c.is_some() || header.crit.is_some() || header.enc.is_some() || header.zip.is_some()
}

fn invalid(why: &str) -> Fault {
    Fault::new(Reason::TokenInvalid, format!("the token is not accepted: {why}"))
}
