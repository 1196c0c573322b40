//! Receivables at any date. What is open today less what changed after a date is what was open then, so the past costs
//! what happened since, and today costs nothing extra.

use quittance_chassis::{db::RowExt, request::filter::Listing, tx::Tx};
use quittance_types::{BusinessDate, Currency, CustomerId, Fault, InvoiceId, Money, Page, PageRequest, Uuid};
use sea_orm::QueryResult;

use super::{Binds, corrupt, date, money};
use crate::domain::{aging::DueDay, kpi::Figures};

/// Open invoices as of a date: the text of a derived table with columns document_id, customer_id, number, currency,
/// total_minor, open_minor, disputed_minor, issue_on, due_on and promised_until.
struct Balances {
    table: String,
}

const COLUMNS: &str = "r.document_id, r.customer_id, r.number, r.currency, r.total_minor, r.issue_on, r.due_on, r.promised_until";

impl Balances {
    /// Today's balances are the copy itself, and so are those of a day after which nothing happened.
    async fn as_of(tx: &Tx, as_of: BusinessDate, binds: &mut Binds) -> Result<Self, Fault> {
        let is_current = as_of >= tx.today() || !anything_after(tx, as_of).await?;
        Ok(if is_current { Self::current() } else { Self::rewound(as_of, binds) })
    }

    fn current() -> Self {
        let disputed = "CASE WHEN r.disputed_minor > r.open_minor THEN r.open_minor ELSE r.disputed_minor END";
        let table = format!(
            "(SELECT {COLUMNS}, r.open_minor, {disputed} AS disputed_minor FROM receivable r WHERE r.tenant_id = $1 AND r.open_minor > 0)"
        );
        Self { table }
    }

    fn rewound(as_of: BusinessDate, binds: &mut Binds) -> Self {
        let day = binds.add(as_of.days());
        let then = "r.open_minor - COALESCE(later.change, 0)";
        let table = format!(
            "(SELECT {COLUMNS}, {then} AS open_minor, \
             CASE WHEN COALESCE(contested.amount, 0) > {then} THEN {then} ELSE COALESCE(contested.amount, 0) END AS disputed_minor \
             FROM receivable r \
             LEFT JOIN (SELECT document_id, CAST(SUM(change_minor) AS BIGINT) AS change FROM receivable_movement \
             WHERE tenant_id = $1 AND moved_on > {day} GROUP BY document_id) later ON later.document_id = r.document_id \
             LEFT JOIN (SELECT invoice_id, MAX(amount_minor) AS amount FROM dispute WHERE tenant_id = $1 AND opened_on <= {day} \
             AND (resolved_on IS NULL OR resolved_on > {day}) GROUP BY invoice_id) contested ON contested.invoice_id = r.document_id \
             WHERE r.tenant_id = $1 AND NOT r.is_credit AND {then} > 0)"
        );
        Self { table }
    }
}

/// Whether a balance or a dispute changed after a day: three looks at the ends of indexes.
async fn anything_after(tx: &Tx, day: BusinessDate) -> Result<bool, Fault> {
    let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM receivable_movement WHERE tenant_id = $1 AND moved_on > $2) \
               OR EXISTS (SELECT 1 FROM dispute WHERE tenant_id = $1 AND opened_on > $2) \
               OR EXISTS (SELECT 1 FROM dispute WHERE tenant_id = $1 AND resolved_on > $2) THEN 1 ELSE 0 END AS later";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), day.days().into()]).await?;
    Ok(row.ok_or_else(|| corrupt("no answer"))?.value::<i32>("later")? > 0)
}

/// What to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope {
    /// One customer, or all.
    pub customer: Option<CustomerId>,
    /// One currency, or all.
    pub currency: Option<Currency>,
}

fn narrowed(scope: Scope, binds: &mut Binds) -> String {
    let mut conditions = String::from("1 = 1");
    if let Some(customer) = scope.customer {
        conditions.push_str(&format!(" AND customer_id = {}", binds.add(customer.uuid())));
    }
    if let Some(currency) = scope.currency {
        conditions.push_str(&format!(" AND currency = {}", binds.add(currency.code())));
    }
    conditions
}

