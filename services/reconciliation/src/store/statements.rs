//! Statements, and the files they came in.

use std::collections::HashMap;

use quittance_chassis::Tx;
use quittance_chassis::bulk::among;
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{BankAccountId, BusinessDate, Fault, Money, Page, PageRequest, StatementId, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::statement::{Column, Entity, Model};
use super::entity::statement_file;
use super::{corrupt, cut_by_id, day, id_of_page, money};
use crate::domain::statement::{NewStatement, Statement};

/// A file that was imported, and what became of it.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its name, for people.
    pub file_name: String,
    /// Its statements, in file order.
    pub statements: Vec<StatementId>,
    /// Lines stored.
    pub lines_imported: i32,
    /// Lines an earlier file had brought.
    pub lines_known: i32,
    /// Lines matched at once.
    pub lines_matched: i32,
}

impl ImportedFile {
    /// True when no line of it was taken, and none known.
    pub fn is_empty(&self) -> bool {
        self.lines_imported == 0 && self.lines_known == 0
    }
}

/// An earlier import of the same bytes.
///
/// # Errors
/// What the database says.
pub async fn find_file(tx: &Tx, sha256: [u8; 32]) -> Result<Option<ImportedFile>, Fault> {
    // Not the entity: the content is megabytes and nobody asks for it here.
    let sql = "SELECT file_name, statement_ids, lines_imported, lines_known, lines_matched FROM statement_file WHERE tenant_id = $1 AND sha256 = $2";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), sha256.to_vec().into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let ids: String = row.value("statement_ids")?;
    let statements = ids.split(' ').filter(|id| !id.is_empty()).map(StatementId::parse).collect::<Result<Vec<StatementId>, Fault>>();
    Ok(Some(ImportedFile {
        sha256,
        file_name: row.value("file_name")?,
        statements: statements.map_err(|fault| corrupt(fault.message()))?,
        lines_imported: row.value("lines_imported")?,
        lines_known: row.value("lines_known")?,
        lines_matched: row.value("lines_matched")?,
    }))
}

/// Forgets a file that took nothing; its statements stay.
///
/// # Errors
/// What the database says.
pub async fn remove_file(tx: &Tx, sha256: [u8; 32]) -> Result<(), Fault> {
    let sql = "DELETE FROM statement_file WHERE tenant_id = $1 AND sha256 = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), sha256.to_vec().into()]).await.map(drop)
}

/// Stores a file byte for byte.
///
/// # Errors
/// What the database says.
pub async fn insert_file(tx: &Tx, file: &ImportedFile, content: &[u8]) -> Result<(), Fault> {
    let ids: Vec<String> = file.statements.iter().map(ToString::to_string).collect();
    let row = statement_file::Model {
        tenant_id: tx.tenant().uuid(),
        sha256: file.sha256.to_vec(),
        file_name: file.file_name.clone(),
        content: content.to_vec(),
        statement_ids: ids.join(" "),
        lines_imported: file.lines_imported,
        lines_known: file.lines_known,
        lines_matched: file.lines_matched,
        created_at: tx.now().micros(),
    };
    statement_file::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.or_fault().map(drop)
}

/// A stored statement with the bank's own identification of another one.
pub struct Twin {
    /// Its id.
    pub id: StatementId,
    /// Digest of what it says.
    pub content: Vec<u8>,
}

/// The statement of the account that carries the same identification and page for the same last day, if there is one. Some
/// banks give every statement the same identification.
///
/// # Errors
/// What the database says.
pub async fn find_twin(tx: &Tx, account: BankAccountId, statement: &NewStatement) -> Result<Option<Twin>, Fault> {
    if statement.bank_statement_id.is_empty() {
        return Ok(None);
    }
    let select = tx
        .find::<Entity>()
        .filter(Column::BankAccountId.eq(account.uuid()))
        .filter(Column::Family.eq(statement.family))
        .filter(Column::BankStatementId.eq(statement.bank_statement_id.as_str()))
        .filter(Column::Page.eq(statement.page.as_str()));
    let select = match statement.to_on {
        Some(last) => select.filter(Column::ToOn.eq(last.days())),
        None => select.filter(Column::ToOn.is_null()),
    };
    let row = select.one(tx.conn()).await.or_fault()?;
    Ok(row.map(|row| Twin { id: StatementId::new(row.statement_id), content: row.content }))
}

/// Stores a statement as read, with what is known of it now.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, statement: &Statement, read: &NewStatement) -> Result<(), Fault> {
    let findings = serde_json::to_string(&statement.findings).map_err(|error| Fault::internal(error.to_string()))?;
    let row = Model {
        tenant_id: tx.tenant().uuid(),
        statement_id: statement.id.uuid(),
        bank_account_id: statement.bank_account.uuid(),
        bank_statement_id: statement.bank_statement_id.clone(),
        page: read.page.clone(),
        family: read.family.to_owned(),
        format: statement.format.clone(),
        from_on: statement.from_on.map(BusinessDate::days),
        to_on: statement.to_on.map(BusinessDate::days),
        currency: statement.currency.code().to_owned(),
        opening: statement.opening.map(Money::minor),
        closing: statement.closing.map(Money::minor),
        line_count: statement.line_count,
        findings,
        content: read.content.to_vec(),
        created_at: statement.created_at.micros(),
    };
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.or_fault().map(drop)
}

/// A statement.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: StatementId) -> Result<Statement, Fault> {
    let row = tx.find::<Entity>().filter(Column::StatementId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    self::read(row.ok_or_else(|| id.not_found())?)
}

/// Statements by id, in the order asked for, as often as asked for.
///
/// # Errors
/// What the database says.
pub async fn with_ids(tx: &Tx, ids: &[StatementId]) -> Result<Vec<Statement>, Fault> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = tx.find::<Entity>().filter(among(tx, Column::StatementId, &uuids)).all(tx.conn()).await.or_fault()?;
    let found = rows.into_iter().map(|row| self::read(row).map(|statement| (statement.id, statement)));
    let found = found.collect::<Result<HashMap<StatementId, Statement>, Fault>>()?;
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

/// Statements, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, account: Option<BankAccountId>, page: &PageRequest) -> Result<Page<Statement>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(account) = account {
        select = select.filter(Column::BankAccountId.eq(account.uuid()));
    }
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::StatementId.lt(after));
    }
    let rows = select.order_by_desc(Column::StatementId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.statement_id);
    let items = cut.items.into_iter().map(self::read).collect::<Result<Vec<Statement>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

fn read(row: Model) -> Result<Statement, Fault> {
    let amount = |minor| money(minor, &row.currency);
    let currency = money(0, &row.currency)?.currency();
    Ok(Statement {
        id: StatementId::new(row.statement_id),
        bank_account: BankAccountId::new(row.bank_account_id),
        from_on: row.from_on.map(day).transpose()?,
        to_on: row.to_on.map(day).transpose()?,
        currency,
        opening: row.opening.map(amount).transpose()?,
        closing: row.closing.map(amount).transpose()?,
        line_count: row.line_count,
        findings: serde_json::from_str(&row.findings).map_err(corrupt)?,
        created_at: Timestamp::from_micros(row.created_at),
        bank_statement_id: row.bank_statement_id,
        format: row.format,
    })
}
