//! Where a service keeps its rows.

use std::time::Duration;

use quittance_types::{Fault, Reason};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Backend;

/// Where the database is and how patient the service is with it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSettings {
    /// `sqlite:<path>` or `postgres://user:password@host:port/database`. On PostgreSQL a role without BYPASSRLS.
    pub url: SecretString,
    /// PostgreSQL only: the role that owns the tables and runs the migrations. Defaults to `url`.
    pub owner_url: Option<SecretString>,
    /// Connections for requests: all of them on PostgreSQL, readers beside the one writer on SQLite.
    pub connections: u32,
    /// How long a request waits for a free connection, in milliseconds, before DB_POOL_EXHAUSTED.
    pub acquire_timeout_ms: u64,
    /// PostgreSQL only: longest statement in milliseconds.
    pub statement_timeout_ms: u64,
    /// Longest wait for a row lock, or for the SQLite file lock, in milliseconds.
    pub lock_timeout_ms: u64,
    /// PostgreSQL only: longest pause inside a transaction in milliseconds.
    pub idle_in_transaction_timeout_ms: u64,
    /// PostgreSQL only: partition groups of one followed log, each of which one replica works on at a time.
    pub partition_groups: u16,
}

impl Default for DatabaseSettings {
    fn default() -> DatabaseSettings {
        DatabaseSettings {
            url: SecretString::from("sqlite:data/quittance.db"),
            owner_url: None,
            connections: 8,
            acquire_timeout_ms: 1_000,
            statement_timeout_ms: 5_000,
            lock_timeout_ms: 2_000,
            idle_in_transaction_timeout_ms: 15_000,
            partition_groups: 2,
        }
    }
}

impl DatabaseSettings {
    /// The default settings for the database at `url`.
    #[must_use]
    pub fn at(url: impl Into<String>) -> DatabaseSettings {
        DatabaseSettings { url: SecretString::from(url.into()), ..DatabaseSettings::default() }
    }

    /// Which database the URL names.
    ///
    /// # Errors
    /// CONFIG_INVALID if the URL is neither of the two.
    pub fn backend(&self) -> Result<Backend, Fault> {
        let url = self.url.expose_secret();
        if url.starts_with("sqlite:") {
            return Ok(Backend::Sqlite);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Backend::Postgres);
        }
        Err(Fault::new(Reason::ConfigInvalid, "database.url must start with sqlite: or postgres://"))
    }

    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    pub(crate) fn lock_timeout(&self) -> Duration {
        Duration::from_millis(self.lock_timeout_ms)
    }
}
