//! Periodic work runs on one replica at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use quittance_chassis::Job;
use quittance_chassis::jobs::run_jobs;
use quittance_testkit::{Backend, on_both};
use quittance_types::Fault;
use tokio_util::sync::CancellationToken;

use crate::fixture::{fixture, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_runs_on_one_replica_and_survives_its_failures() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let (runs, at_once) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let job = {
            let (runs, at_once) = (Arc::clone(&runs), Arc::clone(&at_once));
            Job::new("count", Duration::from_millis(50), move |_| {
                let (runs, at_once) = (Arc::clone(&runs), Arc::clone(&at_once));
                async move {
                    assert_eq!(at_once.fetch_add(1, Ordering::SeqCst), 0, "two at once");
                    tokio::task::yield_now().await;
                    at_once.fetch_sub(1, Ordering::SeqCst);
                    match runs.fetch_add(1, Ordering::SeqCst) {
                        0 => Err(Fault::internal("the first run fails")),
                        1 => panic!("the second breaks off"),
                        _ => Ok(()),
                    }
                }
            })
        };
        let stop = CancellationToken::new();
        let replicas = if backend == Backend::Postgres { 3 } else { 1 };
        let running: Vec<_> = (0..replicas).map(|_| tokio::spawn(run_jobs(fixture.db.clone(), vec![job.clone()], stop.clone()))).collect();
        until("it has run five times", || async { runs.load(Ordering::SeqCst) >= 5 }).await;
        stop.cancel();
        for replica in running {
            replica.await.unwrap();
        }
        assert_eq!(at_once.load(Ordering::SeqCst), 0);
    })
    .await;
}
