//! Gives committed entries their positions.
//!
//! On PostgreSQL a sequence number taken at insert time says nothing about the order of commits: a reader that remembers
//! the highest one seen skips for ever what commits late. So one sequencer at a time, under an advisory lock, moves what
//! is committed from the pending table to the positions, in one transaction: killed anywhere, it has done all of it or
//! nothing. On SQLite positions are assigned before COMMIT, by the only writer there is, and there is nothing to do.
//!
//! Order: what is visible together is ordered by ordinal. Two changes of one subject serialise on its row, so the second
//! takes its ordinal after the first has committed: whoever sees the second sees the first, and it comes first.

use std::time::Duration;

use quittance_types::Fault;
use sea_orm::QueryResult;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::log::{HEAD, Head, link};
use crate::Ctx;
use crate::db::{Db, OrFault, RowExt, Scope};
use crate::tx::{Opening, Tx, Verdict};

/// "quittseq" in ASCII: the advisory lock of the sequencer, in the database of this service.
const LOCK: i64 = 0x7175_6974_7473_6571;
/// Entries sequenced in one transaction.
const MOST_AT_ONCE: i64 = 2_000;
/// Under load, passes start no closer together than this: each costs a flush.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(20);
/// How often a replica looks for what others have committed while the log is busy, and while it is not.
const BUSY_TICK: Duration = Duration::from_millis(20);
const IDLE_TICK: Duration = Duration::from_millis(200);
const BUSY_FOR: Duration = Duration::from_secs(2);
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(500);

// The array keeps the planner from scanning a table it believes to be as small as it mostly is.
const TAKE: &str = "DELETE FROM event_pending WHERE ordinal = ANY (ARRAY\
    (SELECT ordinal FROM event_pending ORDER BY ordinal LIMIT $1)) RETURNING ordinal, partition_no, digest";
const PLACE: &str = "INSERT INTO event_position (position, ordinal, partition_no, hash) \
    SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::int[]), unnest($4::bytea[])";
const STATE: &str = "SELECT coalesce((SELECT max(position) FROM event_position), 0) AS position, \
    (SELECT count(*) FROM (SELECT 1 FROM event_pending LIMIT 10000) AS waiting) AS pending";

/// What one pass did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    pub(crate) sequenced: usize,
    pub(crate) head: i64,
}

/// The end of the log, and how many committed entries have no position yet (counted up to 10,000).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogState {
    /// Newest position; 0 for an empty log.
    pub head: i64,
    /// Committed entries without a position.
    pub pending: i64,
}

impl Db {
    /// Where the log of this service ends.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn log_state(&self) -> Result<LogState, Fault> {
        let state = self.read_aside("events", (), |tx, ()| async move {
            let row = tx.one(STATE, Vec::new()).await?.ok_or_else(|| Fault::internal("no log state"))?;
            Ok(LogState { head: row.value("position")?, pending: row.value("pending")? })
        });
        let state = state.await?;
        self.heads().advance(state.head);
        Ok(state)
    }

    /// Sequences what is committed, up to a limit. Safe to call anywhere at any time: for tests and tools; services run
    /// [`run_sequencer`].
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn sequence(&self) -> Result<usize, Fault> {
        if self.postgres().is_none() {
            self.log_state().await?;
            return Ok(0);
        }
        pass(self).await.map(|pass| pass.sequenced)
    }
}

/// Keeps sequencing until `stop`, then sequences what is left. Never fails: trouble is logged and tried again.
pub async fn run_sequencer(db: Db, stop: CancellationToken) {
    if let Err(fault) = db.log_state().await {
        tracing::warn!(%fault, "the end of the log could not be read");
    }
    if db.postgres().is_none() {
        stop.cancelled().await;
        return;
    }
    let (mut busy_until, mut is_told) = (Instant::now() + BUSY_FOR, false);
    while !stop.is_cancelled() {
        let started = Instant::now();
        let outcome = work(&db, is_told).await;
        is_told = false;
        let pause = match outcome {
            Ok(0) if Instant::now() >= busy_until => IDLE_TICK,
            Ok(0) => BUSY_TICK,
            Ok(_) => {
                busy_until = Instant::now() + BUSY_FOR;
                BUSY_TICK
            }
            Err(fault) => {
                tracing::warn!(%fault, "entries could not be sequenced");
                PAUSE_AFTER_ERROR
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(pause) => {}
            () = db.heads().wait_pending() => {
                is_told = true;
                busy_until = Instant::now() + BUSY_FOR;
                sleep(SHORTEST_INTERVAL.saturating_sub(started.elapsed())).await;
            }
        }
    }
    if let Err(fault) = work(&db, true).await {
        tracing::warn!(%fault, "entries are left without a position; the next process gives them one");
    }
}

/// Sequences until nothing is left; returns how far the log has moved since this process last looked. Who has been
/// told of a commit need not look first whether there is anything to do.
async fn work(db: &Db, is_told: bool) -> Result<i64, Fault> {
    let before = *db.heads().subscribe().borrow();
    let mut head = before;
    let mut has_more = is_told;
    if !is_told {
        let state = db.log_state().await?;
        (head, has_more) = (state.head, state.pending > 0);
    }
    while has_more {
        let pass = pass(db).await?;
        (head, has_more) = (pass.head, i64::try_from(pass.sequenced).unwrap_or_default() >= MOST_AT_ONCE);
    }
    Ok(head.saturating_sub(before))
}

/// One transaction: lock, take, place.
pub(crate) async fn pass(db: &Db) -> Result<Pass, Fault> {
    let mut opening = Opening::write(Scope::System).background().probing(format!("SELECT pg_advisory_xact_lock({LOCK}); {HEAD}"));
    // A pass that has been done already finds nothing left to do.
    opening.repeatable = true;
    let ctx = Ctx::system("sequencer", quittance_types::TenantId::new(uuid::Uuid::nil()));
    let pass = db.transact(ctx, Vec::new(), opening, sequence).await?;
    db.heads().advance(pass.head);
    Ok(pass)
}

async fn sequence(tx: Tx, rows: Vec<QueryResult>) -> Result<Verdict<Pass>, Fault> {
    // The first row is the answer of the lock.
    let mut head = Head::of(rows.get(1))?;
    let taken = tx.all(TAKE, vec![MOST_AT_ONCE.into()]).await?;
    let mut entries = Vec::with_capacity(taken.len());
    for row in &taken {
        entries.push((row.value::<i64>("ordinal")?, row.value::<i32>("partition_no")?, row.value::<Vec<u8>>("digest")?));
    }
    if entries.is_empty() {
        return Ok(Verdict::Discard(Pass { sequenced: 0, head: head.position }));
    }
    entries.sort_unstable_by_key(|(ordinal, _, _)| *ordinal);
    let (mut positions, mut ordinals, mut partitions, mut hashes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (ordinal, partition, digest) in entries {
        head = Head { position: head.position.saturating_add(1), hash: link(&head.hash, &digest).to_vec() };
        positions.push(head.position);
        ordinals.push(ordinal);
        partitions.push(partition);
        hashes.push(head.hash.clone());
    }
    let sequenced = positions.len();
    let place = sqlx::query(PLACE).bind(positions).bind(ordinals).bind(partitions).bind(hashes);
    tx.conn().postgres(place).await.or_fault()?;
    Ok(Verdict::Commit(Pass { sequenced, head: head.position }))
}
