//! Working on runs: one portion, one transaction, with the progress in it. Whoever holds the lease of a run works on it; when
//! its process dies, the lease runs out and another one goes on behind the last portion that was committed.

use std::sync::Arc;
use std::time::Duration;

use quittance_chassis::{Ctx, Db, Tx};
use quittance_types::{Fault, MatchRunId, TenantId, Timestamp};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::matching::{self, Matched, Mode, Outcome, Portion, Run};
use crate::domain::line::LineState;
use crate::domain::match_run::{MatchRun, MatchRunEvent, MatchRunState, Progress};
use crate::ledgers::{Effects, Ledgers};
use crate::store::match_runs;

/// Lines of one portion.
const LINES: u64 = 2_000;
/// How long a run stays with who works on it. A portion takes seconds.
const LEASE_MICROS: i64 = 60_000_000;
/// How often somebody looks for runs whose worker died.
const TICK: Duration = Duration::from_secs(5);
/// The name background work acts under.
const NAME: &str = "match-runs";

/// Works on runs.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    ledgers: Ledgers,
    wake: Arc<Notify>,
    /// Tells this process from others.
    owner: String,
}

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A portion is done, more are left.
    More,
    /// There is nothing to do: it is over, paused, or somebody else's.
    Over,
}

impl Worker {
    /// A worker of this process.
    pub fn new(db: Db, ledgers: Ledgers) -> Worker {
        let owner = db.new_id().to_string();
        Worker { db, ledgers, wake: Arc::new(Notify::new()), owner }
    }

    /// Says that a run waits.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Works on whatever run waits, for ever. It may be dropped at any time.
    pub async fn work(self) {
        loop {
            if let Err(fault) = self.round().await {
                tracing::warn!(%fault, "runs could not be looked for");
            }
            let _ = timeout(TICK, self.wake.notified()).await;
        }
    }

    async fn round(&self) -> Result<(), Fault> {
        for tenant in self.db.tenants("match_run").await? {
            if let Err(fault) = self.tenant(tenant).await {
                tracing::error!(%tenant, %fault, "runs of a tenant could not be worked on; those of others go on");
            }
        }
        Ok(())
    }

    async fn tenant(&self, tenant: TenantId) -> Result<(), Fault> {
        let idle = self.db.read(Ctx::system(NAME, tenant), (), |tx, ()| async move { match_runs::idle(&tx, tx.now()).await });
        let idle = idle.await?;
        if !idle.is_empty() {
            matching::prepare(&self.db, Ctx::system(NAME, tenant), &self.ledgers).await?;
        }
        for id in idle {
            while self.step(tenant, id).await == Step::More {}
        }
        Ok(())
    }

    /// One portion of a run. A failure is noted with the run; one that keeps failing is given up.
    async fn step(&self, tenant: TenantId, id: MatchRunId) -> Step {
        let ctx = Ctx::system(NAME, tenant);
        let worker = self.clone();
        let done = self.db.write(ctx.clone(), (), move |tx, ()| {
            let worker = worker.clone();
            async move { worker.portion(&tx, id).await }
        });
        let fault = match done.await {
            Ok((step, effects)) => {
                self.ledgers.take_over(effects).await;
                return step;
            }
            Err(fault) => fault,
        };
        let detail = fault.operator_detail().unwrap_or_default();
        tracing::error!(run = %id, %fault, detail, "a portion of a run failed");
        let message = fault.message().to_owned();
        let noted = self.db.write(ctx, message, move |tx, message| async move { give_up(&tx, id, &message).await });
        if let Err(fault) = noted.await {
            tracing::error!(run = %id, %fault, "the failure could not be noted; the lease runs out by itself");
        }
        Step::Over
    }

    /// Matches the next lines of a run that is this worker's, or nobody's.
    async fn portion(&self, tx: &Tx, id: MatchRunId) -> Result<(Step, Vec<Effects>), Fault> {
        let mut run = match_runs::load_for_update(tx, id).await?;
        let is_live = matches!(run.state, MatchRunState::Queued | MatchRunState::Running);
        if !is_live || !run.is_free_for(&self.owner, tx.now()) {
            return Ok((Step::Over, Vec::new()));
        }
        let begins = run.state == MatchRunState::Queued;
        run.happen(MatchRunEvent::Claimed, tx.now())?;
        let engine = Run { ledgers: self.ledgers.clone(), as_of: run.as_of, mode: Mode::Store };
        let portion = Portion { seller: run.seller, news_at: run.news_at, after: run.after, limit: LINES };
        let Matched { outcomes, last, more, effects } = matching::portion(tx, &engine, portion).await?;
        run.advance(progress(&outcomes), last);
        run.lease_owner.clone_from(&self.owner);
        run.lease_until = later(tx.now());
        if !more {
            run.happen(MatchRunEvent::Finished, tx.now())?;
        }
        match_runs::save(tx, &run).await?;
        if begins || !more {
            match_runs::publish(tx, &run);
        }
        Ok((if more { Step::More } else { Step::Over }, effects))
    }
}

fn later(now: Timestamp) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(LEASE_MICROS))
}

async fn give_up(tx: &Tx, id: MatchRunId, error: &str) -> Result<(), Fault> {
    let mut run: MatchRun = match_runs::load_for_update(tx, id).await?;
    if run.state.is_over() || run.state == MatchRunState::Paused {
        return Ok(());
    }
    let is_hopeless = run.fail(error);
    run.happen(MatchRunEvent::Claimed, tx.now())?;
    run.lease_until = later(tx.now());
    if is_hopeless {
        run.happen(MatchRunEvent::GivenUp, tx.now())?;
        match_runs::publish(tx, &run);
    }
    match_runs::save(tx, &run).await
}

/// Lines by what became of them.
pub fn progress(outcomes: &[Outcome]) -> Progress {
    let count = |states: &[LineState]| {
        let found = outcomes.iter().filter(|outcome| states.contains(&outcome.state)).count();
        i32::try_from(found).unwrap_or(i32::MAX)
    };
    Progress {
        seen: i32::try_from(outcomes.len()).unwrap_or(i32::MAX),
        applied: count(&[LineState::Applied]),
        unapplied: count(&[LineState::Unapplied, LineState::PartlyApplied]),
        unidentified: count(&[LineState::Unidentified]),
    }
}
