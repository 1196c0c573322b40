//! Remittance advices and the files they came in. [`insert`] and [`save`] write the rows and their event.

mod lookup;
mod rows;

use std::collections::BTreeMap;

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::bulk::{self, Target, among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_chassis::{Emit, Tx};
use quittance_types::{BankLineId, CustomerId, Fault, Page, PageRequest, RemittanceAdviceId, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::remittance_advice::{ActiveModel, Column, Entity};
use super::entity::{remittance_file, remittance_line};
use super::{cut_by_id, id_of_page};
use crate::domain::remittance::{AdviceState, RemittanceAdvice};
use crate::wire;

pub use lookup::{KnownDocument, currencies, documents, owners_of_numbers};
use rows::{line_models, model, with_lines, without_lines};

/// A file as it came.
pub struct AdviceFile<'a> {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its name, for people.
    pub file_name: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
}

/// Stores a file byte for byte; false when it is stored already, by whomever. Whoever stores the same file at the same moment
/// waits here for the other one.
///
/// # Errors
/// What the database says.
pub async fn insert_file(tx: &Tx, file: &AdviceFile<'_>) -> Result<bool, Fault> {
    let sql = "INSERT INTO remittance_file (tenant_id, sha256, file_name, content, created_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (tenant_id, sha256) DO NOTHING";
    let values = vec![
        tx.tenant().uuid().into(),
        file.sha256.to_vec().into(),
        file.file_name.into(),
        file.content.to_vec().into(),
        tx.now().micros().into(),
    ];
    Ok(tx.execute(sql, values).await? == 1)
}

/// True when this very file is stored.
///
/// # Errors
/// What the database says.
pub async fn has_file(tx: &Tx, sha256: [u8; 32]) -> Result<bool, Fault> {
    let select = tx.find::<remittance_file::Entity>().filter(remittance_file::Column::Sha256.eq(sha256.to_vec()));
    let select = select.select_only().column(remittance_file::Column::CreatedAt);
    let found: Option<i64> = select.into_tuple().one(tx.conn()).await.or_fault()?;
    Ok(found.is_some())
}

/// Stores the advices of a file, in file order, and publishes them.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, sha256: [u8; 32], advices: &[RemittanceAdvice]) -> Result<(), Fault> {
    let models = (0_i32..).zip(advices).map(|(place, advice)| model(tx, sha256, place, advice).into_active_model().reset_all());
    tx.insert_many::<ActiveModel>(models.collect()).await?;
    let lines = advices.iter().flat_map(|advice| line_models(tx, advice));
    tx.insert_many::<remittance_line::ActiveModel>(lines.collect()).await?;
    advices.iter().for_each(|advice| publish(tx, advice));
    Ok(())
}

/// Writes a changed advice and publishes it.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, advice: &mut RemittanceAdvice) -> Result<(), Fault> {
    advice.version = advice.version.saturating_add(1);
    rows::changes(tx, advice).update(tx.conn()).await.or_fault()?;
    publish(tx, advice);
    Ok(())
}

/// Writes an advice of which everything may have changed, and publishes it.
///
/// # Errors
/// What the database says.
pub async fn save_with_lines(tx: &Tx, advice: &mut RemittanceAdvice) -> Result<(), Fault> {
    let sql = "DELETE FROM remittance_line WHERE tenant_id = $1 AND remittance_advice_id = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), advice.id.uuid().into()]).await?;
    tx.insert_many::<remittance_line::ActiveModel>(line_models(tx, advice).collect()).await?;
    save(tx, advice).await
}

fn publish(tx: &Tx, advice: &RemittanceAdvice) {
    let message = pb::RemittanceAdviceChanged { remittance_advice: Some(wire::remittances::advice(advice)) };
    let key = advice.customer.map_or_else(|| advice.id.uuid(), CustomerId::uuid);
    tx.emit(Emit::public(advice.id, key, &message));
}

