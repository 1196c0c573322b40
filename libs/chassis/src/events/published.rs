//! What this service itself has published, for views of it that are kept in memory.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use quittance_types::Fault;
use sea_orm::{QueryResult, Value};

use crate::db::{Backend, RowExt};
use crate::tx::Tx;

/// What came after a position, or waits for its own.
const NEWER: &str = "SELECT ordinal FROM event_position WHERE position > $1 UNION ALL SELECT ordinal FROM event_pending";
/// How many entries may be passed by for each that is asked for.
const MOST_PASSED_BY: i64 = 20;

/// How far a view has followed the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogCursor {
    /// Everything up to here was told.
    pub position: i64,
    /// Entries that were told while they waited for their position, or need not be told.
    waiting: BTreeSet<i64>,
}

impl LogCursor {
    const fn at(position: i64) -> Self {
        LogCursor { position, waiting: BTreeSet::new() }
    }

    /// What these entries say is known already: they are not told.
    pub fn pass_by(&mut self, entries: RangeInclusive<i64>) {
        self.waiting.extend(entries);
    }

    /// Behind everything that has its position, for a view that is built from what this transaction sees.
    ///
    /// # Errors
    /// See [`fault`](crate::db::fault).
    pub async fn of_end(tx: &Tx) -> Result<Self, Fault> {
        Ok(Self::at(end_of_log(tx).await?.head))
    }
}

/// Entries of one tenant in the log of this service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Where to go on next time.
    pub cursor: LogCursor,
    /// The entries, in the order they were written.
    pub entries: Vec<PublishedEntry>,
    /// False when there are more than were asked for, or when the log ends before the position asked for: whoever keeps a
    /// view has to build it anew.
    pub is_complete: bool,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedEntry {
    /// Full name of the message.
    pub type_name: String,
    /// Wire id of the thing it is about.
    pub subject: String,
    /// The message in protobuf.
    pub payload: Vec<u8>,
}

/// Everything of these types that the tenant's transactions have committed after a cursor, as far as this transaction sees it: also
/// what waits for its position, so that nothing is missed that commits late. What was told while it waited is not told again when
/// it has its position; what commits while this looks may be told twice: whoever uses it must be indifferent to that.
///
/// # Errors
/// See [`fault`](crate::db::fault).
pub async fn published_since(tx: &Tx, after: &LogCursor, types: &[String], most: u32) -> Result<Published, Fault> {
    let End { head, pending } = end_of_log(tx).await?;
    let mut published = Published { cursor: LogCursor::at(head), entries: Vec::new(), is_complete: false };
    // Positions are dense. Too far behind, also the entries of other tenants would have to be passed by.
    let farthest = i64::from(most).saturating_mul(MOST_PASSED_BY);
    if !(0..=farthest).contains(&head.saturating_sub(after.position)) {
        return Ok(published);
    }
    let rows = newer(tx, after, types, most).await?;
    if rows.len() > usize::try_from(most).unwrap_or(usize::MAX) {
        return Ok(published);
    }
    published.cursor.waiting = after.waiting.intersection(&pending).copied().collect();
    for row in &rows {
        let ordinal: i64 = row.value("ordinal")?;
        if pending.contains(&ordinal) {
            published.cursor.waiting.insert(ordinal);
        }
        published.entries.push(entry(row)?);
    }
    published.is_complete = true;
    Ok(published)
}

/// The end of the log: both as one snapshot has them, so that every entry it sees is up to the one or among the others.
struct End {
    head: i64,
    pending: BTreeSet<i64>,
}

async fn end_of_log(tx: &Tx) -> Result<End, Fault> {
    let list = if tx.backend() == Backend::Postgres { "string_agg(ordinal::text, ',')" } else { "group_concat(ordinal)" };
    let sql = format!("SELECT coalesce(max(position), 0) AS head, (SELECT {list} FROM event_pending) AS pending FROM event_position");
    let row = tx.one(&sql, Vec::new()).await?.ok_or_else(|| Fault::internal("no end of the log"))?;
    let pending: Option<String> = row.value("pending")?;
    let pending = pending.as_deref().unwrap_or_default().split(',').filter_map(|ordinal| ordinal.parse().ok()).collect();
    Ok(End { head: row.value("head")?, pending })
}

/// The rows of what came after the cursor and was not told; one more than `most` says that there are more.
async fn newer(tx: &Tx, after: &LogCursor, types: &[String], most: u32) -> Result<Vec<QueryResult>, Fault> {
    let mut values: Vec<Value> = vec![after.position.into(), tx.tenant().uuid().into(), i64::from(most).saturating_add(1).into()];
    let list = types.iter().map(|name| {
        values.push(name.as_str().into());
        format!("${}", values.len())
    });
    let list: Vec<String> = list.collect();
    // Left to itself the planner reads the whole log for the sake of a few entries.
    let newer = match tx.backend() {
        Backend::Postgres => {
            let told: Vec<String> = after.waiting.iter().map(i64::to_string).collect();
            values.push(format!("{{{}}}", told.join(",")).into());
            let told = format!("SELECT unnest(CAST(${} AS bigint[]))", values.len());
            format!("event_log l WHERE l.ordinal = ANY (ARRAY(({NEWER}) EXCEPT {told}))")
        }
        // Entries never wait: positions are given before the commit.
        Backend::Sqlite => format!("({NEWER}) n CROSS JOIN event_log l WHERE l.ordinal = n.ordinal"),
    };
    // One statement, hence one snapshot: an entry that gets its position meanwhile is on one side or the other.
    let sql = format!(
        "SELECT l.ordinal, l.type, l.subject, l.payload FROM {newer} AND l.tenant_id = $2 AND l.type IN ({}) ORDER BY l.ordinal LIMIT $3",
        list.join(", ")
    );
    tx.all(&sql, values).await
}

fn entry(row: &QueryResult) -> Result<PublishedEntry, Fault> {
    Ok(PublishedEntry { type_name: row.value("type")?, subject: row.value("subject")?, payload: row.value("payload")? })
}
