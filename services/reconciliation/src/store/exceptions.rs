//! Lines that wait for a person. Whatever changes here is published with the state as it stands afterwards.

mod follow;
mod list;
mod routing;

use std::collections::{BTreeMap, HashMap};

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::bulk::{self, Target, among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_chassis::{Emit, Tx};
use quittance_types::{BankLineId, CustomerId, ExceptionId, Fault, ReceiptId, Timestamp, Uuid};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::entity::exception::{ActiveModel, Column, Entity, Model};
use super::{corrupt, day, known, money};
use crate::domain::exception::{End, Exception, ExceptionKind, ExceptionState, Resolution, Waiting};
use crate::wire;

pub(super) use follow::{Moved, follow};
pub use list::{ExceptionFilter, QueueSums, most_urgent, page, queues};
pub use routing::{lock_routing, put_routing, routing};

/// An exception.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: ExceptionId) -> Result<Exception, Fault> {
    let row = tx.find::<Entity>().filter(Column::ExceptionId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Locks an exception until the transaction ends.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load_for_update(tx: &Tx, id: ExceptionId) -> Result<Exception, Fault> {
    let found = with_ids(tx, &[id.uuid()]).await?;
    found.into_iter().next().ok_or_else(|| id.not_found())
}

/// The exceptions with these ids, those that exist, without a lock.
///
/// # Errors
/// What the database says.
pub async fn read_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Exception>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(keys_at_once(tx)) {
        for row in tx.find::<Entity>().filter(among(tx, Column::ExceptionId, chunk)).all(tx.conn()).await.or_fault()? {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

/// Locks the exceptions with these ids, those that exist, in order of id.
///
/// # Errors
/// What the database says.
pub async fn with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Exception>, Fault> {
    locked(tx, Column::ExceptionId, ids, Condition::all()).await
}

async fn locked(tx: &Tx, column: Column, ids: &[Uuid], further: Condition) -> Result<Vec<Exception>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<Entity>().filter(further.clone().add(among(tx, column, chunk))).order_by_asc(Column::ExceptionId);
        for row in tx.lock(select).all(tx.conn()).await.or_fault()? {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

/// That it waits, in the words of the indexes on what waits.
fn waits() -> SimpleExpr {
    Expr::cust("\"exception\".\"state\" <> 'resolved'")
}

/// Lets lines wait for a person: what waits already is refreshed, the rest begins to wait where the routing sends it. A line
/// a person dismissed for the same kind of matter waits no more.
///
/// # Errors
/// What the database says.
pub async fn wait(tx: &Tx, waiting: Vec<Waiting>) -> Result<(), Fault> {
    if waiting.is_empty() {
        return Ok(());
    }
    let routing = routing(tx).await?;
    let mut known = latest(tx, waiting.iter().map(|about| about.line)).await?;
    let (mut opened, mut changes) = (Vec::new(), Vec::new());
    for about in waiting {
        match known.remove(&about.line) {
            Some(exception) if exception.waits() => {
                let mut after = exception.clone();
                if after.refresh(about, &routing) {
                    changes.push(Change::of(exception, after));
                }
            }
            Some(exception) if is_dismissed(&exception, about.kind) => {}
            Some(_) | None => opened.push(Exception::open(ExceptionId::new(tx.new_id()), about, &routing, tx.now())),
        }
    }
    opened.iter().for_each(|exception| {
        let message = pb::ExceptionOpened { exception: Some(wire::exceptions::exception(exception)) };
        tx.emit(Emit::public(exception.id, key_of(exception), &message).changed(Value::Null, seen(exception)));
    });
    let models = opened.into_iter().map(|exception| model(tx, exception)).collect::<Result<Vec<ActiveModel>, Fault>>()?;
    bulk::insert(tx, models).await?;
    save(tx, changes).await
}

fn is_dismissed(exception: &Exception, kind: ExceptionKind) -> bool {
    exception.about.kind == kind && exception.end.as_ref().is_some_and(|end| end.resolution == Resolution::Dismissed)
}

/// The latest exception of each line, locked. The ids ascend with time.
async fn latest(tx: &Tx, lines: impl Iterator<Item = BankLineId>) -> Result<HashMap<BankLineId, Exception>, Fault> {
    let found = locked(tx, Column::BankLineId, &sorted(lines), Condition::all()).await?;
    Ok(found.into_iter().map(|exception| (exception.about.line, exception)).collect())
}

fn sorted(lines: impl Iterator<Item = BankLineId>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = lines.map(BankLineId::uuid).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Ends the exceptions of lines, of those that wait, each for a request of a group.
async fn settle_for(tx: &Tx, ended: &BTreeMap<BankLineId, (Resolution, usize)>) -> Result<(), Fault> {
    let waiting = locked(tx, Column::BankLineId, &sorted(ended.keys().copied()), Condition::all().add(waits())).await?;
    let mut changes = Vec::with_capacity(waiting.len());
    for exception in waiting {
        let Some((resolution, member)) = ended.get(&exception.about.line) else { continue };
        let by = tx.member(*member).ctx().principal.actor();
        let mut after = exception.clone();
        after.resolve(End { resolution: *resolution, by, at: tx.now(), why: String::new() })?;
        changes.push(Change { member: *member, ..Change::of(exception, after) });
    }
    save(tx, changes).await
}

/// An exception before and after a change.
pub struct Change {
    before: Exception,
    after: Exception,
    /// The place of its request in a group.
    member: usize,
    why: String,
}

impl Change {
    /// A change.
    pub fn of(before: Exception, after: Exception) -> Change {
        Change { before, after, member: 0, why: String::new() }
    }

    /// With the reason somebody gave; an empty one is none.
    pub fn because(mut self, why: &str) -> Change {
        why.clone_into(&mut self.why);
        self
    }
}

/// Saves changed exceptions with their events.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, changes: Vec<Change>) -> Result<(), Fault> {
    let mut models = Vec::with_capacity(changes.len());
    for Change { before, after, member, why } in changes {
        let told = Some(wire::exceptions::exception(&after));
        let emit = match after.state {
            ExceptionState::Resolved => Emit::public(after.id, key_of(&after), &pb::ExceptionResolved { exception: told }),
            ExceptionState::Open | ExceptionState::Assigned => {
                Emit::public(after.id, key_of(&after), &pb::ExceptionChanged { exception: told })
            }
        };
        tx.member(member).emit(emit.because(why).changed(seen(&before), seen(&after)));
        models.push(model(tx, after)?);
    }
    let set = [
        Column::ReceiptId,
        Column::Kind,
        Column::State,
        Column::Reasons,
        Column::CustomerId,
        Column::Queue,
        Column::Owner,
        Column::DueAt,
        Column::ResolvedAt,
        Column::ResolvedBy,
        Column::Resolution,
        Column::Why,
        Column::Version,
    ];
    bulk::update(tx, models, Target { key: Column::ExceptionId, set: &set, keep: &[] }).await
}

fn key_of(exception: &Exception) -> Uuid {
    exception.about.customer.map_or_else(|| exception.id.uuid(), CustomerId::uuid)
}

fn seen(exception: &Exception) -> Value {
    let about = &exception.about;
    let resolution = exception.end.as_ref().map(|end| end.resolution.as_str());
    json!({ "kind": about.kind.as_str(), "state": exception.state.as_str(), "queue": exception.queue, "owner": exception.owner, "resolution": resolution })
}

fn model(tx: &Tx, exception: Exception) -> Result<ActiveModel, Fault> {
    let about = exception.about;
    let (resolution, by, at, why) = match exception.end {
        Some(end) => (end.resolution.as_str(), end.by, Some(end.at.micros()), end.why),
        None => ("", String::new(), None, String::new()),
    };
    let model = Model {
        tenant_id: tx.tenant().uuid(),
        exception_id: exception.id.uuid(),
        bank_line_id: about.line.uuid(),
        receipt_id: about.receipt.map(ReceiptId::uuid),
        kind: about.kind.as_str().to_owned(),
        state: exception.state.as_str().to_owned(),
        reasons: serde_json::to_string(&about.reasons).map_err(|error| Fault::internal(error.to_string()))?,
        currency: about.amount.currency().code().to_owned(),
        amount: about.amount.minor(),
        booked_on: about.booked_on.days(),
        customer_id: about.customer.map(CustomerId::uuid),
        queue: exception.queue,
        owner: exception.owner,
        due_at: exception.due_at.micros(),
        created_at: exception.created_at.micros(),
        resolved_at: at,
        resolved_by: by,
        resolution: resolution.to_owned(),
        why,
        version: exception.version,
    };
    Ok(model.into_active_model().reset_all())
}

fn read(row: Model) -> Result<Exception, Fault> {
    let end = match row.resolved_at {
        None => None,
        Some(at) => Some(End {
            resolution: known(Resolution::parse(&row.resolution), &row.resolution)?,
            by: row.resolved_by,
            at: Timestamp::from_micros(at),
            why: row.why,
        }),
    };
    Ok(Exception {
        id: ExceptionId::new(row.exception_id),
        about: Waiting {
            line: BankLineId::new(row.bank_line_id),
            receipt: row.receipt_id.map(ReceiptId::new),
            kind: known(ExceptionKind::parse(&row.kind), &row.kind)?,
            reasons: serde_json::from_str(&row.reasons).map_err(corrupt)?,
            customer: row.customer_id.map(CustomerId::new),
            amount: money(row.amount, &row.currency)?,
            booked_on: day(row.booked_on)?,
        },
        state: known(ExceptionState::parse(&row.state), &row.state)?,
        queue: row.queue,
        owner: row.owner,
        due_at: Timestamp::from_micros(row.due_at),
        created_at: Timestamp::from_micros(row.created_at),
        end,
        version: row.version,
    })
}