/// Notes which bank lines were applied by which advices. The first line of an advice counts; one that is not proven any more
/// stays as it is.
///
/// # Errors
/// What the database says.
pub async fn mark_used(tx: &Tx, used: &[(RemittanceAdviceId, BankLineId)]) -> Result<(), Fault> {
    let line_of: BTreeMap<Uuid, BankLineId> = used.iter().rev().map(|(id, line)| (id.uuid(), *line)).collect();
    let ids: Vec<Uuid> = line_of.keys().copied().collect();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<Entity>().filter(among(tx, Column::RemittanceAdviceId, chunk));
        let select = select.filter(Column::State.eq(AdviceState::Proven.as_str())).order_by_asc(Column::RemittanceAdviceId);
        let mut advices = with_lines(tx, tx.lock(select).all(tx.conn()).await.or_fault()?).await?;
        for advice in &mut advices {
            let Some(line) = line_of.get(&advice.id.uuid()) else { continue };
            advice.use_for(*line)?;
            advice.version = advice.version.saturating_add(1);
        }
        let changed: Vec<ActiveModel> = advices.iter().map(|advice| rows::changes(tx, advice)).collect();
        let set = [Column::State, Column::BankLineId, Column::Version, Column::ChangedAt];
        bulk::update(tx, changed, Target { key: Column::RemittanceAdviceId, set: &set, keep: &[] }).await?;
        advices.iter().for_each(|advice| publish(tx, advice));
    }
    Ok(())
}

/// An advice with its lines.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: RemittanceAdviceId) -> Result<RemittanceAdvice, Fault> {
    let row = tx.find::<Entity>().filter(Column::RemittanceAdviceId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    with_lines(tx, row.into_iter().collect()).await?.pop().ok_or_else(|| id.not_found())
}

/// An advice with its lines, locked until the transaction ends.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load_for_update(tx: &Tx, id: RemittanceAdviceId) -> Result<RemittanceAdvice, Fault> {
    let select = tx.lock(tx.find::<Entity>().filter(Column::RemittanceAdviceId.eq(id.uuid())));
    let row = select.one(tx.conn()).await.or_fault()?;
    with_lines(tx, row.into_iter().collect()).await?.pop().ok_or_else(|| id.not_found())
}

/// The advices of a file, in file order.
///
/// # Errors
/// What the database says.
pub async fn of_file(tx: &Tx, sha256: [u8; 32]) -> Result<Vec<RemittanceAdvice>, Fault> {
    let select = tx.find::<Entity>().filter(Column::Sha256.eq(sha256.to_vec())).order_by_asc(Column::Place);
    with_lines(tx, select.all(tx.conn()).await.or_fault()?).await
}

/// When an advice changed last.
///
/// # Errors
/// What the database says.
pub async fn newest_at(tx: &Tx) -> Result<Timestamp, Fault> {
    let select = tx.find::<Entity>().select_only().column(Column::ChangedAt).order_by_desc(Column::ChangedAt);
    let newest: Option<i64> = select.into_tuple().one(tx.conn()).await.or_fault()?;
    Ok(Timestamp::from_micros(newest.unwrap_or_default()))
}

/// Proven advices that were stored or confirmed at this instant (microseconds) or later, with their lines, oldest change first: what the
/// engine may go by. One that was told before is told again when a person corrected it; one that was used is told no more.
///
/// # Errors
/// What the database says.
pub async fn since(tx: &Tx, changed_at: i64) -> Result<Vec<RemittanceAdvice>, Fault> {
    let select = tx
        .find::<Entity>()
        .filter(Column::ChangedAt.gte(changed_at))
        .filter(Column::State.eq(AdviceState::Proven.as_str()))
        .order_by_asc(Column::ChangedAt)
        .order_by_asc(Column::RemittanceAdviceId);
    with_lines(tx, select.all(tx.conn()).await.or_fault()?).await
}

/// Advices without their lines, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, state: Option<AdviceState>, page: &PageRequest) -> Result<Page<RemittanceAdvice>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(state) = state {
        select = select.filter(Column::State.eq(state.as_str()));
    }
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::RemittanceAdviceId.lt(after));
    }
    let rows = select.order_by_desc(Column::RemittanceAdviceId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.remittance_advice_id);
    Ok(Page { items: cut.items.into_iter().map(without_lines).collect::<Result<_, Fault>>()?, next: cut.next })
}

async fn lines_of(tx: &Tx, ids: &[Uuid]) -> Result<Vec<remittance_line::Model>, Fault> {
    let mut lines = Vec::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<remittance_line::Entity>().filter(among(tx, remittance_line::Column::RemittanceAdviceId, chunk));
        lines.extend(select.order_by_asc(remittance_line::Column::Place).all(tx.conn()).await.or_fault()?);
    }
    Ok(lines)
}
