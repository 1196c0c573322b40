//! Promises to pay and what they cover.

use std::collections::HashMap;

use quittance_api::collections::v1::{PromiseBroken, PromiseKept, PromiseMade};
use quittance_chassis::{
    bulk,
    db::{OrFault, RowExt},
    events::Emit,
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Page, PageRequest, PromiseId, Reason, Timestamp, Uuid};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Binds, CHUNK, corrupt, date,
    entity::{promise, promise_item, receivable},
    money,
};
use crate::{
    domain::promise::{PromiseState, PromiseToPay},
    wire,
};

fn to_row(tx: &Tx, promise: &PromiseToPay) -> promise::Model {
    promise::Model {
        tenant_id: tx.tenant().uuid(),
        id: promise.id.uuid(),
        customer_id: promise.customer.uuid(),
        currency: promise.amount.currency().code().to_owned(),
        amount_minor: promise.amount.minor(),
        paid_minor: promise.paid.minor(),
        paid_before_minor: promise.paid_before.minor(),
        promised_on: promise.promised_on.days(),
        due_on: promise.due.days(),
        until_on: promise.until.days(),
        state: promise.state.as_str().to_owned(),
        note: promise.note.clone(),
        version: promise.version,
        created_at: promise.created_at.micros(),
    }
}

