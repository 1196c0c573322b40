//! Held orders.

use quittance_api::convert::date_to_wire;
use quittance_api::credit::v1::{HoldPlaced, HoldReleased};
use quittance_chassis::{
    bulk,
    db::{OrFault, RowExt},
    events::Emit,
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault, HoldCaseId, Page, PageRequest, ReservationId, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{corrupt, entity::hold_case, from_json, money, to_json};
use crate::domain::hold::{HoldCase, HoldCaseState};
use crate::wire;

fn to_row(tx: &Tx, case: &HoldCase) -> Result<hold_case::Model, Fault> {
    Ok(hold_case::Model {
        tenant_id: tx.tenant().uuid(),
        id: case.id.uuid(),
        customer_id: case.customer.uuid(),
        order_id: case.order_id.clone(),
        reservation_id: case.reservation.uuid(),
        currency: case.amount.currency().code().to_owned(),
        amount_minor: case.amount.minor(),
        state: case.state.as_str().to_owned(),
        rules: to_json(&case.rules)?,
        requested_by: case.requested_by.clone(),
        decided_by: case.decided_by.clone(),
        why: case.why.clone(),
        opened_on: case.opened_on.days(),
        version: case.version,
        created_at: case.created_at.micros(),
    })
}

fn from_row(row: hold_case::Model) -> Result<HoldCase, Fault> {
    Ok(HoldCase {
        id: HoldCaseId::new(row.id),
        customer: CustomerId::new(row.customer_id),
        order_id: row.order_id,
        reservation: ReservationId::new(row.reservation_id),
        amount: money(row.amount_minor, &row.currency)?,
        state: HoldCaseState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        rules: from_json(&row.rules)?,
        requested_by: row.requested_by,
        decided_by: row.decided_by,
        why: row.why,
        opened_on: BusinessDate::from_days(row.opened_on).map_err(|fault| corrupt(fault.message()))?,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// Opens cases by one statement and publishes HoldPlaced, each by the handle of whoever asked for it.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, opened: &[(Tx, HoldCase)]) -> Result<(), Fault> {
    let rows = opened.iter().map(|(by, case)| Ok(to_row(by, case)?.into_active_model().reset_all()));
    let rows: Vec<hold_case::ActiveModel> = rows.collect::<Result<_, Fault>>()?;
    bulk::insert(tx, rows).await?;
    for (by, case) in opened {
        by.emit(Emit::public(case.id, case.customer.uuid(), &HoldPlaced { hold_case: Some(wire::hold_case(case)) }));
    }
    Ok(())
}

const ENDED: bulk::Target<'static, hold_case::Column> = bulk::Target {
    key: hold_case::Column::Id,
    set: &[hold_case::Column::State, hold_case::Column::DecidedBy, hold_case::Column::Why, hold_case::Column::Version],
    keep: &[],
};

/// Writes ended cases by one statement and publishes HoldReleased.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, ended: &mut [HoldCase], on: BusinessDate) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(ended.len());
    for case in &mut *ended {
        case.version = case.version.saturating_add(1);
        rows.push(hold_case::ActiveModel {
            id: Set(case.id.uuid()),
            state: Set(case.state.as_str().to_owned()),
            decided_by: Set(case.decided_by.clone()),
            why: Set(case.why.clone()),
            version: Set(case.version),
            ..Default::default()
        });
    }
    bulk::update(tx, rows, ENDED).await?;
    for case in ended {
        let event = HoldReleased { hold_case: Some(wire::hold_case(case)), ended_on: Some(date_to_wire(on)) };
        tx.emit(Emit::public(case.id, case.customer.uuid(), &event).because(case.why.clone()));
    }
    Ok(())
}

/// One case.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: HoldCaseId) -> Result<HoldCase, Fault> {
    let select = tx.find::<hold_case::Entity>().filter(hold_case::Column::Id.eq(id.uuid()));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// Open cases of customers, oldest first. The customers' accounts have to be locked before.
///
/// # Errors
/// What the database says.
pub async fn open_of(tx: &Tx, customers: &[Uuid]) -> Result<Vec<HoldCase>, Fault> {
    let select = tx
        .find::<hold_case::Entity>()
        .filter(bulk::among(tx, hold_case::Column::CustomerId, customers))
        .filter(hold_case::Column::State.eq(HoldCaseState::Open.as_str()))
        .order_by_asc(hold_case::Column::CreatedAt)
        .order_by_asc(hold_case::Column::Id);
    select.all(tx.conn()).await.or_fault()?.into_iter().map(from_row).collect()
}

/// Customers with open cases whose id comes after this one, in order of id, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn customers_waiting(tx: &Tx, after: Uuid, limit: i64) -> Result<Vec<Uuid>, Fault> {
    let sql = "SELECT DISTINCT customer_id FROM hold_case WHERE tenant_id = $1 AND state = 'open' AND customer_id > $2 \
               ORDER BY customer_id LIMIT $3";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), after.into(), limit.into()]).await?;
    rows.iter().map(|row| row.value("customer_id")).collect()
}

/// Cases, oldest first, and how many match in all.
///
/// # Errors
/// What the database says.
pub async fn page(
    tx: &Tx,
    state: Option<HoldCaseState>,
    customer: Option<CustomerId>,
    request: &PageRequest,
) -> Result<(Page<HoldCase>, u64), Fault> {
    let mut select = tx.find::<hold_case::Entity>();
    if let Some(state) = state {
        select = select.filter(hold_case::Column::State.eq(state.as_str()));
    }
    if let Some(customer) = customer {
        select = select.filter(hold_case::Column::CustomerId.eq(customer.uuid()));
    }
    let total = select.clone().count(tx.conn()).await.or_fault()?;
    if let Some(after) = request.after.as_deref() {
        select = select.filter(hold_case::Column::Id.gt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let rows = select.order_by_asc(hold_case::Column::Id).limit(request.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let page = Page::cut(rows, request, |row| row.id.as_bytes().to_vec());
    Ok((Page { items: page.items.into_iter().map(from_row).collect::<Result<_, _>>()?, next: page.next }, total))
}
