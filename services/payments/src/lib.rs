//! Payments: money collected over a rail, what becomes of it, and what is given back.

mod directory;
pub mod domain;
mod inbox;
mod jobs;
mod migrations;
mod rpc;
mod store;
mod wire;

use std::time::Duration;

use quittance_api::payments::v1::{payment_service_server::PaymentServiceServer, refund_service_server::RefundServiceServer};
use quittance_chassis::{
    jobs::{Job, JobCtx},
    migrate::Migration,
    service::{App, Assembly, Service},
};
use quittance_types::Fault;
use serde::Deserialize;

/// The service.
pub struct Payments;

/// What `[service]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Seconds between two runs of the sync job; 0 switches it off.
    pub sync_every_seconds: u64,
}

impl Service for Payments {
    const NAME: &'static str = "payments";
    const CONFIG: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        migrations::all()
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let (db, page_tokens) = (app.db.clone(), app.page_tokens.clone());
        let assembly = Assembly::new()
            .grpc(PaymentServiceServer::new(rpc::payments::PaymentRpc {
                db: db.clone(),
                page_tokens: page_tokens.clone(),
                credit: app.peers.wire("credit"),
            }))
            .grpc(RefundServiceServer::new(rpc::refunds::RefundRpc { db, page_tokens }))
            .follow("credit", inbox::credit());
        Ok(match app.settings.sync_every_seconds {
            0 => assembly,
            seconds => assembly.job(Job::new("sync-payments", Duration::from_secs(seconds), sync)),
        })
    }
}

async fn sync(job: JobCtx) -> Result<(), Fault> {
    for tenant in job.tenants("payment").await? {
        let body = |tx, ()| async move { jobs::sync_payments::run(&tx, quittance_chassis::request::as_of(&tx, None)?).await };
        while !job.stop.is_cancelled() && job.db.write(job.tenant(tenant), (), body).await?.moved() {}
    }
    Ok(())
}