/// What is open by due date and currency.
///
/// # Errors
/// What the database says.
pub async fn due_days(tx: &Tx, as_of: BusinessDate, scope: Scope) -> Result<Vec<DueDay>, Fault> {
    let mut binds = Binds::new(tx);
    let balances = Balances::as_of(tx, as_of, &mut binds).await?;
    let sql = format!(
        "SELECT currency, due_on, CAST(SUM(open_minor) AS BIGINT) AS open, CAST(SUM(disputed_minor) AS BIGINT) AS disputed, \
         COUNT(*) AS items FROM {} AS balance WHERE {} GROUP BY currency, due_on",
        balances.table,
        narrowed(scope, &mut binds),
    );
    tx.all(&sql, binds.values()).await?.iter().map(due_day).collect()
}

fn due_day(row: &QueryResult) -> Result<DueDay, Fault> {
    let currency: String = row.value("currency")?;
    Ok(DueDay {
        due: date(row.value("due_on")?)?,
        open: money(row.value("open")?, &currency)?,
        disputed: money(row.value("disputed")?, &currency)?,
        items: row.value("items")?,
    })
}

/// One customer in one currency.
pub struct CustomerDays {
    /// Who.
    pub customer: CustomerId,
    /// The name; empty until credit has told it.
    pub legal_name: String,
    /// What is open by due date.
    pub days: Vec<DueDay>,
}

/// Place of a customer in the list: overdue, customer, currency.
type Place = (i64, Uuid, String);

fn place_to_bytes(place: &Place) -> Vec<u8> {
    [place.0.to_be_bytes().as_slice(), place.1.as_bytes(), place.2.as_bytes()].concat()
}

fn place_from_bytes(bytes: &[u8]) -> Result<Place, Fault> {
    let parts = bytes.split_at_checked(8).and_then(|(overdue, rest)| Some((overdue, rest.split_at_checked(16)?)));
    let (overdue, (customer, currency)) = parts.ok_or_else(|| corrupt("a page token"))?;
    let overdue = i64::from_be_bytes(overdue.try_into().map_err(corrupt)?);
    Ok((overdue, Uuid::from_slice(customer).map_err(corrupt)?, String::from_utf8(currency.to_vec()).map_err(corrupt)?))
}

/// Customers by what is overdue, the most first, each with its due days.
///
/// # Errors
/// What the database says.
pub async fn customers(tx: &Tx, as_of: BusinessDate, request: &PageRequest) -> Result<Page<CustomerDays>, Fault> {
    let mut binds = Binds::new(tx);
    let balances = Balances::as_of(tx, as_of, &mut binds).await?;
    let day = binds.add(as_of.days());
    let beyond = match request.after.as_deref() {
        None => String::new(),
        Some(after) => {
            let (overdue, customer, currency) = place_from_bytes(after)?;
            let (overdue, customer, currency) = (binds.add(overdue), binds.add(customer), binds.add(currency));
            format!("WHERE overdue < {overdue} OR (overdue = {overdue} AND (customer_id, currency) > ({customer}, {currency}))")
        }
    };
    let limit = binds.add(i64::try_from(request.fetch_limit()).unwrap_or(i64::MAX));
    let sql = format!(
        "SELECT customer_id, currency, overdue FROM (SELECT customer_id, currency, \
         CAST(SUM(CASE WHEN due_on < {day} THEN open_minor ELSE 0 END) AS BIGINT) AS overdue FROM {} AS balance \
         GROUP BY customer_id, currency) AS owing {beyond} ORDER BY overdue DESC, customer_id, currency LIMIT {limit}",
        balances.table,
    );
    let rows = tx.all(&sql, binds.values()).await?;
    let places: Vec<Place> = rows
        .iter()
        .map(|row| Ok((row.value("overdue")?, row.value("customer_id")?, row.value("currency")?)))
        .collect::<Result<_, Fault>>()?;
    let page = Page::cut(places, request, place_to_bytes);
    Ok(Page { items: days_of(tx, as_of, &page.items).await?, next: page.next })
}

