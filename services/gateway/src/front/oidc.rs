//! People's tokens from an OIDC issuer, checked against keys on disk. Nothing is fetched, whatever a token's header says.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use quittance_chassis::{Permissions, Principal, config::invalid};
use quittance_types::{Fault, Reason, TenantId, Timestamp};
use serde_json::{Map, Value};

use super::identify::Vouched;
use crate::OidcIssuer;

/// Algorithms whose keys cannot be confused with a shared secret.
const ALLOWED: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
const LEEWAY_SECONDS: i64 = 60;
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// An issuer with its keys.
pub(super) struct Issuer {
    settings: OidcIssuer,
    keys: HashMap<String, (Algorithm, DecodingKey)>,
}

impl Issuer {
    /// Reads the issuer's JWKS.
    pub(super) fn read(settings: &OidcIssuer) -> Result<Issuer, Fault> {
        let unreadable = || invalid("service.oidc.jwks_file", "a readable JWKS with RSA, EC or Ed25519 keys");
        let text = std::fs::read_to_string(&settings.jwks_file).map_err(|_| unreadable())?;
        let set: JwkSet = serde_json::from_str(&text).map_err(|_| unreadable())?;
        let mut keys = HashMap::new();
        for key in &set.keys {
            let algorithm = key.common.key_algorithm.and_then(|algorithm| algorithm.to_string().parse::<Algorithm>().ok());
            let (Some(id), Some(algorithm)) = (key.common.key_id.clone(), algorithm) else { continue };
            if ALLOWED.contains(&algorithm) {
                keys.insert(id, (algorithm, DecodingKey::from_jwk(key).map_err(|_| unreadable())?));
            }
        }
        if keys.is_empty() { Err(unreadable()) } else { Ok(Issuer { settings: settings.clone(), keys }) }
    }

    /// Whether the token names one of this issuer's keys.
    pub(super) fn knows(&self, token: &str) -> bool {
        decode_header(token).ok().and_then(|header| header.kid).is_some_and(|id| self.keys.contains_key(&id))
    }

    /// Who the token speaks for.
    ///
    /// # Errors
    /// TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_AUDIENCE.
    pub(super) fn verify(&self, token: &str, now: Timestamp) -> Result<Vouched, Fault> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(refused());
        }
        let header = decode_header(token).map_err(|_| refused())?;
        let (algorithm, key) = header.kid.and_then(|id| self.keys.get(&id)).ok_or_else(refused)?;
        let mut validation = Validation::new(*algorithm);
        // Times are judged below, by the clock of the service.
        validation.validate_exp = false;
        validation.set_audience(&[&self.settings.audience]);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        let claims = decode::<Map<String, Value>>(token, key, &validation).map_err(|error| reason(&error))?.claims;
        self.check_times(&claims, now)?;
        let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
        let tenant = TenantId::parse(text(&self.settings.tenant_claim).ok_or_else(refused)?).map_err(|_| refused())?;
        let granted = claims.get(&self.settings.permissions_claim).and_then(Value::as_array);
        let granted = granted.into_iter().flatten().filter_map(Value::as_str).map(Box::<str>::from);
        let principal = Principal::user(text("sub").ok_or_else(refused)?, tenant, Permissions::of(granted));
        let signed_at = seconds(&claims, "iat").or_else(|| seconds(&claims, "nbf")).unwrap_or_default();
        Ok(Vouched { principal, signed_at: Timestamp::from_micros(signed_at.saturating_mul(1_000_000)) })
    }

    /// A token says from when to when it is good, and not for longer than the settings allow: what was taken away from a
    /// person must not live on in a token.
    fn check_times(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), Fault> {
        let now = now.micros().div_euclid(1_000_000);
        let from = seconds(claims, "nbf").or_else(|| seconds(claims, "iat")).ok_or_else(refused)?;
        let until = seconds(claims, "exp").ok_or_else(refused)?;
        let life = until.saturating_sub(from);
        if life <= 0 || life > i64::from(self.settings.longest_life_minutes).saturating_mul(60) {
            return Err(refused());
        }
        if from > now.saturating_add(LEEWAY_SECONDS) {
            return Err(refused());
        }
        if until.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(Fault::new(Reason::TokenExpired, "The token has run out. Sign in again."));
        }
        Ok(())
    }
}

/// A NumericDate of RFC 7519, in whole seconds.
fn seconds(claims: &Map<String, Value>, claim: &str) -> Option<i64> {
    claims.get(claim).and_then(Value::as_i64)
}

fn reason(error: &jsonwebtoken::errors::Error) -> Fault {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidAudience | ErrorKind::InvalidIssuer => Fault::new(Reason::TokenAudience, "The token is meant for somebody else."),
        _ => refused(),
    }
}

fn refused() -> Fault {
    Fault::new(Reason::TokenInvalid, "The token is not accepted here. Sign in again.")
}
