//! What a dunning run looks at, portion by portion, along the indexes.

use std::collections::HashMap;

use quittance_chassis::{db::RowExt, tx::Tx};
use quittance_types::{BusinessDate, Currency, CustomerId, Fault, InvoiceId, Money, Uuid};
use sea_orm::QueryResult;

use super::{date, from_json, money};
use crate::domain::{
    contact::{Contact, addressee},
    selection::{Overdue, Reach},
};

/// Customers, or notices, looked at together: bounded memory, and far from any timeout, whatever the size of the business.
pub const PORTION: u64 = 500;

/// A customer with something overdue.
pub struct Debtor {
    /// Who.
    pub id: CustomerId,
    /// Registered name.
    pub legal_name: String,
    /// Says which strategy serves the customer.
    pub segment: String,
    /// Whom to write to.
    pub addressee: Option<Contact>,
    /// When they may be written to.
    pub reach: Reach,
}

/// The next customers with something overdue, in order of id. The earliest due date of each is one look at an index.
const DEBTORS: &str = "SELECT c.id, c.legal_name, c.segment, c.contacts, c.paused_until, c.noticed_on FROM customer c \
    WHERE c.tenant_id = $1 AND c.id > $2 AND (SELECT MIN(r.due_on) FROM receivable r \
    WHERE r.tenant_id = $1 AND r.customer_id = c.id AND r.open_minor > 0) < $3 ORDER BY c.id LIMIT $4";

/// The next customers with something overdue, in order of id: at most [`PORTION`].
///
/// # Errors
/// What the database says.
pub async fn debtors(tx: &Tx, as_of: BusinessDate, after: Option<CustomerId>) -> Result<Vec<Debtor>, Fault> {
    let after = after.map_or(Uuid::nil(), CustomerId::uuid);
    let limit = i64::try_from(PORTION).unwrap_or(i64::MAX);
    let values = vec![tx.tenant().uuid().into(), after.into(), as_of.days().into(), limit.into()];
    tx.all(DEBTORS, values).await?.iter().map(debtor).collect()
}

fn debtor(row: &QueryResult) -> Result<Debtor, Fault> {
    let contacts: Vec<Contact> = from_json(&row.value::<String>("contacts")?)?;
    let day = |column| row.value::<Option<i32>>(column)?.map(date).transpose();
    Ok(Debtor {
        id: CustomerId::new(row.value("id")?),
        legal_name: row.value("legal_name")?,
        segment: row.value("segment")?,
        addressee: addressee(&contacts).cloned(),
        reach: Reach { paused_until: day("paused_until")?, noticed_on: day("noticed_on")? },
    })
}

/// Level by level from the key of what was issued: a join would be at the mercy of what the planner knows of a table that has
/// just grown. Who was never written to has reached none, and is not looked up. The range is said twice: neither table is then
/// read beyond it.
const OVERDUE: &str = "SELECT r.customer_id, r.document_id, r.number, r.currency, r.open_minor, r.due_on, r.disputed_minor, r.promised_until, \
    CASE WHEN c.noticed_on IS NULL THEN 0 ELSE COALESCE((SELECT MAX(d.level) FROM dunned_item d WHERE d.tenant_id = $1 \
    AND d.customer_id = r.customer_id AND d.document_id = r.document_id), 0) END AS reached \
    FROM customer c JOIN receivable r ON r.tenant_id = $1 AND r.customer_id = c.id AND r.open_minor > 0 AND r.due_on < $4 \
    WHERE c.tenant_id = $1 AND c.id BETWEEN $2 AND $3 AND r.customer_id BETWEEN $2 AND $3";

/// What is overdue of the customers from one to another, both included.
///
/// # Errors
/// What the database says.
pub async fn overdue(tx: &Tx, as_of: BusinessDate, (first, last): (CustomerId, CustomerId)) -> Result<Vec<(CustomerId, Overdue)>, Fault> {
    let item = |row: &QueryResult| {
        let promised_until: Option<i32> = row.value("promised_until")?;
        let overdue = Overdue {
            invoice: InvoiceId::new(row.value("document_id")?),
            number: row.value("number")?,
            open: money(row.value("open_minor")?, &row.value::<String>("currency")?)?,
            due: date(row.value("due_on")?)?,
            reached: row.value("reached")?,
            disputed: row.value::<i64>("disputed_minor")? > 0,
            promised: promised_until.is_some_and(|until| until >= as_of.days()),
        };
        Ok((CustomerId::new(row.value("customer_id")?), overdue))
    };
    let values = vec![tx.tenant().uuid().into(), first.uuid().into(), last.uuid().into(), as_of.days().into()];
    tx.all(OVERDUE, values).await?.iter().map(item).collect()
}

/// What customers hold against what they owe.
pub type Credits = HashMap<(CustomerId, Currency), Money>;

/// Open credit memos and unapplied cash by customer and currency.
///
/// # Errors
/// What the database says.
pub async fn credits(tx: &Tx) -> Result<Credits, Fault> {
    let sql = "SELECT customer_id, currency, CAST(SUM(amount) AS BIGINT) AS amount FROM (\
               SELECT customer_id, currency, -open_minor AS amount FROM receivable WHERE tenant_id = $1 AND open_minor < 0 \
               UNION ALL SELECT customer_id, currency, unapplied_minor FROM receipt \
               WHERE tenant_id = $1 AND unapplied_minor > 0 AND customer_id IS NOT NULL) AS held GROUP BY customer_id, currency";
    let held = |row: &QueryResult| {
        let amount = money(row.value("amount")?, &row.value::<String>("currency")?)?;
        Ok(((CustomerId::new(row.value("customer_id")?), amount.currency()), amount))
    };
    tx.all(sql, vec![tx.tenant().uuid().into()]).await?.iter().map(held).collect()
}

/// What one customer holds in one currency.
pub fn credit(credits: &Credits, customer: CustomerId, currency: Currency) -> Money {
    credits.get(&(customer, currency)).copied().unwrap_or(Money::zero(currency))
}
