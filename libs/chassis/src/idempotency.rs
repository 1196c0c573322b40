//! One request, one transaction, one idempotency row.
//!
//! The row (tenant, method, request id, fingerprint of the body, response) is written in the mutation's own transaction:
//! a retry gets the same bytes, another body under the same id is refused, a crash leaves nothing behind.
//!
//! The row is looked up in the round trip of BEGIN and inserted in the round trip of the events, just before COMMIT, so
//! it costs none of its own. Two twins that run at the same time both do the work; the second one meets the unique key of
//! the first, rolls back and finds the answer when it starts again. If instead the twin is refused by the domain because
//! it sees what the first has done, the row is looked up once more before the refusal is believed.

mod group;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use prost::Message;
use quittance_api::Mutation;
use quittance_types::{Fault, Reason, Timestamp};
use sea_orm::QueryResult;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Ctx;
use crate::db::{Backend, Db, RowExt, Scope};
use crate::tx::{Opening, Tx, Verdict};

pub use group::Member;

/// How long an answer can be replayed. Bank files and events come back late, hence longer than the usual day.
const KEPT_MICROS: i64 = 35 * 24 * 3_600 * 1_000_000;
/// Expired rows removed in one statement.
const PURGED_AT_ONCE: i64 = 1_000;

/// What identifies a request, and what it asked for.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    tenant: Uuid,
    method: Arc<str>,
    pub(crate) request_id: Uuid,
    fingerprint: [u8; 32],
}

/// A row to be written with its answer.
#[derive(Debug)]
pub(crate) struct KeyRow {
    pub(crate) tenant: Uuid,
    pub(crate) method: Arc<str>,
    pub(crate) request_id: Uuid,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) response: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    /// Entries of the log tell of the request.
    pub(crate) told: bool,
}

/// A row found.
pub(crate) struct Known {
    fingerprint: Vec<u8>,
    response: Vec<u8>,
    created_at: i64,
}

impl Key {
    /// The key of a request: its id must be there and be a UUID other than nil.
    pub(crate) fn of<Q: Mutation + Message + Clone>(ctx: &Ctx, request: &Q) -> Result<Key, Fault> {
        let request_id = parse_request_id(request.request_id())?;
        let mut asked = request.clone();
        asked.clear_request_id();
        let fingerprint = Sha256::digest(asked.encode_to_vec()).into();
        Ok(Key { tenant: ctx.tenant().uuid(), method: Arc::clone(&ctx.method), request_id, fingerprint })
    }

    /// The row that makes `response` repeatable.
    pub(crate) fn row(&self, response: &impl Message, now: Timestamp, told: bool) -> KeyRow {
        KeyRow {
            tenant: self.tenant,
            method: Arc::clone(&self.method),
            request_id: self.request_id,
            fingerprint: self.fingerprint.to_vec(),
            response: response.encode_to_vec(),
            created_at: now.micros(),
            expires_at: now.micros().saturating_add(KEPT_MICROS),
            told,
        }
    }

    /// The earlier answer, if `known` was the same request.
    pub(crate) fn replay<R: Message + Default>(&self, known: &Known) -> Result<R, Fault> {
        if known.fingerprint != self.fingerprint {
            let first_seen = Timestamp::from_micros(known.created_at);
            let fault = Fault::new(Reason::RequestIdReused, "this request_id was used for another request");
            return Err(fault.with("first_seen", first_seen).field("request_id"));
        }
        R::decode(known.response.as_slice()).map_err(|error| Fault::internal(format!("stored response: {error}")))
    }
}

fn parse_request_id(text: &str) -> Result<Uuid, Fault> {
    if text.is_empty() {
        return Err(Fault::new(Reason::RequestIdRequired, "request_id is required").field("request_id"));
    }
    let invalid = || Fault::new(Reason::RequestIdInvalid, "request_id must be a UUID, and not nil").field("request_id");
    let request_id = Uuid::try_parse(text).map_err(|_| invalid())?;
    if request_id.is_nil() { Err(invalid()) } else { Ok(request_id) }
}

/// The SELECT that travels with BEGIN. It has no parameters: ids are written as literals, which cannot hold anything
/// but hex digits, and the method is a path of ours with quotes doubled all the same.
pub(crate) fn probe(backend: Backend, ctx: &Ctx, request_ids: impl Iterator<Item = Uuid>) -> String {
    let literal = |id: Uuid| match backend {
        Backend::Postgres => format!("'{id}'"),
        Backend::Sqlite => format!("x'{}'", id.simple()),
    };
    let ids: Vec<String> = request_ids.map(literal).collect();
    format!(
        "SELECT request_id, fingerprint, response, created_at FROM idempotency_key \
         WHERE tenant_id = {} AND method = '{}' AND request_id IN ({})",
        literal(ctx.tenant().uuid()),
        ctx.method.replace('\'', "''"),
        ids.join(", "),
    )
}

/// The rows a [`probe`] found, by request id.
pub(crate) fn known(rows: &[QueryResult]) -> Result<HashMap<Uuid, Known>, Fault> {
    let read = |row: &QueryResult| {
        let known =
            Known { fingerprint: row.value("fingerprint")?, response: row.value("response")?, created_at: row.value("created_at")? };
        Ok((row.value::<Uuid>("request_id")?, known))
    };
    rows.iter().map(read).collect()
}

