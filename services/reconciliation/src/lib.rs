//! Reconciliation: whose money it is and what it pays. It owns bank accounts, statements, receipts, open items,
//! applications and the double-entry journal.
//!
//! Reading order: [`domain::subledger`] (what may happen to items and receipts, and what it posts), [`ledgers`] and
//! `jobs::matching` (whose money a line is), `importing` (from a bank file to posted lines), `store::books` (loading and saving a
//! subledger), `inbox` (what other services tell us), `rpc` (what callers ask of us).

mod decisions;
pub mod domain;
mod importing;
pub mod inbox;
mod jobs;
mod ledgers;
mod migrations;
mod rpc;
mod store;
mod wire;

use std::time::Duration;

use quittance_api::reconciliation::v1::bank_service_server::BankServiceServer;
use quittance_api::reconciliation::v1::deduction_service_server::DeductionServiceServer;
use quittance_api::reconciliation::v1::exception_service_server::ExceptionServiceServer;
use quittance_api::reconciliation::v1::ledger_service_server::LedgerServiceServer;
use quittance_api::reconciliation::v1::match_policy_service_server::MatchPolicyServiceServer;
use quittance_api::reconciliation::v1::match_service_server::MatchServiceServer;
use quittance_api::reconciliation::v1::open_item_service_server::OpenItemServiceServer;
use quittance_api::reconciliation::v1::receipt_service_server::ReceiptServiceServer;
use quittance_api::reconciliation::v1::remittance_service_server::RemittanceServiceServer;
use quittance_api::reconciliation::v1::statement_service_server::StatementServiceServer;
use quittance_chassis::jobs::{Job, JobCtx};
use quittance_chassis::service::{App, Assembly, Service};
use quittance_chassis::{Migration, Tx, request};
use quittance_types::{Fault, Reason, TenantId};
use serde::Deserialize;

use domain::item::Terms;
use jobs::match_runs::Worker;
use jobs::matching::{self, Mode, Portion, Run};
use ledgers::Ledgers;

/// The service.
pub struct Reconciliation;

/// What `[service]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Days after the last discount day on which a payment still gets its discount.
    pub discount_grace_days: i32,
    /// Seconds between two runs of the matching job; 0 switches it off.
    pub match_every_seconds: u64,
    /// Items and customers the engine holds in memory, over all sellers.
    pub index_records: usize,
}

/// More grace than this is no grace.
const MAX_GRACE_DAYS: i32 = 60;

impl Settings {
    fn terms(&self) -> Terms {
        Terms { discount_grace_days: self.discount_grace_days }
    }
}

impl Service for Reconciliation {
    const NAME: &'static str = "reconciliation";
    const CONFIG: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        migrations::all()
    }

    fn check(settings: &Settings) -> Result<(), Fault> {
        if (0..=MAX_GRACE_DAYS).contains(&settings.discount_grace_days) {
            return Ok(());
        }
        Err(Fault::new(Reason::ConfigInvalid, format!("service.discount_grace_days must be 0 to {MAX_GRACE_DAYS}")))
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let (db, page_tokens, terms) = (app.db.clone(), app.page_tokens.clone(), app.settings.terms());
        let ledgers = Ledgers::new(app.settings.index_records, app.settings.discount_grace_days);
        let worker = Worker::new(db.clone(), ledgers.clone());
        let trials = ledgers.clone();
        let remittance = rpc::remittance::RemittanceRpc { db: db.clone(), page_tokens: page_tokens.clone() };
        let statements = rpc::statements::StatementRpc {
            db: db.clone(),
            clock: app.clock.clone(),
            page_tokens: page_tokens.clone(),
            ledgers: ledgers.clone(),
        };
        let assembly = Assembly::new()
            .grpc(BankServiceServer::new(rpc::bank_accounts::BankRpc { db: db.clone(), page_tokens: page_tokens.clone() }))
            .grpc(StatementServiceServer::new(statements).max_decoding_message_size(rpc::file::MAX_MESSAGE))
            .grpc(MatchPolicyServiceServer::new(rpc::match_policies::MatchPolicyRpc {
                db: db.clone(),
                page_tokens: page_tokens.clone(),
                ledgers: ledgers.clone(),
            }))
            .grpc(RemittanceServiceServer::new(remittance).max_decoding_message_size(rpc::file::MAX_MESSAGE))
            .grpc(OpenItemServiceServer::new(rpc::open_items::OpenItemRpc { db: db.clone(), page_tokens: page_tokens.clone() }))
            .grpc(ExceptionServiceServer::new(rpc::exceptions::ExceptionRpc {
                db: db.clone(),
                page_tokens: page_tokens.clone(),
                ledgers: ledgers.clone(),
            }))
            .grpc(DeductionServiceServer::new(rpc::deductions::DeductionRpc { db: db.clone(), page_tokens: page_tokens.clone() }))
            .grpc(ReceiptServiceServer::new(rpc::receipts::ReceiptRpc::new(db.clone(), page_tokens.clone())))
            .grpc(MatchServiceServer::new(rpc::matching::MatchRpc {
                db: db.clone(),
                page_tokens: page_tokens.clone(),
                ledgers: ledgers.clone(),
                worker: worker.clone(),
            }))
            .beside(move |stop| async move {
                // A portion under way is a transaction of its own: it commits or it does not.
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = worker.work() => {}
                }
            })
            .job(Job::new("try-match-policies", TRIAL_TICK, move |job| jobs::trial::run(job, trials.clone())))
            .grpc(LedgerServiceServer::new(rpc::ledger::LedgerRpc { db, page_tokens }))
            .follow("invoicing", inbox::invoicing::inbox())
            .follow("credit", inbox::credit::inbox())
            .follow("payments", inbox::payments::inbox(terms))
            .follow("collections", inbox::collections::inbox());
        Ok(match app.settings.match_every_seconds {
            0 => assembly,
            seconds => assembly.job(Job::new("match-lines", Duration::from_secs(seconds), move |job| match_lines(job, ledgers.clone()))),
        })
    }
}

/// Matches what waits, for every tenant, in portions that commit one by one.
async fn match_lines(job: JobCtx, ledgers: Ledgers) -> Result<(), Fault> {
    for tenant in job.tenants("bank_line").await? {
        if let Err(fault) = match_tenant(&job, tenant, &ledgers).await {
            tracing::error!(%tenant, %fault, "lines of a tenant could not be matched; those of others go on");
        }
    }
    Ok(())
}

async fn match_tenant(job: &JobCtx, tenant: TenantId, ledgers: &Ledgers) -> Result<(), Fault> {
    matching::prepare(&job.db, job.tenant(tenant), ledgers).await?;
    let mut after = None;
    loop {
        if job.stop.is_cancelled() {
            return Ok(());
        }
        let body = |tx: Tx, (ledgers, after)| async move {
            let run = Run { ledgers, as_of: request::as_of(&tx, None)?, mode: Mode::Store };
            let portion = Portion { seller: None, news_at: matching::news_at(&tx).await?, after, limit: PORTION };
            matching::portion(&tx, &run, portion).await
        };
        let matched = job.db.write(job.tenant(tenant), (ledgers.clone(), after), body).await?;
        ledgers.take_over(matched.effects).await;
        after = matched.last;
        if !matched.more {
            return Ok(());
        }
    }
}

/// How soon a proposed policy is tried.
const TRIAL_TICK: Duration = Duration::from_secs(1);
/// Lines the job matches in one transaction.
const PORTION: u64 = 1_000;
