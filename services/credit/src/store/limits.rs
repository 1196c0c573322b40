//! Limits and who decided them.

use quittance_api::convert::date_to_wire;
use quittance_api::credit::v1::LimitChanged;
use quittance_chassis::{db::OrFault, events::Emit, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, LimitId, Page, PageRequest, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{corrupt, entity::credit_limit, money};
use crate::domain::limit::{Limit, LimitState};
use crate::wire;

fn to_row(tx: &Tx, limit: &Limit) -> credit_limit::Model {
    credit_limit::Model {
        tenant_id: tx.tenant().uuid(),
        id: limit.id.uuid(),
        customer_id: limit.customer.uuid(),
        currency: limit.amount.currency().code().to_owned(),
        amount_minor: limit.amount.minor(),
        state: limit.state.as_str().to_owned(),
        requested_by: limit.requested_by.clone(),
        approved_by: limit.approved_by.clone(),
        why: limit.why.clone(),
        version: limit.version,
        created_at: limit.created_at.micros(),
    }
}

fn from_row(row: credit_limit::Model) -> Result<Limit, Fault> {
    Ok(Limit {
        id: LimitId::new(row.id),
        customer: CustomerId::new(row.customer_id),
        amount: money(row.amount_minor, &row.currency)?,
        state: LimitState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        requested_by: row.requested_by,
        approved_by: row.approved_by,
        why: row.why,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// Stores a new limit and publishes it.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, limit: &Limit, on: BusinessDate) -> Result<(), Fault> {
    credit_limit::Entity::insert(to_row(tx, limit).into_active_model().reset_all()).exec_without_returning(tx.conn()).await.or_fault()?;
    publish(tx, limit, on);
    Ok(())
}

/// Writes a decided limit and publishes it.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, limit: &mut Limit, on: BusinessDate) -> Result<(), Fault> {
    limit.version = limit.version.saturating_add(1);
    to_row(tx, limit).into_active_model().reset_all().update(tx.conn()).await.or_fault()?;
    publish(tx, limit, on);
    Ok(())
}

fn publish(tx: &Tx, limit: &Limit, on: BusinessDate) {
    let event = LimitChanged { limit: Some(wire::limit(limit)), changed_on: Some(date_to_wire(on)) };
    let emit = match limit.state {
        LimitState::Active => Emit::public(limit.id, limit.customer.uuid(), &event),
        LimitState::Proposed | LimitState::Superseded | LimitState::Rejected => Emit::internal(limit.id, limit.customer.uuid(), &event),
    };
    tx.emit(emit.because(limit.why.clone()));
}

/// The active limit makes room for another.
///
/// # Errors
/// What the database says.
pub async fn supersede(tx: &Tx, customer: CustomerId, by: LimitId) -> Result<(), Fault> {
    let sql = "UPDATE credit_limit SET state = 'superseded', version = version + 1 \
               WHERE tenant_id = $1 AND customer_id = $2 AND state = 'active' AND id <> $3";
    tx.execute(sql, vec![tx.tenant().uuid().into(), customer.uuid().into(), by.uuid().into()]).await.map(drop)
}

/// One limit.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: LimitId) -> Result<Limit, Fault> {
    let select = tx.find::<credit_limit::Entity>().filter(credit_limit::Column::Id.eq(id.uuid()));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// One limit, locked until the transaction ends.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: LimitId) -> Result<Limit, Fault> {
    let select = tx.lock(tx.find::<credit_limit::Entity>().filter(credit_limit::Column::Id.eq(id.uuid())));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// Limits, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, customer: Option<CustomerId>, state: Option<LimitState>, request: &PageRequest) -> Result<Page<Limit>, Fault> {
    let mut select = tx.find::<credit_limit::Entity>().order_by_desc(credit_limit::Column::Id).limit(request.fetch_limit());
    if let Some(customer) = customer {
        select = select.filter(credit_limit::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = state {
        select = select.filter(credit_limit::Column::State.eq(state.as_str()));
    }
    if let Some(after) = request.after.as_deref() {
        select = select.filter(credit_limit::Column::Id.lt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let page = Page::cut(select.all(tx.conn()).await.or_fault()?, request, |row| row.id.as_bytes().to_vec());
    Ok(Page { items: page.items.into_iter().map(from_row).collect::<Result<_, _>>()?, next: page.next })
}
