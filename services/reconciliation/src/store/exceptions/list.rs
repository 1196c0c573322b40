//! Lists of exceptions, the most urgent first, and what waits in each queue.

use std::collections::BTreeMap;

use quittance_chassis::Tx;
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{ExceptionId, Fault, Money, Page, PageRequest, Timestamp, Uuid};
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{Column, Entity, read, waits};
use crate::domain::exception::{Exception, ExceptionKind, ExceptionState};
use crate::store::money;

/// Which exceptions a list is about.
#[derive(Clone, Debug, Default)]
pub struct ExceptionFilter {
    /// Only this queue's; empty: all.
    pub queue: String,
    /// Only those in this state; none: those that wait.
    pub state: Option<ExceptionState>,
    /// Only this kind.
    pub kind: Option<ExceptionKind>,
    /// Only those this person has; empty: all.
    pub owner: String,
    /// Only those that should have been answered by now.
    pub late: bool,
}

fn wanted(tx: &Tx, filter: &ExceptionFilter) -> Select<Entity> {
    let mut select = tx.find::<Entity>();
    select = match filter.state {
        Some(state) => select.filter(Column::State.eq(state.as_str())),
        None => select.filter(waits()),
    };
    if !filter.queue.is_empty() {
        select = select.filter(Column::Queue.eq(filter.queue.as_str()));
    }
    if let Some(kind) = filter.kind {
        select = select.filter(Column::Kind.eq(kind.as_str()));
    }
    if !filter.owner.is_empty() {
        select = select.filter(Column::Owner.eq(filter.owner.as_str()));
    }
    if filter.late {
        select = select.filter(waits()).filter(Column::DueAt.lt(tx.now().micros()));
    }
    select
}

/// A place in a list: when it should be answered, and the id.
fn place(due_at: i64, id: Uuid) -> Vec<u8> {
    let mut bytes = due_at.to_be_bytes().to_vec();
    bytes.extend_from_slice(id.as_bytes());
    bytes
}

fn place_of(page: &PageRequest) -> Result<Option<(i64, Uuid)>, Fault> {
    let Some(bytes) = &page.after else { return Ok(None) };
    let read = || {
        let (due_at, id) = bytes.split_first_chunk::<8>()?;
        Some((i64::from_be_bytes(*due_at), Uuid::from_slice(id).ok()?))
    };
    read().map(Some).ok_or_else(|| Fault::internal("a page token of ours holds no place"))
}

/// Exceptions, the most urgent first, and how many there are in all.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: &ExceptionFilter, page: &PageRequest) -> Result<(Page<Exception>, u64), Fault> {
    let all = wanted(tx, filter);
    let total = all.clone().count(tx.conn()).await.or_fault()?;
    let mut select = all;
    if let Some((due_at, id)) = place_of(page)? {
        let as_urgent = Condition::all().add(Column::DueAt.eq(due_at)).add(Column::ExceptionId.gt(id));
        select = select.filter(Condition::any().add(Column::DueAt.gt(due_at)).add(as_urgent));
    }
    let select = select.order_by_asc(Column::DueAt).order_by_asc(Column::ExceptionId).limit(page.fetch_limit());
    let rows = select.all(tx.conn()).await.or_fault()?;
    let cut = Page::cut(rows, page, |row| place(row.due_at, row.exception_id));
    let items = cut.items.into_iter().map(read).collect::<Result<Vec<Exception>, Fault>>()?;
    Ok((Page { items, next: cut.next }, total))
}

/// The ids of what waits most urgently.
///
/// # Errors
/// What the database says.
pub async fn most_urgent(tx: &Tx, filter: &ExceptionFilter, most: u64) -> Result<Vec<ExceptionId>, Fault> {
    let select = wanted(tx, filter).order_by_asc(Column::DueAt).order_by_asc(Column::ExceptionId).limit(most);
    let ids: Vec<Uuid> = select.select_only().column(Column::ExceptionId).into_tuple().all(tx.conn()).await.or_fault()?;
    Ok(ids.into_iter().map(ExceptionId::new).collect())
}

/// What waits in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSums {
    /// Its name.
    pub queue: String,
    /// How many.
    pub waiting: i64,
    /// Of these: nobody has them.
    pub unassigned: i64,
    /// Of these: should have been answered by now.
    pub late: i64,
    /// Absolute sums, by currency.
    pub amounts: Vec<Money>,
    /// Since when the oldest waits.
    pub oldest: Timestamp,
}

/// Every queue something waits in, by name.
///
/// # Errors
/// What the database says; `AMOUNT_OUT_OF_RANGE` for sums beyond what an amount can be.
pub async fn queues(tx: &Tx) -> Result<Vec<QueueSums>, Fault> {
    let sql = "SELECT queue, currency, COUNT(*) AS waiting, SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS unassigned, \
                 SUM(CASE WHEN due_at < $2 THEN 1 ELSE 0 END) AS late, CAST(SUM(ABS(amount)) AS BIGINT) AS amount, MIN(created_at) AS oldest \
               FROM exception WHERE tenant_id = $1 AND state <> 'resolved' GROUP BY queue, currency ORDER BY queue, currency";
    let mut queues: BTreeMap<String, QueueSums> = BTreeMap::new();
    for row in tx.all(sql, vec![tx.tenant().uuid().into(), tx.now().micros().into()]).await? {
        let (queue, currency): (String, String) = (row.value("queue")?, row.value("currency")?);
        let oldest = Timestamp::from_micros(row.value("oldest")?);
        let empty = || QueueSums { queue: queue.clone(), waiting: 0, unassigned: 0, late: 0, amounts: Vec::new(), oldest };
        let sums = queues.entry(queue.clone()).or_insert_with(empty);
        sums.waiting = sums.waiting.saturating_add(row.value("waiting")?);
        sums.unassigned = sums.unassigned.saturating_add(row.value("unassigned")?);
        sums.late = sums.late.saturating_add(row.value("late")?);
        sums.amounts.push(money(row.value("amount")?, &currency)?);
        sums.oldest = sums.oldest.min(oldest);
    }
    Ok(queues.into_values().collect())
}
