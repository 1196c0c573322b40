//! The journal. Entries are added and never changed.

use std::collections::BTreeMap;

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, among};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{BankAccountId, BusinessDate, CustomerId, Fault, Id, Money, Page, PageRequest, Reason, Uuid};
use sea_orm::{ActiveModelTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::entity::posting::{ActiveModel, Column, Entity, Model};
use super::{corrupt, cut_by_id, day, id_of_page, money};
use crate::domain::account::AccountFilter;
use crate::domain::journal::JournalEntry;

/// An entry as stored.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    /// Its id.
    pub id: Uuid,
    /// The day it counts for.
    pub posted_on: BusinessDate,
    /// Why.
    pub kind: String,
    /// For what: `inv_...`.
    pub source: String,
    /// In words.
    pub text: String,
    /// Its lines.
    pub postings: Vec<StoredPosting>,
}

/// A line of an entry as stored.
#[derive(Clone, Debug)]
pub struct StoredPosting {
    /// Number of the account.
    pub code: String,
    /// Sub-account of 1000.
    pub bank_account: Option<BankAccountId>,
    /// Debit positive.
    pub amount: Money,
    /// Whose.
    pub customer: Option<CustomerId>,
}

/// Sums of an account.
#[derive(Clone, Debug)]
pub struct AccountSums {
    /// Number of the account.
    pub code: String,
    /// Sub-account of 1000.
    pub bank_account: Option<BankAccountId>,
    /// Sum of debits.
    pub debit: Money,
    /// Sum of credits, positive.
    pub credit: Money,
}

/// Adds entries.
pub(super) async fn write(tx: &Tx, entries: Vec<JournalEntry>) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(entries.len().saturating_mul(2));
    for entry in entries {
        for (line_no, posting) in (1_i32..).zip(&entry.postings) {
            let row = Model {
                tenant_id: tx.tenant().uuid(),
                entry_id: entry.id.uuid(),
                line_no,
                posted_on: entry.posted_on.days(),
                kind: entry.kind.as_str().to_owned(),
                source_kind: entry.source.prefix.to_owned(),
                source_id: entry.source.id,
                account: posting.account.code().to_owned(),
                bank_account_id: posting.account.bank_account().map(BankAccountId::uuid),
                currency: posting.amount.currency().code().to_owned(),
                amount: posting.amount.minor(),
                customer_id: posting.customer.map(CustomerId::uuid),
                text: entry.text.clone(),
                created_at: tx.now().micros(),
            };
            rows.push(row.into_active_model().reset_all());
        }
    }
    bulk::insert::<ActiveModel>(tx, rows).await
}

/// True when something was posted for this source already.
///
/// # Errors
/// What the database says.
pub async fn is_posted<I: Id>(tx: &Tx, source: I) -> Result<bool, Fault> {
    let sql = "SELECT 1 AS one FROM posting WHERE tenant_id = $1 AND source_id = $2 LIMIT 1";
    Ok(tx.one(sql, vec![tx.tenant().uuid().into(), source.to_uuid().into()]).await?.is_some())
}

/// What entries may be posted for: the kinds of ids.
const SOURCES: [&str; 9] = ["inv", "mem", "rcp", "apl", "lin", "itm", "rfd", "bnk", "pay"];

/// Reads the id of a source. Errors: `NAME_INVALID`.
pub fn parse_source(text: &str) -> Result<Uuid, Fault> {
    let invalid = || Fault::new(Reason::NameInvalid, "not the id of something that is posted");
    let (prefix, digits) = text.split_once('_').ok_or_else(invalid)?;
    let is_hex = digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !SOURCES.contains(&prefix) || !is_hex {
        return Err(invalid());
    }
    Uuid::try_parse(digits).map_err(|_| invalid())
}

/// Which entries a list is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct EntryFilter {
    /// Only those that touch this account.
    pub account: Option<AccountFilter>,
    /// Only those of this source.
    pub source: Option<Uuid>,
}

/// Entries, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: EntryFilter, page: &PageRequest) -> Result<Page<StoredEntry>, Fault> {
    let mut sql = String::from("SELECT DISTINCT entry_id FROM posting WHERE tenant_id = $1");
    let mut values: Vec<sea_orm::Value> = vec![tx.tenant().uuid().into()];
    let mut also = |condition: &str, value: sea_orm::Value| {
        values.push(value);
        sql.push_str(&format!(" AND {condition} ${}", values.len()));
    };
    if let Some(account) = filter.account {
        also("account =", account.code.into());
        if let Some(bank) = account.bank_account {
            also("bank_account_id =", bank.uuid().into());
        }
    }
    if let Some(source) = filter.source {
        also("source_id =", source.into());
    }
    if let Some(after) = id_of_page(page)? {
        also("entry_id <", after.into());
    }
    sql.push_str(&format!(" ORDER BY entry_id DESC LIMIT {}", page.fetch_limit()));
    let rows = tx.all(&sql, values).await?;
    let ids = rows.iter().map(|row| row.value("entry_id")).collect::<Result<Vec<Uuid>, Fault>>()?;
    let cut = cut_by_id(ids, page, |id| *id);
    let items = with_ids(tx, &cut.items).await?;
    Ok(Page { items, next: cut.next })
}

async fn with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<StoredEntry>, Fault> {
    let select = tx.find::<Entity>().filter(among(tx, Column::EntryId, ids)).order_by_asc(Column::EntryId).order_by_asc(Column::LineNo);
    let rows = select.all(tx.conn()).await.or_fault()?;
    let mut entries: BTreeMap<Uuid, StoredEntry> = BTreeMap::new();
    for row in rows {
        let posting = StoredPosting {
            amount: money(row.amount, &row.currency)?,
            bank_account: row.bank_account_id.map(BankAccountId::new),
            customer: row.customer_id.map(CustomerId::new),
            code: row.account,
        };
        let posted_on = day(row.posted_on)?;
        let entry = entries.entry(row.entry_id).or_insert_with(|| StoredEntry {
            id: row.entry_id,
            posted_on,
            kind: row.kind,
            source: format!("{}_{}", row.source_kind, row.source_id.as_simple()),
            text: row.text,
            postings: Vec::new(),
        });
        entry.postings.push(posting);
    }
    Ok(entries.into_values().rev().collect())
}

/// Debits and credits per account and currency up to a day, in order of the chart.
///
/// # Errors
/// What the database says.
pub async fn sums(tx: &Tx, as_of: BusinessDate) -> Result<Vec<AccountSums>, Fault> {
    let sql = "SELECT account, bank_account_id, currency, \
                 CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT) AS debit, \
                 CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT) AS credit \
               FROM posting WHERE tenant_id = $1 AND posted_on <= $2 \
               GROUP BY account, bank_account_id, currency ORDER BY account, bank_account_id, currency";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), as_of.days().into()]).await?;
    let read = |row: &sea_orm::QueryResult| {
        let currency: String = row.value("currency")?;
        let sum = |minor: i64| money(minor, &currency).map_err(|fault| corrupt(fault.message()));
        Ok(AccountSums {
            code: row.value("account")?,
            bank_account: row.value::<Option<Uuid>>("bank_account_id")?.map(BankAccountId::new),
            debit: sum(row.value("debit")?)?,
            credit: sum(row.value("credit")?)?,
        })
    };
    rows.iter().map(read).collect()
}