impl Db {
    /// Changes facts, once per request id: commits what the body wrote and emitted together with its response, or
    /// returns the response of the earlier call with the same body.
    ///
    /// The body runs again after a conflict or a lost connection, up to five times, so it must not have effects outside
    /// the transaction. Refusals are not stored: the same request may succeed later.
    ///
    /// # Errors
    /// REQUEST_ID_REQUIRED, REQUEST_ID_INVALID, REQUEST_ID_REUSED {first_seen}; what the body returns; CONFLICT_RETRY,
    /// DATABASE_UNAVAILABLE, DB_POOL_EXHAUSTED, STORAGE_FULL.
    pub async fn mutate<Q, C, R, F, Fut>(&self, ctx: Ctx, request: &Q, command: C, body: F) -> Result<R, Fault>
    where
        Q: Mutation + Message + Clone,
        C: Clone + Send + Sync + 'static,
        R: Message + Default + Send + 'static,
        F: Fn(Tx, C) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, Fault>> + Send + 'static,
    {
        let key = Key::of(&ctx, request)?;
        let ctx = ctx.with_request_id(key.request_id);
        let body = Arc::new(body);
        let mut opening =
            Opening::write(Scope::Tenant(ctx.tenant().uuid())).probing(probe(self.backend(), &ctx, std::iter::once(key.request_id)));
        opening.repeatable = true;
        let work_key = key.clone();
        let work = move |tx: Tx, rows: Vec<QueryResult>| {
            let (key, command, body) = (work_key.clone(), command.clone(), Arc::clone(&body));
            async move {
                if let Some(known) = known(&rows)?.get(&key.request_id) {
                    return key.replay(known).map(Verdict::Discard);
                }
                let response = body(tx.clone(), command).await?;
                tx.remember(&key, &response);
                Ok(Verdict::Commit(response))
            }
        };
        match self.transact(ctx.clone(), Vec::new(), opening, work).await {
            Err(fault) if self.may_have_lost_to_a_twin(&fault) => self.lookup(ctx, &key).await?.ok_or(fault),
            answer => answer,
        }
    }

    /// The answer of an earlier call with the same request id and body; to be asked before work on another service.
    ///
    /// # Errors
    /// REQUEST_ID_REQUIRED, REQUEST_ID_INVALID, REQUEST_ID_REUSED; DATABASE_UNAVAILABLE, DB_POOL_EXHAUSTED.
    pub async fn replay<R>(&self, ctx: Ctx, request: &(impl Mutation + Message + Clone)) -> Result<Option<R>, Fault>
    where
        R: Message + Default,
    {
        let key = Key::of(&ctx, request)?;
        self.lookup(ctx, &key).await
    }

    async fn lookup<R: Message + Default>(&self, ctx: Ctx, key: &Key) -> Result<Option<R>, Fault> {
        let found = self.lookup_all(ctx, std::iter::once(key.request_id)).await?;
        found.get(&key.request_id).map(|known| key.replay(known)).transpose()
    }

    /// The rows of these requests of one tenant and method, in one round trip.
    async fn lookup_all(&self, ctx: Ctx, request_ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Known>, Fault> {
        let opening = Opening::read(Scope::Tenant(ctx.tenant().uuid())).probing(probe(self.backend(), &ctx, request_ids));
        let work = |_tx: Tx, rows: Vec<QueryResult>| async move { known(&rows).map(Verdict::Discard) };
        self.transact(ctx, Vec::new(), opening, work).await
    }

    /// On PostgreSQL a twin can commit between our BEGIN and our look at its effects; SQLite runs one writer at a time.
    fn may_have_lost_to_a_twin(&self, fault: &Fault) -> bool {
        let is_about_the_key = fault.reason() == Reason::RequestIdReused;
        self.backend() == Backend::Postgres && !fault.outcome().is_our_failure() && !is_about_the_key
    }

    /// Removes answers that are too old to be asked for, a bounded number at a time; returns how many. Where nothing is
    /// due, little is read: PostgreSQL has an index, and SQLite, where an index more would be paid for by every mutation
    /// with a page, looks at the rows written first, which are the first to run out.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn purge_idempotency(&self) -> Result<u64, Fault> {
        let sql = match self.backend() {
            Backend::Postgres => format!(
                "DELETE FROM idempotency_key WHERE ctid = ANY (ARRAY\
                 (SELECT ctid FROM idempotency_key WHERE expires_at < $1 ORDER BY expires_at LIMIT {PURGED_AT_ONCE}))"
            ),
            Backend::Sqlite => format!(
                "DELETE FROM idempotency_key WHERE expires_at < $1 \
                 AND rowid IN (SELECT rowid FROM idempotency_key ORDER BY rowid LIMIT {PURGED_AT_ONCE})"
            ),
        };
        self.write_system("idempotency", sql, |tx, sql| async move {
            let now = tx.now().micros();
            tx.execute(&sql, vec![now.into()]).await
        })
        .await
    }
}
