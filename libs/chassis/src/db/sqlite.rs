//! One SQLite file: one writer, a few readers, one process.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quittance_types::{Fault, Reason};
use secrecy::ExposeSecret;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Row};

use super::connection::Access;
use super::pool::{Pool, PoolLimits};
use super::{DatabaseSettings, SqlitePool, acquire_fault, driver_fault};
use crate::files::create_private_folder;

/// The first release without the bug that can corrupt a WAL file while it is reset.
const OLDEST: (u32, u32, u32) = (3, 51, 3);
/// Readers beyond this gain nothing: each is a thread.
const MOST_READERS: u32 = 4;
/// How long a write waits for its turn at least.
const WRITER_PATIENCE: Duration = Duration::from_secs(10);
const STATEMENTS_CACHED: usize = 512;
/// Connections to a file do not age.
const MAX_AGE: Duration = Duration::from_secs(365 * 24 * 3_600);

pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Held open until the database closes: the lock is the operating system's and goes with the process at the latest.
    lock: Mutex<Option<FileLock>>,
}

impl Sqlite {
    pub(crate) async fn open(settings: &DatabaseSettings) -> Result<Sqlite, Fault> {
        let options = options(settings)?;
        let lock = lock_file(options.get_filename())?;
        // One writer serves everybody in turn: waiting for it is waiting for a lock, not for a free connection.
        let patience = settings.acquire_timeout().max(WRITER_PATIENCE);
        let writer = pool(1, patience, options.clone());
        let readers = settings.connections.clamp(1, MOST_READERS);
        let readers = pool(readers, settings.acquire_timeout(), options.pragma("query_only", "on"));
        let sqlite = Sqlite { writer, readers, lock: Mutex::new(Some(lock)) };
        sqlite.check().await?;
        Ok(sqlite)
    }

    pub(crate) fn pool(&self, access: Access) -> &SqlitePool {
        match access {
            Access::Write => &self.writer,
            Access::Read => &self.readers,
        }
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    async fn check(&self) -> Result<(), Fault> {
        let mut lease = self.writer.acquire().await.map_err(acquire_fault)?;
        let row = sqlx::query("SELECT sqlite_version() AS version").fetch_one(lease.connection()).await;
        let version: String = row.and_then(|row| row.try_get("version")).map_err(|error| driver_fault(&error))?;
        if !is_new_enough(&version) {
            return Err(Fault::new(Reason::ConfigInvalid, format!("SQLite {version} is older than 3.51.3")));
        }
        let row = sqlx::query("PRAGMA journal_mode").fetch_one(lease.connection()).await;
        let mode: String = row.and_then(|row| row.try_get(0)).map_err(|error| driver_fault(&error))?;
        if mode != "wal" {
            return Err(Fault::new(Reason::ConfigInvalid, format!("the database file is in {mode} mode instead of WAL")));
        }
        lease.give_back();
        Ok(())
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next()) >= OLDEST
}

fn options(settings: &DatabaseSettings) -> Result<SqliteConnectOptions, Fault> {
    let invalid = || Fault::new(Reason::ConfigInvalid, "database.url is not a SQLite file URL");
    let options = SqliteConnectOptions::from_str(settings.url.expose_secret()).map_err(|_| invalid())?;
    if settings.url.expose_secret().contains(":memory:") {
        return Err(invalid().detail("readers and the writer need a file they share"));
    }
    Ok(options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(settings.lock_timeout())
        .statement_cache_capacity(STATEMENTS_CACHED)
        .disable_statement_logging())
}

fn pool(size: u32, acquire_timeout: Duration, options: SqliteConnectOptions) -> SqlitePool {
    let limits = PoolLimits { size, acquire_timeout, max_age: MAX_AGE };
    Pool::new(
        limits,
        Box::new(move || {
            let options = options.clone();
            Box::pin(async move { options.connect().await })
        }),
    )
}

/// Given back in so many words: a process that is just being started holds a copy of the handle, and would hold the lock with
/// it.
struct FileLock(File);

impl Drop for FileLock {
    fn drop(&mut self) {
        let _gone_with_the_handle_at_the_latest = self.0.unlock();
    }
}

/// Refuses a second process on the same file: positions and hashes of the event log are assigned in this one.
fn lock_file(database: &Path) -> Result<FileLock, Fault> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let refused = |detail: String| Fault::new(Reason::ConfigInvalid, format!("cannot lock {}", path.display())).detail(detail);
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        create_private_folder(directory).map_err(|error| refused(error.to_string()))?;
    }
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| refused(error.to_string()))?;
    match file.try_lock() {
        Ok(()) => Ok(FileLock(file)),
        Err(TryLockError::WouldBlock) => {
            Err(Fault::new(Reason::ConfigInvalid, format!("{} is in use by another process", database.display())))
        }
        Err(TryLockError::Error(error)) => Err(refused(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(is_new_enough("3.51.3"));
        assert!(is_new_enough("3.60.0"));
        assert!(is_new_enough("4.0.0"));
        assert!(!is_new_enough("3.51.2"));
        assert!(!is_new_enough("3.9.9"));
        assert!(!is_new_enough("nonsense"));
    }

    #[tokio::test]
    async fn a_second_opening_of_the_same_file_is_refused() {
        let folder = std::env::temp_dir().join(format!("quittance-lock-{}", uuid::Uuid::now_v7()));
        let settings = DatabaseSettings::at(format!("sqlite:{}", folder.join("a.db").display()));
        let first = Sqlite::open(&settings).await.unwrap();
        let second = Sqlite::open(&settings).await.err().expect("refused");
        assert_eq!(second.reason(), Reason::ConfigInvalid);
        let copy_of_a_starting_process = first.lock.lock().unwrap().as_ref().unwrap().0.try_clone().unwrap();
        first.close().await;
        Sqlite::open(&settings).await.unwrap().close().await;
        drop(copy_of_a_starting_process);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
