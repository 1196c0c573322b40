//! Opens, runs, retries and ends transactions.

use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use opentelemetry::metrics::Counter;
use quittance_types::{Fault, Reason, TenantId};
use sea_orm::QueryResult;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{Shared, Tx};
use crate::Ctx;
use crate::db::{Access, Connection, Db, Failure, Lane, Scope, Wire, conflict, driver_fault, unavailable};
use crate::events::log;

/// How often a transaction is tried again after it lost a conflict or its connection.
const RETRIES: u32 = 5;
/// No further attempt begins this long after the first.
const LONGEST_EFFORT: Duration = Duration::from_secs(10);
/// The first pause is up to this long; the limit doubles with every attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

static RETRIED: LazyLock<Counter<u64>> = LazyLock::new(|| {
    let meter = opentelemetry::global::meter("quittance");
    meter.u64_counter("quittance.transaction.retries").with_description("Transactions tried again").build()
});

/// How a transaction begins.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) access: Access,
    pub(crate) scope: Scope,
    pub(crate) lane: Lane,
    /// A SELECT without parameters that travels with BEGIN; the work receives its rows.
    pub(crate) probe: Option<String>,
    /// True if running the work twice is as good as once: then a connection lost during COMMIT is no matter.
    pub(crate) repeatable: bool,
}

/// How a transaction ends when its work succeeded.
pub(crate) enum Verdict<T> {
    /// Write what is pending and commit.
    Commit(T),
    /// Nothing worth keeping was written.
    Discard(T),
}

/// One attempt.
enum End<T> {
    Answer(Result<T, Fault>),
    Again(Fault),
}

impl Opening {
    pub(crate) fn read(scope: Scope) -> Opening {
        Opening { access: Access::Read, scope, lane: Lane::Request, probe: None, repeatable: true }
    }

    pub(crate) fn write(scope: Scope) -> Opening {
        Opening { access: Access::Write, scope, lane: Lane::Request, probe: None, repeatable: false }
    }

    pub(crate) fn probing(mut self, probe: String) -> Opening {
        self.probe = Some(probe);
        self
    }

    pub(crate) fn background(mut self) -> Opening {
        self.lane = Lane::Background;
        self
    }
}

impl Db {
    /// Reads in one snapshot: what two statements of the body see agrees. Writes fail.
    ///
    /// The body may run more than once. `input` is handed to each run.
    ///
    /// # Errors
    /// What the body returns; DATABASE_UNAVAILABLE, DB_POOL_EXHAUSTED.
    pub async fn read<I, T, F, Fut>(&self, ctx: Ctx, input: I, body: F) -> Result<T, Fault>
    where
        I: Clone + Send + Sync + 'static,
        T: Send + 'static,
        F: Fn(Tx, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let opening = Opening::read(Scope::Tenant(ctx.tenant().uuid()));
        self.transact(ctx, Vec::new(), opening, discarding(input, body)).await
    }

    /// Writes without an idempotency row: for jobs and consumers, whose work is safe to repeat by its nature.
    ///
    /// The body runs again after a conflict or a connection lost before COMMIT, up to five times. If the connection is
    /// lost during COMMIT the outcome is unknown and the fault is DATABASE_UNAVAILABLE.
    ///
    /// # Errors
    /// What the body returns; CONFLICT_RETRY, DATABASE_UNAVAILABLE, DB_POOL_EXHAUSTED, STORAGE_FULL.
    pub async fn write<I, T, F, Fut>(&self, ctx: Ctx, input: I, body: F) -> Result<T, Fault>
    where
        I: Clone + Send + Sync + 'static,
        T: Send + 'static,
        F: Fn(Tx, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let opening = Opening::write(Scope::Tenant(ctx.tenant().uuid()));
        self.transact(ctx, Vec::new(), opening, committing(input, body)).await
    }

    /// Reads across tenants, for background work that has to find out whose turn it is. Row-level security is open:
    /// the answer must not leave the service.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_system<I, T, F, Fut>(&self, name: &'static str, input: I, body: F) -> Result<T, Fault>
    where
        I: Clone + Send + Sync + 'static,
        T: Send + 'static,
        F: Fn(Tx, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let opening = Opening::read(Scope::System);
        self.transact(system(name), Vec::new(), opening, discarding(input, body)).await
    }

