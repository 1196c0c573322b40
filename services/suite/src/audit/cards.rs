//! Payment card numbers, which must not be anywhere.

use std::collections::BTreeMap;

use quittance_chassis::{
    Backend,
    db::{Db, RowExt},
    tx::Tx,
};
use quittance_types::{Fault, text::contains_card_number};

use super::Finding;

/// Rows looked at by one query.
const PAGE: i64 = 5_000;
const DIGITS: &str = "[0-9]([ -]?[0-9]){12}";

/// Tables and their columns with text. Bank files are kept as they came; what is read from them is masked. A trace id is
/// chance alone.
fn columns(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => {
            "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.type LIKE 'TEXT%' AND c.name <> 'traceparent' ORDER BY 1, 2"
        }
        Backend::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND data_type = 'text' AND column_name <> 'traceparent' ORDER BY 1, 2"
        }
    }
}

/// One page of rows, their columns a line each, with the place of the row.
fn rows(backend: Backend, table: &str, columns: &[String]) -> String {
    match backend {
        Backend::Sqlite => {
            let text: Vec<String> = columns.iter().map(|column| format!("COALESCE({column}, '')")).collect();
            let text = text.join(" || char(10) || ");
            format!("SELECT rowid AS place, {text} AS text FROM \"{table}\" WHERE rowid > $1 ORDER BY rowid LIMIT {PAGE}")
        }
        // Only what has thirteen digits in a row or in groups; the place of a row is its page and line.
        Backend::Postgres => format!(
            "SELECT place, text FROM (SELECT (ctid::text::point)[0]::bigint * 65536 + (ctid::text::point)[1]::bigint AS place, \
             concat_ws(chr(10), {}) AS text FROM \"{table}\") AS found WHERE place > $1 AND text ~ '{DIGITS}' ORDER BY place LIMIT {PAGE}",
            columns.join(", ")
        ),
    }
}

/// Looks through every database.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let mut violations = 0;
    for (_, db) in databases {
        let backend = db.backend();
        for (table, columns) in db.read_system("audit", columns(backend), named).await? {
            let sql = rows(backend, &table, &columns);
            let mut after = -1_i64;
            loop {
                let (found, last) =
                    db.read_system("audit", (sql.clone(), after), |tx, (sql, after)| looked_through(tx, sql, after)).await?;
                violations += found;
                let Some(last) = last else { break };
                after = last;
            }
        }
    }
    Ok(vec![Finding { code: "I32", name: "no payment card number stands in a text", violations }])
}

async fn named(tx: Tx, sql: &'static str) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in tx.all(sql, Vec::new()).await? {
        tables.entry(row.value("table_name")?).or_default().push(row.value("column_name")?);
    }
    Ok(tables)
}

async fn looked_through(tx: Tx, sql: String, after: i64) -> Result<(i64, Option<i64>), Fault> {
    let (mut found, mut last) = (0, None);
    for row in tx.all(&sql, vec![after.into()]).await? {
        last = Some(row.value("place")?);
        found += i64::from(contains_card_number(&row.value::<String>("text")?));
    }
    Ok((found, last))
}
