//! Bank lines.

use std::collections::BTreeSet;

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, KEYS_AT_ONCE, Target, among, among_texts, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{
    BankAccountId, BankLineId, BusinessDate, Fault, LegalEntityId, Page, PageRequest, ReceiptId, StatementId, Timestamp, Uuid,
};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};

use super::entity::bank_account;
use super::entity::bank_line::{ActiveModel, Column, Entity, Model};
use super::{DayAndId, day, known, money, woken};
use crate::domain::line::{BankLine, LineState, Movement, Verdict};
use crate::domain::statement::KnownLine;
use crate::domain::subledger::LineNote;
use crate::jobs::matching::Outcome;

/// Stores lines.
///
/// # Errors
/// `ALREADY_EXISTS` when one is stored already: a bug.
pub async fn insert(tx: &Tx, lines: Vec<BankLine>) -> Result<(), Fault> {
    let matched_at = |line: &BankLine| if line.state == LineState::Imported { 0 } else { tx.now().micros() };
    let models = lines.into_iter().map(|line| model(tx, matched_at(&line), line)).collect();
    bulk::insert::<ActiveModel>(tx, models).await
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
    Ok(())
}

/// What an account holds from one day to another, and what is announced for it at any time; oldest first.
///
/// # Errors
/// What the database says.
pub async fn known_lines(tx: &Tx, account: BankAccountId, from: BusinessDate, to: BusinessDate) -> Result<Vec<KnownLine>, Fault> {
    // Two queries with one index each rather than an OR over both.
    let head = "SELECT bank_line_id, fingerprint, movement_key, family, state FROM bank_line WHERE tenant_id = $1 AND bank_account_id = $2";
    let keys = || vec![tx.tenant().uuid().into(), account.uuid().into()];
    let mut values: Vec<sea_orm::Value> = keys();
    values.extend([from.days().into(), to.days().into()]);
    let booked = format!("{head} AND booked_on >= $3 AND booked_on <= $4 AND state <> 'pending' ORDER BY bank_line_id");
    let mut rows = tx.all(&booked, values).await?;
    rows.extend(tx.all(&format!("{head} AND state = 'pending' ORDER BY bank_line_id"), keys()).await?);
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

/// Which lines wait to be matched.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Only lines on accounts of this seller; none takes all.
    pub seller: Option<LegalEntityId>,
    /// Unidentified lines looked at before this instant are looked at again: something new has come since.
    pub news_at: Timestamp,
    /// Only lines after this place.
    pub after: Option<(BusinessDate, BankLineId)>,
    /// At most this many.
    pub limit: u64,
}

/// Lines that wait, in order of booking. Not locked: their receipts are. However many wait, no more are read than asked for.
///
/// # Errors
/// What the database says.
pub async fn waiting(tx: &Tx, waiting: Waiting) -> Result<Vec<BankLine>, Fault> {
    let limit = usize::try_from(waiting.limit).unwrap_or(usize::MAX);
    let mut found: Vec<BankLine> = Vec::new();
    // One kind after the other, each along its index, rather than an OR over all of them.
    for which in [is_new(), is_due_again(waiting.news_at), woken::is_woken(tx)] {
        let last = found.last().filter(|_| found.len() >= limit).map(place_of);
        let more = first(tx, waiting, last, which).await?;
        if !more.is_empty() {
            found.extend(more);
            found.sort_by_key(place_of);
            found.dedup_by_key(|line| line.id);
            found.truncate(limit);
        }
    }
    Ok(found)
}

/// Where a line stands in order of booking.
type Place = (BusinessDate, BankLineId);

const fn place_of(line: &BankLine) -> Place {
    (line.movement.booked_on, line.id)
}

/// The first lines of a kind up to a place, in order of booking.
async fn first(tx: &Tx, waiting: Waiting, last: Option<Place>, which: Condition) -> Result<Vec<BankLine>, Fault> {
    let mut select = tx.find::<Entity>().filter(which);
    if let Some(seller) = waiting.seller {
        select = select.filter(Column::BankAccountId.in_subquery(accounts_of(tx, seller)));
    }
    let place = || Expr::tuple([Expr::col(Column::BookedOn), Expr::col(Column::BankLineId)]);
    let at = |(day, id): Place| Expr::tuple([Expr::value(day.days()), Expr::value(id.uuid())]);
    if let Some(after) = waiting.after {
        select = select.filter(place().gt(at(after)));
    }
    if let Some(last) = last {
        select = select.filter(place().lte(at(last)));
    }
    let select = select.order_by_asc(Column::BookedOn).order_by_asc(Column::BankLineId).limit(waiting.limit);
    select.all(tx.conn()).await.or_fault()?.into_iter().map(read).collect()
}

/// Accounts of a seller.
fn accounts_of(tx: &Tx, seller: LegalEntityId) -> SelectStatement {
    let select = tx.find::<bank_account::Entity>().select_only().column(bank_account::Column::BankAccountId);
    select.filter(bank_account::Column::LegalEntityId.eq(seller.uuid())).into_query()
}

/// How many lines wait: see [`waiting`].
///
/// # Errors
/// What the database says.
pub async fn count_waiting(tx: &Tx, seller: Option<LegalEntityId>, news_at: Timestamp) -> Result<u64, Fault> {
    let others = woken::is_woken(tx).add(is_waiting(news_at).not());
    let mut count = 0_u64;
    for which in [is_waiting(news_at), others] {
        let mut select = tx.find::<Entity>().filter(which);
        if let Some(seller) = seller {
            select = select.filter(Column::BankAccountId.in_subquery(accounts_of(tx, seller)));
        }
        count = count.saturating_add(select.count(tx.conn()).await.or_fault()?);
    }
    Ok(count)
}

