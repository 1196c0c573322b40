//! Proof that nobody has touched the log.

use quittance_types::{Fault, Reason};
use sea_orm::QueryResult;

use super::log::{Entry, GENESIS, link};
use crate::db::{Db, RowExt};
use crate::tx::Tx;

/// Entries read at a time.
const PAGE: i64 = 2_000;

const ENTRIES: &str = "SELECT p.position, p.hash, p.partition_no AS position_partition, l.event_id, l.tenant_id, l.type, \
    l.subject, l.partition_key, l.partition_no, l.payload, l.public, l.actor, l.request_id, l.why, l.change_before, \
    l.change_after, l.traceparent, l.created_at, l.ordinal \
    FROM event_position p LEFT JOIN event_log l ON l.ordinal = p.ordinal \
    WHERE p.position >= $1 AND p.position <= $2 ORDER BY p.position";

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainReport {
    /// Entries whose hash was recomputed, the broken one included.
    pub checked: i64,
    /// First position that is missing, or whose entry does not give the hash stored with it.
    pub broken_at: Option<i64>,
}

/// Recomputes the chain from position `from` (0 is the beginning) to `to` (0 is the end). A chain that is checked from
/// the middle trusts the hash stored just before.
///
/// # Errors
/// FIELD_OUT_OF_RANGE for a range that is negative or backwards; as [`Db::read`].
pub async fn verify(db: &Db, from: i64, to: i64) -> Result<ChainReport, Fault> {
    let head = db.log_state().await?.head;
    let (from, to) = (from.max(1), if to == 0 { head } else { to });
    if to < 0 || (from > to && to != head) {
        return Err(Fault::new(Reason::FieldOutOfRange, "the range of positions ends before it begins").field("to"));
    }
    let mut report = ChainReport { checked: 0, broken_at: None };
    let mut previous = if from == 1 { GENESIS.to_vec() } else { hash_at(db, from - 1).await? };
    let mut position = from;
    while position <= to && report.broken_at.is_none() {
        let last = to.min(position.saturating_add(PAGE - 1));
        let page = db.read_aside("audit", (position, last), |tx: Tx, (first, last): (i64, i64)| async move {
            tx.all(ENTRIES, vec![first.into(), last.into()]).await?.iter().map(link_of).collect::<Result<Vec<Link>, Fault>>()
        });
        for found in page.await? {
            report.checked += 1;
            let fits = found.position == position && found.digest.is_some_and(|digest| link(&previous, &digest) == *found.hash);
            if !fits {
                report.broken_at = Some(position);
                return Ok(report);
            }
            previous = found.hash;
            position += 1;
        }
        if position <= last {
            report.broken_at = Some(position);
        }
    }
    Ok(report)
}

/// One link as it is stored, and the digest its entry gives now.
struct Link {
    position: i64,
    hash: Vec<u8>,
    digest: Option<[u8; 32]>,
}

fn link_of(row: &QueryResult) -> Result<Link, Fault> {
    let (position, hash) = (row.value("position")?, row.value("hash")?);
    if row.value::<Option<i64>>("ordinal")?.is_none() {
        return Ok(Link { position, hash, digest: None });
    }
    let entry = Entry {
        event_id: row.value("event_id")?,
        tenant_id: row.value("tenant_id")?,
        type_name: row.value("type")?,
        subject: row.value("subject")?,
        partition_key: row.value("partition_key")?,
        partition_no: row.value("partition_no")?,
        payload: row.value("payload")?,
        public: row.value("public")?,
        actor: row.value("actor")?,
        request_id: row.value("request_id")?,
        why: row.value("why")?,
        change_before: row.value("change_before")?,
        change_after: row.value("change_after")?,
        traceparent: row.value("traceparent")?,
        created_at: row.value("created_at")?,
    };
    // The partition is stored twice; the copy readers filter by must not lead them past an entry.
    let agrees = row.value::<i32>("position_partition")? == entry.partition_no;
    Ok(Link { position, hash, digest: agrees.then(|| entry.digest()) })
}

async fn hash_at(db: &Db, position: i64) -> Result<Vec<u8>, Fault> {
    let hash = db.read_aside("audit", position, |tx, position| async move {
        let row = tx.one("SELECT hash FROM event_position WHERE position = $1", vec![position.into()]).await?;
        row.map(|row| row.value::<Vec<u8>>("hash")).transpose()
    });
    Ok(hash.await?.unwrap_or_default())
}
