//! The database of one service under test, prepared and looked into from behind.

use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use quittance_chassis::db::DatabaseSettings;
use quittance_chassis::{Clock, Db, Migration, migrate};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;

use crate::{Backend, postgres};

/// A folder in memory, where there is one: SQLite waits for the disk at every commit.
const MEMORY: &str = "/dev/shm";

/// A migrated database of its own; gone when dropped.
#[derive(Debug)]
pub struct Store(Kind);

#[derive(Debug)]
enum Kind {
    Sqlite(TempDir),
    Postgres(postgres::Database),
}

impl Store {
    /// A database with the schema of the service `name`.
    ///
    /// # Panics
    /// When the migrations fail, or PostgreSQL is missing.
    pub async fn migrated(backend: Backend, name: &str, migrations: &[Migration], clock: &Clock) -> Self {
        match backend {
            Backend::Sqlite => {
                let store = Self(Kind::Sqlite(folder()));
                run(&store.settings(), migrations, clock).await;
                store
            }
            Backend::Postgres => {
                let prepare = async |database: &postgres::Database| run(&postgres_settings(database), migrations, clock).await;
                Self(Kind::Postgres(postgres::database_like(&template_key(name, migrations), prepare).await))
            }
        }
    }

    /// Settings for the service: the role that row-level security binds, the owner for migrations.
    #[must_use]
    pub fn settings(&self) -> DatabaseSettings {
        match &self.0 {
            Kind::Sqlite(folder) => DatabaseSettings::at(format!("sqlite:{}", file(folder.path()).display())),
            Kind::Postgres(database) => postgres_settings(database),
        }
    }

    /// Waits until no service holds the database: after a crash, transactions under way still run to their end.
    pub(crate) async fn released(&self) {
        let Kind::Sqlite(folder) = &self.0 else { return };
        let lock = file(folder.path()).with_extension("db.lock");
        let waited = tokio::task::spawn_blocking(move || File::open(lock).and_then(|lock| lock.lock()));
        waited.await.expect("waiting does not panic").expect("the lock file is there");
    }

    /// The one number a query returns, past every filter: what is really stored.
    ///
    /// # Panics
    /// When the query does not return a number.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT CAST(({sql}) AS BIGINT)"));
        let number: Result<i64, sqlx::Error> = match &self.0 {
            Kind::Sqlite(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file(folder.path())).read_only(true);
                let mut connection = options.disable_statement_logging().connect().await.expect("the file is there");
                sqlx::query(sql).fetch_one(&mut connection).await.and_then(|row| row.try_get(0))
            }
            Kind::Postgres(database) => {
                let mut connection = sqlx::PgConnection::connect(&database.superuser_url()).await.expect("the server is there");
                sqlx::query(sql).fetch_one(&mut connection).await.and_then(|row| row.try_get(0))
            }
        };
        match number {
            Ok(number) => number,
            Err(error) => panic!("no number: {error}"),
        }
    }

    /// A copy of the database of a service that has stopped.
    ///
    /// # Panics
    /// When it cannot be copied.
    pub async fn copy(&self) -> Self {
        match &self.0 {
            Kind::Sqlite(original) => {
                let copy = folder();
                for entry in std::fs::read_dir(original.path()).expect("the folder is there") {
                    let entry = entry.expect("an entry");
                    std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("room for a copy");
                }
                Self(Kind::Sqlite(copy))
            }
            Kind::Postgres(database) => Self(Kind::Postgres(database.copy().await)),
        }
    }

    /// Runs a statement as somebody who owns the machine, say one that changes the schema.
    ///
    /// # Panics
    /// When the database does not know what is asked for.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match &self.0 {
            Kind::Sqlite(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file(folder.path()));
                let mut connection = options.disable_statement_logging().connect().await.expect("the file is there");
                connection.execute(sql).await.map(drop)
            }
            Kind::Postgres(database) => {
                let mut connection = PgConnection::connect(&database.superuser_url()).await.expect("the server is there");
                connection.execute(sql).await.map(drop)
            }
        };
        done.unwrap_or_else(|error| panic!("not done: {error}"));
    }

    /// Changes the database behind the back of everybody, as somebody would who owns the machine: without row-level
    /// security, CHECK constraints and triggers. Returns how many rows were changed by the last statement.
    ///
    /// # Panics
    /// When the database does not know what is asked for.
    pub async fn tamper(&self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        let changed = match &self.0 {
            Kind::Sqlite(folder) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file(folder.path())).foreign_keys(false);
                let mut connection = options.disable_statement_logging().connect().await.expect("the file is there");
                let guards = without_triggers(&mut connection).await;
                let changed = sqlx::raw_sql(sql).execute(&mut connection).await;
                for guard in guards {
                    connection.execute(AssertSqlSafe(guard)).await.expect("the trigger was there before");
                }
                changed.map(|done| done.rows_affected())
            }
            Kind::Postgres(database) => {
                let mut connection = PgConnection::connect(&database.superuser_url()).await.expect("the server is there");
                connection.execute(UNCHECKED).await.expect("constraints can be dropped");
                sqlx::raw_sql(sql).execute(&mut connection).await.map(|done| done.rows_affected())
            }
        };
        match changed {
            Ok(changed) => changed,
            Err(error) => panic!("not changed: {error}"),
        }
    }

    /// How many rows a table has.
    ///
    /// # Panics
    /// When there is no such table.
    pub async fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }
}

async fn run(settings: &DatabaseSettings, migrations: &[Migration], clock: &Clock) {
    let db = Db::open(settings, clock.clone()).await.expect("a fresh database opens");
    let migrated = migrate::run(&db, migrations).await;
    db.close().await;
    if let Err(fault) = migrated {
        panic!("the migrations fail on {}: {fault:?}", crate::name(db.backend()));
    }
}

/// Drops every CHECK constraint.
const UNCHECKED: &str = "DO $$ DECLARE c record; BEGIN \
    FOR c IN SELECT conname, conrelid::regclass AS owner FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP \
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.owner, c.conname); END LOOP; END $$";

/// Takes CHECK constraints and triggers out of the way; returns what makes the triggers again.
async fn without_triggers(connection: &mut SqliteConnection) -> Vec<String> {
    connection.execute("PRAGMA ignore_check_constraints = ON").await.expect("SQLite knows it");
    let rows = connection.fetch_all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").await.expect("a catalog");
    let mut guards = Vec::with_capacity(rows.len());
    for row in rows {
        let drop = AssertSqlSafe(format!("DROP TRIGGER {}", row.get::<String, _>("name")));
        connection.execute(drop).await.expect("the trigger is there");
        guards.push(row.get("sql"));
    }
    guards
}

fn folder() -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix("quittance-sqlite-");
    builder.tempdir_in(MEMORY).or_else(|_| builder.tempdir()).expect("a temporary folder")
}

fn file(folder: &Path) -> PathBuf {
    folder.join("service.db")
}

fn postgres_settings(database: &postgres::Database) -> DatabaseSettings {
    let mut settings = DatabaseSettings::at(database.app_url());
    settings.owner_url = Some(database.owner_url().into());
    settings
}

fn template_key(name: &str, migrations: &[Migration]) -> String {
    let mut hasher = DefaultHasher::new();
    for migration in migrations {
        (migration.name, migration.sql).hash(&mut hasher);
    }
    format!("{name} {:016x}", hasher.finish())
}
