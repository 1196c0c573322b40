//! Runs over waiting lines. [`insert`] and [`publish`] tell of them.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::db::OrFault;
use quittance_chassis::{Emit, Tx};
use quittance_types::{BankLineId, BusinessDate, Fault, LegalEntityId, MatchRunId, Page, PageRequest, Reason, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::match_run::{ActiveModel, Column, Entity, Model};
use super::{cut_by_id, day, id_of_page, known};
use crate::domain::match_run::{self, MatchRun, MatchRunState, Progress};
use crate::wire;

const LIVE: [&str; 3] = [MatchRunState::Queued.as_str(), MatchRunState::Running.as_str(), MatchRunState::Paused.as_str()];

/// Stores a new run and tells of it.
///
/// # Errors
/// `RUN_STALE` when another one is at work on the same lines.
pub async fn insert(tx: &Tx, run: &MatchRun) -> Result<(), Fault> {
    let mut others = tx.find::<Entity>().filter(Column::State.is_in(LIVE));
    if let Some(seller) = run.seller {
        others = others.filter(Condition::any().add(Column::LegalEntityId.eq(seller.uuid())).add(Column::LegalEntityId.is_null()));
    }
    if let Some(other) = others.order_by_asc(Column::MatchRunId).one(tx.conn()).await.or_fault()? {
        return Err(match_run::stale(&read(other)?));
    }
    let inserted = Entity::insert(model(tx, run)).exec_without_returning(tx.conn()).await.or_fault();
    inserted.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists => Fault::new(Reason::RunStale, "another run was started at the same moment: look for it in ListMatchRuns"),
        _ => fault,
    })?;
    publish(tx, run);
    Ok(())
}

/// Stores what became of a run.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, run: &MatchRun) -> Result<(), Fault> {
    Entity::update(model(tx, run)).exec(tx.conn()).await.or_fault().map(drop)
}

/// Tells that a run was started, paused, resumed or is over.
pub fn publish(tx: &Tx, run: &MatchRun) {
    tx.emit(Emit::public(run.id, run.id, &pb::MatchRunChanged { match_run: Some(wire::matching::run(run)) }));
}

/// A run.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: MatchRunId) -> Result<MatchRun, Fault> {
    let row = tx.find::<Entity>().filter(Column::MatchRunId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Locks a run until the transaction ends.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load_for_update(tx: &Tx, id: MatchRunId) -> Result<MatchRun, Fault> {
    let select = tx.find::<Entity>().filter(Column::MatchRunId.eq(id.uuid()));
    let row = tx.lock(select).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Runs that wait for somebody to work on them, oldest first.
///
/// # Errors
/// What the database says.
pub async fn idle(tx: &Tx, now: Timestamp) -> Result<Vec<MatchRunId>, Fault> {
    let select = tx.find::<Entity>().filter(Column::State.is_in([MatchRunState::Queued.as_str(), MatchRunState::Running.as_str()]));
    let select = select.filter(Column::LeaseUntil.lte(now.micros())).order_by_asc(Column::MatchRunId);
    let ids: Vec<Uuid> = select.select_only().column(Column::MatchRunId).into_tuple().all(tx.conn()).await.or_fault()?;
    Ok(ids.into_iter().map(MatchRunId::new).collect())
}

/// Runs, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, page: &PageRequest) -> Result<Page<MatchRun>, Fault> {
    let mut select = tx.find::<Entity>();
    if let Some(after) = id_of_page(page)? {
        select = select.filter(Column::MatchRunId.lt(after));
    }
    let rows = select.order_by_desc(Column::MatchRunId).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = cut_by_id(rows, page, |row| row.match_run_id);
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<MatchRun>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

fn model(tx: &Tx, run: &MatchRun) -> ActiveModel {
    let model = Model {
        tenant_id: tx.tenant().uuid(),
        match_run_id: run.id.uuid(),
        legal_entity_id: run.seller.map(LegalEntityId::uuid),
        seller_key: run.seller.map(LegalEntityId::uuid).unwrap_or_default(),
        state: run.state.as_str().to_owned(),
        lines_total: run.lines_total,
        lines_seen: run.progress.seen,
        applied: run.progress.applied,
        unapplied: run.progress.unapplied,
        unidentified: run.progress.unidentified,
        as_of: run.as_of.days(),
        news_at: run.news_at.micros(),
        after_on: run.after.map(|(day, _)| BusinessDate::days(day)),
        after_id: run.after.map(|(_, id)| id.uuid()),
        error: run.error.clone(),
        failures: run.failures,
        lease_owner: run.lease_owner.clone(),
        lease_until: run.lease_until.micros(),
        version: run.version,
        created_at: run.created_at.micros(),
        ended_at: run.ended_at.map(Timestamp::micros),
    };
    model.into_active_model().reset_all()
}

fn read(row: Model) -> Result<MatchRun, Fault> {
    let after = match (row.after_on, row.after_id) {
        (Some(on), Some(id)) => Some((day(on)?, BankLineId::new(id))),
        _ => None,
    };
    Ok(MatchRun {
        id: MatchRunId::new(row.match_run_id),
        seller: row.legal_entity_id.map(LegalEntityId::new),
        state: known(MatchRunState::parse(&row.state), &row.state)?,
        lines_total: row.lines_total,
        progress: Progress { seen: row.lines_seen, applied: row.applied, unapplied: row.unapplied, unidentified: row.unidentified },
        as_of: day(row.as_of)?,
        news_at: Timestamp::from_micros(row.news_at),
        after,
        error: row.error,
        failures: row.failures,
        lease_owner: row.lease_owner,
        lease_until: Timestamp::from_micros(row.lease_until),
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
        ended_at: row.ended_at.map(Timestamp::from_micros),
    })
}
