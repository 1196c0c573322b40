//! Credit: who may owe how much. It owns the customer master, policies, limits, reservations, exposure and hold cases.

pub mod domain;
mod inbox;
mod jobs;
mod migrations;
mod rpc;
mod store;
mod wire;

use std::time::Duration;

use quittance_api::credit::v1::{
    credit_service_server::CreditServiceServer, customer_service_server::CustomerServiceServer, hold_service_server::HoldServiceServer,
    policy_service_server::PolicyServiceServer,
};
use quittance_chassis::{
    jobs::{Job, JobCtx},
    migrate::Migration,
    request,
    service::{App, Assembly, Service},
};
use quittance_types::Fault;
use serde::Deserialize;

/// The service.
pub struct Credit;

/// What `[service]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Seconds between two runs of the expiry job; 0 switches it off.
    pub expire_every_seconds: u64,
}

impl Service for Credit {
    const NAME: &'static str = "credit";
    const CONFIG: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        migrations::all()
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let (db, page_tokens) = (app.db.clone(), app.page_tokens.clone());
        let assembly = Assembly::new()
            .grpc(CustomerServiceServer::new(rpc::customers::CustomerRpc { db: db.clone(), page_tokens: page_tokens.clone() }))
            .grpc(PolicyServiceServer::new(rpc::policies::PolicyRpc { db: db.clone() }))
            .grpc(CreditServiceServer::new(rpc::credit::CreditRpc::new(db.clone(), page_tokens.clone())))
            .grpc(HoldServiceServer::new(rpc::holds::HoldRpc { db, page_tokens }))
            .follow("invoicing", inbox::invoicing::inbox())
            .follow("reconciliation", inbox::reconciliation::inbox())
            .follow("collections", inbox::collections::inbox());
        Ok(match app.settings.expire_every_seconds {
            0 => assembly,
            seconds => assembly.job(Job::new("expire-reservations", Duration::from_secs(seconds), expire)),
        })
    }
}

async fn expire(job: JobCtx) -> Result<(), Fault> {
    for tenant in job.tenants("reservation").await? {
        let body = |tx, ()| async move { jobs::expire_reservations::run(&tx, request::as_of(&tx, None)?).await };
        while !job.stop.is_cancelled() && job.db.write(job.tenant(tenant), (), body).await? > 0 {}
    }
    Ok(())
}
