//! Reading the log: catch up in pages, then follow the tail.

use std::time::Duration;

use futures::Stream;
use prost_types::Any;
use quittance_api::convert::timestamp_to_wire;
use quittance_api::events::v1::{Event, ReadRequest, ReadResponse};
use quittance_types::{EventId, Fault, Reason, TenantId, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::PARTITIONS;
use crate::db::{Db, RowExt, Scope};
use crate::tx::{Opening, Tx, Verdict};
use crate::{Ctx, PrincipalKind};

/// Positions looked at by one query.
const PAGE: i64 = 1_000;
/// A message holds at most this many events and, unless a single one is larger, this many bytes.
const MOST_EVENTS: usize = 500;
const MOST_BYTES: usize = 1_024 * 1_024;
/// A page ends with the event that takes its payloads to this many bytes: one page is all that a reader keeps in memory.
const PAGE_BYTES: usize = 8 * MOST_BYTES;
/// A quiet stream says that it is alive, and how far it has looked.
const HEARTBEAT: Duration = Duration::from_secs(3);

/// Columns of an event, from `event_log l` joined with `event_position p`.
pub(super) const EVENT_COLUMNS: &str = "p.position, l.event_id, l.tenant_id, l.type, l.subject, l.partition_no, l.payload, \
    l.actor, l.request_id, l.why, l.traceparent, l.created_at";

/// Whose events a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Viewer {
    /// Services that follow the log for all tenants.
    Everybody,
    /// One tenant.
    Tenant(Uuid),
}

/// What a reader asked for, checked.
pub(super) struct Reader {
    db: Db,
    ctx: Ctx,
    viewer: Viewer,
    after: i64,
    partitions: Vec<u32>,
    types: Vec<String>,
}

impl Reader {
    /// Only background work of our own services, which carries no tenant, sees every tenant's events.
    pub(super) fn new(db: Db, ctx: Ctx, request: ReadRequest) -> Result<Reader, Fault> {
        if request.after < 0 {
            return Err(Fault::new(Reason::FieldOutOfRange, "after must not be negative").field("after"));
        }
        if request.partitions.iter().any(|partition| *partition >= PARTITIONS) {
            return Err(Fault::new(Reason::FieldOutOfRange, "partitions are numbered 0 to 63").field("partitions"));
        }
        let is_service = matches!(ctx.principal.kind, PrincipalKind::System | PrincipalKind::Service);
        let tenant = ctx.tenant().uuid();
        let viewer = if is_service && tenant.is_nil() { Viewer::Everybody } else { Viewer::Tenant(tenant) };
        let mut partitions = request.partitions;
        partitions.sort_unstable();
        partitions.dedup();
        Ok(Reader { db, ctx, viewer, after: request.after, partitions, types: request.types })
    }

