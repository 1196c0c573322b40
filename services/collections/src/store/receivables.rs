//! The copy of reconciliation's items, with every change of their balance on its business date.

use quittance_chassis::{
    db::{OrFault, RowExt},
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Money, Reason, Uuid};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{CHUNK, entity::receivable, money};

/// What reconciliation reports of an item.
pub struct ItemReport {
    /// The invoice or credit memo.
    pub document: Uuid,
    /// True for a credit memo: amounts are negative.
    pub is_credit: bool,
    /// Its number.
    pub number: String,
    /// Who owes it.
    pub customer: CustomerId,
    /// Gross.
    pub total: Money,
    /// Still open.
    pub open: Money,
    /// When it was issued.
    pub issued: BusinessDate,
    /// When it is due.
    pub due: BusinessDate,
    /// When nothing was open any more.
    pub settled: Option<BusinessDate>,
    /// The document was voided.
    pub is_void: bool,
    /// Grows with every change.
    pub version: i64,
}

/// When a change happened.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// The business date, if the event has one.
    pub on: Option<BusinessDate>,
    /// The tenant's business day on which the event was recorded.
    pub recorded: BusinessDate,
}

/// Takes over a report unless a newer one is known, and writes down by how much the balance changed and when.
///
/// # Errors
/// What the database says.
pub async fn report(tx: &Tx, report: ItemReport, when: When) -> Result<(), Fault> {
    let select = tx.find::<receivable::Entity>().filter(receivable::Column::DocumentId.eq(report.document));
    let known = tx.lock(select).one(tx.conn()).await.or_fault()?;
    match known {
        Some(known) if known.item_version >= report.version => Ok(()),
        Some(known) => change(tx, &known, &report, when).await,
        None => open(tx, &report, when).await,
    }
}

async fn open(tx: &Tx, report: &ItemReport, when: When) -> Result<(), Fault> {
    let change = report.open.sub(report.total)?;
    // Already changed when we first hear of it: the opening is a movement of its own before.
    let moved = if change.is_zero() { report.issued } else { moved_on(tx, when, report, report.issued).await? };
    let row = receivable::Model {
        tenant_id: tx.tenant().uuid(),
        document_id: report.document,
        is_credit: report.is_credit,
        number: report.number.clone(),
        customer_id: report.customer.uuid(),
        currency: report.total.currency().code().to_owned(),
        total_minor: report.total.minor(),
        open_minor: report.open.minor(),
        issue_on: report.issued.days(),
        due_on: report.due.days(),
        settled_on: report.settled.map(BusinessDate::days),
        voided_on: report.is_void.then_some(moved.days()),
        moved_on: moved.days(),
        item_version: report.version,
        disputed_minor: 0,
        promised_until: None,
    };
    receivable::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.or_fault()?;
    if change.is_zero() {
        return movement(tx, report, report.version, report.issued, report.total, report.open).await;
    }
    movement(tx, report, 0, report.issued, report.total, report.total).await?;
    movement(tx, report, report.version, moved, change, report.open).await
}

async fn change(tx: &Tx, known: &receivable::Model, report: &ItemReport, when: When) -> Result<(), Fault> {
    let before = money(known.open_minor, &known.currency)?;
    let change = report.open.sub(before)?;
    let last = super::date(known.moved_on)?;
    let moved = if change.is_zero() { last } else { moved_on(tx, when, report, last).await? };
    let voided = known.voided_on.or_else(|| report.is_void.then_some(moved.days()));
    let sql = "UPDATE receivable SET open_minor = $3, settled_on = $4, voided_on = $5, moved_on = $6, item_version = $7, due_on = $8 \
               WHERE tenant_id = $1 AND document_id = $2";
    let values = vec![
        tx.tenant().uuid().into(),
        report.document.into(),
        report.open.minor().into(),
        report.settled.map(BusinessDate::days).into(),
        voided.into(),
        moved.max(last).days().into(),
        report.version.into(),
        report.due.days().into(),
    ];
    tx.execute(sql, values).await?;
    if change.is_zero() { Ok(()) } else { movement(tx, report, report.version, moved, change, report.open).await }
}

