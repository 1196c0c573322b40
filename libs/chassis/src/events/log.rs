//! Entries as they are stored: written with the change they tell of, in as few round trips as possible.

use std::ops::RangeInclusive;

use quittance_types::{Fault, Reason, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use sha2::{Digest, Sha256};
use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use uuid::Uuid;

use super::{Emit, partition_of};
use crate::Ctx;
use crate::beside;
use crate::db::{Backend, Connection, OrFault, RowExt};
use crate::idempotency::KeyRow;
use crate::tx::Shared;

/// A larger event could not be streamed to anybody.
const LARGEST_PAYLOAD: usize = 2 * 1_024 * 1_024;
/// Rows of one INSERT on SQLite: 17 values each, far below the limit of 32,766.
const ROWS_AT_ONCE: usize = 200;
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// One entry, ready to be stored.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) event_id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) type_name: String,
    pub(crate) subject: String,
    pub(crate) partition_key: Uuid,
    pub(crate) partition_no: i32,
    pub(crate) payload: Vec<u8>,
    pub(crate) public: bool,
    pub(crate) actor: String,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) why: Option<String>,
    pub(crate) change_before: Option<String>,
    pub(crate) change_after: Option<String>,
    pub(crate) traceparent: Option<String>,
    pub(crate) created_at: i64,
}

/// Entries of one statement, by the order in which they came to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ordinals {
    first: i64,
    last: i64,
    count: i64,
}

impl Ordinals {
    /// From the first to the last, unless somebody else wrote meanwhile.
    pub(crate) fn unmixed(self) -> Option<RangeInclusive<i64>> {
        (self.last.checked_sub(self.first)? == self.count.checked_sub(1)?).then_some(self.first..=self.last)
    }
}

/// What a transaction has added to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Nothing.
    Nothing,
    /// Entries that the sequencer will give a position: from the first ordinal to the last, those of others between them or not.
    Pending(Ordinals),
    /// Entries with positions, the last of which is this.
    UpTo(i64),
}

impl Written {
    /// This, and after it that.
    pub(crate) fn and(self, later: Written) -> Written {
        if later == Written::Nothing { self } else { later }
    }
}

/// PostgreSQL cannot hold NUL in text; nothing legitimate contains it.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

impl Entry {
    pub(crate) fn new(emit: Emit, ctx: &Ctx, event_id: Uuid, now: Timestamp) -> Entry {
        let (before, after) = emit.change.map(|(before, after)| (json(&before), json(&after))).unwrap_or_default();
        Entry {
            event_id,
            tenant_id: ctx.tenant().uuid(),
            type_name: emit.payload.type_name,
            subject: storable(emit.subject),
            partition_key: emit.partition_key,
            partition_no: i32::try_from(partition_of(emit.partition_key)).unwrap_or_default(),
            payload: emit.payload.bytes,
            public: emit.public,
            actor: storable(ctx.principal.actor()),
            request_id: ctx.request_id,
            why: emit.why.map(storable),
            change_before: before,
            change_after: after,
            traceparent: ctx.traceparent.clone(),
            created_at: now.micros(),
        }
    }

    /// SHA-256 over every column but the ordinal: each preceded by its length, absent ones marked as such, so that no
    /// two different entries have the same bytes.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"quittance.event.1");
        let mut add = |bytes: Option<&[u8]>| match bytes {
            None => hash.update([0]),
            Some(bytes) => {
                hash.update([1]);
                hash.update((bytes.len() as u64).to_be_bytes());
                hash.update(bytes);
            }
        };
        add(Some(self.event_id.as_bytes()));
        add(Some(self.tenant_id.as_bytes()));
        add(Some(self.type_name.as_bytes()));
        add(Some(self.subject.as_bytes()));
        add(Some(self.partition_key.as_bytes()));
        add(Some(&self.partition_no.to_be_bytes()));
        add(Some(&self.payload));
        add(Some(&[u8::from(self.public)]));
        add(Some(self.actor.as_bytes()));
        add(self.request_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(self.why.as_deref().map(str::as_bytes));
        add(self.change_before.as_deref().map(str::as_bytes));
        add(self.change_after.as_deref().map(str::as_bytes));
        add(self.traceparent.as_deref().map(str::as_bytes));
        add(Some(&self.created_at.to_be_bytes()));
        hash.finalize().into()
    }
}

fn json(value: &serde_json::Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

/// The next link of the chain.
pub(crate) fn link(previous: &[u8], digest: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(digest);
    hash.finalize().into()
}

/// The end of the chain: position and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) position: i64,
    pub(crate) hash: Vec<u8>,
}