/// Sellers with lines that wait; none stands for accounts that belong to none.
///
/// # Errors
/// What the database says.
pub async fn waiting_sellers(tx: &Tx, news_at: Timestamp) -> Result<Vec<Option<LegalEntityId>>, Fault> {
    let mut sellers: BTreeSet<Option<Uuid>> = BTreeSet::new();
    for which in [is_waiting(news_at), woken::is_woken(tx)] {
        let accounts = tx.find::<Entity>().filter(which).select_only().column(Column::BankAccountId).into_query();
        let select = tx.find::<bank_account::Entity>().filter(bank_account::Column::BankAccountId.in_subquery(accounts));
        let select = select.select_only().column(bank_account::Column::LegalEntityId).distinct();
        sellers.extend(select.into_tuple::<Option<Uuid>>().all(tx.conn()).await.or_fault()?);
    }
    Ok(sellers.into_iter().map(|seller| seller.map(LegalEntityId::new)).collect())
}

/// Nobody has looked at it.
fn is_new() -> Condition {
    Condition::all().add(Column::State.eq(LineState::Imported.as_str()))
}

/// Looked at in vain before something new came.
fn is_due_again(news_at: Timestamp) -> Condition {
    Condition::all().add(Column::State.eq(LineState::Unidentified.as_str())).add(Column::MatchedAt.lt(news_at.micros()))
}

fn is_waiting(news_at: Timestamp) -> Condition {
    Condition::any().add(is_new()).add(is_due_again(news_at))
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

/// Lines in order of booking, and how many there are in all.
///
/// # Errors
/// What the database says.
pub async fn page(
    tx: &Tx,
    statement: Option<StatementId>,
    state: Option<LineState>,
    page: &PageRequest,
) -> Result<(Page<BankLine>, u64), Fault> {
    let mut all = tx.find::<Entity>();
    if let Some(statement) = statement {
        all = all.filter(Column::StatementId.eq(statement.uuid()));
    }
    if let Some(state) = state {
        all = all.filter(Column::State.eq(state.as_str()));
    }
    let total = all.clone().count(tx.conn()).await.or_fault()?;
    let mut select = all;
    if let Some(after) = DayAndId::of_page(page)? {
        let same_day = Condition::all().add(Column::BookedOn.eq(after.day)).add(Column::BankLineId.gt(after.id));
        select = select.filter(Condition::any().add(Column::BookedOn.gt(after.day)).add(same_day));
    }
    let select = select.order_by_asc(Column::BookedOn).order_by_asc(Column::BankLineId).limit(page.fetch_limit());
    let rows = select.all(tx.conn()).await.or_fault()?;
    let cut = Page::cut(rows, page, |row| DayAndId { day: row.booked_on, id: row.bank_line_id }.to_bytes());
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<BankLine>, Fault>>()?;
    Ok((Page { items, next: cut.next }, total))
}

/// How many lines went one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    /// The reading or kind of line that decided.
    pub rule: String,
    /// What became of them.
    pub state: LineState,
    /// Why they were not applied without a person; may be empty.
    pub refusal: String,
    /// A person decided in the end.
    pub by_person: bool,
    /// How many.
    pub lines: i64,
}

/// Booked lines by rule, state and refusal since a day.
///
/// # Errors
/// What the database says.
pub async fn statistics(tx: &Tx, from: Option<BusinessDate>) -> Result<Vec<Statistic>, Fault> {
    let sql = "SELECT rule, state, refusal, by_person, COUNT(*) AS lines FROM bank_line WHERE tenant_id = $1 AND booked_on >= $2 \
               GROUP BY rule, state, refusal, by_person ORDER BY rule, state, refusal, by_person";
    let from = from.unwrap_or(BusinessDate::MIN);
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), from.days().into()]).await?;
    let read = |row: &sea_orm::QueryResult| {
        let state: String = row.value("state")?;
        Ok(Statistic {
            rule: row.value("rule")?,
            state: known(LineState::parse(&state), &state)?,
            refusal: row.value("refusal")?,
            by_person: row.value("by_person")?,
            lines: row.value("lines")?,
        })
    };
    rows.iter().map(read).collect()
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
    let now = tx.now().micros();
    let models = changes.into_iter().map(|change| {
        let verdict = change.note.as_ref().and_then(|note| note.verdict.as_ref());
        ActiveModel {
            bank_line_id: ActiveValue::Set(change.id.uuid()),
            state: ActiveValue::Set(change.state.as_str().to_owned()),
            matched_at: ActiveValue::Set(now),
            band: said(verdict.map(|verdict| verdict.band.clone())),
            refusal: said(verdict.map(|verdict| verdict.refusal.clone())),
            confidence_ppm: said(verdict.map(|verdict| verdict.confidence_ppm)),
            grade: said(verdict.map(|verdict| verdict.grade.clone())),
            by_person: said(change.note.as_ref().map(|note| note.verdict.is_none())),
            rule: said(change.note.as_ref().map(|note| note.rule.clone().into_owned())),
            why: said(change.note.map(|note| note.why)),
            ..Default::default()
        }
    });
    let keep = [Column::Rule, Column::Why, Column::Band, Column::Refusal, Column::ConfidencePpm, Column::Grade, Column::ByPerson];
    bulk::update(tx, models.collect(), Target { key: Column::BankLineId, set: &[Column::State, Column::MatchedAt], keep: &keep }).await
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

fn model(tx: &Tx, matched_at: i64, line: BankLine) -> ActiveModel {
    let Movement { amount, booked_on, value_on, is_booked, reversal, is_return, .. } = line.movement;
    let said = line.movement;
    let model = Model {
        tenant_id: tx.tenant().uuid(),
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
        },
        receipt: row.receipt_id.map(ReceiptId::new),
    })
}
