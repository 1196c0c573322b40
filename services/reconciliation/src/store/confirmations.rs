//! What people decided about lines, kept for the engine to learn from.

use std::collections::{BTreeMap, HashMap};

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::bulk::{self, among, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_chassis::{Emit, Tx};
use quittance_types::{BankAccountId, BankLineId, ConfirmationId, CustomerId, Fault, LegalEntityId, Page, PageRequest, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::bank_account;
use super::entity::confirmation::{ActiveModel, Column, Entity, Model};
use super::{corrupt, cut_by_id, day, id_of_page, known, lines, money};
use crate::domain::confirmation::{Confirmation, How, NewConfirmation, Said};
use crate::domain::line::BankLine;

/// Records decisions. What was confirmed of their lines before counts no more, but for money that was applied by hand: that comes
/// on top of what was applied before.
///
/// # Errors
/// `RESOURCE_NOT_FOUND` for a line that does not exist.
pub async fn record(tx: &Tx, new: Vec<NewConfirmation>) -> Result<(), Fault> {
    if new.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<Uuid> = new.iter().map(|one| one.line.uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    let replaced: Vec<Uuid> = new.iter().filter(|one| one.how != How::Applied).map(|one| one.line.uuid()).collect();
    withdraw(tx, &replaced).await?;
    let lines: HashMap<BankLineId, BankLine> = lines::with_ids(tx, &ids).await?.into_iter().map(|line| (line.id, line)).collect();
    let sellers = sellers(tx, lines.values()).await?;
    let mut models = Vec::with_capacity(new.len());
    for decided in new {
        let line = lines.get(&decided.line).ok_or_else(|| decided.line.not_found())?;
        let confirmation = Confirmation {
            id: ConfirmationId::new(tx.new_id()),
            seller: sellers.get(&line.bank_account).copied(),
            by: tx.member(decided.member).ctx().principal.actor(),
            at: tx.now(),
            said: Said::by(&line.movement),
            decided,
        };
        models.push(model(tx, confirmation)?);
    }
    bulk::insert::<ActiveModel>(tx, models).await
}

/// Whose accounts the lines are on, where they are somebody's.
async fn sellers(tx: &Tx, lines: impl Iterator<Item = &BankLine>) -> Result<BTreeMap<BankAccountId, LegalEntityId>, Fault> {
    let mut accounts: Vec<Uuid> = lines.map(|line| line.bank_account.uuid()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut sellers = BTreeMap::new();
    for chunk in accounts.chunks(keys_at_once(tx)) {
        let select = tx.find::<bank_account::Entity>().filter(among(tx, bank_account::Column::BankAccountId, chunk));
        for row in select.all(tx.conn()).await.or_fault()? {
            sellers.extend(row.legal_entity_id.map(|seller| (BankAccountId::new(row.bank_account_id), LegalEntityId::new(seller))));
        }
    }
    Ok(sellers)
}

/// What was confirmed of these lines counts no more: it was taken back.
///
/// # Errors
/// What the database says.
pub async fn withdraw(tx: &Tx, lines: &[Uuid]) -> Result<(), Fault> {
    for chunk in lines.chunks(keys_at_once(tx)) {
        let rows = tx.find::<Entity>().filter(among(tx, Column::BankLineId, chunk)).all(tx.conn()).await.or_fault()?;
        if rows.is_empty() {
            continue;
        }
        let delete = Entity::delete_many().filter(Column::TenantId.eq(tx.tenant().uuid())).filter(among(tx, Column::BankLineId, chunk));
        delete.exec(tx.conn()).await.or_fault()?;
        let mut customers: Vec<Uuid> = rows.into_iter().map(|row| row.customer_id).collect();
        customers.sort_unstable();
        customers.dedup();
        for customer in customers {
            note_erased(tx, CustomerId::new(customer)).await?;
        }
    }
    Ok(())
}

async fn note_erased(tx: &Tx, customer: CustomerId) -> Result<(), Fault> {
    let sql = "INSERT INTO confirmation_erasure (tenant_id, customer_id, erased_at) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant_id, customer_id) DO UPDATE SET erased_at = excluded.erased_at";
    tx.execute(sql, vec![tx.tenant().uuid().into(), customer.uuid().into(), tx.now().micros().into()]).await.map(drop)
}

/// Erases what was confirmed of a customer, and notes it in the audit trail; returns how many decisions.
///
/// # Errors
/// What the database says.
pub async fn forget(tx: &Tx, customer: CustomerId) -> Result<i32, Fault> {
    let sql = "DELETE FROM confirmation WHERE tenant_id = $1 AND customer_id = $2";
    let erased = tx.execute(sql, vec![tx.tenant().uuid().into(), customer.uuid().into()]).await?;
    note_erased(tx, customer).await?;
    let confirmations = i32::try_from(erased).unwrap_or(i32::MAX);
    let forgotten = pb::CustomerForgotten { customer_id: customer.to_string(), confirmations };
    tx.emit(Emit::internal(customer, customer.uuid(), &forgotten));
    Ok(confirmations)
}

/// Customers of whom something was erased since an instant, and when: what is remembered of them elsewhere is stale.
///
/// # Errors
/// What the database says.
pub async fn erased_since(tx: &Tx, since: Timestamp) -> Result<Vec<(CustomerId, Timestamp)>, Fault> {
    let sql = "SELECT customer_id, erased_at FROM confirmation_erasure WHERE tenant_id = $1 AND erased_at >= $2 ORDER BY customer_id";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), since.micros().into()]).await?;
    let read =
        |row: &sea_orm::QueryResult| Ok((CustomerId::new(row.value("customer_id")?), Timestamp::from_micros(row.value("erased_at")?)));
    rows.iter().map(read).collect()
}

/// Decisions about lines on accounts of a seller (none: on accounts that are nobody's) since an instant, oldest first.
///
/// # Errors
/// What the database says.
pub async fn since(tx: &Tx, seller: Option<LegalEntityId>, since: Timestamp) -> Result<Vec<Confirmation>, Fault> {
    let mut select = tx.find::<Entity>().filter(Column::CreatedAt.gte(since.micros()));
    select = match seller {
        Some(seller) => select.filter(Column::LegalEntityId.eq(seller.uuid())),
        None => select.filter(Column::LegalEntityId.is_null()),
    };
    let select = select.order_by_asc(Column::CreatedAt).order_by_asc(Column::ConfirmationId);
    select.all(tx.conn()).await.or_fault()?.into_iter().map(read).collect()
}

/// Decisions, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, customer: Option<CustomerId>, page: &PageRequest) -> Result<Page<Confirmation>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(customer) = customer {
        select = select.filter(Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::ConfirmationId.lt(after));
    }
    let rows = select.order_by_desc(Column::ConfirmationId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.confirmation_id);
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<Confirmation>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

