//! Receipts.

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, Target, among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_types::{BankAccountId, BankLineId, CustomerId, Fault, Page, PageRequest, PaymentId, ReceiptId, TenantId, Timestamp, Uuid};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::receipt::{ActiveModel, Column, Entity, Model};
use super::{corrupt, cut_by_id, day, id_of_page, known, money};
use crate::domain::receipt::{Origin, Receipt, ReceiptSource, ReceiptState};
use crate::domain::subledger::Saved;

/// A receipt, without a lock.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: ReceiptId) -> Result<Receipt, Fault> {
    let row = tx.find::<Entity>().filter(Column::ReceiptId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Locks a receipt until the transaction ends.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load_for_update(tx: &Tx, id: ReceiptId) -> Result<Receipt, Fault> {
    let select = tx.find::<Entity>().filter(Column::ReceiptId.eq(id.uuid()));
    let row = tx.lock(select).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Locks the receipts with these ids, in order of id.
///
/// # Errors
/// What the database says.
pub async fn with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Receipt>, Fault> {
    let mut receipts = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<Entity>().filter(among(tx, Column::ReceiptId, chunk)).order_by_asc(Column::ReceiptId);
        for row in tx.lock(select).all(tx.conn()).await.or_fault()? {
            receipts.push(read(row)?);
        }
    }
    Ok(receipts)
}

/// Locks the receipt of a payment, if it was settled.
///
/// # Errors
/// What the database says.
pub async fn of_payment(tx: &Tx, payment: PaymentId) -> Result<Option<Receipt>, Fault> {
    let select = tx.find::<Entity>().filter(Column::SourceId.eq(payment.uuid())).filter(Column::Source.eq(PAYMENT));
    tx.lock(select).one(tx.conn()).await.or_fault()?.map(read).transpose()
}

/// Receipts, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, customer: Option<CustomerId>, state: Option<ReceiptState>, page: &PageRequest) -> Result<Page<Receipt>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(customer) = customer {
        select = select.filter(Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = state {
        select = select.filter(Column::State.eq(state.as_str()));
        if state != ReceiptState::Applied {
            // In the words of the index: SQLite does not see what follows from what.
            select = select.filter(Expr::cust("\"receipt\".\"state\" <> 'applied'"));
        }
    }
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::ReceiptId.lt(after));
    }
    let rows = select.order_by_desc(Column::ReceiptId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.receipt_id);
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<Receipt>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

/// Writes new and changed receipts. Their events are the business of [`super::books::save`].
pub(super) async fn write(tx: &Tx, receipts: Vec<Saved<Receipt>>) -> Result<(), Fault> {
    let (new, changed) = Saved::apart(receipts);
    let (tenant, now) = (tx.tenant(), tx.now());
    let model = move |receipt| model(tenant, now, receipt);
    bulk::insert(tx, new.into_iter().map(model)).await?;
    let set = [Column::CustomerId, Column::Amount, Column::Applied, Column::Unapplied, Column::Refunded, Column::State, Column::Version];
    bulk::update(tx, changed.into_iter().map(model), Target { key: Column::ReceiptId, set: &set, keep: &[] }).await
}

const BANK_LINE: &str = "bank_line";
const PAYMENT: &str = "payment";
const MANUAL: &str = "manual";
const TRANSFER: &str = "transfer";

fn model(tenant: TenantId, now: Timestamp, receipt: Receipt) -> ActiveModel {
    let (source, source_id) = match receipt.source {
        ReceiptSource::BankLine(id) => (BANK_LINE, Some(id.uuid())),
        ReceiptSource::Payment(id) => (PAYMENT, Some(id.uuid())),
        ReceiptSource::Manual => (MANUAL, None),
        ReceiptSource::Transfer(id) => (TRANSFER, Some(id.uuid())),
    };
    let model = Model {
        tenant_id: tenant.uuid(),
        receipt_id: receipt.id.uuid(),
        source: source.to_owned(),
        source_id,
        origin: receipt.origin.as_str().to_owned(),
        reference: receipt.reference,
        customer_id: receipt.customer.map(CustomerId::uuid),
        bank_account_id: receipt.bank_account.map(BankAccountId::uuid),
        currency: receipt.amount.currency().code().to_owned(),
        amount: receipt.amount.minor(),
        applied: receipt.applied.minor(),
        unapplied: receipt.unapplied.minor(),
        refunded: receipt.refunded.minor(),
        state: receipt.state.as_str().to_owned(),
        received_on: receipt.received_on.days(),
        version: receipt.version,
        created_at: now.micros(),
    };
    model.into_active_model().reset_all()
}

pub(super) fn read(row: Model) -> Result<Receipt, Fault> {
    let amount = |minor| money(minor, &row.currency);
    let source = match (row.source.as_str(), row.source_id) {
        (BANK_LINE, Some(id)) => ReceiptSource::BankLine(BankLineId::new(id)),
        (PAYMENT, Some(id)) => ReceiptSource::Payment(PaymentId::new(id)),
        (TRANSFER, Some(id)) => ReceiptSource::Transfer(ReceiptId::new(id)),
        (MANUAL, None) => ReceiptSource::Manual,
        (other, _) => return Err(corrupt(other)),
    };
    Ok(Receipt {
        id: ReceiptId::new(row.receipt_id),
        source,
        origin: known(Origin::parse(&row.origin), &row.origin)?,
        customer: row.customer_id.map(CustomerId::new),
        bank_account: row.bank_account_id.map(BankAccountId::new),
        amount: amount(row.amount)?,
        applied: amount(row.applied)?,
        unapplied: amount(row.unapplied)?,
        refunded: amount(row.refunded)?,
        state: known(ReceiptState::parse(&row.state), &row.state)?,
        received_on: day(row.received_on)?,
        version: row.version,
        reference: row.reference,
    })
}
