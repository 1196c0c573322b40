//! How holds ended. The event can overtake the submission it belongs to; this row is where they meet.

use quittance_chassis::db::RowExt;
use quittance_chassis::tx::Tx;
use quittance_types::{Fault, OrderId};

use super::corrupt;
use crate::domain::order::Step;

const OPEN: &str = "open";
const RELEASED: &str = "released";
const REJECTED: &str = "rejected";
const EXPIRED: &str = "expired";

/// Notes that an order is held, and returns how the hold ended if that is known already. Waits for an event of the same
/// order that is under way.
///
/// # Errors
/// What the database says.
pub async fn begin(tx: &Tx, id: OrderId) -> Result<Option<Step>, Fault> {
    let sql = "INSERT INTO hold_outcome (tenant_id, order_id, outcome) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant_id, order_id) DO UPDATE SET outcome = hold_outcome.outcome RETURNING outcome";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), OPEN.into()]).await?;
    let outcome: String = row.ok_or_else(|| corrupt("no hold"))?.value("outcome")?;
    match outcome.as_str() {
        OPEN => Ok(None),
        RELEASED => Ok(Some(Step::Release)),
        REJECTED => Ok(Some(Step::Refuse)),
        EXPIRED => Ok(Some(Step::Expire)),
        other => Err(corrupt(other)),
    }
}

/// Notes how a hold ended. Waits for a submission of the same order that is under way.
///
/// # Errors
/// What the database says.
pub async fn end(tx: &Tx, id: OrderId, step: Step) -> Result<(), Fault> {
    let outcome = match step {
        Step::Release => RELEASED,
        Step::Refuse => REJECTED,
        Step::Expire => EXPIRED,
        Step::Resume | Step::Lapse | Step::DeliverPart | Step::DeliverRest | Step::Cancel => {
            return Err(Fault::internal("a hold does not end like this"));
        }
    };
    let sql = "INSERT INTO hold_outcome (tenant_id, order_id, outcome) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant_id, order_id) DO UPDATE SET outcome = excluded.outcome";
    tx.execute(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), outcome.into()]).await.map(drop)
}
