//! The row every decision locks, and the copies its sums are made of.

use std::collections::{BTreeMap, HashMap};

use quittance_chassis::{
    db::{OrFault, RowExt},
    stored::{Binds, currency},
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, Fault, Money, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{
    entity::{credit_account, receipt, receivable},
    money,
};
use crate::domain::{account::CreditAccount, exposure::Exposure};

fn from_row(row: credit_account::Model) -> Result<CreditAccount, Fault> {
    let amount = |minor| money(minor, &row.currency);
    Ok(CreditAccount {
        customer: CustomerId::new(row.customer_id),
        currency: currency(&row.currency)?,
        limit: row.limit_minor.map(amount).transpose()?,
        held: amount(row.held_minor)?,
        open: amount(row.open_minor)?,
        unapplied: amount(row.unapplied_minor)?,
        score: row.score,
        score_source: row.score_source,
    })
}

fn to_row(tx: &Tx, account: &CreditAccount) -> credit_account::Model {
    credit_account::Model {
        tenant_id: tx.tenant().uuid(),
        customer_id: account.customer.uuid(),
        currency: account.currency.code().to_owned(),
        limit_minor: account.limit.map(Money::minor),
        score: account.score,
        score_source: account.score_source.clone(),
        held_minor: account.held.minor(),
        open_minor: account.open.minor(),
        unapplied_minor: account.unapplied.minor(),
    }
}

/// Locks a customer's account until the transaction ends. Every change of exposure takes this lock first.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, customer: CustomerId) -> Result<CreditAccount, Fault> {
    let select = tx.find::<credit_account::Entity>().filter(credit_account::Column::CustomerId.eq(customer.uuid()));
    let row = tx.lock(select).one(tx.conn()).await.or_fault()?;
    from_row(row.ok_or_else(|| customer.not_found())?)
}

/// A customer's account without a lock, for reading.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, customer: CustomerId) -> Result<CreditAccount, Fault> {
    let select = tx.find::<credit_account::Entity>().filter(credit_account::Column::CustomerId.eq(customer.uuid()));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| customer.not_found())?)
}

/// Writes a locked account.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, account: &CreditAccount) -> Result<(), Fault> {
    to_row(tx, account).into_active_model().reset_all().update(tx.conn()).await.or_fault().map(drop)
}

/// Locks the accounts of these customers, those that exist, in order of id until the transaction ends.
///
/// # Errors
/// What the database says.
pub async fn lock_all(tx: &Tx, customers: &[Uuid]) -> Result<BTreeMap<CustomerId, CreditAccount>, Fault> {
    let select = tx.find::<credit_account::Entity>().filter(credit_account::Column::CustomerId.is_in(customers.iter().copied()));
    let rows = tx.lock(select.order_by_asc(credit_account::Column::CustomerId)).all(tx.conn()).await.or_fault()?;
    rows.into_iter().map(|row| Ok((CustomerId::new(row.customer_id), from_row(row)?))).collect()
}

/// Adds to what reservations hold of locked accounts, all in one statement.
///
/// # Errors
/// What the database says.
pub async fn add_held(tx: &Tx, changes: &BTreeMap<CustomerId, i64>) -> Result<(), Fault> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut binds = Binds::new(tx);
    let (mut cases, mut ids) = (String::new(), Vec::with_capacity(changes.len()));
    for (customer, change) in changes {
        let id = binds.add(customer.uuid());
        cases.push_str(&format!(" WHEN {id} THEN CAST({} AS BIGINT)", binds.add(*change)));
        ids.push(id);
    }
    let sql = format!(
        "UPDATE credit_account SET held_minor = held_minor + CASE customer_id{cases} END \
         WHERE tenant_id = $1 AND customer_id IN ({})",
        ids.join(", ")
    );
    tx.execute(&sql, binds.values()).await.map(drop)
}

/// Exposure by bucket as of a date. The sums of the account row are split by due date.
///
/// # Errors
/// What the database says.
pub async fn exposure(tx: &Tx, account: &CreditAccount, as_of: BusinessDate) -> Result<Exposure, Fault> {
    Splits::load(tx, &[account.customer.uuid()], as_of).await?.exposure(account)
}

/// What customers owe, split by due date as of a day.
pub struct Splits {
    as_of: BusinessDate,
    of: HashMap<(Uuid, String), Split>,
}

#[derive(Clone, Copy, Default)]
struct Split {
    overdue: i64,
    disputed: i64,
    oldest: Option<i32>,
}

impl Splits {
    /// Sums by customer and currency, for all these customers by one statement.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load(tx: &Tx, customers: &[Uuid], as_of: BusinessDate) -> Result<Splits, Fault> {
        let mut binds = Binds::new(tx);
        let (day, ids) = (binds.add(as_of.days()), binds.list(customers.iter().copied()));
        let sql = format!(
            "SELECT customer_id, currency, \
             CAST(SUM(CASE WHEN due_on < {day} THEN open_minor ELSE 0 END) AS BIGINT) AS overdue, \
             CAST(SUM(disputed_minor) AS BIGINT) AS disputed, \
             MIN(CASE WHEN due_on < {day} AND open_minor > 0 THEN due_on END) AS oldest \
             FROM receivable WHERE tenant_id = $1 AND customer_id IN ({ids}) AND open_minor <> 0 GROUP BY customer_id, currency"
        );
        let mut of = HashMap::new();
        for row in tx.all(&sql, binds.values()).await? {
            let split = Split { overdue: row.value("overdue")?, disputed: row.value("disputed")?, oldest: row.value("oldest")? };
            of.insert((row.value("customer_id")?, row.value("currency")?), split);
        }
        Ok(Splits { as_of, of })
    }

    /// The buckets of an account, in its currency.
    ///
    /// # Errors
    /// INTERNAL_ERROR when the rows leave the range of money.
    pub fn exposure(&self, account: &CreditAccount) -> Result<Exposure, Fault> {
        let amount = |minor| money(minor, account.currency.code());
        let split = self.of.get(&(account.customer.uuid(), account.currency.code().to_owned())).copied().unwrap_or_default();
        let overdue = amount(split.overdue)?;
        Ok(Exposure {
            customer: account.customer,
            limit: account.limit,
            ordered: account.held,
            not_due: account.open.sub(overdue)?,
            overdue,
            disputed: amount(split.disputed)?,
            unapplied: account.unapplied,
            oldest_overdue_days: split.oldest.map_or(0, |due| self.as_of.days().saturating_sub(due)),
            score: account.score,
        })
    }
}

