//! One connection inside one transaction, as sea-orm sees it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Value};
use sea_query_sqlx::SqlxValues;
use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::pool::Lease;
use super::{Backend, Failure};

/// A statement slower than this is logged, without its values.
const SLOW_STATEMENT: Duration = Duration::from_secs(1);

/// Longer statements are mostly inserts of a particular number of rows: preparing them again costs less than keeping them.
const LONGEST_CACHED: usize = 16 * 1_024;

/// The connection of one open transaction. sea-orm entities take it as `tx.conn()`.
///
/// Statements issued at the same time run one after the other. The first failed statement dooms the transaction on both
/// databases: PostgreSQL refuses everything that follows, and we refuse the commit on SQLite as well.
pub struct Connection {
    /// `None` once the transaction is over: a handle that outlived its body finds nothing to talk to.
    wire: Mutex<Option<Wire>>,
    backend: Backend,
    failure: StdMutex<Option<Failure>>,
    /// Counts statements, over all transactions.
    sent: Arc<AtomicU64>,
}

/// The driver's connection.
pub(crate) enum Wire {
    Postgres(Lease<PgConnection>),
    Sqlite(Lease<SqliteConnection>),
}

/// What a transaction may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// One snapshot, no writes.
    Read,
    /// READ COMMITTED with row locks on PostgreSQL, the writer lock at once on SQLite.
    Write,
}

/// Whose rows row-level security lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One tenant's.
    Tenant(uuid::Uuid),
    /// Everybody's: background work that belongs to no tenant.
    System,
}

impl Wire {
    fn backend(&self) -> Backend {
        match self {
            Wire::Postgres(_) => Backend::Postgres,
            Wire::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// Runs statements without parameters in one round trip and returns the rows of all of them.
    async fn batch(&mut self, sql: String) -> Result<Vec<QueryResult>, sqlx::Error> {
        let mut rows = Vec::new();
        match self {
            Wire::Postgres(lease) => {
                let mut stream = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(lease.connection());
                while let Some(row) = stream.next().await {
                    rows.push(QueryResult::from(row?));
                }
            }
            Wire::Sqlite(lease) => {
                let mut stream = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(lease.connection());
                while let Some(row) = stream.next().await {
                    rows.push(QueryResult::from(row?));
                }
            }
        }
        Ok(rows)
    }

    fn give_back(self) {
        match self {
            Wire::Postgres(lease) => lease.give_back(),
            Wire::Sqlite(lease) => lease.give_back(),
        }
    }
}

/// The statements that open a transaction and say whose rows it may see.
fn opening(backend: Backend, access: Access, scope: Scope) -> String {
    let begin = match (backend, access) {
        (Backend::Postgres, Access::Write) => "BEGIN",
        (Backend::Postgres, Access::Read) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        (Backend::Sqlite, Access::Write) => "BEGIN IMMEDIATE",
        (Backend::Sqlite, Access::Read) => "BEGIN",
    };
    match (backend, scope) {
        (Backend::Sqlite, _) => begin.to_owned(),
        (Backend::Postgres, Scope::Tenant(tenant)) => format!("{begin}; SET LOCAL app.tenant = '{tenant}'"),
        (Backend::Postgres, Scope::System) => format!("{begin}; SET LOCAL app.system = 'on'"),
    }
}

impl Connection {
    /// Opens a transaction and runs `probe` (a SELECT without parameters) in the same round trip.
    ///
    /// On an error, or when this future is dropped, the lease goes with it and the connection closes.
    pub(crate) async fn begin(
        mut wire: Wire,
        access: Access,
        scope: Scope,
        probe: Option<&str>,
        sent: Arc<AtomicU64>,
    ) -> Result<(Connection, Vec<QueryResult>), sqlx::Error> {
        let backend = wire.backend();
        let mut sql = opening(backend, access, scope);
        if let Some(probe) = probe {
            sql.push_str("; ");
            sql.push_str(probe);
        }
        let rows = wire.batch(sql).await?;
        Ok((Connection { wire: Mutex::new(Some(wire)), backend, failure: StdMutex::new(None), sent }, rows))
    }

    /// Commits. After an error the outcome is unknown and the connection is closed.
    pub(crate) async fn commit(&self) -> Result<(), sqlx::Error> {
        self.finish("COMMIT").await
    }

    /// Rolls back. A connection that cannot even do that is closed, which has the same effect.
    pub(crate) async fn rollback(&self) {
        if let Err(error) = self.finish("ROLLBACK").await {
            tracing::debug!(%error, "a rollback failed; the connection is closed instead");
        }
    }

    async fn finish(&self, sql: &str) -> Result<(), sqlx::Error> {
        let taken = self.wire.lock().await.take();
        if let Some(mut wire) = taken {
            wire.batch(sql.to_owned()).await?;
            wire.give_back();
        }
        Ok(())
    }

    /// Runs `sql` without parameters; several statements may be joined by semicolons.
    pub(crate) async fn batch(&self, sql: String) -> Result<Vec<QueryResult>, DbErr> {
        let mut wire = self.wire.lock().await;
        let rows = self.open(&mut wire)?.batch(sql).await;
        rows.map_err(|error| DbErr::Query(self.note(error)))
    }

    /// The database behind this transaction.
    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    /// How the first failed statement failed.
    pub(crate) fn failure(&self) -> Option<Failure> {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one statement with parameters that only the PostgreSQL driver can bind, such as arrays.
    pub(crate) async fn postgres<'q>(
        &self,
        query: sqlx::query::Query<'q, sqlx::Postgres, PgArguments>,
    ) -> Result<Vec<sqlx::postgres::PgRow>, DbErr> {
        let mut wire = self.wire.lock().await;
        let Wire::Postgres(lease) = self.open(&mut wire)? else {
            return Err(DbErr::Custom("not a PostgreSQL connection".to_owned()));
        };
        query.fetch_all(lease.connection()).await.map_err(|error| DbErr::Query(self.note(error)))
    }

    /// Runs one statement with such parameters; how many rows it changed.
    pub(crate) async fn postgres_execute(&self, sql: &str, values: PgArguments) -> Result<u64, DbErr> {
        let mut wire = self.wire.lock().await;
        let started = Instant::now();
        let Wire::Postgres(lease) = self.open(&mut wire)? else {
            return Err(DbErr::Custom("not a PostgreSQL connection".to_owned()));
        };
        let done = sqlx::query_with(AssertSqlSafe(sql), values).execute(lease.connection()).await;
        warn_if_slow(started, sql);
        done.map(|done| done.rows_affected()).map_err(|error| DbErr::Exec(self.note(error)))
    }

    /// The connection for one more statement.
    fn open<'w>(&self, wire: &'w mut Option<Wire>) -> Result<&'w mut Wire, DbErr> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        wire.as_mut().ok_or_else(|| DbErr::Custom("the transaction is over".to_owned()))
    }

