//! The audit trail of a tenant: who did what, when, why, and what it changed.

use quittance_api::events::v1::{Entry, ListEntriesRequest};
use quittance_types::{Fault, PageRequest, Reason};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::read::{EVENT_COLUMNS, event};
use crate::db::RowExt;
use crate::tx::Tx;

/// What part of the trail is wanted.
#[derive(Clone, Debug)]
pub(super) struct TrailQuery {
    subject: String,
    partition_key: Option<Uuid>,
    pub(super) page: PageRequest,
}

impl TrailQuery {
    /// Checks the filters. The partition key is the wire id of a customer, or a bare UUID.
    pub(super) fn new(request: &ListEntriesRequest, page: PageRequest) -> Result<TrailQuery, Fault> {
        let key = request.partition_key.as_str();
        let digits = key.rsplit('_').next().unwrap_or_default();
        let invalid = |_| Fault::new(Reason::NameInvalid, "partition_key must be the id of a customer").field("partition_key");
        let partition_key = if key.is_empty() { None } else { Some(Uuid::try_parse(digits).map_err(invalid)?) };
        if request.subject.contains('\0') || request.subject.len() > 200 {
            return Err(Fault::new(Reason::NameInvalid, "subject must be the id of a resource").field("subject"));
        }
        Ok(TrailQuery { subject: request.subject.clone(), partition_key, page })
    }

    /// The page and, if another follows, the cursor behind it.
    pub(super) async fn run(&self, tx: &Tx) -> Result<(Vec<Entry>, Option<Vec<u8>>), Fault> {
        let mut values: Vec<Value> = vec![tx.tenant().uuid().into()];
        let mut filter = String::new();
        let mut restrict = |condition: &str, value: Value| {
            values.push(value);
            filter.push_str(&format!(" AND {condition} ${}", values.len()));
        };
        if !self.subject.is_empty() {
            restrict("l.subject =", self.subject.as_str().into());
        }
        if let Some(key) = self.partition_key {
            restrict("l.partition_key =", key.into());
        }
        if let Some(after) = &self.page.after {
            restrict("l.ordinal <", ordinal(after)?.into());
        }
        // By ordinal and not by position: within a subject both agree, and this order has an index.
        let sql = format!(
            "SELECT {EVENT_COLUMNS}, p.hash, l.ordinal, l.public, l.change_before, l.change_after \
             FROM event_log l JOIN event_position p ON p.ordinal = l.ordinal \
             WHERE l.tenant_id = $1{filter} ORDER BY l.ordinal DESC LIMIT {}",
            self.page.fetch_limit(),
        );
        let mut rows = tx.all(&sql, values).await?;
        let size = usize::try_from(self.page.size).unwrap_or(usize::MAX);
        let has_more = rows.len() > size;
        rows.truncate(size);
        let next = match rows.last().filter(|_| has_more) {
            Some(row) => Some(row.value::<i64>("ordinal")?.to_be_bytes().to_vec()),
            None => None,
        };
        let entries = rows.iter().map(entry).collect::<Result<Vec<Entry>, Fault>>()?;
        Ok((entries, next))
    }
}

fn ordinal(cursor: &[u8]) -> Result<i64, Fault> {
    let bytes = cursor.try_into().map_err(|_| Fault::new(Reason::PageTokenInvalid, "the page token is not valid"))?;
    Ok(i64::from_be_bytes(bytes))
}

fn entry(row: &QueryResult) -> Result<Entry, Fault> {
    Ok(Entry {
        event: Some(event(row)?),
        before: row.value::<Option<String>>("change_before")?.unwrap_or_default(),
        after: row.value::<Option<String>>("change_after")?.unwrap_or_default(),
        hash: row.value("hash")?,
        public: row.value("public")?,
    })
}