fn from_row(row: promise::Model, invoices: Vec<InvoiceId>) -> Result<PromiseToPay, Fault> {
    Ok(PromiseToPay {
        id: PromiseId::new(row.id),
        customer: CustomerId::new(row.customer_id),
        amount: money(row.amount_minor, &row.currency)?,
        paid: money(row.paid_minor, &row.currency)?,
        paid_before: money(row.paid_before_minor, &row.currency)?,
        promised_on: date(row.promised_on)?,
        due: date(row.due_on)?,
        until: date(row.until_on)?,
        state: PromiseState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        invoices,
        note: row.note,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

async fn with_items(tx: &Tx, rows: Vec<promise::Model>) -> Result<Vec<PromiseToPay>, Fault> {
    let mut items: HashMap<Uuid, Vec<InvoiceId>> = HashMap::new();
    for chunk in rows.chunks(CHUNK) {
        let select = tx
            .find::<promise_item::Entity>()
            .filter(promise_item::Column::PromiseId.is_in(chunk.iter().map(|row| row.id)))
            .order_by_asc(promise_item::Column::DocumentId);
        for row in select.all(tx.conn()).await.or_fault()? {
            items.entry(row.promise_id).or_default().push(InvoiceId::new(row.document_id));
        }
    }
    rows.into_iter()
        .map(|row| {
            let covered = items.remove(&row.id).unwrap_or_default();
            from_row(row, covered)
        })
        .collect()
}

/// Stores a promise over locked invoices and publishes PromiseMade.
///
/// # Errors
/// PROMISE_ALREADY_OPEN {invoice}.
pub async fn insert(tx: &Tx, promise: &PromiseToPay, covered: &[receivable::Model]) -> Result<(), Fault> {
    let open = tx
        .find::<promise_item::Entity>()
        .filter(promise_item::Column::DocumentId.is_in(covered.iter().map(|row| row.document_id)))
        .filter(promise_item::Column::IsOpen.eq(true));
    if let Some(item) = open.one(tx.conn()).await.or_fault()? {
        let message = "A promise for this invoice is open already. Withdraw it first.";
        return Err(Fault::new(Reason::PromiseAlreadyOpen, message).with("invoice", InvoiceId::new(item.document_id)));
    }
    promise::Entity::insert(to_row(tx, promise).into_active_model()).exec_without_returning(tx.conn()).await.or_fault()?;
    let item = |row: &receivable::Model| promise_item::Model {
        tenant_id: row.tenant_id,
        promise_id: promise.id.uuid(),
        document_id: row.document_id,
        is_open: true,
    };
    tx.insert_many::<promise_item::ActiveModel>(covered.iter().map(item).map(IntoActiveModel::into_active_model).collect()).await?;
    let mut binds = Binds::new(tx);
    let until = binds.add(promise.until.days());
    let documents = binds.list(covered.iter().map(|row| row.document_id));
    let sql = format!("UPDATE receivable SET promised_until = {until} WHERE tenant_id = $1 AND document_id IN ({documents})");
    tx.execute(&sql, binds.values()).await?;
    let event = PromiseMade { promise: Some(wire::promise(promise)) };
    tx.emit(Emit::public(promise.id, promise.customer.uuid(), &event).because(promise.note.clone()));
    Ok(())
}

const ENDED: bulk::Target<'static, promise::Column> = bulk::Target {
    key: promise::Column::Id,
    set: &[promise::Column::State, promise::Column::PaidMinor, promise::Column::Version],
    keep: &[],
};

/// Writes ended promises by one statement, frees what they covered and publishes how they ended.
///
/// # Errors
/// What the database says.
pub async fn save_ended(tx: &Tx, ended: &mut [PromiseToPay]) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(ended.len());
    for promise in ended.iter_mut() {
        promise.version = promise.version.saturating_add(1);
        rows.push(promise::ActiveModel {
            id: Set(promise.id.uuid()),
            state: Set(promise.state.as_str().to_owned()),
            paid_minor: Set(promise.paid.minor()),
            version: Set(promise.version),
            ..Default::default()
        });
        publish(tx, promise);
    }
    bulk::update(tx, rows, ENDED).await?;
    for chunk in ended.chunks(CHUNK) {
        let mut binds = Binds::new(tx);
        let promises = binds.list(chunk.iter().map(|promise| promise.id.uuid()));
        let values = binds.values();
        let sql = format!(
            "UPDATE receivable SET promised_until = NULL WHERE tenant_id = $1 AND document_id IN \
             (SELECT document_id FROM promise_item WHERE tenant_id = $1 AND promise_id IN ({promises}))"
        );
        tx.execute(&sql, values.clone()).await?;
        let sql = format!("UPDATE promise_item SET is_open = FALSE WHERE tenant_id = $1 AND promise_id IN ({promises})");
        tx.execute(&sql, values).await?;
    }
    Ok(())
}

fn publish(tx: &Tx, promise: &PromiseToPay) {
    let (subject, key, wire) = (promise.id, promise.customer.uuid(), Some(wire::promise(promise)));
    let emit = match promise.state {
        PromiseState::Kept => Emit::public(subject, key, &PromiseKept { promise: wire }),
        PromiseState::PartlyKept | PromiseState::Broken => Emit::public(subject, key, &PromiseBroken { promise: wire }),
        // Of interest to auditors only.
        PromiseState::Open | PromiseState::Withdrawn => Emit::internal(subject, key, &PromiseMade { promise: wire }),
    };
    tx.emit(emit);
}

/// Cash applied to documents of one currency from one day to another, both included, and not taken back by the end.
///
/// # Errors
/// What the database says.
pub async fn cash_between(tx: &Tx, covered: &[receivable::Model], from: BusinessDate, to: BusinessDate) -> Result<i64, Fault> {
    let mut binds = Binds::new(tx);
    let (from, to) = (binds.add(from.days()), binds.add(to.days()));
    let documents = binds.list(covered.iter().map(|row| row.document_id));
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS cash FROM cash_application WHERE tenant_id = $1 \
         AND document_id IN ({documents}) AND applied_on BETWEEN {from} AND {to} AND (reversed_on IS NULL OR reversed_on > {to})"
    );
    tx.one(&sql, binds.values()).await?.ok_or_else(|| corrupt("no sum"))?.value("cash")
}

/// What had come of a promise by its last day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// Cash on its items since the promise, in minor units.
    pub cash: i64,
    /// What was still open of its items.
    pub open: i64,
}

