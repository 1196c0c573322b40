//! Finding orders.

use quittance_api::invoicing::v1 as pb;
use quittance_chassis::db::OrFault;
use quittance_chassis::paging;
use quittance_chassis::tx::Tx;
use quittance_types::{CustomerId, Fault, LegalEntityId, OrderId, Page, PageRequest, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::domain::line::Line;
use crate::domain::order::{Order, OrderState};
use crate::store::entity::{sales_order, sales_order_line};
use crate::store::lines::{by_document, line};
use crate::store::text::{date, from_json, taxes};
use crate::store::{corrupt, currency};
use crate::wire;

/// Bytes of the instant in a page's cursor; the id follows.
const INSTANT: usize = 8;

/// Which orders are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only this customer's.
    pub customer_id: Option<CustomerId>,
    /// Only those in this state.
    pub state: Option<OrderState>,
}

/// One order.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: OrderId) -> Result<Order, Fault> {
    one(tx, by_id(tx, id)).await?.ok_or_else(|| id.not_found())
}

/// As [`load`], locked until the transaction ends.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: OrderId) -> Result<Order, Fault> {
    one(tx, tx.lock(by_id(tx, id))).await?.ok_or_else(|| id.not_found())
}

/// As [`load_for_update`]; nothing for an order that is not stored, or not yet.
///
/// # Errors
/// What the database says.
pub async fn find_for_update(tx: &Tx, id: OrderId) -> Result<Option<Order>, Fault> {
    one(tx, tx.lock(by_id(tx, id))).await
}

/// The order that has this external id.
///
/// # Errors
/// What the database says.
pub async fn find_external(tx: &Tx, external_id: &str) -> Result<Option<OrderId>, Fault> {
    let select = tx.find::<sales_order::Entity>().filter(sales_order::Column::ExternalId.eq(external_id));
    let row = select.one(tx.conn()).await.or_fault()?;
    Ok(row.map(|row| OrderId::new(row.order_id)))
}

/// Orders, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: Filter, request: &PageRequest) -> Result<Page<pb::Order>, Fault> {
    let mut select = tx.find::<sales_order::Entity>();
    if let Some(customer) = filter.customer_id {
        select = select.filter(sales_order::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = filter.state {
        select = select.filter(sales_order::Column::State.eq(state.as_str()));
    }
    if let Some(after) = &request.after {
        let (at, id) = position(after)?;
        let key = Expr::tuple([Expr::col(sales_order::Column::CreatedAt), Expr::col(sales_order::Column::OrderId)]);
        select = select.filter(key.lt(Expr::tuple([Expr::val(at), Expr::val(id)])));
    }
    let newest = select.order_by_desc(sales_order::Column::CreatedAt).order_by_desc(sales_order::Column::OrderId);
    let rows = newest.limit(request.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let key = |row: &sales_order::Model| [row.created_at.to_be_bytes().as_slice(), row.order_id.as_bytes()].concat();
    let complete = |headers| async move { Ok(with_lines(tx, headers).await?.iter().map(wire::order).collect()) };
    paging::fill(Page::cut(rows, request, key), key, complete).await
}

fn position(cursor: &[u8]) -> Result<(i64, Uuid), Fault> {
    let (at, id) = cursor.split_at_checked(INSTANT).ok_or_else(|| corrupt("a cursor"))?;
    let at = i64::from_be_bytes(at.try_into().map_err(corrupt)?);
    Ok((at, Uuid::from_slice(id).map_err(corrupt)?))
}

fn by_id(tx: &Tx, id: OrderId) -> Select<sales_order::Entity> {
    tx.find::<sales_order::Entity>().filter(sales_order::Column::OrderId.eq(id.uuid()))
}

async fn one(tx: &Tx, select: Select<sales_order::Entity>) -> Result<Option<Order>, Fault> {
    let row = select.one(tx.conn()).await.or_fault()?;
    Ok(with_lines(tx, row.into_iter().collect()).await?.pop())
}

async fn with_lines(tx: &Tx, headers: Vec<sales_order::Model>) -> Result<Vec<Order>, Fault> {
    let mut lines = by_document!(tx, sales_order_line, OrderId, order_id, headers);
    let orders = headers.into_iter().map(|header| {
        let lines = lines.remove(&header.order_id).unwrap_or_default();
        assembled(header, lines)
    });
    orders.collect()
}

fn assembled(row: sales_order::Model, lines: Vec<sales_order_line::Model>) -> Result<Order, Fault> {
    let currency = currency(&row.currency)?;
    let lines = lines.into_iter().map(|row| line!(row, currency, &row.fulfilled)).collect::<Result<Vec<Line>, _>>()?;
    Ok(Order {
        id: OrderId::new(row.order_id),
        external_id: row.external_id.unwrap_or_default(),
        customer_id: CustomerId::new(row.customer_id),
        legal_entity_id: LegalEntityId::new(row.legal_entity_id),
        state: OrderState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        lines,
        totals: taxes(&row.taxes, currency)?.0,
        payment_terms: row.payment_terms,
        payment_method: row.payment_method,
        reservation_id: row.reservation_id,
        credit_reasons: from_json(&row.credit_reasons)?,
        purchase_order: row.purchase_order,
        placed_on: date(row.placed_on)?,
        created_at: Timestamp::from_micros(row.created_at),
        version: row.version,
    })
}
