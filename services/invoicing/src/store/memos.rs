//! Credit memos: header and lines, and the event that goes with them.

use quittance_api::invoicing::v1 as pb;
use quittance_chassis::Emit;
use quittance_chassis::bulk;
use quittance_chassis::db::OrFault;
use quittance_chassis::paging;
use quittance_chassis::tx::Tx;
use quittance_types::{CustomerId, Fault, InvoiceId, LegalEntityId, MemoId, Page, PageRequest, Timestamp};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::{credit_memo, credit_memo_line};
use super::lines::{by_document, line, row};
use super::text::{date, taxes, taxes_to_text};
use super::{corrupt, currency};
use crate::domain::line::Line;
use crate::domain::memo::CreditMemo;
use crate::domain::number::DocumentNumber;
use crate::wire;

/// Which memos are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only this customer's.
    pub customer_id: Option<CustomerId>,
    /// Only those of this invoice.
    pub invoice_id: Option<InvoiceId>,
}

/// Stores a memo and publishes MemoIssued.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, memo: &CreditMemo) -> Result<pb::CreditMemo, Fault> {
    let tenant = tx.tenant().uuid();
    let header = credit_memo::Model {
        tenant_id: tenant,
        memo_id: memo.id.uuid(),
        number: memo.number.as_str().to_owned(),
        series_year: memo.number.year,
        sequence: memo.number.sequence,
        invoice_id: memo.invoice_id.uuid(),
        invoice_number: memo.invoice_number.clone(),
        customer_id: memo.customer_id.uuid(),
        legal_entity_id: memo.legal_entity_id.uuid(),
        currency: memo.totals.currency().code().to_owned(),
        net: memo.totals.net.minor(),
        tax: memo.totals.tax.minor(),
        gross: memo.totals.gross.minor(),
        taxes: taxes_to_text(&memo.totals, None)?,
        issue_on: memo.issue_on.days(),
        why: memo.why.clone(),
        created_at: memo.created_at.micros(),
    };
    header.into_active_model().reset_all().insert(tx.conn()).await.or_fault()?;
    let mut lines = Vec::with_capacity(memo.lines.len());
    for line in &memo.lines {
        lines.push(row!(credit_memo_line, tenant, memo_id: memo.id.uuid(), line));
    }
    bulk::insert(tx, lines).await?;
    let event = pb::MemoIssued { memo: Some(wire::memo(memo)) };
    tx.emit(Emit::public(memo.id, memo.customer_id, &event).because(&memo.why));
    Ok(event.memo.unwrap_or_default())
}

/// One memo.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: MemoId) -> Result<CreditMemo, Fault> {
    let select = tx.find::<credit_memo::Entity>().filter(credit_memo::Column::MemoId.eq(id.uuid()));
    let row = select.one(tx.conn()).await.or_fault()?;
    with_lines(tx, row.into_iter().collect()).await?.pop().ok_or_else(|| id.not_found())
}

/// Memos, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: Filter, request: &PageRequest) -> Result<Page<pb::CreditMemo>, Fault> {
    let mut select = tx.find::<credit_memo::Entity>();
    if let Some(customer) = filter.customer_id {
        select = select.filter(credit_memo::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(invoice) = filter.invoice_id {
        select = select.filter(credit_memo::Column::InvoiceId.eq(invoice.uuid()));
    }
    if let Some(after) = &request.after {
        select = select.filter(credit_memo::Column::MemoId.lt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let select = select.order_by_desc(credit_memo::Column::MemoId).limit(request.fetch_limit());
    let rows = select.all(tx.conn()).await.or_fault()?;
    let key = |row: &credit_memo::Model| row.memo_id.as_bytes().to_vec();
    let complete = |headers| async move { Ok(with_lines(tx, headers).await?.iter().map(wire::memo).collect()) };
    paging::fill(Page::cut(rows, request, key), key, complete).await
}

async fn with_lines(tx: &Tx, headers: Vec<credit_memo::Model>) -> Result<Vec<CreditMemo>, Fault> {
    let mut lines = by_document!(tx, credit_memo_line, MemoId, memo_id, headers);
    let memos = headers.into_iter().map(|header| {
        let lines = lines.remove(&header.memo_id).unwrap_or_default();
        assembled(header, lines)
    });
    memos.collect()
}

fn assembled(row: credit_memo::Model, lines: Vec<credit_memo_line::Model>) -> Result<CreditMemo, Fault> {
    let currency = currency(&row.currency)?;
    let lines = lines.into_iter().map(|row| line!(row, currency, "0")).collect::<Result<Vec<Line>, _>>()?;
    Ok(CreditMemo {
        id: MemoId::new(row.memo_id),
        number: DocumentNumber::stored(row.number, row.series_year, row.sequence),
        invoice_id: InvoiceId::new(row.invoice_id),
        invoice_number: row.invoice_number,
        customer_id: CustomerId::new(row.customer_id),
        legal_entity_id: LegalEntityId::new(row.legal_entity_id),
        lines,
        totals: taxes(&row.taxes, currency)?.0,
        issue_on: date(row.issue_on)?,
        why: row.why,
        created_at: Timestamp::from_micros(row.created_at),
    })
}
