//! Dunning runs, what they sum to, and who is left out of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use quittance_chassis::{
    db::{OrFault, RowExt},
    events::Emit,
    tx::Tx,
};
use quittance_types::{Currency, CustomerId, DunningRunId, Fault, Money, Page, PageRequest, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Binds, CHUNK, corrupt, date,
    entity::{dunning_exclusion, dunning_run},
    money,
};
use crate::{
    domain::{
        dunning::{DunningRun, RunState},
        selection::Exclusion,
    },
    wire,
};

/// A run and what it sums to.
pub struct Summary {
    /// The run.
    pub run: DunningRun,
    /// Notices by level.
    pub levels: BTreeMap<i32, i64>,
    /// Invoices in them.
    pub items: i64,
    /// What they ask for, by currency.
    pub totals: BTreeMap<Currency, Money>,
    /// Customers left out, by reason.
    pub exclusions: BTreeMap<String, i64>,
}

fn to_row(tx: &Tx, run: &DunningRun) -> dunning_run::Model {
    dunning_run::Model {
        tenant_id: tx.tenant().uuid(),
        id: run.id.uuid(),
        as_of_on: run.as_of.days(),
        state: run.state.as_str().to_owned(),
        prepared_by: run.prepared_by.clone(),
        approved_by: run.approved_by.clone(),
        version: run.version,
        created_at: run.created_at.micros(),
    }
}

fn from_row(row: dunning_run::Model) -> Result<DunningRun, Fault> {
    Ok(DunningRun {
        id: DunningRunId::new(row.id),
        as_of: date(row.as_of_on)?,
        state: RunState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        prepared_by: row.prepared_by,
        approved_by: row.approved_by,
        version: row.version,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// Stores a new run. Its audit entry follows with its sums, by [`publish`].
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    dunning_run::Entity::insert(to_row(tx, run).into_active_model()).exec_without_returning(tx.conn()).await.or_fault().map(drop)
}

/// Writes a changed run. Its audit entry follows with its sums, by [`publish`].
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, run: &mut DunningRun) -> Result<(), Fault> {
    run.version = run.version.saturating_add(1);
    to_row(tx, run).into_active_model().reset_all().update(tx.conn()).await.or_fault().map(drop)
}

/// The run with its sums, written to the audit trail too.
///
/// # Errors
/// What the database says.
pub async fn publish(tx: &Tx, run: DunningRun, why: &str) -> Result<Summary, Fault> {
    let summary = summarise(tx, vec![run]).await?.pop().ok_or_else(|| corrupt("a run"))?;
    let id = summary.run.id;
    tx.emit(Emit::internal(id, id.uuid(), &wire::run(&summary)).because(why));
    Ok(summary)
}

/// One run.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: DunningRunId) -> Result<DunningRun, Fault> {
    let row = tx.find::<dunning_run::Entity>().filter(dunning_run::Column::Id.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    from_row(row.ok_or_else(|| id.not_found())?)
}

/// One run, locked until the transaction ends.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: DunningRunId) -> Result<DunningRun, Fault> {
    let select = tx.lock(tx.find::<dunning_run::Entity>().filter(dunning_run::Column::Id.eq(id.uuid())));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// Runs with their sums, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<Summary>, Fault> {
    let mut select = tx.find::<dunning_run::Entity>().order_by_desc(dunning_run::Column::Id).limit(request.fetch_limit());
    if let Some(after) = request.after.as_deref() {
        select = select.filter(dunning_run::Column::Id.lt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let page = Page::cut(select.all(tx.conn()).await.or_fault()?, request, |row| row.id.as_bytes().to_vec());
    let runs = page.items.into_iter().map(from_row).collect::<Result<_, _>>()?;
    Ok(Page { items: summarise(tx, runs).await?, next: page.next })
}

/// Adds up what runs sum to.
///
/// # Errors
/// What the database says.
pub async fn summarise(tx: &Tx, runs: Vec<DunningRun>) -> Result<Vec<Summary>, Fault> {
    let empty = |run| Summary { run, levels: BTreeMap::new(), items: 0, totals: BTreeMap::new(), exclusions: BTreeMap::new() };
    let mut summaries: Vec<Summary> = runs.into_iter().map(empty).collect();
    for chunk in summaries.chunks_mut(CHUNK) {
        let index: HashMap<Uuid, usize> = chunk.iter().enumerate().map(|(index, summary)| (summary.run.id.uuid(), index)).collect();
        let mut binds = Binds::new(tx);
        let ids = binds.list(chunk.iter().map(|summary| summary.run.id.uuid()));
        let values = binds.values();
        let sql = format!(
            "SELECT run_id, level, currency, COUNT(*) AS notices, CAST(SUM(item_count) AS BIGINT) AS items, \
             CAST(SUM(total_minor) AS BIGINT) AS total FROM notice WHERE tenant_id = $1 AND run_id IN ({ids}) \
             AND state <> 'cancelled' GROUP BY run_id, level, currency"
        );
        for row in &tx.all(&sql, values.clone()).await? {
            let summary = index.get(&row.value("run_id")?).and_then(|index| chunk.get_mut(*index));
            let summary = summary.ok_or_else(|| corrupt("a sum of another run"))?;
            let total = money(row.value("total")?, &row.value::<String>("currency")?)?;
            let sum = summary.totals.entry(total.currency()).or_insert(Money::zero(total.currency()));
            *sum = sum.add(total)?;
            let notices = summary.levels.entry(row.value("level")?).or_default();
            *notices = notices.saturating_add(row.value("notices")?);
            summary.items = summary.items.saturating_add(row.value("items")?);
        }
        let sql = format!(
            "SELECT run_id, reason, COUNT(*) AS customers FROM dunning_exclusion WHERE tenant_id = $1 AND run_id IN ({ids}) \
             GROUP BY run_id, reason"
        );
        for row in &tx.all(&sql, values).await? {
            let summary = index.get(&row.value("run_id")?).and_then(|index| chunk.get_mut(*index));
            let summary = summary.ok_or_else(|| corrupt("an exclusion of another run"))?;
            summary.exclusions.insert(row.value("reason")?, row.value("customers")?);
        }
    }
    Ok(summaries)
}

/// Writes down who is left out and why; once for each reason.
///
/// # Errors
/// What the database says.
pub async fn insert_exclusions(tx: &Tx, run: DunningRunId, left_out: &BTreeSet<(CustomerId, Exclusion)>, why: &str) -> Result<(), Fault> {
    let row = |(customer, reason): &(CustomerId, Exclusion)| dunning_exclusion::Model {
        tenant_id: tx.tenant().uuid(),
        run_id: run.uuid(),
        customer_id: customer.uuid(),
        reason: reason.as_str().to_owned(),
        why: why.to_owned(),
    };
    let rows: Vec<_> = left_out.iter().map(row).map(IntoActiveModel::into_active_model).collect();
    for chunk in rows.chunks(CHUNK) {
        let insert = dunning_exclusion::Entity::insert_many(chunk.to_vec()).on_conflict_do_nothing();
        insert.exec_without_returning(tx.conn()).await.or_fault()?;
    }
    Ok(())
}
