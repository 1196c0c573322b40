//! What reconciliation reports as settled.

use quittance_chassis::db::RowExt;
use quittance_chassis::tx::Tx;
use quittance_types::{Fault, InvoiceId, Money};

use super::{corrupt, invoices, money};

/// One open item as reconciliation reports it.
#[derive(Clone, Debug)]
pub struct Report {
    /// The invoice it belongs to.
    pub invoice_id: InvoiceId,
    /// The item.
    pub open_item_id: String,
    /// Its total less what is open.
    pub settled: Money,
    /// Grows with every change of the item.
    pub version: i64,
}

/// Takes a report over unless a newer one of the same item is known. An invoice may have several items; what is open of
/// it is its gross less what is settled of all of them. A report about an invoice that is not ours is ignored.
///
/// # Errors
/// CURRENCY_MISMATCH; what the database says.
pub async fn save(tx: &Tx, report: &Report) -> Result<(), Fault> {
    let mut invoice = match invoices::load_for_update(tx, report.invoice_id).await {
        Err(fault) if fault.reason() == quittance_types::Reason::ResourceNotFound => return Ok(()),
        loaded => loaded?,
    };
    invoice.totals.gross.compare(report.settled)?;
    let sql = "INSERT INTO invoice_settlement (tenant_id, invoice_id, open_item_id, settled, version) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (tenant_id, invoice_id, open_item_id) DO UPDATE SET settled = excluded.settled, version = excluded.version \
               WHERE invoice_settlement.version < excluded.version";
    let (tenant, id) = (tx.tenant().uuid(), report.invoice_id.uuid());
    let values = vec![tenant.into(), id.into(), report.open_item_id.clone().into(), report.settled.minor().into(), report.version.into()];
    if tx.execute(sql, values).await? == 0 {
        return Ok(());
    }
    let sql = "SELECT CAST(SUM(settled) AS BIGINT) AS settled FROM invoice_settlement WHERE tenant_id = $1 AND invoice_id = $2";
    let row = tx.one(sql, vec![tenant.into(), id.into()]).await?.ok_or_else(|| corrupt("no settlement"))?;
    let settled = money(row.value("settled")?, invoice.currency())?;
    let open = invoice.totals.gross.sub(settled)?.max(Money::zero(invoice.currency()))?;
    let open = open.min(invoice.totals.gross)?;
    if open == invoice.open {
        return Ok(());
    }
    invoice.settle(open)?;
    invoices::save_settled(tx, &mut invoice).await
}