    /// Everything after the position asked for, for ever. Each message says how far the reader has now seen everything.
    pub(super) fn stream(mut self) -> impl Stream<Item = Result<ReadResponse, Fault>> + Send + 'static {
        async_stream::try_stream! {
            let mut heads = self.db.heads().subscribe();
            let mut head = self.db.log_state().await?.head;
            if self.after > head {
                Err(ahead_of_log(self.after, head))?;
            }
            // The first message comes at once: a consumer learns from it that it is connected, and where the log ends.
            yield ReadResponse { events: Vec::new(), head: self.after };
            loop {
                while self.after < head {
                    let through = head.min(self.after.saturating_add(PAGE));
                    for message in self.page(through).await? {
                        self.after = message.head;
                        yield message;
                    }
                }
                let newer = async { heads.wait_for(|newest| *newest > head).await.map(|newest| *newest) };
                let moved = tokio::time::timeout(HEARTBEAT, newer).await;
                match moved {
                    Ok(Ok(newest)) => head = newest,
                    Ok(Err(_)) => break,
                    Err(_) => yield ReadResponse { events: Vec::new(), head: self.after },
                }
            }
        }
    }

    /// The events up to `through`, or as many as fit into a page, in as many messages as it takes. The last one says how
    /// far they reach.
    async fn page(&self, through: i64) -> Result<Vec<ReadResponse>, Fault> {
        let scope = match self.viewer {
            Viewer::Everybody => Scope::System,
            Viewer::Tenant(tenant) => Scope::Tenant(tenant),
        };
        let (sql, values) = self.query(through);
        let work = move |tx: Tx, _: Vec<QueryResult>| {
            let (sql, values) = (sql.clone(), values.clone());
            async move {
                let rows = tx.all(&sql, values).await?;
                let found = rows.first().map_or(Ok(0), |row| row.value::<i64>("found"))?;
                let events = rows.iter().map(event).collect::<Result<Vec<Event>, Fault>>()?;
                Ok(Verdict::Discard((events, usize::try_from(found).unwrap_or_default())))
            }
        };
        let opening = Opening::read(scope).background();
        let (events, found): (Vec<Event>, usize) = self.db.transact(self.ctx.clone(), Vec::new(), opening, work).await?;
        let through = events.last().filter(|_| events.len() < found).map_or(through, |event| event.position);
        Ok(messages(events, through))
    }

    fn query(&self, through: i64) -> (String, Vec<Value>) {
        let mut values: Vec<Value> = vec![self.after.into(), through.into()];
        let mut filter = String::new();
        if let Viewer::Tenant(tenant) = self.viewer {
            values.push(tenant.into());
            filter.push_str(&format!(" AND l.tenant_id = ${}", values.len()));
        }
        if !self.partitions.is_empty() && self.partitions.len() < PARTITIONS as usize {
            let list: Vec<String> = self.partitions.iter().map(u32::to_string).collect();
            filter.push_str(&format!(" AND p.partition_no IN ({})", list.join(", ")));
        }
        if !self.types.is_empty() {
            let list = self.types.iter().map(|name| {
                values.push(name.as_str().into());
                format!("${}", values.len())
            });
            let list: Vec<String> = list.collect();
            filter.push_str(&format!(" AND l.type IN ({})", list.join(", ")));
        }
        // Lengths are known without reading what is long, so that the payloads read are those of the page and no more.
        let sql = format!(
            "SELECT {EVENT_COLUMNS}, p.found FROM (\
             SELECT p.position, p.ordinal, count(*) OVER () AS found, \
             sum(length(l.payload)) OVER (ORDER BY p.position) - length(l.payload) AS before \
             FROM event_position p JOIN event_log l ON l.ordinal = p.ordinal \
             WHERE p.position > $1 AND p.position <= $2 AND l.public{filter}) p \
             JOIN event_log l ON l.ordinal = p.ordinal WHERE p.before < {PAGE_BYTES} ORDER BY p.position"
        );
        (sql, values)
    }
}

/// The cursor of a reader lies beyond the end: this log is not the one it has read, or an older copy of it.
pub(super) fn ahead_of_log(cursor: i64, head: i64) -> Fault {
    Fault::new(Reason::CursorAheadOfLog, "the log ends before the position already read: it may have been restored")
        .with("cursor", cursor)
        .with("head", head)
}

/// An event as it goes over the wire.
pub(super) fn event(row: &QueryResult) -> Result<Event, Fault> {
    let type_name: String = row.value("type")?;
    let request_id: Option<Uuid> = row.value("request_id")?;
    Ok(Event {
        event_id: EventId::new(row.value("event_id")?).to_string(),
        position: row.value("position")?,
        tenant_id: TenantId::new(row.value("tenant_id")?).to_string(),
        subject: row.value("subject")?,
        partition: u32::try_from(row.value::<i32>("partition_no")?).unwrap_or_default(),
        actor: row.value("actor")?,
        request_id: request_id.map(|id| id.to_string()).unwrap_or_default(),
        why: row.value::<Option<String>>("why")?.unwrap_or_default(),
        traceparent: row.value::<Option<String>>("traceparent")?.unwrap_or_default(),
        record_time: Some(timestamp_to_wire(Timestamp::from_micros(row.value("created_at")?))),
        payload: Some(Any { type_url: type_url(&type_name), value: row.value("payload")? }),
    })
}

