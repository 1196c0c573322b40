//! The limit of writing many rows: exactly the rows a run of ours has left behind, written again as fast as the database
//! can, into tables like ours that hold what ours held before, with the same indexes and constraints.
//!
//! Rows that were changed count as they stand afterwards, and once, however often they were written. On PostgreSQL they are
//! copied (`COPY ... FROM STDIN`, text, one transaction) into a schema beside ours; entries of the log count with the row
//! that lets them wait for their position, and not with the position, which the sequencer gives them after the answer. On
//! SQLite, which has no COPY, each table is filled by one `INSERT ... SELECT` in one transaction on a copy of the file.

use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use tokio::time::Instant;

use crate::Outcome;
use crate::raw::Conn;

/// Written by others than the transactions that are measured.
const ASIDE: [&str; 3] = ["event_position", "event_pending", "consumer_cursor"];

/// The state of a database before a run.
pub struct Before {
    url: String,
    at: At,
}

enum At {
    /// Transactions begun later have a greater number.
    Transaction(i64),
    /// A copy of the file.
    File(PathBuf),
}

/// What was written again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Again {
    /// Rows of all tables.
    pub rows: u64,
    /// How long it took.
    pub secs: f64,
}

impl Before {
    /// Remembers how the database stands. Nobody writes to it now.
    pub async fn remember(url: &str) -> Outcome<Before> {
        let at = match Conn::open(url).await? {
            Conn::Pg(mut connection) => At::Transaction(number(&mut connection, "SELECT txid_current()::bigint").await?),
            Conn::Lite(_) => At::File(copied(url.trim_start_matches("sqlite:"))?),
        };
        Ok(Before { url: url.to_owned(), at })
    }

    /// Writes what was written since again.
    pub async fn again(self) -> Outcome<Again> {
        match (self.at, Conn::open(&self.url).await?) {
            (At::Transaction(before), Conn::Pg(mut connection)) => copy(&mut connection, before).await,
            (At::File(file), _) => {
                let again = insert(&file, self.url.trim_start_matches("sqlite:")).await;
                let _gone = std::fs::remove_dir_all(file.parent().unwrap_or(&file));
                again
            }
            (At::Transaction(_), Conn::Lite(_)) => Err("a SQLite file has no transactions with numbers".to_owned()),
        }
    }
}

fn said(error: impl std::fmt::Display) -> String {
    format!("the same rows: {error}")
}

async fn run(connection: &mut PgConnection, sql: String) -> Outcome<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(said)
}

async fn number(connection: &mut PgConnection, sql: &'static str) -> Outcome<i64> {
    sqlx::query_scalar(sql).fetch_one(connection).await.map_err(said)
}

/// A table with rows to copy.
struct Rows {
    table: String,
    text: Vec<u8>,
    count: u64,
}

async fn copy(connection: &mut PgConnection, before: i64) -> Outcome<Again> {
    run(connection, "DROP SCHEMA IF EXISTS again CASCADE; CREATE SCHEMA again".to_owned()).await?;
    let tables = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut *connection).await.map_err(said)?;
    let is_new = format!("xmin::text::bigint > {before}");
    let mut found = Vec::new();
    for table in tables.into_iter().filter(|table| !ASIDE.contains(&table.as_str())) {
        found.extend(taken(connection, &table, &format!("SELECT * FROM public.{table} WHERE {is_new}"), &is_new).await?);
    }
    let waiting = format!("SELECT ordinal, partition_no, digest FROM public.event_log WHERE {is_new}");
    found.extend(taken(connection, "event_pending", &waiting, &is_new).await?);
    run(connection, "ANALYZE".to_owned()).await?;
    let start = Instant::now();
    run(connection, "BEGIN".to_owned()).await?;
    for rows in &found {
        let mut copy = connection.copy_in_raw(&format!("COPY again.{} FROM STDIN", rows.table)).await.map_err(said)?;
        for chunk in rows.text.chunks(1 << 16) {
            copy.send(chunk).await.map_err(said)?;
        }
        copy.finish().await.map_err(said)?;
    }
    run(connection, "COMMIT".to_owned()).await?;
    let secs = start.elapsed().as_secs_f64();
    run(connection, "DROP SCHEMA again CASCADE".to_owned()).await?;
    Ok(Again { rows: found.iter().map(|rows| rows.count).sum(), secs })
}

