//! Orders: header and lines, and the events that go with every change.

mod read;

use quittance_api::convert::date_to_wire;
use quittance_api::invoicing::v1 as pb;
use quittance_chassis::Emit;
use quittance_chassis::bulk;
use quittance_chassis::db::OrFault;
use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault, Reason};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use super::entity::{sales_order, sales_order_line};
use super::lines::{Progress, moved, row};
use super::text::{taxes_to_text, to_json};
use crate::domain::order::{Order, OrderState};
use crate::wire;

pub use read::{Filter, find_external, find_for_update, load, load_for_update, page};

const FULFILLED: Progress = Progress { table: "sales_order_line", owner: "order_id", column: "fulfilled" };

/// Stores a submitted order and publishes what credit made of it.
///
/// # Errors
/// DUPLICATE_EXTERNAL_ID.
pub async fn insert(tx: &Tx, order: &Order) -> Result<pb::Order, Fault> {
    let tenant = tx.tenant().uuid();
    let inserted = header(tenant, order)?.into_active_model().reset_all().insert(tx.conn()).await.or_fault();
    inserted.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists if !order.external_id.is_empty() => external_id_taken(&order.external_id),
        _ => fault,
    })?;
    let mut lines = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        lines.push(row!(sales_order_line, tenant, order_id: order.id.uuid(), line, fulfilled));
    }
    bulk::insert(tx, lines).await?;
    Ok(publish(tx, order, None, "", order.placed_on))
}

/// The refusal of an external id that another order has.
pub fn external_id_taken(external_id: &str) -> Fault {
    Fault::new(Reason::DuplicateExternalId, format!("another order has the external id {external_id}")).field("external_id")
}

/// Writes an order whose state changed from `before` on a day, and publishes that.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, order: &mut Order, before: OrderState, why: &str, on: BusinessDate) -> Result<pb::Order, Fault> {
    update(tx, order).await?;
    Ok(publish(tx, order, Some(before), why, on))
}

/// Writes an order of which something was delivered. InvoiceIssued tells everybody else of it.
///
/// # Errors
/// What the database says.
pub async fn save_delivered(tx: &Tx, before: &Order, after: &mut Order) -> Result<pb::Order, Fault> {
    update(tx, after).await?;
    FULFILLED.save(tx, after.id.uuid(), &moved(&before.lines, &after.lines)).await?;
    let message = wire::order(after);
    let states = (json!({"state": before.state.as_str()}), json!({"state": after.state.as_str()}));
    tx.emit(Emit::internal(after.id, after.customer_id, &message).changed(states.0, states.1));
    Ok(message)
}

async fn update(tx: &Tx, order: &mut Order) -> Result<(), Fault> {
    order.version = order.version.saturating_add(1);
    let changes = sales_order::ActiveModel {
        tenant_id: Unchanged(tx.tenant().uuid()),
        order_id: Unchanged(order.id.uuid()),
        state: Set(order.state.as_str().to_owned()),
        credit_reasons: Set(to_json(&order.credit_reasons)?),
        version: Set(order.version),
        ..Default::default()
    };
    changes.update(tx.conn()).await.or_fault().map(drop)
}

/// The event of the state an order is in now.
fn publish(tx: &Tx, order: &Order, before: Option<OrderState>, why: &str, on: BusinessDate) -> pb::Order {
    let (message, day) = (Some(wire::order(order)), Some(date_to_wire(on)));
    let (subject, key) = (order.id, order.customer_id);
    let (event, message) = match order.state {
        OrderState::Held => {
            let event = pb::OrderHeld { order: message, held_on: day };
            (Emit::public(subject, key, &event), event.order)
        }
        OrderState::Accepted | OrderState::PartlyFulfilled | OrderState::Fulfilled => {
            let event = pb::OrderAccepted { order: message, accepted_on: day };
            (Emit::public(subject, key, &event), event.order)
        }
        OrderState::Cancelled | OrderState::Rejected => {
            let event = pb::OrderCancelled { order: message, cancelled_on: day };
            (Emit::public(subject, key, &event), event.order)
        }
    };
    let event = event.because(why);
    tx.emit(match before {
        Some(before) => event.changed(json!({"state": before.as_str()}), json!({"state": order.state.as_str()})),
        None => event,
    });
    message.unwrap_or_default()
}

fn header(tenant: uuid::Uuid, order: &Order) -> Result<sales_order::Model, Fault> {
    Ok(sales_order::Model {
        tenant_id: tenant,
        order_id: order.id.uuid(),
        external_id: Some(order.external_id.clone()).filter(|id| !id.is_empty()),
        customer_id: order.customer_id.uuid(),
        legal_entity_id: order.legal_entity_id.uuid(),
        state: order.state.as_str().to_owned(),
        currency: order.currency().code().to_owned(),
        net: order.totals.net.minor(),
        tax: order.totals.tax.minor(),
        gross: order.totals.gross.minor(),
        taxes: taxes_to_text(&order.totals, None)?,
        payment_terms: order.payment_terms.clone(),
        payment_method: order.payment_method.clone(),
        reservation_id: order.reservation_id.clone(),
        credit_reasons: to_json(&order.credit_reasons)?,
        purchase_order: order.purchase_order.clone(),
        placed_on: order.placed_on.days(),
        created_at: order.created_at.micros(),
        version: order.version,
    })
}
