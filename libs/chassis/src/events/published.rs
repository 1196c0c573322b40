//! What this service itself has published, for views of it that are kept in memory.

use quittance_types::Fault;
use sea_orm::{QueryResult, Value};

use crate::db::{Backend, RowExt};
use crate::tx::Tx;

/// What came after a position, or waits for its own.
const NEWER: &str = "SELECT ordinal FROM event_position WHERE position > $1 UNION ALL SELECT ordinal FROM event_pending";
/// How many entries may be passed by for each that is asked for.
const MOST_PASSED_BY: i64 = 20;

/// Entries of one tenant in the log of this service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Where to go on next time. What committed meanwhile may come again then.
    pub through: i64,
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

/// Everything of these types that the tenant's transactions have committed after a position, as far as this transaction sees
/// it: also what waits for its position. So nothing is missed that commits late, and what was seen waiting is seen once more
/// when it has its position: whoever uses it must be indifferent to that.
///
/// # Errors
/// See [`fault`](crate::db::fault).
pub async fn published_since(tx: &Tx, after: i64, types: &[String], most: u32) -> Result<Published, Fault> {
    let head = tx.one("SELECT coalesce(max(position), 0) AS head FROM event_position", Vec::new()).await?;
    let through: i64 = head.ok_or_else(|| Fault::internal("no end of the log"))?.value("head")?;
    if through < after || types.is_empty() {
        return Ok(Published { through, entries: Vec::new(), is_complete: through >= after });
    }
    // Positions are dense. So far behind, also the entries of other tenants would have to be passed by.
    if through.saturating_sub(after) > i64::from(most).saturating_mul(MOST_PASSED_BY) {
        return Ok(Published { through, entries: Vec::new(), is_complete: false });
    }
    let mut values: Vec<Value> = vec![after.into(), tx.tenant().uuid().into(), i64::from(most).saturating_add(1).into()];
    let list = types.iter().map(|name| {
        values.push(name.as_str().into());
        format!("${}", values.len())
    });
    let list: Vec<String> = list.collect();
    // Left to itself the planner reads the whole log for the sake of a few entries.
    let newer = match tx.backend() {
        Backend::Postgres => format!("event_log l WHERE l.ordinal = ANY (ARRAY({NEWER}))"),
        Backend::Sqlite => format!("({NEWER}) n CROSS JOIN event_log l WHERE l.ordinal = n.ordinal"),
    };
    // One statement, hence one snapshot: an entry that gets its position meanwhile is on one side or the other.
    let sql = format!(
        "SELECT l.type, l.subject, l.payload FROM {newer} AND l.tenant_id = $2 AND l.type IN ({}) ORDER BY l.ordinal LIMIT $3",
        list.join(", ")
    );
    let rows = tx.all(&sql, values).await?;
    let is_complete = rows.len() <= usize::try_from(most).unwrap_or(usize::MAX);
    let entries = if is_complete { rows.iter().map(entry).collect::<Result<Vec<PublishedEntry>, Fault>>()? } else { Vec::new() };
    Ok(Published { through, entries, is_complete })
}

fn entry(row: &QueryResult) -> Result<PublishedEntry, Fault> {
    Ok(PublishedEntry { type_name: row.value("type")?, subject: row.value("subject")?, payload: row.value("payload")? })
}
