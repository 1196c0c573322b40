//! PostgreSQL: the pools and the server settings every connection asks for.

use std::str::FromStr;
use std::time::Duration;

use quittance_types::{Fault, Reason};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};

use super::pool::{Pool, PoolLimits};
use super::{DatabaseSettings, Lane, PostgresPool, acquire_fault, driver_fault};

const STATEMENTS_CACHED: usize = 512;
/// Sequencer, event streams, leases: short statements, a few at a time.
const BACKGROUND_CONNECTIONS: u32 = 3;
const MAX_AGE: Duration = Duration::from_secs(1_800);

pub(crate) struct Postgres {
    requests: PostgresPool,
    background: PostgresPool,
    /// The role that owns the tables, for migrations.
    owner: PgConnectOptions,
    /// The role of the service, for grants.
    role: String,
}

impl Postgres {
    pub(crate) async fn open(settings: &DatabaseSettings) -> Result<Postgres, Fault> {
        let options = parse(&settings.url)?;
        let owner = parse(settings.owner_url.as_ref().unwrap_or(&settings.url))?;
        let role = options.get_username().to_owned();
        let options = limited(options, settings);
        let requests = pool(settings.connections, settings, options.clone());
        let background = pool(BACKGROUND_CONNECTIONS, settings, options);
        // One connection now: a wrong password should stop the start, not the first request.
        requests.acquire().await.map_err(acquire_fault)?.give_back();
        Ok(Postgres { requests, background, owner, role })
    }

    pub(crate) fn pool(&self, lane: Lane) -> &PostgresPool {
        match lane {
            Lane::Request => &self.requests,
            Lane::Background => &self.background,
        }
    }

    pub(crate) fn forget_idle(&self) {
        self.requests.forget_idle();
        self.background.forget_idle();
    }

    pub(crate) async fn close(&self) {
        self.requests.close().await;
        self.background.close().await;
    }

    /// The role the service works under.
    pub(crate) fn role(&self) -> &str {
        &self.role
    }

    /// True if the tables belong to another role than the service's own.
    pub(crate) fn has_owner(&self) -> bool {
        self.owner.get_username() != self.role
    }

    /// A connection of the owner, without statement limits.
    pub(crate) async fn connect_owner(&self) -> Result<PgConnection, Fault> {
        self.owner.connect().await.map_err(|error| driver_fault(&error))
    }
}

fn parse(url: &SecretString) -> Result<PgConnectOptions, Fault> {
    let options = PgConnectOptions::from_str(url.expose_secret())
        .map_err(|_| Fault::new(Reason::ConfigInvalid, "database.url is not a PostgreSQL URL"))?;
    Ok(options.application_name("quittance").statement_cache_capacity(STATEMENTS_CACHED).disable_statement_logging())
}

fn limited(options: PgConnectOptions, settings: &DatabaseSettings) -> PgConnectOptions {
    options.options([
        ("statement_timeout", settings.statement_timeout_ms.to_string()),
        ("lock_timeout", settings.lock_timeout_ms.to_string()),
        ("idle_in_transaction_session_timeout", settings.idle_in_transaction_timeout_ms.to_string()),
        ("synchronous_commit", "on".to_owned()),
        // A plan made while a table was empty scans it, and would be kept when it has grown.
        ("plan_cache_mode", "force_custom_plan".to_owned()),
        // An index look-up on solid state costs about what a page of a scan does.
        ("random_page_cost", "1.1".to_owned()),
    ])
}

fn pool(size: u32, settings: &DatabaseSettings, options: PgConnectOptions) -> PostgresPool {
    let limits = PoolLimits { size, acquire_timeout: settings.acquire_timeout(), max_age: MAX_AGE };
    Pool::new(
        limits,
        Box::new(move || {
            let options = options.clone();
            Box::pin(async move { options.connect().await })
        }),
    )
}
