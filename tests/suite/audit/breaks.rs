//! How each check is broken.

mod collections;
mod credit;
mod invoicing;
mod logs;
mod payments;
mod reconciliation;

use std::sync::LazyLock;

use quittance_testkit::{Backend, Store};

/// One change, and who must see it.
pub struct Break {
    /// The name of the check.
    pub check: &'static str,
    /// Whose database is changed.
    pub service: &'static str,
    how: How,
    /// Checks that cannot but see it too.
    pub also: &'static [&'static str],
}

enum How {
    /// Rows are changed; at least one must be.
    Rows(&'static str),
    /// The schema is changed.
    Schema { sqlite: &'static str, postgres: &'static str },
}

impl Break {
    const fn rows(service: &'static str, check: &'static str, sql: &'static str) -> Self {
        Self { check, service, how: How::Rows(sql), also: &[] }
    }

    const fn schema(service: &'static str, check: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { check, service, how: How::Schema { sqlite, postgres }, also: &[] }
    }

    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// Does it; false when there is no row to do it to.
    pub async fn apply(&self, store: &Store, backend: Backend) -> bool {
        match &self.how {
            How::Rows(sql) => return store.tamper(sql).await > 0,
            How::Schema { sqlite, .. } if backend == Backend::Sqlite => store.execute(sqlite).await,
            How::Schema { postgres, .. } => store.execute(postgres).await,
        }
        true
    }
}

/// All of them.
pub static BREAKS: LazyLock<Vec<&'static Break>> = LazyLock::new(|| {
    let tables: [&'static [Break]; 6] =
        [credit::BREAKS, invoicing::BREAKS, payments::BREAKS, reconciliation::BREAKS, collections::BREAKS, logs::BREAKS];
    tables.into_iter().flatten().collect()
});
