//! Periodic work: bounded batches, run by one replica at a time.
//!
//! A job is told nothing about the past: it looks for what is due and does a bounded amount of it. So a run that is cut
//! short, skipped or done twice harms nobody. On PostgreSQL a row per job says which replica is at it and when it is due
//! again; on SQLite there is one process and no question.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use quittance_types::{Fault, TenantId};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use uuid::Uuid;

use crate::db::{Backend, Db, RowExt};
use crate::{Clock, Ctx};

/// A run that takes longer than this may be joined by another replica's.
const LEASE: Duration = Duration::from_secs(600);
/// A replica looks at least this often whether a job is due: its owner may have died.
const LONGEST_TICK: Duration = Duration::from_secs(30);

type Run = Arc<dyn Fn(JobCtx) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync>;

/// Work to be done every so often.
#[derive(Clone)]
pub struct Job {
    /// Unique within the service.
    pub name: &'static str,
    /// From the start of one run to the start of the next.
    pub every: Duration,
    /// One run. A failure is logged; the next run comes at its time.
    pub run: Run,
}

/// What a run works with.
#[derive(Clone)]
pub struct JobCtx {
    /// The database of the service.
    pub db: Db,
    /// The clock of the service; a job that depends on the date takes it from here and passes it on.
    pub clock: Clock,
    /// The name of the job, under which it acts.
    pub name: &'static str,
    /// Set when the service is stopping: a run with much to do looks at it between batches.
    pub stop: CancellationToken,
}

impl fmt::Debug for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Job({} every {:?})", self.name, self.every)
    }
}

impl Job {
    /// `run` every so often.
    pub fn new<F, Fut>(name: &'static str, every: Duration, run: F) -> Job
    where
        F: Fn(JobCtx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        Job { name, every, run: Arc::new(move |ctx| Box::pin(run(ctx))) }
    }
}

impl JobCtx {
    /// The context to act for one tenant in the name of this job.
    #[must_use]
    pub fn tenant(&self, tenant: TenantId) -> Ctx {
        Ctx::system(self.name, tenant)
    }

    /// The tenants that have rows in `table`, for jobs that take one tenant after the other.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn tenants(&self, table: &'static str) -> Result<Vec<TenantId>, Fault> {
        self.db.tenants(table).await
    }
}

impl Db {
    /// The tenants that have rows in `table`.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn tenants(&self, table: &'static str) -> Result<Vec<TenantId>, Fault> {
        // A loose index scan: the index begins with the tenant, and there are few of them.
        let sql = format!(
            "WITH RECURSIVE tenants AS (SELECT (SELECT tenant_id FROM {table} ORDER BY tenant_id LIMIT 1) AS tenant_id \
             UNION ALL SELECT (SELECT t.tenant_id FROM {table} t WHERE t.tenant_id > tenants.tenant_id \
             ORDER BY t.tenant_id LIMIT 1) FROM tenants WHERE tenants.tenant_id IS NOT NULL) \
             SELECT tenant_id FROM tenants WHERE tenant_id IS NOT NULL"
        );
        self.read_system("tenants", sql, |tx, sql| async move {
            let rows = tx.all(&sql, Vec::new()).await?;
            rows.iter().map(|row| row.value::<Uuid>("tenant_id").map(TenantId::new)).collect()
        })
        .await
    }
}

/// The work every service has: removing idempotency rows that nobody can ask for any more.
#[must_use]
pub fn housekeeping() -> Job {
    Job::new("housekeeping", Duration::from_secs(3_600), |ctx| async move {
        while !ctx.stop.is_cancelled() && ctx.db.purge_idempotency().await? > 0 {}
        Ok(())
    })
}

/// Runs jobs until `stop`; a run under way is waited for.
pub async fn run_jobs(db: Db, jobs: Vec<Job>, stop: CancellationToken) {
    let owner = db.new_id().to_string();
    let loops = jobs.into_iter().map(|job| keep_running(db.clone(), job, owner.clone(), stop.clone()));
    futures::future::join_all(loops).await;
}

async fn keep_running(db: Db, job: Job, owner: String, stop: CancellationToken) {
    let tick = job.every.min(LONGEST_TICK);
    // The first look comes soon, but not before the service has drawn breath, and not from all replicas at once.
    let mut pause = tick.min(Duration::from_millis(rand::random_range(500..1_500)));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(pause) => {}
        }
        pause = match claim(&db, &job, &owner).await {
            Ok(true) => {
                let ctx = JobCtx { db: db.clone(), clock: db.clock().clone(), name: job.name, stop: stop.clone() };
                run_once(&job, ctx).await;
                finish(&db, &job, &owner).await;
                if db.backend() == Backend::Sqlite { job.every } else { tick }
            }
            Ok(false) => tick,
            Err(fault) => {
                tracing::warn!(job = job.name, %fault, "the job could not be claimed");
                tick
            }
        };
    }
}

async fn run_once(job: &Job, ctx: JobCtx) {
    let span = tracing::info_span!("job", otel.name = job.name, job = job.name);
    // On a task of its own: a job that panics is a failed run, not the end of all jobs.
    let outcome = tokio::spawn((job.run)(ctx).instrument(span)).await;
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => {
            let detail = fault.operator_detail().unwrap_or_default();
            tracing::error!(job = job.name, %fault, detail, "the job failed; it runs again at its time");
        }
        Err(error) => tracing::error!(job = job.name, %error, "the job broke off; it runs again at its time"),
    }
}

const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

/// True if the job is due and this replica may run it.
async fn claim(db: &Db, job: &Job, owner: &str) -> Result<bool, Fault> {
    if db.backend() == Backend::Sqlite {
        return Ok(true);
    }
    let values = (job.name, owner.to_owned(), micros(job.every));
    db.write_system(job.name, values, |tx, (name, owner, every)| async move {
        let sql = "INSERT INTO job_lease (name, owner, lease_until, next_at) VALUES ($1, '', 0, 0) ON CONFLICT DO NOTHING";
        tx.execute(sql, vec![name.into()]).await?;
        let sql = format!(
            "UPDATE job_lease SET owner = $2, lease_until = {NOW} + {}, next_at = {NOW} + $3 \
             WHERE name = $1 AND next_at <= {NOW} AND lease_until <= {NOW}",
            micros(LEASE),
        );
        Ok(tx.execute(&sql, vec![name.into(), owner.into(), every.into()]).await? == 1)
    })
    .await
}

async fn finish(db: &Db, job: &Job, owner: &str) {
    if db.backend() == Backend::Sqlite {
        return;
    }
    let freed = db.write_system(job.name, (job.name, owner.to_owned()), |tx, (name, owner)| async move {
        let sql = "UPDATE job_lease SET lease_until = 0 WHERE name = $1 AND owner = $2";
        tx.execute(sql, vec![name.into(), owner.into()]).await.map(|_| ())
    });
    if let Err(fault) = freed.await {
        tracing::warn!(job = job.name, %fault, "the lease of the job runs out by itself");
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