async fn days_of(tx: &Tx, as_of: BusinessDate, places: &[Place]) -> Result<Vec<CustomerDays>, Fault> {
    let mut found: Vec<CustomerDays> = places
        .iter()
        .map(|(_, customer, _)| CustomerDays { customer: CustomerId::new(*customer), legal_name: String::new(), days: Vec::new() })
        .collect();
    if places.is_empty() {
        return Ok(found);
    }
    let mut binds = Binds::new(tx);
    let balances = Balances::as_of(tx, as_of, &mut binds).await?;
    let customers = binds.list(places.iter().map(|(_, customer, _)| *customer));
    let sql = format!(
        "SELECT balance.customer_id, COALESCE(c.legal_name, '') AS legal_name, balance.currency, balance.due_on, \
         CAST(SUM(balance.open_minor) AS BIGINT) AS open, CAST(SUM(balance.disputed_minor) AS BIGINT) AS disputed, COUNT(*) AS items \
         FROM {} AS balance LEFT JOIN customer c ON c.tenant_id = $1 AND c.id = balance.customer_id \
         WHERE balance.customer_id IN ({customers}) GROUP BY balance.customer_id, c.legal_name, balance.currency, balance.due_on",
        balances.table,
    );
    let index: std::collections::HashMap<(Uuid, &str), usize> =
        places.iter().enumerate().map(|(index, (_, customer, currency))| ((*customer, currency.as_str()), index)).collect();
    for row in &tx.all(&sql, binds.values()).await? {
        let (customer, currency): (Uuid, String) = (row.value("customer_id")?, row.value("currency")?);
        let place = index.get(&(customer, currency.as_str())).and_then(|index| found.get_mut(*index));
        if let Some(place) = place {
            place.legal_name = row.value("legal_name")?;
            place.days.push(due_day(row)?);
        }
    }
    Ok(found)
}

/// An open invoice as of a date.
pub struct OpenInvoice {
    /// Identifier.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Who owes it.
    pub customer: CustomerId,
    /// Gross.
    pub total: Money,
    /// Open then.
    pub open: Money,
    /// When it was issued.
    pub issued: BusinessDate,
    /// When it is due.
    pub due: BusinessDate,
    /// Dunning level reached so far.
    pub dunning_level: i32,
    /// Contested.
    pub disputed: bool,
    /// An open promise covers it.
    pub promised: bool,
}

/// Which open invoices are listed.
#[derive(Clone, Debug)]
pub struct OpenFilter {
    /// Whose, in which currency.
    pub scope: Scope,
    /// Only those past due.
    pub only_overdue: bool,
    /// What the caller's own filter and order say.
    pub listing: Listing,
}

/// Open invoices in order of their due dates.
///
/// # Errors
/// What the database says.
pub async fn open_invoices(tx: &Tx, as_of: BusinessDate, wanted: &OpenFilter, request: &PageRequest) -> Result<Page<OpenInvoice>, Fault> {
    let OpenFilter { scope, only_overdue, listing } = wanted;
    let mut binds = Binds::new(tx);
    let balances = Balances::as_of(tx, as_of, &mut binds).await?;
    let mut conditions = narrowed(*scope, &mut binds);
    if *only_overdue {
        conditions.push_str(&format!(" AND due_on < {}", binds.add(as_of.days())));
    }
    for comparison in listing.filter.comparisons() {
        let value = binds.add(comparison.value.clone());
        conditions.push_str(&format!(" AND {} {} {value}", comparison.column, comparison.operator));
    }
    let (beyond, order) = if listing.falling { ("<", "DESC") } else { (">", "ASC") };
    if let Some(after) = request.after.as_deref() {
        let (due, document) = after.split_at_checked(4).ok_or_else(|| corrupt("a page token"))?;
        let due = binds.add(i32::from_be_bytes(due.try_into().map_err(corrupt)?));
        let document = binds.add(Uuid::from_slice(document).map_err(corrupt)?);
        conditions.push_str(&format!(" AND (due_on, document_id) {beyond} ({due}, {document})"));
    }
    let limit = binds.add(i64::try_from(request.fetch_limit()).unwrap_or(i64::MAX));
    let sql = format!(
        "SELECT balance.*, COALESCE((SELECT MAX(d.level) FROM dunned_item d WHERE d.tenant_id = $1 AND d.customer_id = balance.customer_id \
         AND d.document_id = balance.document_id), 0) AS dunning_level FROM {} AS balance WHERE {conditions} ORDER BY due_on {order}, document_id {order} LIMIT {limit}",
        balances.table,
    );
    let rows = tx.all(&sql, binds.values()).await?;
    let invoices = rows.iter().map(open_invoice).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Page::cut(invoices, request, |last| [last.due.days().to_be_bytes().as_slice(), last.id.uuid().as_bytes()].concat()))
}

