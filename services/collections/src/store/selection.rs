//! Who is to be dunned: set-based, over the invoices whose next level is reached.

use std::collections::HashMap;

use quittance_chassis::{db::RowExt, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, StrategyId, Uuid};
use sea_orm::QueryResult;

use super::{Binds, date, from_json, money};
use crate::domain::{
    contact::{Contact, addressee},
    dunning::{DunningRun, Standing},
    strategy::STANDARD,
};

/// Customers looked at in one statement: far from any timeout, whatever the size of the business.
const CHUNK: i64 = 4_000;

/// Customers of which some statements look at: those after `low`, up to and with `high` if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    low: Uuid,
    high: Option<Uuid>,
}

/// The customers after a range, or the first.
///
/// # Errors
/// What the database says.
pub async fn next_range(tx: &Tx, after: Option<Range>) -> Result<Option<Range>, Fault> {
    let low = match after {
        None => Uuid::nil(),
        Some(Range { high: None, .. }) => return Ok(None),
        Some(Range { high: Some(high), .. }) => high,
    };
    let sql = "SELECT id FROM customer WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT 1 OFFSET $3";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), low.into(), (CHUNK - 1).into()]).await?;
    Ok(Some(Range { low, high: row.map(|row| row.value("id")).transpose()? }))
}

/// The dunning level of an invoice `r`.
const REACHED: &str = "COALESCE((SELECT MAX(d.level) FROM dunned_item d WHERE d.tenant_id = $1 \
    AND d.customer_id = r.customer_id AND d.document_id = r.document_id), 0)";

/// The step an invoice takes next. A level is taken only after the one before it, one a run: nobody's first letter is the
/// final one.
fn next_step(day: &str) -> String {
    format!(
        "JOIN strategy_step s ON s.tenant_id = $1 AND s.strategy_id = overdue.strategy_id AND s.previous_level <= overdue.reached \
         AND s.level > overdue.reached AND overdue.due_on <= {day} - s.days_past_due"
    )
}

/// A customer with candidates in one currency.
pub struct Candidate {
    /// Who.
    pub customer: CustomerId,
    /// The strategy that serves the customer.
    pub strategy: StrategyId,
    /// Highest level among the free ones.
    pub level: i32,
    /// What the rules look at.
    pub standing: Standing,
    /// Registered name.
    pub legal_name: String,
    /// Whom to write to.
    pub addressee: Option<Contact>,
}

/// Customers of a range with candidates, in order.
///
/// # Errors
/// What the database says.
pub async fn candidates(tx: &Tx, as_of: BusinessDate, range: Range, credits: &Credits) -> Result<Vec<Candidate>, Fault> {
    let mut binds = Binds::new(tx);
    let (day, low) = (binds.add(as_of.days()), binds.add(range.low));
    let up_to = range.high.map(|high| format!("AND c.id <= {}", binds.add(high))).unwrap_or_default();
    // Both databases would otherwise look up the level of an invoice once for every step.
    let sql = format!(
        "WITH served AS (SELECT c.id, COALESCE(own.id, standard.id) AS strategy_id FROM customer c \
         LEFT JOIN strategy own ON own.tenant_id = c.tenant_id AND own.segment = c.segment AND own.active \
         LEFT JOIN strategy standard ON standard.tenant_id = c.tenant_id AND standard.segment = '{STANDARD}' AND standard.active \
         WHERE c.tenant_id = $1 AND c.id > {low} {up_to}), \
         overdue AS MATERIALIZED (SELECT r.customer_id, r.currency, r.open_minor, r.due_on, served.strategy_id, {REACHED} AS reached, \
         CASE WHEN r.disputed_minor > 0 THEN 1 ELSE 0 END AS disputed, \
         CASE WHEN r.disputed_minor > 0 OR r.promised_until >= {day} THEN 0 ELSE 1 END AS free \
         FROM served JOIN receivable r ON r.tenant_id = $1 AND r.customer_id = served.id AND r.open_minor > 0 AND r.due_on < {day} \
         WHERE served.strategy_id IS NOT NULL) \
         SELECT found.*, c.legal_name, c.contacts, c.paused_until, c.noticed_on FROM (\
         SELECT overdue.customer_id, overdue.currency, overdue.strategy_id, MAX(CASE WHEN free = 1 THEN s.level ELSE 0 END) AS level, \
         CAST(SUM(CASE WHEN free = 1 THEN open_minor ELSE 0 END) AS BIGINT) AS due, CAST(SUM(free) AS BIGINT) AS free, \
         CAST(SUM(disputed) AS BIGINT) AS disputed FROM overdue {} \
         GROUP BY overdue.customer_id, overdue.currency, overdue.strategy_id) AS found \
         JOIN customer c ON c.tenant_id = $1 AND c.id = found.customer_id ORDER BY found.customer_id, found.currency",
        next_step(&day),
    );
    tx.all(&sql, binds.values()).await?.iter().map(|row| self::candidate(row, credits)).collect()
}

