//! Everything in one process: a SQLite file per service, calls without sockets, one door for people.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use quittance_chassis::{
    Clock, Permissions, Principal,
    auth::{GATEWAY, KeyRing},
    client::{Peers, Switchboard},
    config::{LogFormat, TelemetrySettings},
    db::Db,
    files::create_private_folder,
    node::{Node, RunningNode},
    service::{self, Service},
    shutdown, telemetry,
};
use quittance_collections::Collections;
use quittance_credit::Credit;
use quittance_gateway::Gateway;
use quittance_invoicing::Invoicing;
use quittance_payments::Payments;
use quittance_reconciliation::Reconciliation;
use quittance_types::Fault;

use crate::link;

/// The services that have databases, in the order they start.
pub const SERVICES: [&str; 6] = ["credit", "invoicing", "payments", "reconciliation", "collections", GATEWAY];

/// Where and how.
#[derive(Args, Clone)]
#[group(skip)]
pub struct Options {
    /// Where databases, keys and letters are kept.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// Where portal, REST, gRPC and gRPC-Web answer.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// A setting of one service: `collections.service.mail.smtp=...`; may be repeated.
    #[arg(long = "set", value_name = "SERVICE.TABLE.KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Log lines to show, in the syntax of RUST_LOG.
    #[arg(long, default_value = "warn")]
    pub log: String,
    /// Where traces and metrics are sent, OTLP over gRPC: `http://localhost:4317`. Nowhere by default.
    #[arg(long, value_name = "URL", default_value = "")]
    pub otlp: String,
}

/// The suite at work.
pub struct Embedded {
    nodes: Vec<RunningNode>,
    keys: KeyRing,
    switchboard: Switchboard,
    listen: String,
}

/// Whether time-driven jobs run by themselves. A simulated company passes its own dates, so its jobs must not see ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// By the clock of this machine.
    ByClock,
    /// Only when asked, with a date.
    WhenAsked,
}

/// Settings that switch the clock-driven jobs off.
const NO_JOBS: [(&str, &str); 4] = [
    ("credit", "service.expire_every_seconds=0"),
    ("payments", "service.sync_every_seconds=0"),
    ("collections", "service.evaluate_every_seconds=0"),
    ("reconciliation", "service.match_every_seconds=0"),
];

impl Embedded {
    /// Starts every service, then opens the door.
    ///
    /// # Errors
    /// CONFIG_INVALID for settings that do not do or an address that is taken; what a database says.
    pub async fn start(options: &Options, jobs: Jobs) -> Result<Embedded, Fault> {
        create_private_folder(&options.data).map_err(|cause| Fault::internal(format!("{}: {cause}", options.data.display())))?;
        let keys = KeyRing::open_or_generate(&options.data.join("keys"), &SERVICES)?;
        let mut suite = Embedded { nodes: Vec::new(), keys, switchboard: Switchboard::new(), listen: options.listen.clone() };
        suite.add::<Credit>(options, jobs).await?;
        suite.add::<Invoicing>(options, jobs).await?;
        suite.add::<Payments>(options, jobs).await?;
        suite.add::<Reconciliation>(options, jobs).await?;
        suite.add::<Collections>(options, jobs).await?;
        suite.add::<Gateway>(options, jobs).await?;
        Ok(suite)
    }

    async fn add<S: Service>(&mut self, options: &Options, jobs: Jobs) -> Result<(), Fault> {
        let data = options.data.display();
        let mut overrides = vec![
            format!("database.url=sqlite:{data}/{}.db", S::NAME),
            // The one process trusts itself: quotas are for strangers, and the door has its own limits.
            "quota.per_second=1000000".to_owned(),
            "quota.burst=1000000".to_owned(),
        ];
        if jobs == Jobs::WhenAsked {
            overrides.extend(NO_JOBS.iter().filter(|(service, _)| *service == S::NAME).map(|(_, off)| (*off).to_owned()));
        }
        match S::NAME {
            GATEWAY => overrides.push(format!("service.http_address={}", options.listen)),
            "collections" => overrides.push(format!("service.mail.directory={data}/letters")),
            _ => {}
        }
        let own = options.overrides.iter().filter_map(|given| given.strip_prefix(S::NAME)?.strip_prefix('.'));
        overrides.extend(own.map(str::to_owned));
        let settings = service::settings::<S>(|sources| sources.overrides(overrides))?;
        let node = Node::<S>::new(settings).keys(&self.keys).switchboard(&self.switchboard).without_sockets();
        self.nodes.push(node.start().await?);
        Ok(())
    }

    /// The services as the gateway sees them: calls act for the person of their context.
    ///
    /// # Errors
    /// CONFIG_INVALID without the gateway's key.
    pub fn peers(&self) -> Result<Peers, Fault> {
        Ok(Peers::local(&self.switchboard, self.keys.minter(GATEWAY, &Clock::system())?))
    }

    /// The databases by the name of their service.
    pub fn databases(&self) -> Vec<(&'static str, Db)> {
        self.nodes.iter().map(|node| (node.name(), node.db().clone())).collect()
    }

    /// Where the portal is.
    pub fn url(&self) -> String {
        let host = self.listen.rsplit_once(':').map_or(&*self.listen, |(host, _)| host);
        let host = if matches!(host, "127.0.0.1" | "0.0.0.0") { "localhost" } else { host };
        let port = self.nodes.iter().find_map(RunningNode::door).map(|door| format!(":{}", door.port()));
        format!("http://{host}{}", port.unwrap_or_default())
    }

    /// A one-time portal link for an administrator.
    ///
    /// # Errors
    /// INTERNAL_ERROR if signing fails.
    pub fn portal_link(&self) -> Result<String, Fault> {
        let admin = Principal::user("admin", link::embedded_tenant(), Permissions::all());
        link::portal(&self.keys, &admin, &self.url())
    }

    /// Stops everything in order, the door first.
    pub async fn shutdown(self) {
        for node in self.nodes.into_iter().rev() {
            node.shutdown().await;
        }
    }
}

/// Installs logging for a process of people: pretty, and quiet unless asked.
///
/// # Errors
/// CONFIG_INVALID for a filter or an OTLP address that cannot be read.
pub fn logging(options: &Options) -> Result<telemetry::Telemetry, Fault> {
    let settings = TelemetrySettings {
        log_format: LogFormat::Pretty,
        log_filter: options.log.clone(),
        otlp_endpoint: options.otlp.clone(),
        sample_per_mille: 1000,
        metrics_interval_ms: 15_000,
    };
    telemetry::install(&settings, "quittance")
}

/// `quittance serve`.
pub async fn serve(options: Options) -> Result<ExitCode, Fault> {
    let telemetry = logging(&options)?;
    let suite = Embedded::start(&options, Jobs::ByClock).await?;
    println!("Quittance serves at {}", suite.url());
    println!("Portal (once, within 15 minutes): {}", suite.portal_link()?);
    shutdown::requested().await?;
    suite.shutdown().await;
    telemetry.flush().await;
    Ok(ExitCode::SUCCESS)
}
