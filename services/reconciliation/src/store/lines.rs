//! Bank lines.

mod list;
mod unsettled;
mod waiting;

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, KEYS_AT_ONCE, Target, among, among_texts, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{BankAccountId, BankLineId, BusinessDate, Fault, ReceiptId, StatementId, TenantId, Uuid};
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::entity::bank_line::{ActiveModel, Column, Entity, Model};
use super::{day, known, money};
use crate::domain::line::{BankLine, LineState, Movement, Verdict};
use crate::domain::statement::KnownLine;
use crate::domain::subledger::LineNote;
use crate::jobs::matching::Outcome;

pub use list::{page, statistics};
pub use waiting::{Waiting, count_waiting, waiting, waiting_sellers};

/// Stores lines.
///
/// # Errors
/// `ALREADY_EXISTS` when one is stored already: a bug.
pub async fn insert(tx: &Tx, lines: Vec<BankLine>) -> Result<(), Fault> {
    unsettled::insert(tx, &lines).await?;
    let (tenant, now) = (tx.tenant(), tx.now().micros());
    let matched_at = move |line: &BankLine| if line.state == LineState::Imported { 0 } else { now };
    bulk::insert(tx, lines.into_iter().map(move |line| model(tenant, matched_at(&line), line))).await
}

/// Removes announcements that are booked now; their lines are stored again under the same ids.
///
/// # Errors
/// What the database says.
pub async fn remove_announced(tx: &Tx, ids: &[BankLineId]) -> Result<(), Fault> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let delete = Entity::delete_many().filter(Column::TenantId.eq(tx.tenant().uuid())).filter(among(tx, Column::BankLineId, chunk));
        delete.filter(Column::State.eq(LineState::Pending.as_str())).exec(tx.conn()).await.or_fault()?;
    }
    unsettled::remove(tx, &ids).await
}

/// What an account holds from one day to another, and what is announced for it at any time; oldest first.
///
/// # Errors
/// What the database says.
pub async fn known_lines(tx: &Tx, account: BankAccountId, from: BusinessDate, to: BusinessDate) -> Result<Vec<KnownLine>, Fault> {
    // Two queries with one index each rather than an OR over both.
    let head = "SELECT l.bank_line_id, l.fingerprint, l.movement_key, l.family, l.state FROM bank_line l";
    let keys = || vec![tx.tenant().uuid().into(), account.uuid().into()];
    let mut values: Vec<sea_orm::Value> = keys();
    values.extend([from.days().into(), to.days().into()]);
    let booked = format!(
        "{head} WHERE l.tenant_id = $1 AND l.bank_account_id = $2 AND l.booked_on >= $3 AND l.booked_on <= $4 AND l.state <> 'pending' \
         ORDER BY l.bank_line_id"
    );
    let mut rows = tx.all(&booked, values).await?;
    let announced = format!(
        "{head} JOIN unsettled_line u ON u.tenant_id = l.tenant_id AND u.bank_line_id = l.bank_line_id \
         WHERE u.tenant_id = $1 AND u.state = 'pending' AND l.bank_account_id = $2 ORDER BY l.bank_line_id"
    );
    rows.extend(tx.all(&announced, keys()).await?);
    let read = |row: &sea_orm::QueryResult| {
        let state: String = row.value("state")?;
        Ok(KnownLine {
            id: BankLineId::new(row.value("bank_line_id")?),
            fingerprint: row.value("fingerprint")?,
            movement_key: row.value("movement_key")?,
            family: row.value("family")?,
            state: known(LineState::parse(&state), &state)?,
        })
    };
    rows.iter().map(read).collect()
}

