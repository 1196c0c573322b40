//! The routing table, and sending what waits where it says.

use quittance_chassis::Tx;
use quittance_chassis::bulk;
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{Fault, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{Change, read, save, waits};
use crate::domain::exception::ExceptionKind;
use crate::domain::exception::routing::{Route, Routing};
use crate::store::entity::{exception, exception_route};
use crate::store::{corrupt, known, money};

/// Exceptions that are routed anew at a time.
const AT_ONCE: u64 = 5_000;

/// The routing table.
///
/// # Errors
/// What the database says.
pub async fn routing(tx: &Tx) -> Result<Routing, Fault> {
    let rows = tx.find::<exception_route::Entity>().order_by_asc(exception_route::Column::Place).all(tx.conn()).await.or_fault()?;
    let sql = "SELECT version FROM exception_routing WHERE tenant_id = $1";
    let version = tx.one(sql, vec![tx.tenant().uuid().into()]).await?.map_or(Ok(0), |row| row.value("version"))?;
    Ok(Routing { routes: rows.into_iter().map(route).collect::<Result<Vec<Route>, Fault>>()?, version })
}

/// The routing table, locked: two who put one wait for each other.
///
/// # Errors
/// What the database says.
pub async fn lock_routing(tx: &Tx) -> Result<Routing, Fault> {
    let first = "INSERT INTO exception_routing (tenant_id, version) VALUES ($1, 0) ON CONFLICT (tenant_id) DO UPDATE SET version = exception_routing.version";
    tx.execute(first, vec![tx.tenant().uuid().into()]).await?;
    routing(tx).await
}

/// Replaces the routing table and sends everything that waits where it says. It was locked by [`lock_routing`].
///
/// # Errors
/// What the database says.
pub async fn put_routing(tx: &Tx, routing: &Routing) -> Result<(), Fault> {
    let tenant = tx.tenant().uuid();
    tx.execute("DELETE FROM exception_route WHERE tenant_id = $1", vec![tenant.into()]).await?;
    let models: Vec<_> = (0_i32..).zip(&routing.routes).map(|(place, route)| model(tenant, place, route)).collect();
    bulk::insert(tx, models).await?;
    let sql = "UPDATE exception_routing SET version = $2 WHERE tenant_id = $1";
    tx.execute(sql, vec![tenant.into(), routing.version.into()]).await?;
    reroute(tx, routing).await
}

async fn reroute(tx: &Tx, routing: &Routing) -> Result<(), Fault> {
    let mut after = Uuid::nil();
    loop {
        let select = tx.find::<exception::Entity>().filter(waits()).filter(exception::Column::ExceptionId.gt(after));
        let select = select.order_by_asc(exception::Column::ExceptionId).limit(AT_ONCE);
        let rows = tx.lock(select).all(tx.conn()).await.or_fault()?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.exception_id;
        let mut changes = Vec::new();
        for row in rows {
            let before = read(row)?;
            let mut rerouted = before.clone();
            if rerouted.reroute(routing) {
                changes.push(Change::of(before, rerouted));
            }
        }
        save(tx, changes).await?;
        tx.flush().await?;
    }
}

fn model(tenant: Uuid, place: i32, route: &Route) -> exception_route::ActiveModel {
    let model = exception_route::Model {
        tenant_id: tenant,
        place,
        kind: route.kind.map_or("", ExceptionKind::as_str).to_owned(),
        amount_at_least: route.at_least.map(|amount| amount.minor()),
        currency: route.at_least.map_or("", |amount| amount.currency().code()).to_owned(),
        queue: route.queue.clone(),
        answer_within_hours: i32::try_from(route.hours).unwrap_or(i32::MAX),
        owner: route.owner.clone(),
    };
    model.into_active_model().reset_all()
}

fn route(row: exception_route::Model) -> Result<Route, Fault> {
    let kind = if row.kind.is_empty() { None } else { Some(known(ExceptionKind::parse(&row.kind), &row.kind)?) };
    Ok(Route {
        kind,
        at_least: row.amount_at_least.map(|minor| money(minor, &row.currency)).transpose()?,
        queue: row.queue,
        hours: u32::try_from(row.answer_within_hours).map_err(corrupt)?,
        owner: row.owner,
    })
}
