//! Notices: what they are about, who they go to, and how far they got.

use std::collections::{HashMap, HashSet};

use quittance_chassis::{
    bulk,
    db::{Backend, OrFault, RowExt},
    events::Emit,
    tx::Tx,
};
use quittance_types::{BusinessDate, CustomerId, DunningRunId, Fault, InvoiceId, NoticeId, Page, PageRequest, StrategyId, Timestamp, Uuid};
use sea_orm::{ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{Binds, CHUNK, corrupt, date, entity::notice, money, strategies};
use crate::{
    domain::{
        letter,
        notice::{Notice, NoticeEvent, NoticeItem, NoticeState},
    },
    rpc::wire,
};

/// A notice and its letter: subject and body.
pub type Written = (Notice, (String, String));

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
        sent: row.subject.zip(row.body),
        delivery: row.delivery,
        attempts: row.attempts,
        items,
    })
}

/// Stores the draft notices of a run.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, drafts: &[Notice]) -> Result<(), Fault> {
    tx.insert_many::<notice::ActiveModel>(drafts.iter().map(|draft| to_row(tx, draft).into_active_model()).collect()).await
}

/// Notices with their items, which are the proposed ones until the run is issued.
async fn with_items(tx: &Tx, rows: Vec<notice::Model>) -> Result<Vec<Notice>, Fault> {
    let (issued, proposed): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.issued_on.is_some());
    let mut items =
        items_of(tx, "dunned_item i ON i.tenant_id = $1 AND i.customer_id = n.customer_id AND i.notice_id = n.id", &issued).await?;
    items.extend(items_of(tx, "proposed_item i ON i.tenant_id = $1 AND i.notice_id = n.id", &proposed).await?);
    let own = |row: notice::Model| {
        let own = items.remove(&row.id).unwrap_or_default();
        from_row(row, own)
    };
    rows.into_iter().map(own).collect()
}

async fn items_of(tx: &Tx, items: &str, notices: &[&notice::Model]) -> Result<HashMap<Uuid, Vec<NoticeItem>>, Fault> {
    let mut found: HashMap<Uuid, Vec<NoticeItem>> = HashMap::new();
    let as_of: HashMap<Uuid, BusinessDate> = notices.iter().map(|row| Ok((row.id, date(row.as_of_on)?))).collect::<Result<_, Fault>>()?;
    for chunk in notices.chunks(CHUNK) {
        let mut binds = Binds::new(tx);
        let ids = binds.list(chunk.iter().map(|row| row.id));
        let sql = format!(
            "SELECT i.notice_id, i.document_id, i.level, i.open_minor, r.number, r.currency, r.due_on FROM notice n JOIN {items} \
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

/// The letters of notices: as they went out, else as they would go out.
async fn written(tx: &Tx, notices: Vec<Notice>, sender: &str) -> Result<Vec<Written>, Fault> {
    let ids: HashSet<StrategyId> = notices.iter().filter(|notice| notice.sent.is_none()).map(|notice| notice.strategy).collect();
    let strategies = strategies::by_ids(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let write = |mut notice: Notice| {
        if let Some(sent) = notice.sent.take() {
            return Ok((notice, sent));
        }
        let step = strategies.get(&notice.strategy).and_then(|strategy| strategy.step(notice.level));
        let (template, subject) = step.map_or(("", ""), |step| (step.template.as_str(), step.subject.as_str()));
        let letter = letter::write(&notice, template, subject, sender).or_else(|fault| {
            // It was tried when it was stored; a customer must not go unreminded for what it did not foresee.
            tracing::error!(notice = %notice.id, %fault, "a template fails; the built-in letter is written instead");
            letter::write(&notice, "", "", sender)
        })?;
        Ok((notice, letter))
    };
    notices.into_iter().map(write).collect()
}

/// Notices with their letters, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(
    tx: &Tx,
    run: Option<DunningRunId>,
    customer: Option<CustomerId>,
    sender: &str,
    request: &PageRequest,
) -> Result<Page<Written>, Fault> {
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
    let page = Page::cut(select.all(tx.conn()).await.or_fault()?, request, |row| row.id.as_bytes().to_vec());
    let notices = with_items(tx, page.items).await?;
    Ok(Page { items: written(tx, notices, sender).await?, next: page.next })
}

/// Notices of a run that wait to be sent, after one, in order, with their items.
///
/// # Errors
/// What the database says.
pub async fn queued_of(tx: &Tx, run: DunningRunId, after: Option<NoticeId>, limit: u64) -> Result<Vec<Notice>, Fault> {
    let mut select = tx
        .find::<notice::Entity>()
        .filter(notice::Column::RunId.eq(run.uuid()))
        .filter(notice::Column::State.eq(NoticeState::Queued.as_str()))
        .order_by_asc(notice::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(notice::Column::Id.gt(after.uuid()));
    }
    with_items(tx, select.all(tx.conn()).await.or_fault()?).await
}

/// Ids of the notices of a run that may still be issued, in order.
///
/// # Errors
/// What the database says.
pub async fn draft_ids(tx: &Tx, run: DunningRunId) -> Result<Vec<Uuid>, Fault> {
    let sql = "SELECT id FROM notice WHERE tenant_id = $1 AND run_id = $2 AND state = 'draft' ORDER BY id";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), run.uuid().into()]).await?;
    rows.iter().map(|row| row.value("id")).collect()
}

