//! The same test on both databases.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use crate::Backend;

/// Runs `body` on SQLite and then on PostgreSQL, both even when the first fails, and says which failed.
///
/// ```ignore
/// #[tokio::test]
/// async fn an_order_is_accepted() {
///     testkit::on_both(|backend| async move {
///         let harness = Harness::<Invoicing>::start(backend).await;
///         ...
///     })
///     .await;
/// }
/// ```
///
/// # Panics
/// When `body` does, with the name of the database in front of its message.
pub async fn on_both<F: Future<Output = ()>>(body: impl Fn(Backend) -> F) {
    let mut failures = Vec::new();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        if let Err(panic) = AssertUnwindSafe(async { body(backend).await }).catch_unwind().await {
            failures.push(format!("on {}: {}", name(backend), message(panic.as_ref())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The name people know the database by.
#[must_use]
pub fn name(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a message")
}