/// The new rows of a table, if there are any, and a table like it that holds the others.
async fn taken(connection: &mut PgConnection, table: &str, select: &str, is_new: &str) -> Outcome<Option<Rows>> {
    let copy = format!("COPY ({select}) TO STDOUT");
    let chunks = connection.copy_out_raw(&copy).await.map_err(said)?;
    let text = chunks.try_fold(Vec::new(), |mut text, chunk| async move {
        text.extend_from_slice(&chunk);
        Ok(text)
    });
    let text = text.await.map_err(said)?;
    if text.is_empty() {
        return Ok(None);
    }
    let like = format!(
        "CREATE TABLE again.{table} (LIKE public.{table} INCLUDING ALL); \
         INSERT INTO again.{table} OVERRIDING SYSTEM VALUE SELECT * FROM public.{table} WHERE NOT ({is_new})"
    );
    run(connection, like).await?;
    // COPY writes a line break inside of a value as \n.
    let count = text.iter().filter(|byte| **byte == b'\n').count() as u64;
    Ok(Some(Rows { table: table.to_owned(), text, count }))
}

/// A copy of a file nobody writes to, with its log, in a folder of its own.
fn copied(file: &str) -> Outcome<PathBuf> {
    let file = Path::new(file);
    let folder = file.with_extension("before");
    let copy = folder.join("copy.db");
    std::fs::create_dir_all(&folder).map_err(said)?;
    std::fs::copy(file, &copy).map_err(said)?;
    let log = |file: &Path| PathBuf::from(format!("{}-wal", file.display()));
    if log(file).exists() {
        std::fs::copy(log(file), log(&copy)).map_err(said)?;
    }
    Ok(copy)
}

async fn insert(before: &Path, now: &str) -> Outcome<Again> {
    let Conn::Lite(mut connection) = Conn::open(&format!("sqlite:{}", before.display())).await? else {
        return Err("a file is SQLite's".to_owned());
    };
    lite(&mut connection, format!("ATTACH '{now}' AS present")).await?;
    let tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.map_err(said)?;
    let (mut inserts, mut rows) = (Vec::new(), 0);
    for table in tables {
        let fresh = format!(
            "CREATE TEMP TABLE fresh_{table} AS SELECT rowid AS place_, * FROM present.{table} \
             EXCEPT SELECT rowid, * FROM main.{table}"
        );
        lite(&mut connection, fresh).await?;
        let count = sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM fresh_{table}"))).fetch_one(&mut connection).await;
        let count: i64 = count.and_then(|row| row.try_get(0)).map_err(said)?;
        if count == 0 {
            continue;
        }
        rows += count.unsigned_abs();
        lite(&mut connection, format!("DELETE FROM main.{table} WHERE rowid IN (SELECT place_ FROM fresh_{table})")).await?;
        let columns = format!("SELECT group_concat('\"' || name || '\"', ', ') FROM pragma_table_info('{table}')");
        let columns: String = sqlx::query_scalar(AssertSqlSafe(columns)).fetch_one(&mut connection).await.map_err(said)?;
        inserts.push(format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM fresh_{table}"));
    }
    let start = Instant::now();
    lite(&mut connection, "BEGIN IMMEDIATE".to_owned()).await?;
    for sql in inserts {
        lite(&mut connection, sql).await?;
    }
    lite(&mut connection, "COMMIT".to_owned()).await?;
    Ok(Again { rows, secs: start.elapsed().as_secs_f64() })
}

async fn lite(connection: &mut SqliteConnection, sql: String) -> Outcome<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop).map_err(said)
}