/// Cancels the drafts of one customer in a run; says how many there were.
///
/// # Errors
/// What the database says.
pub async fn cancel_drafts(tx: &Tx, run: DunningRunId, customer: CustomerId) -> Result<u64, Fault> {
    let sql = "UPDATE notice SET state = 'cancelled' WHERE tenant_id = $1 AND run_id = $2 AND customer_id = $3 AND state = 'draft'";
    tx.execute(sql, vec![tx.tenant().uuid().into(), run.uuid().into(), customer.uuid().into()]).await
}

/// Which notices are taken to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// They are free again then.
    pub until: Timestamp,
    /// Those too whose next try is not due.
    pub even_early: bool,
    /// Only those behind this one.
    pub after: Option<NoticeId>,
    /// At most this many.
    pub limit: i64,
}

/// Takes queued notices that nobody else is sending, in order of id, with their letters.
///
/// # Errors
/// What the database says.
pub async fn claim(tx: &Tx, claim: Claim, sender: &str) -> Result<Vec<Written>, Fault> {
    let skip = match tx.backend() {
        Backend::Postgres => "FOR UPDATE SKIP LOCKED",
        Backend::Sqlite => "",
    };
    let sql = format!(
        "UPDATE notice SET claimed_until = $2, attempts = attempts + 1 WHERE tenant_id = $1 AND id IN (SELECT id FROM notice \
         WHERE tenant_id = $1 AND state = 'queued' AND claimed_until <= $3 AND next_try_at <= $4 AND id > $5 ORDER BY id LIMIT $6 {skip}) RETURNING id"
    );
    let due = if claim.even_early { i64::MAX } else { tx.now().micros() };
    let values = vec![
        tx.tenant().uuid().into(),
        claim.until.micros().into(),
        tx.now().micros().into(),
        due.into(),
        claim.after.map_or(Uuid::nil(), NoticeId::uuid).into(),
        claim.limit.into(),
    ];
    let ids: Vec<Uuid> = tx.all(&sql, values).await?.iter().map(|row| row.value("id")).collect::<Result<_, _>>()?;
    let select = tx.find::<notice::Entity>().filter(notice::Column::Id.is_in(ids)).order_by_asc(notice::Column::Id);
    let rows = select.all(tx.conn()).await.or_fault()?;
    let notices = with_items(tx, rows).await?;
    written(tx, notices, sender).await
}

/// What became of a claimed notice.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It ended so; the letter is kept as it went out.
    Ended(NoticeEvent),
    /// It goes back to the queue, to be tried at a later time.
    Postponed(Timestamp),
}

const SETTLED: bulk::Target<'static, notice::Column> = bulk::Target {
    key: notice::Column::Id,
    set: &[notice::Column::State, notice::Column::Delivery, notice::Column::NextTryAt, notice::Column::ClaimedUntil],
    keep: &[notice::Column::Subject, notice::Column::Body],
};

/// Keeps what became of claimed notices, each with what the mail server said, by one statement. A notice somebody else settled
/// meanwhile stays as it is.
///
/// # Errors
/// ILLEGAL_TRANSITION, never for a claimed notice.
pub async fn settle(tx: &Tx, outcomes: &[(Written, Outcome, String)]) -> Result<(), Fault> {
    let ids: Vec<Uuid> = outcomes.iter().map(|((notice, _), ..)| notice.id.uuid()).collect();
    let queued = still_queued(tx, &ids).await?;
    let mut rows = Vec::with_capacity(outcomes.len());
    for ((notice, letter), outcome, said) in outcomes.iter().filter(|((notice, _), ..)| queued.contains(&notice.id.uuid())) {
        let mut row = notice::ActiveModel {
            id: Set(notice.id.uuid()),
            state: Set(notice.state.as_str().to_owned()),
            delivery: Set(said.clone()),
            next_try_at: Set(0),
            claimed_until: Set(0),
            ..Default::default()
        };
        match outcome {
            Outcome::Postponed(next_try) => row.next_try_at = Set(next_try.micros()),
            Outcome::Ended(event) => {
                let state = notice.state.after(*event)?;
                row.state = Set(state.as_str().to_owned());
                row.subject = Set(Some(letter.0.clone()));
                row.body = Set(Some(letter.1.clone()));
                let after = Notice { state, delivery: said.clone(), ..notice.clone() };
                tx.emit(Emit::internal(notice.id, notice.customer.uuid(), &wire::notice(&after, None)));
            }
        }
        rows.push(row);
    }
    bulk::update(tx, rows, SETTLED).await
}

/// Which of these still wait, locked in order of id.
async fn still_queued(tx: &Tx, ids: &[Uuid]) -> Result<HashSet<Uuid>, Fault> {
    let select = tx
        .find::<notice::Entity>()
        .filter(bulk::among(tx, notice::Column::Id, ids))
        .filter(notice::Column::State.eq(NoticeState::Queued.as_str()))
        .order_by_asc(notice::Column::Id);
    let rows = tx.lock(select).all(tx.conn()).await.or_fault()?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many wait to be sent.
///
/// # Errors
/// What the database says.
pub async fn queued(tx: &Tx) -> Result<i64, Fault> {
    let sql = "SELECT COUNT(*) AS queued FROM notice WHERE tenant_id = $1 AND state = 'queued'";
    tx.one(sql, vec![tx.tenant().uuid().into()]).await?.ok_or_else(|| corrupt("no count"))?.value("queued")
}
