//! Who is calling, and whether they may.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use quittance_types::{Fault, Reason};

use crate::auth::{TokenVerifier, Verified};
use crate::config::AuthSettings;
use crate::ctx::Permissions;
use crate::policy::Policy;

use super::tls::PeerName;

/// Headers in which a caller might try to choose a tenant: refused here, dropped at the gateway's door.
pub const TENANT_HEADERS: [&str; 5] = ["tenant", "tenant-id", "x-tenant", "x-tenant-id", "quittance-tenant"];
const ANY_CALLER: &str = "*";
const BEARER: &str = "Bearer ";

/// The door of one server.
pub(super) struct Access {
    verifier: TokenVerifier,
    callers: BTreeMap<String, Permissions>,
}

impl Access {
    pub(super) fn new(verifier: TokenVerifier, settings: &AuthSettings) -> Arc<Access> {
        let callers =
            settings.callers.iter().map(|(issuer, patterns)| (issuer.clone(), Permissions::of(patterns.iter().map(String::as_str))));
        Arc::new(Access { verifier, callers: callers.collect() })
    }

    /// Who is calling; `None` only for a public method without a token. Where TLS has shown which service is at the other
    /// end, it must be the one that signed the token: a stolen token is worth nothing to another service.
    ///
    /// # Errors
    /// `TOKEN_MISSING`, `TOKEN_INVALID`, `TOKEN_EXPIRED`, `TOKEN_AUDIENCE`, `CALLER_NOT_ALLOWED`,
    /// `TENANT_NOT_ALLOWED_IN_REQUEST`.
    pub(super) fn authenticate(&self, headers: &HeaderMap, peer: Option<&PeerName>, policy: &Policy) -> Result<Option<Verified>, Fault> {
        if let Some(name) = TENANT_HEADERS.iter().find(|name| headers.contains_key(**name)) {
            let message = "the tenant comes from the token only";
            return Err(Fault::new(Reason::TenantNotAllowedInRequest, message).with("header", name));
        }
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = match (values.next(), values.next()) {
            (None, _) if policy.public => return Ok(None),
            (None, _) => return Err(Fault::new(Reason::TokenMissing, "no token was sent")),
            (Some(value), None) => value,
            (Some(_), Some(_)) => {
                return Err(Fault::new(Reason::TokenInvalid, "more than one token was sent"));
            }
        };
        let token = value.to_str().ok().and_then(bearer);
        let token = token.ok_or_else(|| Fault::new(Reason::TokenInvalid, "the authorization header is not of the form Bearer <token>"))?;
        let verified = match self.verifier.verify(token) {
            // Nothing depends on who calls a public method; tools send the token they have to every method.
            Err(_) if policy.public => return Ok(None),
            verified => verified?,
        };
        match peer.map(PeerName::as_str) {
            Some(peer) if peer != &*verified.issuer => {
                let message = format!("{peer} may not use a token of {}", verified.issuer);
                Err(Fault::new(Reason::CallerNotAllowed, message).with("caller", peer))
            }
            _ => Ok(Some(verified)),
        }
    }

    /// Whether the caller may use the method: the issuer of the token must be let in here for its permission, and the
    /// principal must hold it.
    ///
    /// # Errors
    /// `CALLER_NOT_ALLOWED`, `PERMISSION_MISSING`.
    pub(super) fn authorise(&self, verified: &Verified, policy: &Policy) -> Result<(), Fault> {
        if policy.public {
            return Ok(());
        }
        let allowance = self.callers.get(&*verified.issuer).or_else(|| self.callers.get(ANY_CALLER));
        if !allowance.is_some_and(|allowance| allowance.allows(&policy.permission)) {
            let message = format!("{} may not call this method", verified.issuer);
            return Err(Fault::new(Reason::CallerNotAllowed, message).with("caller", &verified.issuer));
        }
        verified.principal.require(&policy.permission)
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_at_checked(BEARER.len())?;
    scheme.eq_ignore_ascii_case(BEARER).then_some(token).filter(|token| !token.is_empty())
}
