//! Who is at the door: an API key, a token of ours, or a token of an OIDC issuer.

use http::{HeaderMap, header::AUTHORIZATION};
use quittance_chassis::{Ctx, Permissions, Principal, PrincipalKind, auth::Verified};
use quittance_types::{ApiKeyId, Fault, Reason, TenantId, Timestamp, Uuid};
use subtle::ConstantTimeEq;

use super::Front;
use crate::{
    rpc::access::KEY_PREFIX,
    store::{api_keys, hash, people},
};

/// What a token says that was accepted.
pub(super) struct Vouched {
    /// Whom it speaks for.
    pub(super) principal: Principal,
    /// When it was signed.
    pub(super) signed_at: Timestamp,
}

impl Front {
    /// Who brings these headers.
    ///
    /// # Errors
    /// TOKEN_MISSING without an Authorization header; TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_AUDIENCE.
    pub(super) async fn identify(&self, headers: &HeaderMap) -> Result<Principal, Fault> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let first = given.next().ok_or_else(|| Fault::new(Reason::TokenMissing, "Send Authorization: Bearer with an API key or token."))?;
        if given.next().is_some() {
            return Err(refused());
        }
        let token = first.to_str().ok().and_then(bearer).ok_or_else(refused)?;
        if token.starts_with(KEY_PREFIX) {
            return self.by_api_key(token).await;
        }
        self.admit(self.by_token(token)?).await
    }

    /// Who a token speaks for: a person of an OIDC issuer, or whoever one of ours names. Two issuers may call their keys the
    /// same; one of them will know its own.
    ///
    /// # Errors
    /// TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_AUDIENCE.
    pub(super) fn by_token(&self, token: &str) -> Result<Vouched, Fault> {
        let now = self.0.clock.now();
        let told = self.0.oidc.iter().filter(|issuer| issuer.knows(token)).map(|issuer| issuer.verify(token, now));
        match told.reduce(Result::or) {
            Some(told) => told,
            None => outsider(self.0.people.verify(token)?),
        }
    }

    /// Lets in who was not revoked since their token was signed.
    async fn admit(&self, vouched: Vouched) -> Result<Principal, Fault> {
        let ctx = Ctx::system("identify", vouched.principal.tenant);
        let input = (vouched.principal.person().to_owned(), vouched.signed_at);
        let body = |tx, (person, signed_at): (String, _)| async move { people::may_enter(&tx, &person, signed_at).await };
        if self.0.db.read(ctx, input, body).await? { Ok(vouched.principal) } else { Err(refused()) }
    }

    async fn by_api_key(&self, token: &str) -> Result<Principal, Fault> {
        let (tenant, id) = parse_key(token).ok_or_else(refused)?;
        let body = |tx, id| async move { api_keys::find_active(&tx, id).await };
        let found = self.0.db.read(Ctx::system("identify", tenant), id, body).await?;
        let (key, stored) = found.ok_or_else(refused)?;
        if hash(token).ct_eq(&stored).into() {
            Ok(Principal::machine(key.id.to_string(), tenant, Permissions::of(key.permissions)).made_by(key.maker))
        } else {
            Err(refused())
        }
    }
}

/// Lets people and machines in. A service may sign in its own name only, and has no business at the door: whoever holds its
/// key must not become a person here.
///
/// # Errors
/// TOKEN_INVALID for everybody else.
pub(super) fn outsider(verified: Verified) -> Result<Vouched, Fault> {
    match verified.principal.kind {
        PrincipalKind::User | PrincipalKind::Machine => Ok(Vouched { principal: verified.principal, signed_at: verified.signed_at }),
        PrincipalKind::Service | PrincipalKind::System => Err(refused()),
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// `qk_<tenant>_<key id>_<secret>`.
fn parse_key(token: &str) -> Option<(TenantId, ApiKeyId)> {
    let mut parts = token.strip_prefix(KEY_PREFIX)?.split('_');
    let tenant = Uuid::try_parse(parts.next()?).ok()?;
    let id = Uuid::try_parse(parts.next()?).ok()?;
    Some((TenantId::new(tenant), ApiKeyId::new(id)))
}

fn refused() -> Fault {
    Fault::new(Reason::TokenInvalid, "The key or token is not accepted here.")
}
