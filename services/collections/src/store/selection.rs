//! Who is to be dunned: set-based, over the invoices whose next level is reached.

use std::collections::HashMap;

use quittance_chassis::{db::RowExt, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, DunningRunId, Fault, StrategyId};
use sea_orm::QueryResult;

use super::{Binds, date, from_json, money};
use crate::domain::{
    contact::{Contact, addressee},
    dunning::Standing,
};

/// Overdue open invoices with the step each takes next, by the strategy of its customer's segment. A level is taken only
/// after the one before it, one a run: nobody's first letter is the final one. `free` is 1 when nothing speaks against it.
/// `$1` is the tenant, `$2` the date.
const CANDIDATES: &str = "WITH assigned AS (\
    SELECT c.id AS customer_id, COALESCE(own.id, standard.id) AS strategy_id FROM customer c \
    LEFT JOIN strategy own ON own.tenant_id = c.tenant_id AND own.segment = c.segment AND own.active \
    LEFT JOIN strategy standard ON standard.tenant_id = c.tenant_id AND standard.segment = 'standard' AND standard.active \
    WHERE c.tenant_id = $1), \
    candidate AS (\
    SELECT r.document_id, r.customer_id, r.currency, r.open_minor, s.level, a.strategy_id, \
    CASE WHEN r.disputed_minor > 0 THEN 1 ELSE 0 END AS disputed, \
    CASE WHEN r.disputed_minor > 0 OR r.promised_until >= $2 THEN 0 ELSE 1 END AS free \
    FROM receivable r \
    JOIN assigned a ON a.customer_id = r.customer_id \
    JOIN strategy_step s ON s.tenant_id = r.tenant_id AND s.strategy_id = a.strategy_id \
    AND s.previous_level <= r.dunning_level AND s.level > r.dunning_level AND r.due_on <= $2 - s.days_past_due \
    WHERE r.tenant_id = $1 AND r.open_minor > 0 AND r.due_on < $2)";

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

/// Customers with candidates, in order.
///
/// # Errors
/// What the database says.
pub async fn candidates(tx: &Tx, as_of: BusinessDate) -> Result<Vec<Candidate>, Fault> {
    let sql = format!(
        "{CANDIDATES} SELECT found.*, c.legal_name, c.contacts, c.paused_until, c.noticed_on FROM (\
         SELECT customer_id, currency, strategy_id, MAX(CASE WHEN free = 1 THEN level ELSE 0 END) AS level, \
         CAST(SUM(CASE WHEN free = 1 THEN open_minor ELSE 0 END) AS BIGINT) AS due, CAST(SUM(free) AS BIGINT) AS free, \
         CAST(SUM(disputed) AS BIGINT) AS disputed FROM candidate GROUP BY customer_id, currency, strategy_id) AS found \
         JOIN customer c ON c.tenant_id = $1 AND c.id = found.customer_id ORDER BY found.customer_id, found.currency"
    );
    let rows = tx.all(&sql, vec![tx.tenant().uuid().into(), as_of.days().into()]).await?;
    let credits = if rows.is_empty() { HashMap::new() } else { credits(tx).await? };
    rows.iter().map(|row| candidate(row, &credits)).collect()
}

type Credits = HashMap<(CustomerId, String), i64>;

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
async fn credits(tx: &Tx) -> Result<Credits, Fault> {
    let sql = "SELECT customer_id, currency, CAST(SUM(amount) AS BIGINT) AS amount FROM (\
               SELECT customer_id, currency, -open_minor AS amount FROM receivable WHERE tenant_id = $1 AND open_minor < 0 \
               UNION ALL SELECT customer_id, currency, unapplied_minor FROM receipt \
               WHERE tenant_id = $1 AND unapplied_minor > 0 AND customer_id IS NOT NULL) AS held GROUP BY customer_id, currency";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into()]).await?;
    rows.iter()
        .map(|row| Ok(((CustomerId::new(row.value("customer_id")?), row.value("currency")?), row.value("amount")?)))
        .collect()
}

/// Writes the free candidates of every customer who gets a draft notice of this run: the invoices it is about.
///
/// # Errors
/// What the database says.
pub async fn insert_items(tx: &Tx, run: DunningRunId, as_of: BusinessDate) -> Result<u64, Fault> {
    let mut binds = Binds::new(tx);
    binds.add(as_of.days());
    let run = binds.add(run.uuid());
    let sql = format!(
        "INSERT INTO dunning_draft_item (tenant_id, run_id, document_id, notice_id, level, open_minor) \
         {CANDIDATES} SELECT n.tenant_id, n.run_id, k.document_id, n.id, k.level, k.open_minor FROM candidate k \
         JOIN notice n ON n.tenant_id = $1 AND n.run_id = {run} AND n.customer_id = k.customer_id AND n.currency = k.currency \
         WHERE k.free = 1"
    );
    tx.execute(&sql, binds.values()).await
}