fn open_invoice(row: &QueryResult) -> Result<OpenInvoice, Fault> {
    let currency: String = row.value("currency")?;
    Ok(OpenInvoice {
        id: InvoiceId::new(row.value("document_id")?),
        number: row.value("number")?,
        customer: CustomerId::new(row.value("customer_id")?),
        total: money(row.value("total_minor")?, &currency)?,
        open: money(row.value("open_minor")?, &currency)?,
        issued: date(row.value("issue_on")?)?,
        due: date(row.value("due_on")?)?,
        dunning_level: row.value("dunning_level")?,
        disputed: row.value::<i64>("disputed_minor")? > 0,
        promised: row.value::<Option<i32>>("promised_until")?.is_some(),
    })
}

/// The figures of a period in one currency.
///
/// # Errors
/// What the database says.
pub async fn figures(tx: &Tx, from: BusinessDate, to: BusinessDate, currency: Currency) -> Result<Figures, Fault> {
    let scope = Scope { customer: None, currency: Some(currency) };
    let opening = due_days(tx, from.minus_days(1)?, scope).await?;
    let ending = due_days(tx, to, scope).await?;
    let sum = |days: &mut dyn Iterator<Item = Money>| Money::sum(currency, days);
    let sql = "SELECT CAST(COALESCE(SUM(total_minor), 0) AS BIGINT) AS sales FROM receivable WHERE tenant_id = $1 AND currency = $2 \
               AND issue_on BETWEEN $3 AND $4 AND (voided_on IS NULL OR voided_on > $4)";
    let values = vec![tx.tenant().uuid().into(), currency.code().into(), from.days().into(), to.days().into()];
    let sales = tx.one(sql, values).await?.ok_or_else(|| corrupt("no sum"))?.value("sales")?;
    Ok(Figures {
        from,
        to,
        opening: sum(&mut opening.iter().map(|day| day.open))?,
        sales: money(sales, currency.code())?,
        ending: sum(&mut ending.iter().map(|day| day.open))?,
        current: sum(&mut ending.iter().filter(|day| day.due >= to).map(|day| day.open))?,
        disputed: sum(&mut ending.iter().map(|day| day.disputed))?,
    })
}

/// The currency with the largest receivables, or of the newest document; none while there is no document.
///
/// # Errors
/// What the database says.
pub async fn main_currency(tx: &Tx, as_of: BusinessDate) -> Result<Option<Currency>, Fault> {
    let mut totals: std::collections::BTreeMap<Currency, i64> = std::collections::BTreeMap::new();
    for day in due_days(tx, as_of, Scope::default()).await? {
        let total = totals.entry(day.open.currency()).or_default();
        *total = total.saturating_add(day.open.minor());
    }
    if let Some((currency, _)) = totals.into_iter().max_by_key(|(_, total)| *total) {
        return Ok(Some(currency));
    }
    let sql = "SELECT currency FROM receivable WHERE tenant_id = $1 ORDER BY issue_on DESC LIMIT 1";
    let row = tx.one(sql, vec![tx.tenant().uuid().into()]).await?;
    let code = row.map(|row| row.value::<String>("currency")).transpose()?;
    code.map(|code| Currency::parse(&code).map_err(|fault| corrupt(fault.message()))).transpose()
}