fn model(tx: &Tx, confirmation: Confirmation) -> Result<ActiveModel, Fault> {
    let Confirmation { id, seller, by, at, said, decided } = confirmation;
    let written = |figures| serde_json::to_string(figures).map_err(|error| Fault::internal(error.to_string()));
    let model = Model {
        tenant_id: tx.tenant().uuid(),
        confirmation_id: id.uuid(),
        bank_line_id: decided.line.uuid(),
        legal_entity_id: seller.map(LegalEntityId::uuid),
        customer_id: decided.customer.uuid(),
        how: decided.how.as_str().to_owned(),
        confirmed_by: by,
        paid_on: said.paid_on.days(),
        currency: decided.amount.currency().code().to_owned(),
        amount: decided.amount.minor(),
        counterparty_name: said.counterparty_name,
        counterparty_iban: said.counterparty_iban,
        remittance_text: said.text,
        creditor_reference: said.creditor_reference,
        end_to_end_id: said.end_to_end_id,
        applied: written(&decided.applied)?,
        differences: written(&decided.differences)?,
        created_at: at.micros(),
    };
    Ok(model.into_active_model().reset_all())
}

fn read(row: Model) -> Result<Confirmation, Fault> {
    Ok(Confirmation {
        id: ConfirmationId::new(row.confirmation_id),
        seller: row.legal_entity_id.map(LegalEntityId::new),
        by: row.confirmed_by,
        at: Timestamp::from_micros(row.created_at),
        decided: NewConfirmation {
            line: BankLineId::new(row.bank_line_id),
            customer: CustomerId::new(row.customer_id),
            how: known(How::parse(&row.how), &row.how)?,
            amount: money(row.amount, &row.currency)?,
            applied: serde_json::from_str(&row.applied).map_err(corrupt)?,
            differences: serde_json::from_str(&row.differences).map_err(corrupt)?,
            member: 0,
        },
        said: Said {
            paid_on: day(row.paid_on)?,
            counterparty_name: row.counterparty_name,
            counterparty_iban: row.counterparty_iban,
            text: row.remittance_text,
            creditor_reference: row.creditor_reference,
            end_to_end_id: row.end_to_end_id,
        },
    })
}
