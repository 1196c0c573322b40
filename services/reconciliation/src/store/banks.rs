//! Our accounts at banks.

use std::collections::BTreeMap;

use quittance_chassis::bulk::{among, among_texts};
use quittance_chassis::db::OrFault;
use quittance_chassis::{Emit, Tx};
use quittance_types::{BankAccountId, Fault, LegalEntityId, Page, PageRequest, Reason, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::bank_account::{Column, Entity, Model};
use super::{cut_by_id, day, id_of_page, money};
use crate::domain::bank::BankAccount;
use crate::wire;

/// Stores a new account, and notes it in the audit trail.
///
/// # Errors
/// `DUPLICATE_EXTERNAL_ID` when the number is registered in that currency already.
pub async fn insert(tx: &Tx, account: &BankAccount) -> Result<(), Fault> {
    let taken = tx.find::<Entity>().filter(Column::Iban.eq(account.iban.as_str())).filter(Column::Currency.eq(account.currency().code()));
    if taken.one(tx.conn()).await.or_fault()?.is_some() {
        return Err(duplicate());
    }
    let row = Model {
        tenant_id: tx.tenant().uuid(),
        bank_account_id: account.id.uuid(),
        legal_entity_id: account.legal_entity.map(LegalEntityId::uuid),
        iban: account.iban.clone(),
        currency: account.currency().code().to_owned(),
        name: account.name.clone(),
        opening_balance: account.opening_balance.minor(),
        bank_balance: account.bank_balance.map(|(balance, _)| balance.minor()),
        bank_balance_on: account.bank_balance.map(|(_, day)| day.days()),
        ledger_balance: account.ledger_balance.minor(),
        books_from: account.books_from.clone(),
        created_at: tx.now().micros(),
    };
    let row = row.into_active_model().reset_all();
    let stored = Entity::insert(row).exec_without_returning(tx.conn()).await.or_fault();
    stored.map_err(|fault| if fault.reason() == Reason::AlreadyExists { duplicate() } else { fault })?;
    tx.emit(Emit::internal(account.id, account.id.uuid(), &wire::bank_account(account)));
    Ok(())
}

fn duplicate() -> Fault {
    Fault::new(Reason::DuplicateExternalId, "an account with this number and currency is registered already").field("bank_account.iban")
}

/// An account, without a lock.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: BankAccountId) -> Result<BankAccount, Fault> {
    let row = tx.find::<Entity>().filter(Column::BankAccountId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Locks the accounts that may be written in one of these forms, in order of id.
///
/// # Errors
/// What the database says.
pub async fn by_numbers(tx: &Tx, numbers: &[String]) -> Result<Vec<BankAccount>, Fault> {
    let select = tx.find::<Entity>().filter(among_texts(tx, Column::Iban, numbers)).order_by_asc(Column::BankAccountId);
    let rows = tx.lock(select).all(tx.conn()).await.or_fault()?;
    rows.into_iter().map(read).collect()
}

/// Accounts by id, without a lock.
///
/// # Errors
/// What the database says.
pub async fn with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<BankAccount>, Fault> {
    let rows = tx.find::<Entity>().filter(among(tx, Column::BankAccountId, ids)).all(tx.conn()).await.or_fault()?;
    rows.into_iter().map(read).collect()
}

/// Sellers of the accounts with these numbers, those that are registered; none stands for accounts that belong to none.
///
/// # Errors
/// What the database says.
pub async fn sellers_of(tx: &Tx, numbers: &[String]) -> Result<Vec<Option<LegalEntityId>>, Fault> {
    let select = tx.find::<Entity>().filter(among_texts(tx, Column::Iban, numbers)).select_only().column(Column::LegalEntityId).distinct();
    let sellers: Vec<Option<Uuid>> = select.into_tuple().all(tx.conn()).await.or_fault()?;
    Ok(sellers.into_iter().map(|seller| seller.map(LegalEntityId::new)).collect())
}

/// Numbers of the accounts of a seller; none asks for those of all.
///
/// # Errors
/// What the database says.
pub async fn numbers_of(tx: &Tx, seller: Option<LegalEntityId>) -> Result<Vec<String>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(seller) = seller {
        select = select.filter(Column::LegalEntityId.eq(seller.uuid()));
    }
    let rows = select.order_by_asc(Column::BankAccountId).all(tx.conn()).await.or_fault()?;
    Ok(rows.into_iter().map(|row| row.iban).collect())
}

/// Sellers of accounts; none for accounts that belong to none.
///
/// # Errors
/// What the database says.
pub async fn sellers_by_account(
    tx: &Tx,
    accounts: impl Iterator<Item = BankAccountId>,
) -> Result<BTreeMap<BankAccountId, Option<LegalEntityId>>, Fault> {
    let mut ids: Vec<Uuid> = accounts.map(BankAccountId::uuid).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(with_ids(tx, &ids).await?.into_iter().map(|account| (account.id, account.legal_entity)).collect())
}

/// Accounts in order of creation.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, page: &PageRequest) -> Result<Page<BankAccount>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::BankAccountId.gt(after));
    }
    let rows = select.order_by_asc(Column::BankAccountId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.bank_account_id);
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<BankAccount>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

/// Stores what an import told of a locked account: the bank's balance and which files book it.
///
/// # Errors
/// What the database says.
pub async fn save_statement_balance(tx: &Tx, account: &BankAccount) -> Result<(), Fault> {
    let sql =
        "UPDATE bank_account SET bank_balance = $3, bank_balance_on = $4, books_from = $5 WHERE tenant_id = $1 AND bank_account_id = $2";
    let values = vec![
        tx.tenant().uuid().into(),
        account.id.uuid().into(),
        account.bank_balance.map(|(balance, _)| balance.minor()).into(),
        account.bank_balance.map(|(_, day)| day.days()).into(),
        account.books_from.clone().into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// Adds what was posted to the balances of the accounts, in order of id.
///
/// # Errors
/// `INTERNAL_ERROR` when an account does not exist: a bug.
pub(super) async fn add_posted(tx: &Tx, movements: BTreeMap<BankAccountId, i64>) -> Result<(), Fault> {
    for (id, minor) in movements.into_iter().filter(|(_, minor)| *minor != 0) {
        let sql = "UPDATE bank_account SET ledger_balance = ledger_balance + $3 WHERE tenant_id = $1 AND bank_account_id = $2";
        if tx.execute(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), minor.into()]).await? != 1 {
            return Err(Fault::internal(format!("{id} was posted to and does not exist")));
        }
    }
    Ok(())
}

fn read(row: Model) -> Result<BankAccount, Fault> {
    let amount = |minor| money(minor, &row.currency);
    let bank_balance = match (row.bank_balance, row.bank_balance_on) {
        (Some(minor), Some(on)) => Some((amount(minor)?, day(on)?)),
        _ => None,
    };
    Ok(BankAccount {
        id: BankAccountId::new(row.bank_account_id),
        legal_entity: row.legal_entity_id.map(LegalEntityId::new),
        opening_balance: amount(row.opening_balance)?,
        bank_balance,
        ledger_balance: amount(row.ledger_balance)?,
        iban: row.iban,
        name: row.name,
        books_from: row.books_from,
    })
}