/// What customers hold against what they owe, in minor units.
pub type Credits = HashMap<(CustomerId, String), i64>;

fn candidate(row: &QueryResult, credits: &Credits) -> Result<Candidate, Fault> {
    let (customer, currency) = (CustomerId::new(row.value("customer_id")?), row.value::<String>("currency")?);
    let day = |column| row.value::<Option<i32>>(column)?.map(date).transpose();
    let contacts: Vec<Contact> = from_json(&row.value::<String>("contacts")?)?;
    Ok(Candidate {
        customer,
        strategy: StrategyId::new(row.value("strategy_id")?),
        level: row.value("level")?,
        standing: Standing {
            due: money(row.value("due")?, &currency)?,
            free: row.value("free")?,
            disputed: row.value("disputed")?,
            paused_until: day("paused_until")?,
            noticed_on: day("noticed_on")?,
            credits: money(credits.get(&(customer, currency.clone())).copied().unwrap_or_default(), &currency)?,
        },
        legal_name: row.value("legal_name")?,
        addressee: addressee(&contacts).cloned(),
    })
}

/// Open credit memos and unapplied cash by customer and currency.
///
/// # Errors
/// What the database says.
pub async fn credits(tx: &Tx) -> Result<Credits, Fault> {
    let sql = "SELECT customer_id, currency, CAST(SUM(amount) AS BIGINT) AS amount FROM (\
               SELECT customer_id, currency, -open_minor AS amount FROM receivable WHERE tenant_id = $1 AND open_minor < 0 \
               UNION ALL SELECT customer_id, currency, unapplied_minor FROM receipt \
               WHERE tenant_id = $1 AND unapplied_minor > 0 AND customer_id IS NOT NULL) AS held GROUP BY customer_id, currency";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into()]).await?;
    rows.iter().map(|row| Ok(((CustomerId::new(row.value("customer_id")?), row.value("currency")?), row.value("amount")?))).collect()
}

/// Writes what the draft notices of this run are about, for the customers of a range: their invoices that have reached the
/// next step and against which nothing speaks.
///
/// # Errors
/// What the database says.
pub async fn insert_items(tx: &Tx, run: &DunningRun, range: Range) -> Result<u64, Fault> {
    let mut binds = Binds::new(tx);
    let (day, id, low) = (binds.add(run.as_of.days()), binds.add(run.id.uuid()), binds.add(range.low));
    let up_to = range.high.map(|high| format!("AND n.customer_id <= {}", binds.add(high))).unwrap_or_default();
    let sql = format!(
        "INSERT INTO proposed_item (tenant_id, notice_id, document_id, level, open_minor) WITH overdue AS MATERIALIZED (\
         SELECT n.tenant_id, n.id AS notice_id, n.strategy_id, r.document_id, r.open_minor, r.due_on, {REACHED} AS reached FROM notice n \
         JOIN receivable r ON r.tenant_id = $1 AND r.customer_id = n.customer_id AND r.currency = n.currency AND r.open_minor > 0 \
         AND r.due_on < {day} AND r.disputed_minor = 0 AND (r.promised_until IS NULL OR r.promised_until < {day}) \
         WHERE n.tenant_id = $1 AND n.run_id = {id} AND n.customer_id > {low} {up_to}) \
         SELECT overdue.tenant_id, overdue.notice_id, overdue.document_id, s.level, overdue.open_minor FROM overdue {} \
         ORDER BY overdue.notice_id",
        next_step(&day),
    );
    tx.execute(&sql, binds.values()).await
}