async fn movement(tx: &Tx, report: &ItemReport, version: i64, on: BusinessDate, change: Money, after: Money) -> Result<(), Fault> {
    let sql = "INSERT INTO receivable_movement (tenant_id, document_id, item_version, moved_on, change_minor, open_after_minor) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let values = vec![
        tx.tenant().uuid().into(),
        report.document.into(),
        version.into(),
        on.days().into(),
        change.minor().into(),
        after.minor().into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// The business date of a change. Never before the document was issued.
async fn moved_on(tx: &Tx, when: When, report: &ItemReport, last: BusinessDate) -> Result<BusinessDate, Fault> {
    let settled = report.settled.filter(|_| report.open.is_zero());
    match when.on.or(settled) {
        Some(on) => Ok(on.max(report.issued)),
        None => undated(tx, when.recorded, last).await,
    }
}

/// The business date of a change that carries none: the newest business date seen of anything, for a business may be
/// told about long after its days, but not after the day the change was recorded, nor before the document's last change.
///
/// # Errors
/// What the database says.
pub async fn undated(tx: &Tx, recorded: BusinessDate, last: BusinessDate) -> Result<BusinessDate, Fault> {
    let newest = newest_day(tx).await?.unwrap_or(recorded);
    Ok(newest.min(recorded).max(last))
}

/// The last business date on which any balance changed.
async fn newest_day(tx: &Tx) -> Result<Option<BusinessDate>, Fault> {
    let sql = "SELECT MAX(moved_on) AS newest FROM receivable_movement WHERE tenant_id = $1";
    let row = tx.one(sql, vec![tx.tenant().uuid().into()]).await?;
    row.map(|row| row.value::<Option<i32>>("newest")).transpose()?.flatten().map(super::date).transpose()
}

/// Who owes an invoice.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn customer_of(tx: &Tx, id: InvoiceId) -> Result<CustomerId, Fault> {
    let select = tx.find::<receivable::Entity>().filter(receivable::Column::DocumentId.eq(id.uuid()));
    let row = select.filter(receivable::Column::IsCredit.eq(false)).one(tx.conn()).await.or_fault()?;
    row.map(|row| CustomerId::new(row.customer_id)).ok_or_else(|| id.not_found())
}

/// Invoices locked until the transaction ends, in the order of their ids.
///
/// # Errors
/// RESOURCE_NOT_FOUND for one that does not exist or, where a customer is named, is not the customer's.
pub async fn invoices_for_update(tx: &Tx, ids: &[InvoiceId], of: Option<CustomerId>) -> Result<Vec<receivable::Model>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let select = tx
            .find::<receivable::Entity>()
            .filter(receivable::Column::DocumentId.is_in(chunk.iter().map(|id| id.uuid())))
            .filter(receivable::Column::IsCredit.eq(false))
            .order_by_asc(receivable::Column::DocumentId);
        found.extend(tx.lock(select).all(tx.conn()).await.or_fault()?);
    }
    for id in ids {
        let is_there = |row: &receivable::Model| row.document_id == id.uuid() && of.is_none_or(|of| of.uuid() == row.customer_id);
        if !found.iter().any(is_there) {
            return Err(id.not_found());
        }
    }
    Ok(found)
}

/// Marks the contested part of an invoice; zero when nothing is.
///
/// # Errors
/// What the database says.
pub async fn mark_disputed(tx: &Tx, invoice: InvoiceId, amount: i64) -> Result<(), Fault> {
    let sql = "UPDATE receivable SET disputed_minor = $3 WHERE tenant_id = $1 AND document_id = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), invoice.uuid().into(), amount.into()]).await.map(drop)
}

/// The caller's mistake when something is asked of an invoice with nothing open.
pub fn nothing_open(to: &'static str) -> Fault {
    Fault::new(Reason::IllegalTransition, "Nothing is open of these invoices.").with("from", "settled").with("to", to)
}
