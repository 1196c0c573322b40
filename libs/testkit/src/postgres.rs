//! PostgreSQL for tests: one throw-away server per test process, one fresh database per test.

mod admin;
mod binaries;
mod server;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use tokio::sync::OnceCell;

pub use server::Server;

/// The role that owns tables and runs migrations: no superuser, so that row-level security binds it too.
const OWNER: &str = "quittance_owner";
/// The role services work under: cannot bypass row-level security.
const APP: &str = "quittance_app";

/// A database of its own for one test; dropped when this value is.
#[derive(Debug)]
pub struct Database {
    name: String,
    server: &'static Server,
}

impl Database {
    /// For migrations: the role that owns the database.
    #[must_use]
    pub fn owner_url(&self) -> String {
        self.server.url(OWNER, &self.name)
    }

    /// For the service: the role `quittance_app`, LOGIN NOSUPERUSER NOBYPASSRLS.
    #[must_use]
    pub fn app_url(&self) -> String {
        self.server.url(APP, &self.name)
    }

    /// A copy of it, which nobody may be connected to meanwhile.
    ///
    /// # Panics
    /// When somebody is.
    pub async fn copy(&self) -> Self {
        create(&format!("OWNER {OWNER} TEMPLATE {}", self.name)).await
    }

    /// For checks behind the service's back: a superuser, who sees the rows of all tenants.
    #[must_use]
    pub fn superuser_url(&self) -> String {
        self.server.superuser_url(&self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        admin::execute_later(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// An empty database.
///
/// # Panics
/// When PostgreSQL is not installed or refuses; the message says what to do.
pub async fn fresh_database() -> Database {
    create_roles().await;
    create(&format!("OWNER {OWNER}")).await
}

/// A copy of the database that `prepare` made for this `key`; it is prepared once per process and copied from then on.
///
/// `prepare` must close its connections: a database in use cannot be copied.
///
/// # Panics
/// When PostgreSQL is not installed or refuses; the message says what to do.
pub async fn database_like(key: &str, prepare: impl AsyncFnOnce(&Database)) -> Database {
    static TEMPLATES: LazyLock<Mutex<HashMap<String, Arc<OnceCell<Database>>>>> = LazyLock::new(Mutex::default);
    let cell = {
        let mut templates = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(templates.entry(key.to_owned()).or_default())
    };
    let make = async || {
        let template = fresh_database().await;
        prepare(&template).await;
        template
    };
    let template = cell.get_or_init(make).await;
    create(&format!("OWNER {OWNER} TEMPLATE {}", template.name)).await
}

async fn create(options: &str) -> Database {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    must(admin::execute(format!("CREATE DATABASE {name} {options}")).await);
    Database { name, server: Server::shared() }
}

async fn create_roles() {
    static ROLES: OnceCell<()> = OnceCell::const_new();
    ROLES
        .get_or_init(async || {
            for role in [OWNER, APP] {
                must(admin::execute(format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")).await);
            }
        })
        .await;
}

fn must(result: Result<(), String>) {
    if let Err(problem) = result {
        panic!("the test server refused: {problem}");
    }
}