/// Reads the end of the chain. The caller must be the only one to extend it.
pub(crate) const HEAD: &str = "SELECT position, hash FROM event_position ORDER BY position DESC LIMIT 1";

impl Head {
    /// The end as a row of [`HEAD`], or the beginning of an empty log.
    pub(crate) fn of(row: Option<&sea_orm::QueryResult>) -> Result<Head, Fault> {
        match row {
            Some(row) => Ok(Head { position: row.value("position")?, hash: row.value("hash")? }),
            None => Ok(Head { position: 0, hash: GENESIS.to_vec() }),
        }
    }
}

/// Writes what the body emitted and the idempotency rows, as the last thing before COMMIT.
pub(crate) async fn write(shared: &Shared) -> Result<Written, Fault> {
    let (entries, keys) = shared.take_pending();
    let written = write_entries(shared.connection(), entries, keys).await?;
    Ok(shared.flushed().and(written))
}

/// Writes entries and idempotency rows.
pub(crate) async fn write_entries(connection: &Connection, entries: Vec<Entry>, keys: Vec<KeyRow>) -> Result<Written, Fault> {
    if entries.is_empty() && keys.is_empty() {
        return Ok(Written::Nothing);
    }
    if let Some(entry) = entries.iter().find(|entry| entry.payload.len() > LARGEST_PAYLOAD) {
        let name = entry.type_name.rsplit('.').next().unwrap_or_default();
        let message = format!("The {name} this would publish is larger than {LARGEST_PAYLOAD} bytes; send less at once.");
        return Err(Fault::new(Reason::MessageTooLarge, message).with("max_bytes", LARGEST_PAYLOAD));
    }
    match connection.backend() {
        Backend::Postgres => write_postgres(connection, entries, keys).await,
        Backend::Sqlite => write_sqlite(connection, entries, keys).await,
    }
}

/// Entries, their pending rows and the idempotency rows in one statement, whatever their number: the same text every
/// time, so it is prepared once. Arrays in a list of results are unfolded side by side, in their order, which is that of the
/// ordinals.
const WRITE_POSTGRES: &str = "WITH logged AS (\
    INSERT INTO event_log (event_id, tenant_id, type, subject, partition_key, partition_no, payload, public, actor, \
      request_id, why, change_before, change_after, traceparent, created_at, digest) \
    SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::text[]), unnest($5::uuid[]), unnest($6::int[]), \
      unnest($7::bytea[]), unnest($8::bool[]), unnest($9::text[]), unnest($10::uuid[]), unnest($11::text[]), unnest($12::text[]), \
      unnest($13::text[]), unnest($14::text[]), unnest($15::bigint[]), unnest($16::bytea[]) \
    RETURNING ordinal, partition_no, digest\
  ), pending AS (\
    INSERT INTO event_pending (ordinal, partition_no, digest) SELECT ordinal, partition_no, digest FROM logged\
  ), kept AS (\
    INSERT INTO idempotency_key (tenant_id, method, request_id, fingerprint, response, created_at, expires_at, told) \
    SELECT unnest($17::uuid[]), unnest($18::text[]), unnest($19::uuid[]), unnest($20::bytea[]), unnest($21::bytea[]), \
      unnest($22::bigint[]), unnest($23::bigint[]), unnest($24::bool[])\
  ) \
  SELECT min(ordinal) AS first, max(ordinal) AS last, count(*) AS count FROM logged";

fn column<'a, R, T>(rows: &'a [R], read: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(read).collect()
}

async fn write_postgres(connection: &Connection, entries: Vec<Entry>, keys: Vec<KeyRow>) -> Result<Written, Fault> {
    let unbound = |error| Fault::internal(format!("an entry cannot be bound: {error}"));
    let values = beside::compute_rows(entries.len(), move || arguments(&entries, &keys).map_err(unbound)).await?;
    let rows = connection.postgres(sqlx::query_with(WRITE_POSTGRES, values)).await.or_fault()?;
    let row = rows.into_iter().next().map(QueryResult::from).ok_or_else(|| Fault::internal("nothing is known of the entries"))?;
    match (row.value("first")?, row.value("last")?, row.value("count")?) {
        (Some(first), Some(last), count) => Ok(Written::Pending(Ordinals { first, last, count })),
        _ => Ok(Written::Nothing),
    }
}

