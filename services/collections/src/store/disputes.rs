//! Disputes.

use quittance_api::collections::v1::{DisputeOpened, DisputeResolved};
use quittance_chassis::{db::OrFault, events::Emit, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, DisputeId, Fault, InvoiceId, Page, PageRequest, Reason, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{corrupt, date, entity::dispute, money, receivables};
use crate::{
    domain::dispute::{Category, Dispute, DisputeState},
    wire,
};

fn to_row(tx: &Tx, dispute: &Dispute) -> dispute::Model {
    dispute::Model {
        tenant_id: tx.tenant().uuid(),
        id: dispute.id.uuid(),
        invoice_id: dispute.invoice.uuid(),
        invoice_number: dispute.number.clone(),
        customer_id: dispute.customer.uuid(),
        currency: dispute.amount.currency().code().to_owned(),
        amount_minor: dispute.amount.minor(),
        category: dispute.category.as_str().to_owned(),
        state: dispute.state.as_str().to_owned(),
        note: dispute.note.clone(),
        resolution: dispute.resolution.clone(),
        opened_on: dispute.opened_on.days(),
        resolved_on: dispute.resolved_on.map(BusinessDate::days),
        version: dispute.version,
        created_at: dispute.created_at.micros(),
    }
}

fn from_row(row: dispute::Model) -> Result<Dispute, Fault> {
    Ok(Dispute {
        id: DisputeId::new(row.id),
        invoice: InvoiceId::new(row.invoice_id),
        number: row.invoice_number,
        customer: CustomerId::new(row.customer_id),
        amount: money(row.amount_minor, &row.currency)?,
        category: Category::parse(&row.category).ok_or_else(|| corrupt(&row.category))?,
        state: DisputeState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        note: row.note,
        resolution: row.resolution,
        opened_on: date(row.opened_on)?,
        resolved_on: row.resolved_on.map(date).transpose()?,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// Opens a dispute on an invoice that is locked, and publishes DisputeOpened.
///
/// # Errors
/// ITEM_DISPUTED when one is open already.
pub async fn insert(tx: &Tx, dispute: &Dispute) -> Result<(), Fault> {
    let open = tx
        .find::<dispute::Entity>()
        .filter(dispute::Column::InvoiceId.eq(dispute.invoice.uuid()))
        .filter(dispute::Column::State.eq(DisputeState::Open.as_str()));
    if open.one(tx.conn()).await.or_fault()?.is_some() {
        return Err(Fault::new(Reason::ItemDisputed, "A dispute of this invoice is open already. Resolve it first."));
    }
    dispute::Entity::insert(to_row(tx, dispute).into_active_model()).exec_without_returning(tx.conn()).await.or_fault()?;
    receivables::mark_disputed(tx, dispute.invoice, dispute.amount.minor()).await?;
    let event = DisputeOpened { dispute: Some(wire::dispute(dispute)) };
    tx.emit(Emit::public(dispute.id, dispute.customer.uuid(), &event).because(dispute.note.clone()));
    Ok(())
}

/// Writes an ended dispute and publishes DisputeResolved. Its invoice is locked.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, dispute: &mut Dispute) -> Result<(), Fault> {
    dispute.version = dispute.version.saturating_add(1);
    to_row(tx, dispute).into_active_model().reset_all().update(tx.conn()).await.or_fault()?;
    receivables::mark_disputed(tx, dispute.invoice, 0).await?;
    let event = DisputeResolved { dispute: Some(wire::dispute(dispute)) };
    tx.emit(Emit::public(dispute.id, dispute.customer.uuid(), &event).because(dispute.resolution.clone()));
    Ok(())
}

/// One dispute.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: DisputeId) -> Result<Dispute, Fault> {
    let select = tx.find::<dispute::Entity>().filter(dispute::Column::Id.eq(id.uuid()));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// One dispute and its invoice, both locked until the transaction ends; the invoice first.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: DisputeId) -> Result<Dispute, Fault> {
    let invoice = load(tx, id).await?.invoice;
    receivables::invoices_for_update(tx, &[invoice], None).await?;
    let select = tx.lock(tx.find::<dispute::Entity>().filter(dispute::Column::Id.eq(id.uuid())));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// Disputes, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(
    tx: &Tx,
    customer: Option<CustomerId>,
    state: Option<DisputeState>,
    request: &PageRequest,
) -> Result<Page<Dispute>, Fault> {
    let mut select = tx.find::<dispute::Entity>().order_by_desc(dispute::Column::Id).limit(request.fetch_limit());
    if let Some(customer) = customer {
        select = select.filter(dispute::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = state {
        select = select.filter(dispute::Column::State.eq(state.as_str()));
    }
    if let Some(after) = request.after.as_deref() {
        select = select.filter(dispute::Column::Id.lt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let page = Page::cut(select.all(tx.conn()).await.or_fault()?, request, |row| row.id.as_bytes().to_vec());
    Ok(Page { items: page.items.into_iter().map(from_row).collect::<Result<_, _>>()?, next: page.next })
}
