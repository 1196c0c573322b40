//! Forward-only migrations, written once for both databases.
//!
//! Tokens stand for what differs: `{uuid}`, `{bytes}`, `{bool}`, and `{identity}` for an ascending BIGINT primary key; a
//! statement that begins with `{postgres}` is for PostgreSQL only. A statement ends with a semicolon at the end of a line. On PostgreSQL every table with a `tenant_id` then gets row-level
//! security, enabled and forced, so a forgotten filter finds nothing instead of somebody else's rows.

mod postgres;
mod sqlite;

use std::collections::HashSet;

use quittance_types::{Fault, Reason};
use sha2::{Digest, Sha256};

use crate::db::{Backend, Db, RowExt};

/// One step of the schema. Its name is its identity; once released, its text never changes.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Unique within the service, for example `0001_customers`.
    pub name: &'static str,
    /// Portable SQL with tokens.
    pub sql: &'static str,
}

/// The tables of the chassis itself.
const CHASSIS: &[Migration] = &[
    Migration { name: "chassis_0001_log", sql: include_str!("migrate/0001_log.sql") },
    Migration { name: "chassis_0002_expiry", sql: include_str!("migrate/0002_expiry.sql") },
    Migration { name: "chassis_0003_told", sql: include_str!("migrate/0003_told.sql") },
];

/// Tables whose rows are only ever added, where a service has them: the database refuses to change or remove one.
const APPEND_ONLY: [&str; 3] = ["event_log", "event_position", "posting"];

/// Brings the schema up to date: the chassis' own tables first, then `migrations` in order. Steps already taken are
/// skipped. Each step commits on its own; an advisory lock keeps two replicas from migrating at once, and a process killed
/// half way resumes at the next start.
///
/// # Errors
/// CONFIG_INVALID if a released step has been edited or the name of one repeats; what the database says about a statement,
/// with the name of the step.
pub async fn run(db: &Db, migrations: &[Migration]) -> Result<(), Fault> {
    let steps: Vec<Migration> = CHASSIS.iter().chain(migrations).copied().collect();
    for (index, step) in steps.iter().enumerate() {
        if steps.iter().skip(index + 1).any(|other| other.name == step.name) {
            return Err(Fault::new(Reason::ConfigInvalid, format!("two migrations are called {}", step.name)));
        }
    }
    match db.postgres() {
        Some(postgres) => postgres::run(postgres, &steps, db.clock()).await,
        None => sqlite::run(db, &steps).await,
    }
}

/// The first step a database has not taken, of the chassis' own and of `migrations`; none when it is up to date.
///
/// # Errors
/// What the database says.
pub async fn first_missing(db: &Db, migrations: &[Migration]) -> Result<Option<&'static str>, Fault> {
    let taken = db.read_system("migrate", (), |tx, ()| async move {
        let rows = tx.all("SELECT name FROM schema_migration", Vec::new()).await?;
        rows.iter().map(|row| row.value("name")).collect::<Result<HashSet<String>, Fault>>()
    });
    let taken = taken.await?;
    Ok(CHASSIS.iter().chain(migrations).map(|step| step.name).find(|name| !taken.contains(*name)))
}

