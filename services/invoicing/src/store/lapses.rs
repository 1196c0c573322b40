//! Reservations that are gone. The event can overtake the submission it belongs to; this row is where they meet.

use quittance_chassis::db::RowExt;
use quittance_chassis::tx::Tx;
use quittance_types::{Fault, OrderId};

use super::corrupt;

/// Notes that the reservation of an order is gone, as this version of it says. False when that is known already.
///
/// # Errors
/// What the database says.
pub async fn note(tx: &Tx, id: OrderId, version: i64) -> Result<bool, Fault> {
    let sql = "INSERT INTO reservation_lapse (tenant_id, order_id, version) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant_id, order_id) DO UPDATE SET version = excluded.version WHERE reservation_lapse.version < excluded.version";
    let changed = tx.execute(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), version.into()]).await?;
    Ok(changed > 0)
}

/// Whether the reservation of an order that is about to be stored is gone already. Waits for an event of the same order that
/// is under way.
///
/// # Errors
/// What the database says.
pub async fn begin(tx: &Tx, id: OrderId) -> Result<bool, Fault> {
    let sql = "INSERT INTO reservation_lapse (tenant_id, order_id, version) VALUES ($1, $2, 0) \
               ON CONFLICT (tenant_id, order_id) DO UPDATE SET version = reservation_lapse.version RETURNING version";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), id.uuid().into()]).await?;
    let version: i64 = row.ok_or_else(|| corrupt("no lapse"))?.value("version")?;
    Ok(version > 0)
}