/// A line.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: BankLineId) -> Result<BankLine, Fault> {
    let row = tx.find::<Entity>().filter(Column::BankLineId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// The lines with these ids, those that exist. Not locked.
///
/// # Errors
/// What the database says.
pub async fn with_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<BankLine>, Fault> {
    let mut lines = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(keys_at_once(tx)) {
        for row in tx.find::<Entity>().filter(among(tx, Column::BankLineId, chunk)).all(tx.conn()).await.or_fault()? {
            lines.push(read(row)?);
        }
    }
    Ok(lines)
}

/// Lines with receipts that a return may be about: those with one of these end-to-end identifications or amounts.
///
/// # Errors
/// What the database says.
pub async fn returnable(tx: &Tx, account: BankAccountId, references: &[String], amounts: &[i64]) -> Result<Vec<BankLine>, Fault> {
    let mut conditions: Vec<Condition> = Vec::new();
    for chunk in references.chunks(keys_at_once(tx)) {
        conditions.push(Condition::all().add(among_texts(tx, Column::EndToEndId, chunk)).add(Column::EndToEndId.ne("")));
    }
    for chunk in amounts.chunks(KEYS_AT_ONCE) {
        conditions.push(Condition::all().add(Column::Amount.is_in(chunk.iter().copied())));
    }
    let mut found = Vec::new();
    for condition in conditions {
        let of_account = Condition::all().add(Column::BankAccountId.eq(account.uuid())).add(Column::ReceiptId.is_not_null());
        let wanted = condition.add(of_account).add(Column::Amount.gt(0));
        for row in tx.find::<Entity>().filter(wanted).order_by_asc(Column::BankLineId).all(tx.conn()).await.or_fault()? {
            found.push(read(row)?);
        }
    }
    found.sort_by_key(|line: &BankLine| line.id);
    found.dedup_by_key(|line| line.id);
    Ok(found)
}

/// What became of a line.
#[derive(Clone, Debug)]
pub(super) struct LineChange {
    pub(super) id: BankLineId,
    pub(super) state: LineState,
    pub(super) note: Option<LineNote>,
}

/// Sets the state of lines to that of their receipts.
pub(super) async fn follow(tx: &Tx, changes: Vec<LineChange>) -> Result<(), Fault> {
    let states: Vec<(BankLineId, LineState)> = changes.iter().map(|change| (change.id, change.state)).collect();
    let now = tx.now().micros();
    let models = changes.into_iter().map(move |change| {
        let verdict = change.note.as_ref().and_then(|note| note.verdict.as_ref());
        ActiveModel {
            bank_line_id: ActiveValue::Set(change.id.uuid()),
            state: ActiveValue::Set(change.state.as_str().to_owned()),
            matched_at: ActiveValue::Set(now),
            band: said(verdict.map(|verdict| verdict.band.clone())),
            refusal: said(verdict.map(|verdict| verdict.refusal.clone())),
            confidence_ppm: said(verdict.map(|verdict| verdict.confidence_ppm)),
            grade: said(verdict.map(|verdict| verdict.grade.clone())),
            suggested: said(verdict.map(|verdict| verdict.suggested)),
            by_person: said(change.note.as_ref().map(|note| note.verdict.is_none())),
            rule: said(change.note.as_ref().map(|note| note.rule.clone().into_owned())),
            why: said(change.note.map(|note| note.why)),
            ..Default::default()
        }
    });
    let keep = [
        Column::Rule,
        Column::Why,
        Column::Band,
        Column::Refusal,
        Column::ConfidencePpm,
        Column::Grade,
        Column::Suggested,
        Column::ByPerson,
    ];
    bulk::update(tx, models, Target { key: Column::BankLineId, set: &[Column::State, Column::MatchedAt], keep: &keep }).await?;
    unsettled::follow(tx, &states).await
}

fn said<T: Into<sea_orm::Value>>(value: Option<T>) -> ActiveValue<T> {
    value.map_or(ActiveValue::NotSet, ActiveValue::Set)
}

/// Notes what was made of lines that were looked at and stay as they are.
///
/// # Errors
/// What the database says.
pub async fn remain<'a>(tx: &Tx, outcomes: impl Iterator<Item = &'a Outcome>) -> Result<(), Fault> {
    let changes = outcomes.map(|outcome| LineChange { id: outcome.line.id, state: outcome.state, note: Some(outcome.note.clone()) });
    follow(tx, changes.collect()).await
}

fn model(tenant: TenantId, matched_at: i64, line: BankLine) -> ActiveModel {
    let Movement { amount, booked_on, value_on, is_booked, reversal, is_return, .. } = line.movement;
    let said = line.movement;
    let model = Model {
        tenant_id: tenant.uuid(),
        bank_line_id: line.id.uuid(),
        statement_id: line.statement.uuid(),
        bank_account_id: line.bank_account.uuid(),
        family: line.family,
        fingerprint: said.fingerprint,
        occurrence: line.occurrence,
        movement_key: said.movement_key,
        amount: amount.minor(),
        currency: amount.currency().code().to_owned(),
        booked_on: booked_on.days(),
        value_on: value_on.map(BusinessDate::days),
        is_booked,
        reversal,
        is_return,
        bank_reference: said.bank_reference,
        end_to_end_id: said.end_to_end_id,
        creditor_reference: said.creditor_reference,
        remittance_text: said.remittance_text,
        further_text: said.further_text,
        counterparty_name: said.counterparty_name,
        counterparty_iban: said.counterparty_iban,
        return_reason: said.return_reason,
        transaction_code: said.transaction_code,
        state: line.state.as_str().to_owned(),
        rule: line.rule,
        why: line.why,
        receipt_id: line.receipt.map(ReceiptId::uuid),
        matched_at,
        band: line.verdict.band,
        refusal: line.verdict.refusal,
        confidence_ppm: line.verdict.confidence_ppm,
        by_person: line.verdict.by_person,
        grade: line.verdict.grade,
        suggested: line.verdict.suggested,
    };
    model.into_active_model().reset_all()
}

pub(super) fn read(row: Model) -> Result<BankLine, Fault> {
    Ok(BankLine {
        id: BankLineId::new(row.bank_line_id),
        statement: StatementId::new(row.statement_id),
        bank_account: BankAccountId::new(row.bank_account_id),
        movement: Movement {
            amount: money(row.amount, &row.currency)?,
            booked_on: day(row.booked_on)?,
            value_on: row.value_on.map(day).transpose()?,
            is_booked: row.is_booked,
            reversal: row.reversal,
            is_return: row.is_return,
            bank_reference: row.bank_reference,
            end_to_end_id: row.end_to_end_id,
            creditor_reference: row.creditor_reference,
            remittance_text: row.remittance_text,
            further_text: row.further_text,
            counterparty_name: row.counterparty_name,
            counterparty_iban: row.counterparty_iban,
            return_reason: row.return_reason,
            transaction_code: row.transaction_code,
            fingerprint: row.fingerprint,
            movement_key: row.movement_key,
        },
        family: row.family,
        occurrence: row.occurrence,
        state: known(LineState::parse(&row.state), &row.state)?,
        rule: row.rule,
        why: row.why,
        verdict: Verdict {
            band: row.band,
            refusal: row.refusal,
            confidence_ppm: row.confidence_ppm,
            by_person: row.by_person,
            grade: row.grade,
            suggested: row.suggested,
        },
        receipt: row.receipt_id.map(ReceiptId::new),
    })
}