/// The statements of a step for one database.
fn statements(migration: &Migration, backend: Backend) -> Vec<String> {
    let (uuid, bytes, identity) = match backend {
        Backend::Postgres => ("UUID", "BYTEA", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
        Backend::Sqlite => ("BLOB", "BLOB", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    };
    let sql = without_comments(migration.sql)
        .replace("{uuid}", uuid)
        .replace("{bytes}", bytes)
        .replace("{bool}", "BOOLEAN")
        .replace("{identity}", identity);
    let mut statements = vec![String::new()];
    for line in sql.lines() {
        let Some(current) = statements.last_mut() else { break };
        current.push_str(line.trim_end().trim_end_matches(';'));
        current.push('\n');
        if line.trim_end().ends_with(';') {
            statements.push(String::new());
        }
    }
    statements.retain(|statement| !statement.trim().is_empty());
    statements.into_iter().filter_map(|statement| for_backend(statement, backend)).collect()
}

/// The statement without the mark of its database, if it is for this one.
fn for_backend(statement: String, backend: Backend) -> Option<String> {
    match (statement.trim_start().strip_prefix("{postgres}"), backend) {
        (None, _) => Some(statement),
        (Some(statement), Backend::Postgres) => Some(statement.to_owned()),
        (Some(_), Backend::Sqlite) => None,
    }
}

/// The text without lines that only hold a comment, so that a semicolon in prose ends nothing.
fn without_comments(sql: &str) -> String {
    let kept = sql.lines().filter(|line| !line.trim_start().starts_with("--"));
    kept.fold(String::new(), |mut text, line| {
        text.push_str(line);
        text.push('\n');
        text
    })
}

/// Identifies the text of a step, whatever its comments say.
fn checksum(migration: &Migration) -> String {
    hex::encode(Sha256::digest(without_comments(migration.sql).as_bytes()))
}

/// Decides whether a step still has to be taken, given the checksum recorded for it.
fn is_due(migration: &Migration, recorded: Option<&str>) -> Result<bool, Fault> {
    match recorded {
        None => Ok(true),
        Some(recorded) if recorded == checksum(migration) => Ok(false),
        Some(_) => {
            let message = format!("migration {} was changed after it had been applied", migration.name);
            Err(Fault::new(Reason::ConfigInvalid, message))
        }
    }
}

fn failed(migration: &str, fault: Fault) -> Fault {
    let detail = fault.operator_detail().unwrap_or_default().to_owned();
    fault.with("migration", migration).detail(format!("migration {migration}: {detail}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn tokens_and_statement_ends_follow_the_database() {
        let migration = Migration {
            name: "x",
            sql: "-- one; two;\nCREATE TABLE a (\n  id {uuid} NOT NULL, -- kept; here\n  b {bytes}\n);\n\nINSERT INTO a VALUES (';');\n",
        };
        let postgres = statements(&migration, Backend::Postgres);
        assert_eq!(postgres.len(), 2);
        assert!(postgres[0].contains("id UUID NOT NULL") && postgres[0].contains("b BYTEA"));
        let sqlite = statements(&migration, Backend::Sqlite);
        assert!(sqlite[0].contains("id BLOB NOT NULL"));
        assert_eq!(sqlite[1].trim(), "INSERT INTO a VALUES (';')");
    }

    #[test]
    fn a_statement_may_be_for_one_database() {
        let migration = Migration { name: "x", sql: "{postgres} CREATE INDEX a ON b (c);\nCREATE INDEX d ON e (f);\n" };
        let trimmed = |backend| statements(&migration, backend).iter().map(|one| one.trim().to_owned()).collect::<Vec<_>>();
        assert_eq!(trimmed(Backend::Postgres), ["CREATE INDEX a ON b (c)", "CREATE INDEX d ON e (f)"]);
        assert_eq!(trimmed(Backend::Sqlite), ["CREATE INDEX d ON e (f)"]);
    }

    #[test]
    fn an_edited_step_is_refused_and_a_comment_is_no_edit() {
        let first = Migration { name: "x", sql: "CREATE TABLE a (b BIGINT);\n" };
        let commented = Migration { name: "x", sql: "-- why\nCREATE TABLE a (b BIGINT);\n" };
        let edited = Migration { name: "x", sql: "CREATE TABLE a (c BIGINT);\n" };
        assert!(is_due(&first, None).unwrap());
        assert!(!is_due(&commented, Some(&checksum(&first))).unwrap());
        assert_eq!(is_due(&edited, Some(&checksum(&first))).unwrap_err().reason(), Reason::ConfigInvalid);
    }
}
