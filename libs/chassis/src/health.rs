//! `grpc.health.v1` on a plaintext port of its own, for probes that can do neither TLS nor tokens.
//!
//! The empty name means the process is alive. `readiness`, and every service by its full name, mean that calls should
//! be sent here: migrated, own database answering, not stopping. Peers never count: the event log absorbs their absence.

use std::time::Duration;

use quittance_types::{Fault, Reason};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::pb::health_check_response::ServingStatus as WireStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_health::server::HealthReporter;

use crate::db::Db;

/// The name under which readiness is asked for.
pub const READINESS: &str = "readiness";

const CHECK_EVERY: Duration = Duration::from_secs(2);
const CHECK_WITHIN: Duration = Duration::from_secs(5);

/// Watches whether this process should get calls.
pub struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
    stop: CancellationToken,
    watcher: JoinHandle<()>,
}

impl Health {
    /// Begins watching the database. Ready from the first successful look on, which is taken here.
    pub async fn watch(db: Db, services: &[&'static str]) -> (Health, Routes) {
        let (reporter, server) = tonic_health::server::health_reporter();
        let mut names = vec![READINESS];
        names.extend_from_slice(services);
        reporter.set_service_status("", ServingStatus::Serving).await;
        report(&reporter, &names, reachable(&db).await).await;
        let stop = CancellationToken::new();
        let watcher = tokio::spawn(keep_watching(db, reporter.clone(), names.clone(), stop.clone()));
        (Health { reporter, names, stop, watcher }, Routes::new(server))
    }

    /// Says from now on that calls should go elsewhere.
    pub async fn withdraw(&mut self) {
        self.stop.cancel();
        // A look that is under way must not report after this.
        let _ = (&mut self.watcher).await;
        report(&self.reporter, &self.names, false).await;
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        self.watcher.abort();
    }
}

async fn keep_watching(db: Db, reporter: HealthReporter, names: Vec<&'static str>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CHECK_EVERY) => {}
        }
        let ready = reachable(&db).await;
        if stop.is_cancelled() {
            return;
        }
        report(&reporter, &names, ready).await;
    }
}

async fn reachable(db: &Db) -> bool {
    let answered = tokio::time::timeout(CHECK_WITHIN, db.ping()).await;
    let ready = matches!(answered, Ok(Ok(())));
    if !ready {
        tracing::warn!("not ready: the database does not answer");
    }
    ready
}

async fn report(reporter: &HealthReporter, names: &[&'static str], ready: bool) {
    let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
    for name in names {
        reporter.set_service_status(*name, status).await;
    }
}

/// Asks the health port at `address` (`host:port`) about `service`, as a probe does.
///
/// # Errors
/// `SERVICE_UNAVAILABLE` if nobody answers or the answer is not SERVING.
pub async fn probe(address: &str, service: &str) -> Result<(), Fault> {
    let unavailable = |detail: String| Fault::new(Reason::ServiceUnavailable, format!("{address} is not ready")).detail(detail);
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).map_err(|cause| unavailable(cause.to_string()))?;
    let endpoint = endpoint.connect_timeout(CHECK_WITHIN).timeout(CHECK_WITHIN);
    let channel = endpoint.connect().await.map_err(|cause| unavailable(cause.to_string()))?;
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer: HealthCheckResponse =
        HealthClient::new(channel).check(request).await.map_err(|status| unavailable(status.to_string()))?.into_inner();
    if answer.status() == WireStatus::Serving { Ok(()) } else { Err(unavailable(format!("{:?}", answer.status()))) }
}
