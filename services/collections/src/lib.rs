//! Collections: who owes what since when, and what is done about it. It owns strategies, dunning, promises to pay, disputes
//! and pauses of contact.

pub mod domain;
mod inbox;
mod jobs;
mod letters;
mod mail;
mod migrations;
mod rpc;
mod store;
mod wire;

use std::{sync::Arc, time::Duration};

use quittance_api::collections::v1::{
    analytics_service_server::AnalyticsServiceServer, dispute_service_server::DisputeServiceServer,
    dunning_service_server::DunningServiceServer, promise_service_server::PromiseServiceServer,
    strategy_service_server::StrategyServiceServer,
};
use quittance_chassis::{
    config::invalid,
    jobs::{Job, JobCtx},
    migrate::Migration,
    service::{App, Assembly, Service},
};
use quittance_types::Fault;
use serde::Deserialize;

use crate::{
    jobs::{
        deliver_notices::{self, Urgency},
        evaluate_promises,
    },
    mail::{MailSettings, Mailer},
};

/// The service.
pub struct Collections;

/// What `[service]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Seconds between two runs of the job that decides promises; 0 switches it off.
    pub evaluate_every_seconds: u64,
    /// Seconds between two runs of the job that sends notices; 0 switches it off.
    pub deliver_every_seconds: u64,
    /// Days after the promised day within which the money may still arrive.
    pub promise_tolerance_days: i32,
    /// How letters leave.
    pub mail: MailSettings,
}

impl Service for Collections {
    const NAME: &'static str = "collections";
    const CONFIG: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        migrations::all()
    }

    fn check(settings: &Settings) -> Result<(), Fault> {
        if !(0..=60).contains(&settings.promise_tolerance_days) {
            return Err(invalid("service.promise_tolerance_days", "between 0 and 60"));
        }
        Mailer::new(&settings.mail).map(drop)
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let (db, page_tokens, settings) = (app.db.clone(), app.page_tokens.clone(), &app.settings);
        let mailer = Arc::new(Mailer::new(&settings.mail)?);
        let tolerance_days = settings.promise_tolerance_days;
        let mut assembly = Assembly::new()
            .grpc(AnalyticsServiceServer::new(rpc::analytics::AnalyticsRpc { db: db.clone(), page_tokens: page_tokens.clone() }))
            .grpc(StrategyServiceServer::new(rpc::strategies::StrategyRpc { db: db.clone() }))
            .grpc(PromiseServiceServer::new(rpc::promises::PromiseRpc { db: db.clone(), page_tokens: page_tokens.clone(), tolerance_days }))
            .grpc(DisputeServiceServer::new(rpc::disputes::DisputeRpc { db: db.clone(), page_tokens: page_tokens.clone() }))
            .grpc(DunningServiceServer::new(rpc::dunning::DunningRpc { db, page_tokens, mailer: Arc::clone(&mailer) }))
            .follow("credit", inbox::credit::inbox())
            .follow("reconciliation", inbox::reconciliation::inbox());
        if settings.evaluate_every_seconds > 0 {
            assembly = assembly.job(Job::new("evaluate-promises", Duration::from_secs(settings.evaluate_every_seconds), evaluate));
        }
        if settings.deliver_every_seconds > 0 {
            let run = move |job| deliver(job, Arc::clone(&mailer));
            assembly = assembly.job(Job::new("deliver-notices", Duration::from_secs(settings.deliver_every_seconds), run));
        }
        Ok(assembly)
    }
}

async fn evaluate(job: JobCtx) -> Result<(), Fault> {
    for tenant in job.tenants("promise").await? {
        let body = |tx, ()| async move { evaluate_promises::batch(&tx, tx.today()).await };
        while !job.stop.is_cancelled() && !job.db.write(job.tenant(tenant), (), body).await?.is_empty() {}
    }
    Ok(())
}

async fn deliver(job: JobCtx, mailer: Arc<Mailer>) -> Result<(), Fault> {
    for tenant in job.tenants("notice").await? {
        let ctx = job.tenant(tenant);
        if !job.stop.is_cancelled() {
            deliver_notices::run(&job.db, &ctx, &mailer, Urgency::WhenDue).await?;
        }
    }
    Ok(())
}
