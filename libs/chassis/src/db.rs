//! The database of a service: PostgreSQL, or one SQLite file.
//!
//! [`Db`] hands out transactions and nothing else: [`Db::read`], [`Db::write`] and [`Db::mutate`] are the only doors.

mod connection;
mod failure;
mod pool;
mod postgres;
mod settings;
mod sqlite;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use quittance_types::{Fault, Reason, Timestamp};
use sqlx::{PgConnection, SqliteConnection};
use uuid::Uuid;
use uuid::timestamp::context::ContextV7;

use crate::Clock;
use crate::calendar::Zones;
use crate::events::Heads;

pub use connection::Connection;
pub(crate) use connection::{Access, Scope, Wire};
pub(crate) use failure::{Failure, conflict, driver_fault, unavailable};
pub use failure::{OrFault, RowExt, fault};
use pool::{AcquireError, Pool};
pub(crate) use postgres::Postgres as PostgresEngine;
pub use settings::DatabaseSettings;

/// Which database a service runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// One file, one process: embedded and tests.
    Sqlite,
    /// A server, many replicas: production.
    Postgres,
}

/// The database of one service. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    engine: Engine,
    clock: Clock,
    ids: Mutex<ContextV7>,
    heads: Heads,
    settings: DatabaseSettings,
    zones: Zones,
    sent: Arc<AtomicU64>,
}

enum Engine {
    Postgres(Box<postgres::Postgres>),
    Sqlite(sqlite::Sqlite),
}

/// Which connections a transaction may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Those for requests, consumers and jobs.
    Request,
    /// A few kept apart, so that the sequencer and the event streams go on when requests have taken all others.
    Background,
}

impl Db {
    /// Opens the database. Connections are made when first needed, but the database must answer once.
    ///
    /// SQLite: takes a lock file beside the database, so that a second process is refused, and checks that the library
    /// is 3.51.3 or newer (older ones can corrupt a WAL) and that the file is in WAL mode.
    ///
    /// # Errors
    /// CONFIG_INVALID for a bad URL or a file that another process holds; DATABASE_UNAVAILABLE.
    pub async fn open(settings: &DatabaseSettings, clock: Clock) -> Result<Db, Fault> {
        Db::open_in(settings, clock, Zones::utc()).await
    }

    /// [`Db::open`] for tenants whose business day is not that of UTC.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn open_in(settings: &DatabaseSettings, clock: Clock, zones: Zones) -> Result<Db, Fault> {
        let engine = match settings.backend()? {
            Backend::Sqlite => Engine::Sqlite(sqlite::Sqlite::open(settings).await?),
            Backend::Postgres => Engine::Postgres(Box::new(postgres::Postgres::open(settings).await?)),
        };
        let inner = Inner {
            engine,
            clock,
            ids: Mutex::new(ContextV7::new()),
            heads: Heads::default(),
            settings: settings.clone(),
            zones,
            sent: Arc::default(),
        };
        Ok(Db(Arc::new(inner)))
    }

    /// Which database this is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match &self.0.engine {
            Engine::Postgres(_) => Backend::Postgres,
            Engine::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// The clock of the service.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The zones of the tenants.
    #[must_use]
    pub fn zones(&self) -> &Zones {
        &self.0.zones
    }

    /// Waits for the transactions under way and closes every connection. Later calls are DATABASE_UNAVAILABLE.
    pub async fn close(&self) {
        match &self.0.engine {
            Engine::Postgres(postgres) => postgres.close().await,
            Engine::Sqlite(sqlite) => sqlite.close().await,
        }
    }

    /// Answers if a trivial query gets through, for the readiness probe.
    ///
    /// # Errors
    /// DATABASE_UNAVAILABLE.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.read_aside("ping", (), |tx, ()| async move { tx.one("SELECT 1 AS one", Vec::new()).await.map(|_| ()) }).await
    }

    /// A new identifier: UUIDv7, ascending within the process, from the service's clock.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        new_id(&self.0.ids, self.clock().now())
    }

    /// Statements that requests, consumers and jobs have sent since the database was opened, BEGIN and COMMIT left out: what
    /// work on many things costs must not grow with each of them.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.0.sent.load(Ordering::Relaxed)
    }

    /// Where a transaction counts its statements.
    pub(crate) fn counter(&self, lane: Lane) -> Arc<AtomicU64> {
        match lane {
            Lane::Request => Arc::clone(&self.0.sent),
            Lane::Background => Arc::default(),
        }
    }

    pub(crate) fn settings(&self) -> &DatabaseSettings {
        &self.0.settings
    }

    pub(crate) fn heads(&self) -> &Heads {
        &self.0.heads
    }

    pub(crate) fn postgres(&self) -> Option<&postgres::Postgres> {
        match &self.0.engine {
            Engine::Postgres(postgres) => Some(postgres),
            Engine::Sqlite(_) => None,
        }
    }

    pub(crate) async fn acquire(&self, access: Access, lane: Lane) -> Result<Wire, Fault> {
        match &self.0.engine {
            Engine::Postgres(postgres) => postgres.pool(lane).acquire().await.map(Wire::Postgres),
            Engine::Sqlite(sqlite) => sqlite.pool(access).acquire().await.map(Wire::Sqlite),
        }
        .map_err(acquire_fault)
    }

    /// Closes idle connections after one of them turned out to be dead.
    pub(crate) fn forget_idle(&self) {
        if let Engine::Postgres(postgres) = &self.0.engine {
            postgres.forget_idle();
        }
    }
}

/// The pools of PostgreSQL connections hold this.
pub(crate) type PostgresPool = Pool<PgConnection>;
/// The pools of SQLite connections hold this.
pub(crate) type SqlitePool = Pool<SqliteConnection>;

fn acquire_fault(error: AcquireError) -> Fault {
    match error {
        AcquireError::Exhausted => Fault::new(Reason::DbPoolExhausted, "too many requests are waiting for the database; try again"),
        AcquireError::Closed => unavailable().detail("the database has been closed"),
        AcquireError::Unreachable(detail) => unavailable().detail(detail),
    }
}

fn new_id(context: &Mutex<ContextV7>, now: Timestamp) -> Uuid {
    let micros = u64::try_from(now.micros()).unwrap_or_default();
    let nanos = u32::try_from(micros % 1_000_000).unwrap_or_default().saturating_mul(1_000);
    let context = context.lock().unwrap_or_else(PoisonError::into_inner);
    Uuid::new_v7(uuid::Timestamp::from_unix(&*context, micros / 1_000_000, nanos))
}
