//! Refunds.

use quittance_api::payments::v1::RefundPaid;
use quittance_chassis::{db::OrFault, events::Emit, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, Page, PageRequest, PaymentId, RefundId, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{corrupt, entity::refund, money};
use crate::{domain::refund::Refund, wire};

/// Stores a refund and publishes RefundPaid.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, refund: &Refund) -> Result<(), Fault> {
    let row = refund::Model {
        tenant_id: tx.tenant().uuid(),
        id: refund.id.uuid(),
        payment_id: refund.payment.uuid(),
        customer_id: refund.customer.uuid(),
        currency: refund.amount.currency().code().to_owned(),
        amount_minor: refund.amount.minor(),
        why: refund.why.clone(),
        refunded_on: refund.refunded_on.days(),
        created_at: refund.created_at.micros(),
    };
    refund::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.or_fault()?;
    let event = RefundPaid { refund: Some(wire::refund(refund)) };
    tx.emit(Emit::public(refund.id, refund.customer.uuid(), &event).because(refund.why.clone()));
    Ok(())
}

fn from_row(row: refund::Model) -> Result<Refund, Fault> {
    Ok(Refund {
        id: RefundId::new(row.id),
        payment: PaymentId::new(row.payment_id),
        customer: CustomerId::new(row.customer_id),
        amount: money(row.amount_minor, &row.currency)?,
        why: row.why,
        refunded_on: BusinessDate::from_days(row.refunded_on).map_err(|fault| corrupt(fault.message()))?,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// One refund.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: RefundId) -> Result<Refund, Fault> {
    let select = tx.find::<refund::Entity>().filter(refund::Column::Id.eq(id.uuid()));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// Refunds, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, payment: Option<PaymentId>, customer: Option<CustomerId>, request: &PageRequest) -> Result<Page<Refund>, Fault> {
    let mut select = tx.find::<refund::Entity>().order_by_desc(refund::Column::Id).limit(request.fetch_limit());
    if let Some(payment) = payment {
        select = select.filter(refund::Column::PaymentId.eq(payment.uuid()));
    }
    if let Some(customer) = customer {
        select = select.filter(refund::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(after) = request.after.as_deref() {
        select = select.filter(refund::Column::Id.lt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let page = Page::cut(select.all(tx.conn()).await.or_fault()?, request, |row| row.id.as_bytes().to_vec());
    Ok(Page { items: page.items.into_iter().map(from_row).collect::<Result<_, _>>()?, next: page.next })
}
