//! The helpers that run test bodies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use quittance_testkit::{Backend, on_both, race};

#[tokio::test]
async fn a_failure_names_its_database_and_does_not_hide_the_other() {
    let runs = AtomicUsize::new(0);
    let body = |backend: Backend| {
        runs.fetch_add(1, Ordering::SeqCst);
        async move { assert!(backend == Backend::Postgres, "rounded wrongly") }
    };
    let panic = AssertUnwindSafe(on_both(body)).catch_unwind().await.unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "on SQLite: rounded wrongly");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    on_both(|_| async {}).await;
}

#[tokio::test]
async fn runners_start_together_and_finish_in_order() {
    let running = Arc::new(AtomicUsize::new(0));
    let results = race(16, |index| {
        let running = Arc::clone(&running);
        async move {
            running.fetch_add(1, Ordering::SeqCst);
            while running.load(Ordering::SeqCst) < 16 {
                tokio::task::yield_now().await;
            }
            index * 10
        }
    })
    .await;
    assert_eq!(results, (0..16).map(|index| index * 10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_panicking_runner_fails_the_race() {
    let outcome = AssertUnwindSafe(race(3, |index| async move { assert!(index != 1, "lost") })).catch_unwind().await;
    assert!(outcome.is_err());
}
