//! Notices: what they are about, who they go to, and how far they got.

use std::collections::HashMap;

use quittance_api::collections::v1::NoticeIssued;
use quittance_chassis::{
    bulk,
    db::{OrFault, RowExt},
    events::Emit,
    tx::Tx,
};
use quittance_types::{BusinessDate, Currency, CustomerId, DunningRunId, Fault, InvoiceId, NoticeId, Page, PageRequest, StrategyId, Uuid};
use sea_orm::{ColumnTrait, Condition, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Binds, CHUNK, corrupt, date,
    entity::{dunned_item, notice},
    money, proposals,
};
use crate::{
    domain::{
        dunning::DunningRun,
        letter::Letter,
        notice::{Notice, NoticeItem, NoticeState},
    },
    wire,
};

/// Items named in a NoticeIssued; ListNotices has them all.
const ITEMS_TOLD: usize = 1_000;

fn to_row(tx: &Tx, notice: &Notice) -> notice::Model {
    notice::Model {
        tenant_id: tx.tenant().uuid(),
        id: notice.id.uuid(),
        run_id: notice.run.uuid(),
        customer_id: notice.customer.uuid(),
        currency: notice.currency().code().to_owned(),
        strategy_id: notice.strategy.uuid(),
        as_of_on: notice.as_of.days(),
        level: notice.level,
        state: notice.state.as_str().to_owned(),
        total_minor: notice.total.minor(),
        credits_minor: notice.credits.minor(),
        item_count: notice.item_count,
        customer_name: notice.customer_name.clone(),
        contact_name: notice.contact_name.clone(),
        recipient: notice.recipient.clone(),
        language: notice.language.clone(),
        issued_on: notice.issued_on.map(BusinessDate::days),
        subject: None,
        body: None,
        delivery: notice.delivery.clone(),
        attempts: notice.attempts,
        next_try_at: 0,
        claimed_until: 0,
    }
}

fn from_row(row: notice::Model, items: Vec<NoticeItem>) -> Result<Notice, Fault> {
    Ok(Notice {
        id: NoticeId::new(row.id),
        run: DunningRunId::new(row.run_id),
        customer: CustomerId::new(row.customer_id),
        strategy: StrategyId::new(row.strategy_id),
        as_of: date(row.as_of_on)?,
        level: row.level,
        state: NoticeState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        total: money(row.total_minor, &row.currency)?,
        credits: money(row.credits_minor, &row.currency)?,
        item_count: row.item_count,
        customer_name: row.customer_name,
        contact_name: row.contact_name,
        recipient: row.recipient,
        language: row.language,
        issued_on: row.issued_on.map(date).transpose()?,
        sent: row.subject.zip(row.body).map(|(subject, body)| Letter { subject, body }),
        delivery: row.delivery,
        attempts: row.attempts,
        items,
    })
}

/// Stores the draft notices of a run with what they propose.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, drafts: &[Notice]) -> Result<(), Fault> {
    bulk::insert(tx, drafts.iter().map(|draft| to_row(tx, draft).into_active_model()).collect::<Vec<_>>()).await?;
    proposals::insert(tx, drafts).await
}

/// Notices with their items, which are the proposed ones until the run is issued.
async fn with_items(tx: &Tx, rows: Vec<notice::Model>) -> Result<Vec<Notice>, Fault> {
    let (issued, proposed): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.issued_on.is_some());
    let mut items = issued_items(tx, &issued).await?;
    items.extend(proposals::items_of(tx, &proposed).await?);
    let own = |row: notice::Model| {
        let own = items.remove(&row.id).unwrap_or_default();
        from_row(row, own)
    };
    rows.into_iter().map(own).collect()
}

async fn issued_items(tx: &Tx, notices: &[&notice::Model]) -> Result<HashMap<Uuid, Vec<NoticeItem>>, Fault> {
    let mut found: HashMap<Uuid, Vec<NoticeItem>> = HashMap::new();
    let as_of: HashMap<Uuid, BusinessDate> = notices.iter().map(|row| Ok((row.id, date(row.as_of_on)?))).collect::<Result<_, Fault>>()?;
    for chunk in notices.chunks(CHUNK) {
        let mut binds = Binds::new(tx);
        let ids = binds.list(chunk.iter().map(|row| row.id));
        let sql = format!(
            "SELECT i.notice_id, i.document_id, i.level, i.open_minor, r.number, r.currency, r.due_on FROM notice n \
             JOIN dunned_item i ON i.tenant_id = $1 AND i.customer_id = n.customer_id AND i.notice_id = n.id \
             JOIN receivable r ON r.tenant_id = $1 AND r.document_id = i.document_id \
             WHERE n.tenant_id = $1 AND n.id IN ({ids}) ORDER BY r.due_on, r.number"
        );
        for row in &tx.all(&sql, binds.values()).await? {
            let notice: Uuid = row.value("notice_id")?;
            let due = date(row.value("due_on")?)?;
            let item = NoticeItem {
                invoice: InvoiceId::new(row.value("document_id")?),
                number: row.value("number")?,
                level: row.value("level")?,
                open: money(row.value("open_minor")?, &row.value::<String>("currency")?)?,
                due,
                days_past_due: as_of.get(&notice).map_or(0, |as_of| as_of.days_since(due)),
            };
            found.entry(notice).or_default().push(item);
        }
    }
    Ok(found)
}

