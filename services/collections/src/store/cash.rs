//! Cash on documents, and cash that is there but not applied.

use quittance_chassis::{db::RowExt, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, Money, Uuid};

use super::receivables::{self, When};

/// Cash put on a document.
pub struct Cash {
    /// Identifier of the application.
    pub application: Uuid,
    /// The document.
    pub document: Uuid,
    /// Cash alone, without discount.
    pub amount: Money,
    /// Business date.
    pub applied: BusinessDate,
}

/// Writes down cash; once, however often it is told.
///
/// # Errors
/// What the database says.
pub async fn applied(tx: &Tx, cash: &Cash) -> Result<(), Fault> {
    let sql = "INSERT INTO cash_application (tenant_id, application_id, document_id, currency, amount_minor, applied_on) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, application_id) DO NOTHING";
    let values = vec![
        tx.tenant().uuid().into(),
        cash.application.into(),
        cash.document.into(),
        cash.amount.currency().code().into(),
        cash.amount.minor().into(),
        cash.applied.days().into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// Writes down that cash was taken back.
///
/// # Errors
/// What the database says.
pub async fn reversed(tx: &Tx, cash: &Cash, when: When) -> Result<(), Fault> {
    applied(tx, cash).await?;
    let on = match when.on {
        Some(on) => on.max(cash.applied),
        None => receivables::undated(tx, when.recorded, cash.applied).await?,
    };
    let sql = "UPDATE cash_application SET reversed_on = $3 WHERE tenant_id = $1 AND application_id = $2 AND reversed_on IS NULL";
    tx.execute(sql, vec![tx.tenant().uuid().into(), cash.application.into(), on.days().into()]).await.map(drop)
}

/// What reconciliation reports of a receipt.
pub struct ReceiptReport {
    /// The receipt.
    pub receipt: Uuid,
    /// None while unidentified.
    pub customer: Option<CustomerId>,
    /// Not applied.
    pub unapplied: Money,
    /// Grows with every change.
    pub version: i64,
}

/// Takes over a receipt unless a newer report is known.
///
/// # Errors
/// What the database says.
pub async fn receipt(tx: &Tx, report: &ReceiptReport) -> Result<(), Fault> {
    let sql = "INSERT INTO receipt (tenant_id, receipt_id, customer_id, currency, unapplied_minor, version) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (tenant_id, receipt_id) DO UPDATE SET customer_id = excluded.customer_id, \
               unapplied_minor = excluded.unapplied_minor, version = excluded.version WHERE receipt.version < excluded.version";
    let values = vec![
        tx.tenant().uuid().into(),
        report.receipt.into(),
        report.customer.map(CustomerId::uuid).into(),
        report.unapplied.currency().code().into(),
        report.unapplied.minor().into(),
        report.version.into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// Cash applied on one day in one currency, less what was taken back that day.
pub struct CashDay {
    /// The day.
    pub on: BusinessDate,
    /// The sum.
    pub received: Money,
}

/// Cash by day from one day to another, both included.
///
/// # Errors
/// What the database says.
pub async fn history(tx: &Tx, from: BusinessDate, to: BusinessDate, currency: &str) -> Result<Vec<CashDay>, Fault> {
    let sql = "SELECT day, currency, CAST(SUM(amount) AS BIGINT) AS received FROM (\
               SELECT applied_on AS day, currency, amount_minor AS amount FROM cash_application \
               WHERE tenant_id = $1 AND applied_on BETWEEN $2 AND $3 \
               UNION ALL SELECT reversed_on, currency, -amount_minor FROM cash_application \
               WHERE tenant_id = $1 AND reversed_on BETWEEN $2 AND $3) AS moves \
               WHERE $4 = '' OR currency = $4 GROUP BY day, currency ORDER BY day, currency";
    let values = vec![tx.tenant().uuid().into(), from.days().into(), to.days().into(), currency.into()];
    let rows = tx.all(sql, values).await?;
    rows.iter()
        .map(|row| {
            let received = super::money(row.value("received")?, &row.value::<String>("currency")?)?;
            Ok(CashDay { on: super::date(row.value("day")?)?, received })
        })
        .collect()
}
