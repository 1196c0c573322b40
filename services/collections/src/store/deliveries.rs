//! Queued notices on their way: taken by one who sends, kept with what became of them.

use std::collections::HashSet;

use quittance_chassis::{
    bulk,
    db::{Backend, OrFault, RowExt},
    events::Emit,
    tx::Tx,
};
use quittance_types::{Fault, NoticeId, Timestamp, Uuid};
use sea_orm::{ActiveValue::Set, ColumnTrait, QueryFilter, QueryOrder};

use super::{corrupt, entity::notice, notices};
use crate::{
    domain::notice::{Notice, NoticeEvent, NoticeState},
    letters::Written,
    wire,
};

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

/// Takes queued notices that nobody else is sending, in order of id.
///
/// # Errors
/// What the database says.
pub async fn claim(tx: &Tx, claim: Claim) -> Result<Vec<Notice>, Fault> {
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
    let mut claimed = notices::by_ids(tx, &ids).await?;
    claimed.reverse();
    Ok(claimed)
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
    let ids: Vec<Uuid> = outcomes.iter().map(|(written, ..)| written.notice.id.uuid()).collect();
    let queued = still_queued(tx, &ids).await?;
    let mut rows = Vec::with_capacity(outcomes.len());
    for (Written { notice, letter }, outcome, said) in outcomes.iter().filter(|(written, ..)| queued.contains(&written.notice.id.uuid())) {
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
                row.subject = Set(letter.as_ref().map(|letter| letter.subject.clone()));
                row.body = Set(letter.as_ref().map(|letter| letter.body.clone()));
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