/// Ids of notices, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, run: Option<DunningRunId>, customer: Option<CustomerId>, request: &PageRequest) -> Result<Page<Uuid>, Fault> {
    let mut select = tx.find::<notice::Entity>().order_by_desc(notice::Column::Id).limit(request.fetch_limit());
    if let Some(run) = run {
        select = select.filter(notice::Column::RunId.eq(run.uuid()));
    }
    if let Some(customer) = customer {
        select = select.filter(notice::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(after) = request.after.as_deref() {
        select = select.filter(notice::Column::Id.lt(Uuid::from_slice(after).map_err(corrupt)?));
    }
    let ids = select.select_only().column(notice::Column::Id).into_tuple().all(tx.conn()).await.or_fault()?;
    Ok(Page::cut(ids, request, |id: &Uuid| id.as_bytes().to_vec()))
}

/// Notices with their items, newest first.
///
/// # Errors
/// What the database says.
pub async fn by_ids(tx: &Tx, ids: &[Uuid]) -> Result<Vec<Notice>, Fault> {
    let select = tx.find::<notice::Entity>().filter(bulk::among(tx, notice::Column::Id, ids)).order_by_desc(notice::Column::Id);
    with_items(tx, select.all(tx.conn()).await.or_fault()?).await
}

/// The next drafts of a run with what they propose, by customer and currency, after one of them.
///
/// # Errors
/// What the database says.
pub async fn drafts(tx: &Tx, run: DunningRunId, after: Option<(CustomerId, Currency)>, limit: u64) -> Result<Vec<Notice>, Fault> {
    let mut select = tx
        .find::<notice::Entity>()
        .filter(notice::Column::RunId.eq(run.uuid()))
        .filter(notice::Column::State.eq(NoticeState::Draft.as_str()))
        .order_by_asc(notice::Column::CustomerId)
        .order_by_asc(notice::Column::Currency)
        .limit(limit);
    if let Some((customer, currency)) = after {
        let behind = Condition::any().add(notice::Column::CustomerId.gt(customer.uuid())).add(notice::Column::Currency.gt(currency.code()));
        select = select.filter(notice::Column::CustomerId.gte(customer.uuid())).filter(behind);
    }
    with_items(tx, select.all(tx.conn()).await.or_fault()?).await
}

/// Remembers what was issued: the level each invoice has reached now.
///
/// # Errors
/// ALREADY_EXISTS when somebody was written to about the level of an invoice before.
pub async fn remember(tx: &Tx, issued: &[Notice]) -> Result<(), Fault> {
    let row = |notice: &Notice, item: &NoticeItem| dunned_item::Model {
        tenant_id: tx.tenant().uuid(),
        customer_id: notice.customer.uuid(),
        document_id: item.invoice.uuid(),
        level: item.level,
        notice_id: notice.id.uuid(),
        open_minor: item.open.minor(),
    };
    let rows = issued.iter().flat_map(|notice| notice.items.iter().map(move |item| row(notice, item).into_active_model()));
    bulk::insert(tx, rows.collect::<Vec<_>>()).await
}

const DECIDED: bulk::Target<'static, notice::Column> = bulk::Target {
    key: notice::Column::Id,
    set: &[
        notice::Column::State,
        notice::Column::Level,
        notice::Column::TotalMinor,
        notice::Column::CreditsMinor,
        notice::Column::ItemCount,
    ],
    keep: &[notice::Column::IssuedOn],
};

/// Stores drafts that are issued otherwise than they were proposed, or not at all.
///
/// # Errors
/// What the database says.
pub async fn save_changed(tx: &Tx, changed: &[Notice]) -> Result<(), Fault> {
    bulk::update(tx, changed.iter().map(|notice| to_row(tx, notice).into_active_model()).collect::<Vec<_>>(), DECIDED).await
}

/// Queues every draft of a run that is left: it is issued as it was proposed.
///
/// # Errors
/// What the database says.
pub async fn queue_rest(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    let sql = "UPDATE notice SET state = 'queued', issued_on = $3 WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft'";
    tx.execute(sql, vec![tx.tenant().uuid().into(), run.id.uuid().into(), run.as_of.days().into()]).await.map(drop)
}

/// Publishes a notice that was issued.
pub fn publish(tx: &Tx, notice: &Notice) {
    let mut told = wire::notice(notice, None);
    told.items.truncate(ITEMS_TOLD);
    tx.emit(Emit::public(notice.id, notice.customer.uuid(), &NoticeIssued { notice: Some(told) }));
}

/// Cancels the drafts of one customer in a run; says how many there were.
///
/// # Errors
/// What the database says.
pub async fn cancel_drafts(tx: &Tx, run: DunningRunId, customer: CustomerId) -> Result<u64, Fault> {
    let sql = "UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND customer_id = $3 AND state = 'draft'";
    tx.execute(sql, vec![tx.tenant().uuid().into(), run.uuid().into(), customer.uuid().into()]).await
}