/// `type.googleapis.com/` and the full name of the message.
pub(super) fn type_url(type_name: &str) -> String {
    format!("type.googleapis.com/{type_name}")
}

fn messages(events: Vec<Event>, through: i64) -> Vec<ReadResponse> {
    let mut messages: Vec<ReadResponse> = Vec::new();
    let mut bytes = usize::MAX;
    for event in events {
        let size = event.payload.as_ref().map_or(0, |payload| payload.value.len());
        bytes = bytes.saturating_add(size);
        let fits = bytes <= MOST_BYTES && messages.last().is_some_and(|message| message.events.len() < MOST_EVENTS);
        let position = event.position;
        match messages.last_mut() {
            Some(message) if fits => {
                message.events.push(event);
                message.head = position;
            }
            _ => {
                bytes = size;
                messages.push(ReadResponse { events: vec![event], head: position });
            }
        }
    }
    match messages.last_mut() {
        Some(last) => last.head = through,
        None => messages.push(ReadResponse { events: Vec::new(), head: through }),
    }
    messages
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::Clock;
    use crate::db::DatabaseSettings;

    /// What a page does not hold is read with the next one.
    #[tokio::test]
    async fn a_page_ends_by_size() {
        let folder = tempfile::tempdir().unwrap();
        let settings = DatabaseSettings::at(format!("sqlite:{}", folder.path().join("a.db").display()));
        let db = Db::open(&settings, Clock::system()).await.unwrap();
        crate::migrate::run(&db, &[]).await.unwrap();
        let ctx = Ctx::system("test", TenantId::new(Uuid::from_u128(1)));
        for number in 1..=20 {
            let sent = db.write(ctx.clone(), number, |tx, number| async move {
                let large = ReadRequest { types: vec!["x".repeat(MOST_BYTES)], after: number, ..ReadRequest::default() };
                tx.emit(crate::events::Emit::public("large", Uuid::nil(), &large));
                Ok(())
            });
            sent.await.unwrap();
        }
        let (mut seen, mut pages, mut after) = (Vec::new(), 0, 0);
        while after < 20 {
            let reader = Reader::new(db.clone(), ctx.clone(), ReadRequest { after, ..ReadRequest::default() }).unwrap();
            let page = reader.page(20).await.unwrap();
            let events = page.iter().flat_map(|message| &message.events);
            seen.extend(events.map(|event| event.position));
            (after, pages) = (page.last().unwrap().head, pages + 1);
            assert_eq!(seen.last(), Some(&after));
        }
        assert_eq!(seen, (1..=20).collect::<Vec<i64>>());
        assert_eq!(pages, 3);
        db.close().await;
    }

    fn sized(position: i64, size: usize) -> Event {
        Event { position, payload: Some(Any { type_url: String::new(), value: vec![0; size] }), ..Event::default() }
    }

    #[test]
    fn messages_are_cut_by_count_and_by_size() {
        let many = messages((1..=1_200).map(|position| sized(position, 1)).collect(), 1_500);
        assert_eq!(many.iter().map(|message| message.events.len()).collect::<Vec<_>>(), [500, 500, 200]);
        assert_eq!(many.iter().map(|message| message.head).collect::<Vec<_>>(), [500, 1_000, 1_500]);
        let large = messages(vec![sized(1, 900_000), sized(2, 900_000), sized(3, 2_000_000), sized(4, 1)], 4);
        assert_eq!(large.iter().map(|message| message.events.len()).collect::<Vec<_>>(), [1, 1, 1, 1]);
        let none = messages(Vec::new(), 9);
        assert_eq!((none.len(), none[0].head), (1, 9));
    }
}
