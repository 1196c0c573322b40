//! What a failed statement means for the transaction and for the caller.

use quittance_types::{Fault, Reason};
use sea_orm::{DbErr, RuntimeErr};

/// How the database failed, as far as it decides what happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Another transaction was in the way: the same work will succeed in a new transaction.
    Conflict,
    /// The connection is gone; whether a COMMIT under way took effect is unknown.
    Lost,
    /// A row with the same unique key exists.
    Duplicate,
    /// Something that will fail again.
    Other,
}

/// Serialization failure, deadlock, lock timeout.
const POSTGRES_CONFLICTS: [&str; 3] = ["40001", "40P01", "55P03"];
/// SQLITE_BUSY and SQLITE_LOCKED in the low byte of the extended code.
const SQLITE_CONFLICTS: [i64; 2] = [5, 6];
/// SQLITE_FULL in the low byte of the extended code.
const SQLITE_FULL: i64 = 13;

fn sqlite_primary_code(code: &str) -> Option<i64> {
    code.parse::<i64>().ok().map(|code| code & 0xff)
}

impl Failure {
    /// Classifies a driver error.
    pub(crate) fn of(error: &sqlx::Error) -> Failure {
        let sqlx::Error::Database(database) = error else {
            return Failure::of_driver(error);
        };
        if database.is_unique_violation() {
            return Failure::Duplicate;
        }
        let code = database.code().unwrap_or_default();
        if POSTGRES_CONFLICTS.contains(&code.as_ref()) {
            return Failure::Conflict;
        }
        // 57P01 to 57P03: the server is shutting down or starting; class 08: the connection itself.
        if code.starts_with("57P") || (code.len() == 5 && code.starts_with("08")) {
            return Failure::Lost;
        }
        match sqlite_primary_code(&code) {
            Some(primary) if code.len() < 5 && SQLITE_CONFLICTS.contains(&primary) => Failure::Conflict,
            _ => Failure::Other,
        }
    }

    fn of_driver(error: &sqlx::Error) -> Failure {
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed => Failure::Lost,
            _ => Failure::Other,
        }
    }
}

/// Turns an error of sea-orm into the fault a caller may see. The driver's text goes to the operators only.
///
/// A duplicate key is ALREADY_EXISTS, a lock conflict CONFLICT_RETRY, a lost connection DATABASE_UNAVAILABLE, a full
/// disk STORAGE_FULL, a broken foreign key IN_USE; everything else is our bug and INTERNAL_ERROR.
pub fn fault(error: DbErr) -> Fault {
    match &error {
        DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause))
        | DbErr::Conn(RuntimeErr::SqlxError(cause)) => driver_fault(cause),
        _ => Fault::internal(error.to_string()),
    }
}

/// The fault of a driver error.
pub(crate) fn driver_fault(error: &sqlx::Error) -> Fault {
    let fault = match Failure::of(error) {
        Failure::Duplicate => Fault::new(Reason::AlreadyExists, "an entry with the same key exists"),
        Failure::Conflict => conflict(),
        Failure::Lost => unavailable(),
        Failure::Other => other(error),
    };
    fault.detail(error.to_string())
}

fn other(error: &sqlx::Error) -> Fault {
    let sqlx::Error::Database(database) = error else {
        return Fault::internal("");
    };
    if database.is_foreign_key_violation() {
        return Fault::new(Reason::InUse, "another entry refers to this one, or the one referred to is gone");
    }
    let code = database.code().unwrap_or_default();
    let is_full = code == "53100" || (code.len() < 5 && sqlite_primary_code(&code) == Some(SQLITE_FULL));
    match code.as_ref() {
        _ if is_full => Fault::new(Reason::StorageFull, "there is no space left to store this"),
        // Statement timeout, idle or overlong transaction, too many connections, out of memory.
        "57014" | "25P03" | "25P04" | "53300" | "53200" => unavailable(),
        _ => Fault::internal(""),
    }
}

/// Another transaction kept being in the way.
pub(crate) fn conflict() -> Fault {
    Fault::new(Reason::ConflictRetry, "another change was being made at the same time; try again")
}

/// The database cannot be reached, or went away before it answered.
pub(crate) fn unavailable() -> Fault {
    Fault::new(Reason::DatabaseUnavailable, "the database cannot be reached; try again")
}

/// Turns results of sea-orm into results of ours: `Entity::find().one(tx.conn()).await.or_fault()?`.
pub trait OrFault<T> {
    /// The value, or the error as [`fault`] reads it.
    ///
    /// # Errors
    /// See [`fault`].
    fn or_fault(self) -> Result<T, Fault>;
}

impl<T> OrFault<T> for Result<T, DbErr> {
    fn or_fault(self) -> Result<T, Fault> {
        self.map_err(fault)
    }
}

/// Reads columns of a raw row.
pub trait RowExt {
    /// The value of a column.
    ///
    /// # Errors
    /// INTERNAL_ERROR if the column is absent or of another type: the statement and the code disagree.
    fn value<T: sea_orm::TryGetable>(&self, column: &str) -> Result<T, Fault>;
}

impl RowExt for sea_orm::QueryResult {
    fn value<T: sea_orm::TryGetable>(&self, column: &str) -> Result<T, Fault> {
        self.try_get("", column).map_err(|error| Fault::internal(format!("column {column}: {error}")))
    }
}