    /// Remembers the first failure, which decides whether the whole transaction is tried again.
    fn note(&self, error: sqlx::Error) -> RuntimeErr {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert_with(|| Failure::of(&error));
        drop(failure);
        RuntimeErr::SqlxError(error.into())
    }
}

fn values(statement: &mut Statement) -> SqlxValues {
    SqlxValues(statement.values.take().unwrap_or(sea_orm::Values(Vec::<Value>::new())))
}

fn warn_if_slow(started: Instant, sql: &str) {
    let elapsed = started.elapsed();
    if elapsed > SLOW_STATEMENT {
        tracing::warn!(db.query.text = sql, elapsed_ms = elapsed.as_millis() as u64, "slow statement");
    }
}

#[tonic::async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        match self.backend {
            Backend::Postgres => DbBackend::Postgres,
            Backend::Sqlite => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, mut statement: Statement) -> Result<ExecResult, DbErr> {
        let mut wire = self.wire.lock().await;
        let started = Instant::now();
        let values = values(&mut statement);
        let persistent = statement.sql.len() <= LONGEST_CACHED;
        let sql = AssertSqlSafe(statement.sql.as_str());
        let done = match self.open(&mut wire)? {
            Wire::Postgres(lease) => {
                sqlx::query_with(sql, values).persistent(persistent).execute(lease.connection()).await.map(ExecResult::from)
            }
            Wire::Sqlite(lease) => {
                sqlx::query_with(sql, values).persistent(persistent).execute(lease.connection()).await.map(ExecResult::from)
            }
        };
        warn_if_slow(started, &statement.sql);
        done.map_err(|error| DbErr::Exec(self.note(error)))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut wire = self.wire.lock().await;
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match self.open(&mut wire)? {
            Wire::Postgres(lease) => sqlx::raw_sql(sql).execute(lease.connection()).await.map(ExecResult::from),
            Wire::Sqlite(lease) => sqlx::raw_sql(sql).execute(lease.connection()).await.map(ExecResult::from),
        };
        done.map_err(|error| DbErr::Exec(self.note(error)))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        // Not `fetch_optional`: stopping early leaves the rest of a data-modifying statement undone on SQLite.
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, mut statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut wire = self.wire.lock().await;
        let started = Instant::now();
        let values = values(&mut statement);
        let persistent = statement.sql.len() <= LONGEST_CACHED;
        let sql = AssertSqlSafe(statement.sql.as_str());
        let rows = match self.open(&mut wire)? {
            Wire::Postgres(lease) => {
                let rows = sqlx::query_with(sql, values).persistent(persistent).fetch_all(lease.connection()).await;
                rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
            Wire::Sqlite(lease) => {
                let rows = sqlx::query_with(sql, values).persistent(persistent).fetch_all(lease.connection()).await;
                rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
            }
        };
        warn_if_slow(started, &statement.sql);
        rows.map_err(|error| DbErr::Query(self.note(error)))
    }

    fn support_returning(&self) -> bool {
        true
    }
}