fn arguments(entries: &[Entry], keys: &[KeyRow]) -> Result<PgArguments, BoxDynError> {
    let mut values = PgArguments::default();
    values.add(column(entries, |entry| entry.event_id))?;
    values.add(column(entries, |entry| entry.tenant_id))?;
    values.add(column(entries, |entry| entry.type_name.as_str()))?;
    values.add(column(entries, |entry| entry.subject.as_str()))?;
    values.add(column(entries, |entry| entry.partition_key))?;
    values.add(column(entries, |entry| entry.partition_no))?;
    values.add(column(entries, |entry| entry.payload.as_slice()))?;
    values.add(column(entries, |entry| entry.public))?;
    values.add(column(entries, |entry| entry.actor.as_str()))?;
    values.add(column(entries, |entry| entry.request_id))?;
    values.add(column(entries, |entry| entry.why.as_deref()))?;
    values.add(column(entries, |entry| entry.change_before.as_deref()))?;
    values.add(column(entries, |entry| entry.change_after.as_deref()))?;
    values.add(column(entries, |entry| entry.traceparent.as_deref()))?;
    values.add(column(entries, |entry| entry.created_at))?;
    values.add(column(entries, |entry| entry.digest().to_vec()))?;
    values.add(column(keys, |key| key.tenant))?;
    values.add(column(keys, |key| key.method.as_ref()))?;
    values.add(column(keys, |key| key.request_id))?;
    values.add(column(keys, |key| key.fingerprint.as_slice()))?;
    values.add(column(keys, |key| key.response.as_slice()))?;
    values.add(column(keys, |key| key.created_at))?;
    values.add(column(keys, |key| key.expires_at))?;
    values.add(column(keys, |key| key.told))?;
    Ok(values)
}

/// Places for values have no names: SQLite would look each of them up among all the others.
async fn insert(connection: &Connection, into: &str, rows: Vec<Vec<Value>>) -> Result<(), Fault> {
    let mut rows = rows.into_iter().peekable();
    while let Some(width) = rows.peek().map(Vec::len) {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(ROWS_AT_ONCE).collect();
        let places = vec![format!("({})", vec!["?"; width].join(", ")); chunk.len()].join(", ");
        let sql = format!("INSERT INTO {into} VALUES {places}");
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, chunk.into_iter().flatten());
        connection.execute_raw(statement).await.or_fault()?;
    }
    Ok(())
}

/// The writer lock makes this transaction the only one, so positions are assigned here. A rollback takes them back.
async fn write_sqlite(connection: &Connection, entries: Vec<Entry>, keys: Vec<KeyRow>) -> Result<Written, Fault> {
    let mut written = Written::Nothing;
    if !entries.is_empty() {
        let found = Statement::from_string(connection.get_database_backend(), HEAD);
        let mut head = Head::of(connection.query_one_raw(found).await.or_fault()?.as_ref())?;
        let (mut logged, mut positions) = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
        for entry in entries {
            let digest = entry.digest();
            head = Head { position: head.position.saturating_add(1), hash: link(&head.hash, &digest).to_vec() };
            let partition_no = entry.partition_no;
            positions.push(vec![head.position.into(), head.position.into(), partition_no.into(), head.hash.clone().into()]);
            logged.push(row(head.position, entry, digest));
        }
        insert(connection, LOG_COLUMNS, logged).await?;
        insert(connection, "event_position (position, ordinal, partition_no, hash)", positions).await?;
        written = Written::UpTo(head.position);
    }
    let keys = keys.into_iter().map(|key| {
        vec![
            key.tenant.into(),
            key.method.as_ref().into(),
            key.request_id.into(),
            key.fingerprint.into(),
            key.response.into(),
            key.created_at.into(),
            key.expires_at.into(),
            key.told.into(),
        ]
    });
    let columns = "idempotency_key (tenant_id, method, request_id, fingerprint, response, created_at, expires_at, told)";
    insert(connection, columns, keys.collect()).await?;
    Ok(written)
}

const LOG_COLUMNS: &str = "event_log (ordinal, event_id, tenant_id, type, subject, partition_key, partition_no, payload, \
    public, actor, request_id, why, change_before, change_after, traceparent, created_at, digest)";

fn row(ordinal: i64, entry: Entry, digest: [u8; 32]) -> Vec<Value> {
    vec![
        ordinal.into(),
        entry.event_id.into(),
        entry.tenant_id.into(),
        entry.type_name.into(),
        entry.subject.into(),
        entry.partition_key.into(),
        entry.partition_no.into(),
        entry.payload.into(),
        entry.public.into(),
        entry.actor.into(),
        entry.request_id.into(),
        entry.why.into(),
        entry.change_before.into(),
        entry.change_after.into(),
        entry.traceparent.into(),
        entry.created_at.into(),
        digest.to_vec().into(),
    ]
}