/// What another service reported of a document.
pub struct ReceivableReport {
    /// `inv_...` or `mem_...`.
    pub document_id: String,
    /// Open; negative for a credit memo.
    pub open: Money,
    /// When it is due.
    pub due: BusinessDate,
    /// Zero from invoicing's own event; reconciliation's versions follow.
    pub version: i64,
}

/// Takes over a report unless a newer one is known, and moves the account's sum by the difference.
///
/// # Errors
/// What the database says.
pub async fn report_receivable(tx: &Tx, account: &mut CreditAccount, report: ReceivableReport) -> Result<(), Fault> {
    let known = find_receivable(tx, &report.document_id).await?;
    if known.as_ref().is_some_and(|known| known.item_version >= report.version) {
        return Ok(());
    }
    let before = known.as_ref().map(|known| money(known.open_minor, &known.currency)).transpose()?;
    account.move_open(before, report.open)?;
    let row = receivable::Model {
        tenant_id: tx.tenant().uuid(),
        document_id: report.document_id,
        customer_id: account.customer.uuid(),
        currency: report.open.currency().code().to_owned(),
        open_minor: report.open.minor(),
        disputed_minor: known.as_ref().map_or(0, |known| known.disputed_minor.min(report.open.minor().max(0))),
        due_on: report.due.days(),
        item_version: report.version,
    };
    let active = row.into_active_model().reset_all();
    match known {
        Some(_) => active.update(tx.conn()).await.or_fault().map(drop),
        None => receivable::Entity::insert(active).exec_without_returning(tx.conn()).await.or_fault().map(drop),
    }
}

/// Sets the disputed part of a document. One that is not known yet is kept with nothing open, for its first report to take over:
/// a dispute can overtake its invoice.
///
/// # Errors
/// What the database says.
pub async fn report_dispute(tx: &Tx, customer: CustomerId, document_id: &str, disputed: Money) -> Result<(), Fault> {
    let sql = "INSERT INTO receivable (tenant_id, document_id, customer_id, currency, open_minor, disputed_minor, due_on, item_version) \
               VALUES ($1, $2, $3, $4, 0, $5, 0, -1) \
               ON CONFLICT (tenant_id, document_id) DO UPDATE SET disputed_minor = excluded.disputed_minor";
    let values = vec![
        tx.tenant().uuid().into(),
        document_id.into(),
        customer.uuid().into(),
        disputed.currency().code().into(),
        disputed.minor().into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

async fn find_receivable(tx: &Tx, document_id: &str) -> Result<Option<receivable::Model>, Fault> {
    tx.find::<receivable::Entity>().filter(receivable::Column::DocumentId.eq(document_id)).one(tx.conn()).await.or_fault()
}

/// What reconciliation reported of a receipt.
pub struct ReceiptReport {
    /// `rcp_...`.
    pub receipt_id: String,
    /// None while unidentified.
    pub customer: Option<CustomerId>,
    /// Not applied.
    pub unapplied: Money,
    /// Grows with every change.
    pub version: i64,
}

/// Takes over a report unless a newer one is known, and moves the sums of the customers concerned: who had the money
/// and who has it now.
///
/// # Errors
/// What the database says.
pub async fn report_receipt(tx: &Tx, report: ReceiptReport) -> Result<(), Fault> {
    let known = tx.find::<receipt::Entity>().filter(receipt::Column::ReceiptId.eq(&report.receipt_id)).one(tx.conn()).await.or_fault()?;
    if known.as_ref().is_some_and(|known| known.version >= report.version) {
        return Ok(());
    }
    if let Some(known) = &known {
        move_unapplied(tx, known.customer_id, &known.currency, known.unapplied_minor.saturating_neg()).await?;
    }
    let row = receipt::Model {
        tenant_id: tx.tenant().uuid(),
        receipt_id: report.receipt_id,
        customer_id: report.customer.map(CustomerId::uuid),
        currency: report.unapplied.currency().code().to_owned(),
        unapplied_minor: report.unapplied.minor(),
        version: report.version,
    };
    move_unapplied(tx, row.customer_id, &row.currency, row.unapplied_minor).await?;
    let active = row.into_active_model().reset_all();
    match known {
        Some(_) => active.update(tx.conn()).await.or_fault().map(drop),
        None => receipt::Entity::insert(active).exec_without_returning(tx.conn()).await.or_fault().map(drop),
    }
}

async fn move_unapplied(tx: &Tx, customer: Option<uuid::Uuid>, currency: &str, change: i64) -> Result<(), Fault> {
    let Some(customer) = customer.filter(|_| change != 0) else { return Ok(()) };
    let sql = "UPDATE credit_account SET unapplied_minor = unapplied_minor + $4 \
               WHERE tenant_id = $1 AND customer_id = $2 AND currency = $3";
    tx.execute(sql, vec![tx.tenant().uuid().into(), customer.into(), currency.into(), change.into()]).await.map(drop)
}
