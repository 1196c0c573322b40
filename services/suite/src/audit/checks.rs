//! Invariants within one database, as queries for what contradicts them. Their numbers are those of the invariant list.

mod collections;
mod credit;
mod every;
mod invoicing;
mod payments;
mod reconciliation;

use quittance_chassis::Backend;

/// A query whose every row is a violation.
pub(super) struct Check {
    /// Number in the list of invariants; empty where it has none.
    pub(super) code: &'static str,
    /// What it claims.
    pub(super) name: &'static str,
    query: Query,
}

/// Finds what contradicts.
enum Query {
    /// On both databases.
    Portable(&'static str),
    /// Where catalogs are asked.
    Each { sqlite: &'static str, postgres: &'static str },
}

const fn check(code: &'static str, name: &'static str, sql: &'static str) -> Check {
    Check { code, name, query: Query::Portable(sql) }
}

const fn each(code: &'static str, name: &'static str, sqlite: &'static str, postgres: &'static str) -> Check {
    Check { code, name, query: Query::Each { sqlite, postgres } }
}

impl Check {
    /// The query for one kind of database.
    pub(super) fn sql(&self, backend: Backend) -> String {
        match (&self.query, backend) {
            (Query::Portable(sql), _) => portable(sql, backend),
            (Query::Each { sqlite, .. }, Backend::Sqlite) => (*sqlite).to_owned(),
            (Query::Each { postgres, .. }, Backend::Postgres) => (*postgres).to_owned(),
        }
    }
}

/// Writes `{hex:column}`, the digits of an id, as the database writes them.
pub(super) fn portable(sql: &str, backend: Backend) -> String {
    let mut parts = sql.split("{hex:");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (column, rest) = part.split_once('}').unwrap_or((part, ""));
        text += &match backend {
            Backend::Sqlite => format!("LOWER(HEX({column}))"),
            Backend::Postgres => format!("REPLACE(CAST({column} AS TEXT), '-', '')"),
        };
        text += rest;
    }
    text
}

/// The checks of one service's own tables.
pub(super) fn of(service: &str) -> &'static [Check] {
    match service {
        "credit" => credit::ALL,
        "invoicing" => invoicing::ALL,
        "payments" => payments::ALL,
        "reconciliation" => reconciliation::ALL,
        "collections" => collections::ALL,
        _ => &[],
    }
}

/// The checks that hold in every database.
pub(super) const EVERYWHERE: &[Check] = every::ALL;