    /// [`Db::read_system`] on the connections kept apart for short statements of the chassis.
    pub(crate) async fn read_aside<I, T, F, Fut>(&self, name: &'static str, input: I, body: F) -> Result<T, Fault>
    where
        I: Clone + Send + Sync + 'static,
        T: Send + 'static,
        F: Fn(Tx, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let opening = Opening::read(Scope::System).background();
        self.transact(system(name), Vec::new(), opening, discarding(input, body)).await
    }

    /// Writes across tenants, for housekeeping on tables of the chassis and set-based jobs.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_system<I, T, F, Fut>(&self, name: &'static str, input: I, body: F) -> Result<T, Fault>
    where
        I: Clone + Send + Sync + 'static,
        T: Send + 'static,
        F: Fn(Tx, I) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let opening = Opening::write(Scope::System);
        self.transact(system(name), Vec::new(), opening, committing(input, body)).await
    }

    /// Runs `work` in a transaction of its own, as often as it takes.
    ///
    /// Every attempt runs on a spawned task: dropping this future leaves the attempt under way to finish, bounded by the
    /// statement and transaction timeouts, and only gives up on further attempts.
    pub(crate) async fn transact<T, W, Fut>(&self, ctx: Ctx, members: Vec<Arc<Ctx>>, opening: Opening, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: Fn(Tx, Vec<QueryResult>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Verdict<T>, Fault>> + Send + 'static,
    {
        let work = Arc::new(work);
        let attempt = Attempt { db: self.clone(), ctx: Arc::new(ctx), members, opening, work };
        let started = self.clock().monotonic();
        let mut tries = 0;
        loop {
            let fault = match attempt.run().await {
                End::Answer(answer) => return answer,
                End::Again(fault) => fault,
            };
            let out_of_time = attempt.ctx.remaining().is_some_and(|left| left.is_zero());
            if tries >= RETRIES || out_of_time || started.elapsed() > LONGEST_EFFORT {
                return Err(fault);
            }
            tracing::debug!(%fault, tries, "the transaction is tried again");
            RETRIED.add(1, &[]);
            pause(tries).await;
            tries += 1;
        }
    }
}

fn system(name: &'static str) -> Ctx {
    Ctx::system(name, TenantId::new(Uuid::nil()))
}

fn discarding<I, T, F, Fut>(
    input: I,
    body: F,
) -> impl Fn(Tx, Vec<QueryResult>) -> futures::future::BoxFuture<'static, Result<Verdict<T>, Fault>>
where
    I: Clone,
    F: Fn(Tx, I) -> Fut,
    Fut: Future<Output = Result<T, Fault>> + Send + 'static,
{
    move |tx, _| {
        let answer = body(tx, input.clone());
        Box::pin(async move { answer.await.map(Verdict::Discard) })
    }
}

fn committing<I, T, F, Fut>(
    input: I,
    body: F,
) -> impl Fn(Tx, Vec<QueryResult>) -> futures::future::BoxFuture<'static, Result<Verdict<T>, Fault>>
where
    I: Clone,
    F: Fn(Tx, I) -> Fut,
    Fut: Future<Output = Result<T, Fault>> + Send + 'static,
{
    move |tx, _| {
        let answer = body(tx, input.clone());
        Box::pin(async move { answer.await.map(Verdict::Commit) })
    }
}

/// Full jitter: anything between nothing and the limit, which doubles.
async fn pause(tries: u32) {
    let limit = FIRST_PAUSE.saturating_mul(1 << tries.min(10));
    let micros = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
    tokio::time::sleep(Duration::from_micros(rand::random_range(0..=micros))).await;
}

/// Everything one attempt needs, and the next one too.
struct Attempt<W> {
    db: Db,
    ctx: Arc<Ctx>,
    members: Vec<Arc<Ctx>>,
    opening: Opening,
    work: Arc<W>,
}

impl<W> Clone for Attempt<W> {
    fn clone(&self) -> Self {
        Attempt {
            db: self.db.clone(),
            ctx: Arc::clone(&self.ctx),
            members: self.members.clone(),
            opening: self.opening.clone(),
            work: Arc::clone(&self.work),
        }
    }
}

impl<W> Attempt<W> {
    async fn run<T, Fut>(&self) -> End<T>
    where
        T: Send + 'static,
        W: Fn(Tx, Vec<QueryResult>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Verdict<T>, Fault>> + Send + 'static,
    {
        let wire = match self.db.acquire(self.opening.access, self.opening.lane).await {
            Ok(wire) => wire,
            Err(fault) if fault.reason() == Reason::DatabaseUnavailable => return End::Again(fault),
            Err(fault) => return End::Answer(Err(fault)),
        };
        // The acquire above may be dropped by an impatient caller; from BEGIN to the end nothing may.
        let shielded = self.clone().shielded(wire).instrument(Span::current());
        match tokio::spawn(shielded).await {
            Ok(end) => end,
            Err(error) if error.is_panic() => End::Answer(Err(Fault::internal("a transaction body panicked"))),
            Err(_) => End::Answer(Err(unavailable().detail("the process is stopping"))),
        }
    }

    async fn shielded<T, Fut>(self, wire: Wire) -> End<T>
    where
        W: Fn(Tx, Vec<QueryResult>) -> Fut,
        Fut: Future<Output = Result<Verdict<T>, Fault>>,
    {
        let Opening { access, scope, probe, lane, .. } = &self.opening;
        let (connection, rows) = match Connection::begin(wire, *access, *scope, probe.as_deref(), self.db.counter(*lane)).await {
            Ok(begun) => begun,
            Err(error) => return self.after_driver_error(&error),
        };
        let tenant = match scope {
            Scope::Tenant(tenant) => *tenant,
            Scope::System => Uuid::nil(),
        };
        let shared = Arc::new(Shared {
            connection,
            db: self.db.clone(),
            now: self.db.clock().now(),
            members: self.members.clone(),
            serving: Mutex::default(),
            tenant: Mutex::new(tenant),
            outbox: Mutex::default(),
            flushed: Mutex::new(log::Written::Nothing),
            keys: Mutex::default(),
            told: Mutex::default(),
        });
        let tx = Tx { shared: Arc::clone(&shared), ctx: Arc::clone(&self.ctx) };
        let answer = (self.work)(tx, rows).await;
        if Arc::strong_count(&shared) > 1 {
            shared.connection().rollback().await;
            return End::Answer(Err(Fault::internal("a handle of the transaction outlived its body")));
        }
        self.conclude(shared, answer).await
    }

    async fn conclude<T>(&self, shared: Arc<Shared>, answer: Result<Verdict<T>, Fault>) -> End<T> {
        match answer {
            Ok(Verdict::Commit(value)) => match shared.connection().failure() {
                None => self.commit(&shared, value).await,
                Some(failure) => {
                    shared.connection().rollback().await;
                    self.after_failure(failure, Fault::internal("the body went on after a failed statement"))
                }
            },
            Ok(Verdict::Discard(value)) if self.opening.access == Access::Read => {
                // Nothing can go wrong any more: the caller need not wait for the end.
                tokio::spawn(async move { shared.connection().rollback().await });
                End::Answer(Ok(value))
            }
            Ok(Verdict::Discard(value)) => {
                shared.connection().rollback().await;
                End::Answer(Ok(value))
            }
            Err(fault) => {
                let failure = shared.connection().failure();
                shared.connection().rollback().await;
                match failure {
                    Some(failure) => self.after_failure(failure, fault),
                    None => End::Answer(Err(fault)),
                }
            }
        }
    }

    async fn commit<T>(&self, shared: &Shared, value: T) -> End<T> {
        let written = match log::write(shared).await {
            Ok(written) => written,
            Err(fault) => {
                let failure = shared.connection().failure();
                shared.connection().rollback().await;
                return match failure {
                    // A twin with the same request id committed first: the next attempt finds its answer.
                    Some(Failure::Duplicate) => End::Again(conflict()),
                    Some(failure) => self.after_failure(failure, fault),
                    None => End::Answer(Err(fault)),
                };
            }
        };
        match shared.connection().commit().await {
            Ok(()) => {
                self.db.heads().committed(written);
                End::Answer(Ok(value))
            }
            Err(error) if Failure::of(&error) == Failure::Lost && !self.opening.repeatable => {
                self.db.forget_idle();
                End::Answer(Err(driver_fault(&error)))
            }
            Err(error) => self.after_driver_error(&error),
        }
    }

    fn after_driver_error<T>(&self, error: &sqlx::Error) -> End<T> {
        self.after_failure(Failure::of(error), driver_fault(error))
    }

    fn after_failure<T>(&self, failure: Failure, fault: Fault) -> End<T> {
        match failure {
            Failure::Conflict => End::Again(conflict()),
            Failure::Lost => {
                self.db.forget_idle();
                End::Again(unavailable())
            }
            Failure::Duplicate | Failure::Other => End::Answer(Err(fault)),
        }
    }
}
