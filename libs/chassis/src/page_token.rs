//! Page tokens: opaque to the caller, bound to tenant and query, and worth nothing after a day.
//!
//! A token grants nothing: it only says where to go on. It is authenticated all the same, so that nobody can make the store
//! work from a position we never gave out, and a token of another list or tenant is refused instead of misread.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use prost::Message;
use quittance_types::{Fault, PageRequest, Reason, TenantId};
use sha2::{Digest, Sha256};

use crate::Clock;
use crate::db::{Db, RowExt};

type Seal = Hmac<Sha256>;

const VERSION: u8 = 1;
const LIFE_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Version and end of life.
const HEADER: usize = 9;
/// Half of a SHA-256 is plenty for a token that grants nothing.
const SEAL: usize = 16;
const LONGEST: usize = 1_024;

/// Makes and reads page tokens. Cheap to clone.
#[derive(Clone)]
pub struct PageTokens {
    /// A block of HMAC-SHA-256: 32 bytes of key, the rest zero.
    key: Arc<[u8; 64]>,
    clock: Clock,
}

impl std::fmt::Debug for PageTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PageTokens")
    }
}

impl PageTokens {
    /// Tokens sealed with a secret that the first replica to start leaves in the database for all others.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn open(db: &Db) -> Result<PageTokens, Fault> {
        let fresh: [u8; 32] = rand::random();
        let secret = db.write_system("page_tokens", fresh.to_vec(), |tx, fresh| async move {
            let sql = "INSERT INTO chassis_secret (name, secret) VALUES ('page_tokens', $1) ON CONFLICT DO NOTHING";
            tx.execute(sql, vec![fresh.into()]).await?;
            let row = tx.one("SELECT secret FROM chassis_secret WHERE name = 'page_tokens'", Vec::new()).await?;
            row.ok_or_else(|| Fault::internal("no secret for page tokens"))?.value::<Vec<u8>>("secret")
        });
        Ok(PageTokens::new(&secret.await?, db.clock().clone()))
    }

    /// Tokens sealed with a key derived from `secret`, which all replicas of a service share.
    #[must_use]
    pub fn new(secret: &[u8], clock: Clock) -> PageTokens {
        let digest = Sha256::new().chain_update(b"quittance.page.1").chain_update(secret).finalize();
        let mut key = [0; 64];
        key.iter_mut().zip(digest).for_each(|(byte, derived)| *byte = derived);
        PageTokens { key: Arc::new(key), clock }
    }

    /// The token to go on after `cursor` in the list that `tenant` asked for by `query`: the list's name and every filter,
    /// but neither page size nor token. See [`query_of`].
    #[must_use]
    pub fn issue(&self, tenant: TenantId, query: &[u8], cursor: &[u8]) -> String {
        let until = self.clock.now().micros().saturating_add(LIFE_MICROS);
        let mut token = vec![VERSION];
        token.extend_from_slice(&until.to_be_bytes());
        token.extend_from_slice(cursor);
        let seal = self.seal(tenant, query, &token);
        token.extend_from_slice(&seal);
        BASE64_URL_SAFE_NO_PAD.encode(token)
    }

    /// The cursor of a token that this service gave out for the same tenant and query; `None` for an empty token.
    ///
    /// # Errors
    /// PAGE_TOKEN_INVALID.
    pub fn read(&self, tenant: TenantId, query: &[u8], token: &str) -> Result<Option<Vec<u8>>, Fault> {
        if token.is_empty() {
            return Ok(None);
        }
        self.unseal(tenant, query, token).map(Some).ok_or_else(invalid)
    }

    /// A page as the caller asked for it: size and token together.
    ///
    /// # Errors
    /// PAGE_SIZE_NEGATIVE, PAGE_TOKEN_INVALID.
    pub fn page(&self, tenant: TenantId, query: &[u8], size: i32, token: &str) -> Result<PageRequest, Fault> {
        PageRequest::new(size, self.read(tenant, query, token)?)
    }

    fn unseal(&self, tenant: TenantId, query: &[u8], token: &str) -> Option<Vec<u8>> {
        if token.len() > LONGEST {
            return None;
        }
        let token = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (sealed, seal) = token.split_at_checked(token.len().checked_sub(SEAL)?)?;
        let (header, cursor) = sealed.split_at_checked(HEADER)?;
        let (version, until) = header.split_first()?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        let is_genuine = self.mac(tenant, query, sealed).verify_truncated_left(seal).is_ok();
        (is_genuine && *version == VERSION && self.clock.now().micros() <= until).then(|| cursor.to_vec())
    }

    fn mac(&self, tenant: TenantId, query: &[u8], sealed: &[u8]) -> Seal {
        let mut mac = Seal::new((&*self.key).into());
        mac.update(tenant.uuid().as_bytes());
        mac.update(&(query.len() as u64).to_be_bytes());
        mac.update(query);
        mac.update(sealed);
        mac
    }

    fn seal(&self, tenant: TenantId, query: &[u8], sealed: &[u8]) -> Vec<u8> {
        let mut seal = self.mac(tenant, query, sealed).finalize().into_bytes().to_vec();
        seal.truncate(SEAL);
        seal
    }
}

/// What a token is bound to: the method, and the request with page size and token cleared.
#[must_use]
pub fn query_of(method: &str, filters: &impl Message) -> Vec<u8> {
    let mut query = method.as_bytes().to_vec();
    query.push(0);
    query.extend_from_slice(&filters.encode_to_vec());
    query
}

fn invalid() -> Fault {
    Fault::new(Reason::PageTokenInvalid, "the page token is not valid for this request; start with the first page").field("page_token")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use quittance_types::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::new(Uuid::from_u128(number))
    }

    #[test]
    fn a_token_is_good_for_its_tenant_query_and_day_only() {
        let clock = Clock::fixed(Timestamp::from_micros(1_000_000));
        let tokens = PageTokens::new(b"secret", clock.clone());
        let token = tokens.issue(tenant(1), b"query", b"cursor");
        assert_eq!(tokens.read(tenant(1), b"query", &token).unwrap().unwrap(), b"cursor");
        assert_eq!(tokens.read(tenant(1), b"query", "").unwrap(), None);
        let refused = |fault: Fault| assert_eq!(fault.reason(), Reason::PageTokenInvalid);
        refused(tokens.read(tenant(2), b"query", &token).unwrap_err());
        refused(tokens.read(tenant(1), b"other", &token).unwrap_err());
        refused(PageTokens::new(b"other", clock.clone()).read(tenant(1), b"query", &token).unwrap_err());
        clock.set(Timestamp::from_micros(1_000_000 + LIFE_MICROS + 1));
        refused(tokens.read(tenant(1), b"query", &token).unwrap_err());
    }

    #[test]
    fn garbage_is_refused() {
        let tokens = PageTokens::new(b"secret", Clock::fixed(Timestamp::from_micros(0)));
        let token = tokens.issue(tenant(1), b"query", b"");
        assert_eq!(tokens.read(tenant(1), b"query", &token).unwrap().unwrap(), b"");
        for index in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(tokens.read(tenant(1), b"query", &changed).is_err(), "{changed}");
        }
        let long = "A".repeat(5_000);
        for text in ["x", "====", "%%%", "AAAA", &token[1..], &long, "é"] {
            assert!(tokens.read(tenant(1), b"query", text).is_err(), "{text}");
        }
    }
}
