//! Finding invoices.

use quittance_api::invoicing::v1 as pb;
use quittance_chassis::db::OrFault;
use quittance_chassis::paging;
use quittance_chassis::request::filter::Listing;
use quittance_chassis::tx::Tx;
use quittance_types::{CustomerId, Fault, InvoiceId, LegalEntityId, OrderId, Page, PageRequest, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::domain::invoice::{Invoice, InvoiceKind, InvoiceState};
use crate::domain::line::Line;
use crate::domain::number::DocumentNumber;
use crate::store::entity::{invoice, invoice_line};
use crate::store::lines::{by_document, line};
use crate::store::text::{date, schedule, taxes};
use crate::store::{corrupt, currency, money};
use crate::wire;

/// Which invoices are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this customer's.
    pub customer_id: Option<CustomerId>,
    /// Only those in this state.
    pub state: Option<InvoiceState>,
    /// What the caller's own filter and order say.
    pub listing: Listing,
}

/// One invoice or pro-forma.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: InvoiceId) -> Result<Invoice, Fault> {
    one(tx, by_id(tx, id)).await?.ok_or_else(|| id.not_found())
}

/// As [`load`], locked until the transaction ends.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: InvoiceId) -> Result<Invoice, Fault> {
    one(tx, tx.lock(by_id(tx, id))).await?.ok_or_else(|| id.not_found())
}

/// One invoice or pro-forma by its document number.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_by_number(tx: &Tx, number: &str) -> Result<Invoice, Fault> {
    let select = tx.find::<invoice::Entity>().filter(invoice::Column::Number.eq(number));
    one(tx, select).await?.ok_or_else(|| Fault::not_found("invoice", number))
}

/// Invoices and pro-formas in order of creation. Their ids are of that order.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: Filter, request: &PageRequest) -> Result<Page<pb::Invoice>, Fault> {
    let listing = &filter.listing;
    let mut select = tx.find::<invoice::Entity>().filter(listing.filter.condition());
    if let Some(customer) = filter.customer_id {
        select = select.filter(invoice::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = filter.state {
        select = select.filter(invoice::Column::State.eq(state.as_str()));
    }
    if let Some(after) = &request.after {
        let after = Uuid::from_slice(after).map_err(corrupt)?;
        select = select.filter(Expr::col(invoice::Column::InvoiceId).binary(listing.beyond(), after));
    }
    let select = select.order_by(invoice::Column::InvoiceId, listing.order()).limit(request.fetch_limit());
    let rows = select.all(tx.conn()).await.or_fault()?;
    let key = |row: &invoice::Model| row.invoice_id.as_bytes().to_vec();
    let complete = |headers| async move { Ok(with_lines(tx, headers).await?.iter().map(wire::invoice).collect()) };
    paging::fill(Page::cut(rows, request, key), key, complete).await
}

fn by_id(tx: &Tx, id: InvoiceId) -> Select<invoice::Entity> {
    tx.find::<invoice::Entity>().filter(invoice::Column::InvoiceId.eq(id.uuid()))
}

async fn one(tx: &Tx, select: Select<invoice::Entity>) -> Result<Option<Invoice>, Fault> {
    let row = select.one(tx.conn()).await.or_fault()?;
    Ok(with_lines(tx, row.into_iter().collect()).await?.pop())
}

async fn with_lines(tx: &Tx, headers: Vec<invoice::Model>) -> Result<Vec<Invoice>, Fault> {
    let mut lines = by_document!(tx, invoice_line, InvoiceId, invoice_id, headers);
    let invoices = headers.into_iter().map(|header| {
        let lines = lines.remove(&header.invoice_id).unwrap_or_default();
        assembled(header, lines)
    });
    invoices.collect()
}

fn assembled(row: invoice::Model, lines: Vec<invoice_line::Model>) -> Result<Invoice, Fault> {
    let currency = currency(&row.currency)?;
    let (totals, credited) = taxes(&row.taxes, currency)?;
    let lines = lines.into_iter().map(|row| line!(row, currency, &row.credited)).collect::<Result<Vec<Line>, _>>()?;
    let number = match (row.number, row.series_year, row.sequence) {
        (Some(text), Some(year), Some(sequence)) => Some(DocumentNumber::stored(text, year, sequence)),
        _ => None,
    };
    Ok(Invoice {
        id: InvoiceId::new(row.invoice_id),
        kind: InvoiceKind::parse(&row.kind).ok_or_else(|| corrupt(&row.kind))?,
        state: InvoiceState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        number,
        customer_id: CustomerId::new(row.customer_id),
        legal_entity_id: LegalEntityId::new(row.legal_entity_id),
        order_id: row.order_id.map(OrderId::new),
        lines,
        totals,
        schedule: schedule(&row.schedule, currency)?,
        issue_on: date(row.issue_on)?,
        asked_issue_on: row.asked_issue_on.map(date).transpose()?,
        asked_due_on: row.asked_due_on.map(date).transpose()?,
        purchase_order: row.purchase_order,
        note: row.note,
        open: money(row.open, currency)?,
        credited,
        creditor_reference: row.creditor_reference,
        disputed: row.disputed,
        converted_invoice_id: row.converted_invoice_id.map(InvoiceId::new),
        created_at: Timestamp::from_micros(row.created_at),
        issued_at: row.issued_at.map(Timestamp::from_micros),
        version: row.version,
    })
}
