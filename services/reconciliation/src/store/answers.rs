//! What people said about the engine's proposals.

use std::collections::HashMap;

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_types::{BankLineId, Fault, LegalEntityId, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::match_answer::{ActiveModel, Column, Entity, Model};
use super::{banks, lines};
use crate::domain::answer::{Answer, NewAnswer};
use crate::domain::line::BankLine;

/// So many answers of a seller count, the newest: ten times what its own table of a kind of match takes. Older ones tell of a
/// ledger, and of an engine, that are not there any more.
const MOST: u64 = 20_000;

/// Records answers, each in the place of an earlier one about its line. One without a grade only changes an earlier one.
///
/// # Errors
/// What the database says.
pub async fn record(tx: &Tx, new: Vec<NewAnswer>) -> Result<(), Fault> {
    // The last word about a line counts.
    let new: HashMap<BankLineId, NewAnswer> = new.into_iter().map(|answer| (answer.line, answer)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<Uuid> = new.keys().map(|line| line.uuid()).collect();
    ids.sort_unstable();
    let mut earlier: HashMap<BankLineId, String> = HashMap::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let rows = tx.find::<Entity>().filter(among(tx, Column::BankLineId, chunk)).all(tx.conn()).await.or_fault()?;
        earlier.extend(rows.into_iter().map(|row| (BankLineId::new(row.bank_line_id), row.grade)));
    }
    let lines = lines::with_ids(tx, &ids).await?;
    let sellers = banks::sellers_by_account(tx, lines.iter().map(|line| line.bank_account)).await?;
    let mut models: Vec<Model> = Vec::with_capacity(lines.len());
    for line in &lines {
        let Some(answer) = new.get(&line.id) else { continue };
        let grade = answer.grade.map(|grade| grade.to_string()).or_else(|| earlier.get(&line.id).cloned());
        let seller = sellers.get(&line.bank_account).copied().flatten();
        models.extend(grade.map(|grade| model(tx, line, seller, answer, grade)));
    }
    replace(tx, models).await
}

fn model(tx: &Tx, line: &BankLine, seller: Option<LegalEntityId>, answer: &NewAnswer, grade: String) -> Model {
    Model {
        tenant_id: tx.tenant().uuid(),
        bank_line_id: line.id.uuid(),
        legal_entity_id: seller.map(LegalEntityId::uuid),
        grade,
        is_right: answer.is_right,
        answered_by: tx.member(answer.member).ctx().principal.actor(),
        answered_at: tx.now().micros(),
    }
}

async fn replace(tx: &Tx, models: Vec<Model>) -> Result<(), Fault> {
    let ids: Vec<Uuid> = models.iter().map(|model| model.bank_line_id).collect();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let delete = Entity::delete_many().filter(Column::TenantId.eq(tx.tenant().uuid())).filter(among(tx, Column::BankLineId, chunk));
        delete.exec(tx.conn()).await.or_fault()?;
    }
    bulk::insert::<ActiveModel>(tx, models.into_iter().map(|model| model.into_active_model().reset_all())).await
}

/// Answers about lines on accounts of a seller (none: on accounts that are nobody's) since an instant, the newest of them, the
/// oldest first. Those about matches an earlier engine knew otherwise are left out.
///
/// # Errors
/// What the database says.
pub async fn since(tx: &Tx, seller: Option<LegalEntityId>, since: Timestamp) -> Result<Vec<Answer>, Fault> {
    let select = tx.find::<Entity>().filter(Column::AnsweredAt.gte(since.micros()));
    let select = match seller {
        Some(seller) => select.filter(Column::LegalEntityId.eq(seller.uuid())),
        None => select.filter(Column::LegalEntityId.is_null()),
    };
    let select = select.order_by_desc(Column::AnsweredAt).order_by_desc(Column::BankLineId).limit(MOST);
    let rows = select.all(tx.conn()).await.or_fault()?;
    let read = |row: Model| {
        let grade = row.grade.parse().ok()?;
        Some(Answer { line: BankLineId::new(row.bank_line_id), grade, is_right: row.is_right })
    };
    Ok(rows.into_iter().rev().filter_map(read).collect())
}