/// What had come of promises by their last days.
///
/// # Errors
/// What the database says.
pub async fn outcomes(tx: &Tx, promises: &[PromiseToPay]) -> Result<HashMap<PromiseId, Outcome>, Fault> {
    let mut found: HashMap<PromiseId, Outcome> = HashMap::new();
    for chunk in promises.chunks(CHUNK) {
        let mut binds = Binds::new(tx);
        let ids = binds.list(chunk.iter().map(|promise| promise.id.uuid()));
        let sql = format!(
            "SELECT p.id, CAST(COALESCE(SUM((SELECT SUM(c.amount_minor) FROM cash_application c WHERE c.tenant_id = $1 \
             AND c.document_id = i.document_id AND c.applied_on BETWEEN p.promised_on AND p.until_on \
             AND (c.reversed_on IS NULL OR c.reversed_on > p.until_on))), 0) AS BIGINT) AS cash, \
             CAST(COALESCE(SUM(r.open_minor - COALESCE((SELECT SUM(m.change_minor) FROM receivable_movement m WHERE m.tenant_id = $1 \
             AND m.document_id = i.document_id AND m.moved_on > p.until_on), 0)), 0) AS BIGINT) AS open \
             FROM promise p JOIN promise_item i ON i.tenant_id = $1 AND i.promise_id = p.id \
             JOIN receivable r ON r.tenant_id = $1 AND r.document_id = i.document_id \
             WHERE p.tenant_id = $1 AND p.id IN ({ids}) GROUP BY p.id"
        );
        for row in &tx.all(&sql, binds.values()).await? {
            found.insert(PromiseId::new(row.value("id")?), Outcome { cash: row.value("cash")?, open: row.value("open")? });
        }
    }
    Ok(found)
}

/// Open promises whose last day has passed, locked, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn passed_for_update(tx: &Tx, as_of: BusinessDate, limit: u64) -> Result<Vec<PromiseToPay>, Fault> {
    let select = tx
        .find::<promise::Entity>()
        .filter(promise::Column::State.eq(PromiseState::Open.as_str()))
        .filter(promise::Column::UntilOn.lt(as_of.days()))
        .order_by_asc(promise::Column::UntilOn)
        .order_by_asc(promise::Column::Id)
        .limit(limit);
    let rows = tx.lock(select).all(tx.conn()).await.or_fault()?;
    with_items(tx, rows).await
}

/// One promise.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: PromiseId) -> Result<PromiseToPay, Fault> {
    let row = tx.find::<promise::Entity>().filter(promise::Column::Id.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    one(tx, row, id).await
}

/// One promise, locked until the transaction ends.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: PromiseId) -> Result<PromiseToPay, Fault> {
    let select = tx.lock(tx.find::<promise::Entity>().filter(promise::Column::Id.eq(id.uuid())));
    let row = select.one(tx.conn()).await.or_fault()?;
    one(tx, row, id).await
}

async fn one(tx: &Tx, row: Option<promise::Model>, id: PromiseId) -> Result<PromiseToPay, Fault> {
    let found = with_items(tx, row.into_iter().collect()).await?;
    found.into_iter().next().ok_or_else(|| id.not_found())
}

/// Promises, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(
    tx: &Tx,
    customer: Option<CustomerId>,
    state: Option<PromiseState>,
    request: &PageRequest,
) -> Result<Page<PromiseToPay>, Fault> {
    let mut select = tx.find::<promise::Entity>().order_by_desc(promise::Column::Id).limit(request.fetch_limit());
    if let Some(customer) = customer {
        select = select.filter(promise::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = state {
        select = select.filter(promise::Column::State.eq(state.as_str()));
    }
    if let Some(after) = request.after.as_deref() {
        select = select.filter(promise::Column::Id.lt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let page = Page::cut(select.all(tx.conn()).await.or_fault()?, request, |row| row.id.as_bytes().to_vec());
    Ok(Page { items: with_items(tx, page.items).await?, next: page.next })
}
