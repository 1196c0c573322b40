//! Events that could not be applied, and those of the same subject that wait behind them, in order.

use prost_types::Any;
use quittance_api::convert::timestamp_to_wire;
use quittance_api::events::v1::{DeadLetter, Event, RedriveDeadLetterRequest, RedriveDeadLetterResponse};
use quittance_types::{EventId, Fault, Outcome, TenantId, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::Emit;
use super::inbox::{Inbox, occurred_at};
use super::read::type_url;
use crate::db::{Backend, RowExt};
use crate::tx::Tx;

const COLUMNS: &str = "tenant_id, producer, position, event_id, type, subject, partition_no, payload, actor, request_id, \
    why, traceparent, occurred_at, reason, message, attempts, parked_at";

/// Puts an event aside, for the tenant the transaction acts for. Without a fault it waits behind another one of its subject.
pub(super) async fn park(tx: &Tx, producer: &str, event: &Event, fault: Option<(&Fault, u32)>) -> Result<(), Fault> {
    // Even an event whose envelope cannot be read has to be put somewhere.
    let (type_name, payload) = match &event.payload {
        Some(payload) => (payload.type_url.rsplit('/').next().unwrap_or_default(), payload.value.clone()),
        None => ("", Vec::new()),
    };
    let event_id = EventId::parse(&event.event_id).map_or(Uuid::nil(), EventId::uuid);
    let (reason, message, attempts) = match fault {
        Some((fault, attempts)) => (fault.reason().as_str(), shown(fault), attempts),
        None => ("", String::new(), 0),
    };
    let values: Vec<Value> = vec![
        tx.tenant().uuid().into(),
        producer.into(),
        event.position.into(),
        event_id.into(),
        type_name.into(),
        event.subject.as_str().into(),
        i32::try_from(event.partition).unwrap_or_default().into(),
        payload.into(),
        event.actor.as_str().into(),
        event.request_id.as_str().into(),
        event.why.as_str().into(),
        event.traceparent.as_str().into(),
        occurred_at(event).micros().into(),
        reason.into(),
        message.into(),
        i32::try_from(attempts).unwrap_or(i32::MAX).into(),
        tx.now().micros().into(),
    ];
    let sql = format!(
        "INSERT INTO dead_letter ({COLUMNS}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    );
    tx.execute(&sql, values).await.map(|_| ())
}

/// An internal error says nothing to the public; who looks at dead letters is an operator.
fn shown(fault: &Fault) -> String {
    match (fault.outcome(), fault.operator_detail()) {
        (Outcome::Internal, Some(detail)) => detail.replace('\0', ""),
        _ => fault.message().replace('\0', ""),
    }
}

fn dead_letter(row: &QueryResult) -> Result<DeadLetter, Fault> {
    let type_name: String = row.value("type")?;
    let event = Event {
        event_id: EventId::new(row.value("event_id")?).to_string(),
        position: row.value("position")?,
        tenant_id: TenantId::new(row.value("tenant_id")?).to_string(),
        subject: row.value("subject")?,
        partition: u32::try_from(row.value::<i32>("partition_no")?).unwrap_or_default(),
        actor: row.value("actor")?,
        request_id: row.value("request_id")?,
        why: row.value("why")?,
        traceparent: row.value("traceparent")?,
        record_time: Some(timestamp_to_wire(Timestamp::from_micros(row.value("occurred_at")?))),
        payload: Some(Any { type_url: type_url(&type_name), value: row.value("payload")? }),
    };
    Ok(DeadLetter {
        producer: row.value("producer")?,
        event: Some(event),
        reason: row.value("reason")?,
        message: row.value("message")?,
        attempts: u32::try_from(row.value::<i32>("attempts")?).unwrap_or_default(),
    })
}

/// Dead letters of the tenant after (producer, position), by producer and position.
pub(super) async fn list(tx: &Tx, after: (String, i64), limit: u64) -> Result<Vec<DeadLetter>, Fault> {
    let (producer, position) = after;
    let sql = format!(
        "SELECT {COLUMNS} FROM dead_letter \
         WHERE tenant_id = $1 AND (producer > $2 OR (producer = $2 AND position > $3)) \
         ORDER BY producer, position LIMIT {limit}"
    );
    let values = vec![tx.tenant().uuid().into(), producer.into(), position.into()];
    tx.all(&sql, values).await?.iter().map(dead_letter).collect()
}

/// Applies what is parked of one subject, in order, and takes it off the list: all of it or nothing.
pub(super) async fn redrive(
    tx: Tx,
    consumer: &'static str,
    inbox: Inbox,
    request: RedriveDeadLetterRequest,
) -> Result<RedriveDeadLetterResponse, Fault> {
    let event_id = EventId::parse(&request.event_id).map_err(|fault| fault.field("event_id"))?;
    // The consumer's batches hold the same rows: nothing is parked behind our back.
    if tx.backend() == Backend::Postgres {
        let sql = "SELECT partition_group FROM consumer_cursor WHERE producer = $1 ORDER BY consumer, partition_group FOR UPDATE";
        tx.all(sql, vec![request.producer.as_str().into()]).await?;
    }
    let sql = "SELECT subject FROM dead_letter WHERE tenant_id = $1 AND producer = $2 AND event_id = $3";
    let values: Vec<Value> = vec![tx.tenant().uuid().into(), request.producer.as_str().into(), event_id.uuid().into()];
    let found = tx.one(sql, values).await?.ok_or_else(|| Fault::not_found("dead_letter", event_id))?;
    let subject: String = found.value("subject")?;

    let of_subject: Vec<Value> = vec![tx.tenant().uuid().into(), request.producer.as_str().into(), subject.as_str().into()];
    let sql = format!("SELECT {COLUMNS} FROM dead_letter WHERE tenant_id = $1 AND producer = $2 AND subject = $3 ORDER BY position");
    let mut applied = 0;
    for row in tx.all(&sql, of_subject.clone()).await? {
        let letter = dead_letter(&row)?;
        if let Some(event) = &letter.event {
            inbox.apply(&tx, consumer, &request.producer, event).await?;
            applied += 1;
        }
    }
    let sql = "DELETE FROM dead_letter WHERE tenant_id = $1 AND producer = $2 AND subject = $3";
    tx.execute(sql, of_subject).await?;
    tx.emit(Emit::internal(&subject, tx.tenant().uuid(), &request));
    Ok(RedriveDeadLetterResponse { applied })
}
