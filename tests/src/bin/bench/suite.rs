//! The services as processes of their own, over real sockets, and the wires to them.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{GetHeadRequest, ListCursorsRequest};
use quittance_chassis::auth::{GATEWAY, KeyRing};
use quittance_chassis::client::{Peers, Wire, call_ctx};
use quittance_chassis::config::PeerSettings;
use quittance_chassis::{Clock, Ctx, Permissions, Principal};
use quittance_types::{TenantId, Uuid};
use tokio::time::Instant;
use tonic::Status;

use crate::Outcome;
use crate::machine::{self, Meter};
use crate::node::NAMES;
use crate::postgres::Server;

/// How long events may be on their way.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a call may take: what it takes is what we want to know.
const PATIENT_CALL: Duration = Duration::from_secs(600);
/// Time-driven work would disturb what is measured. Time limits are wide, so that a slow answer is a figure and not an error.
const SETTINGS: [&str; 13] = [
    "health.address=",
    "telemetry.log_filter=error",
    "server.drain_delay_ms=0",
    "server.drain_limit_ms=2000",
    "server.deadline_ms=600000",
    "server.max_deadline_ms=600000",
    "quota.per_second=1000000",
    "quota.burst=1000000",
    "database.statement_timeout_ms=600000",
    "database.acquire_timeout_ms=10000",
    "database.idle_in_transaction_timeout_ms=600000",
    "database.lock_timeout_ms=10000",
    "server.max_wait_ms=5000",
];
const OWN: [(&str, &str); 6] = [
    ("credit", "service.expire_every_seconds=0"),
    ("payments", "service.sync_every_seconds=0"),
    ("collections", "service.evaluate_every_seconds=0"),
    ("collections", "service.deliver_every_seconds=0"),
    ("reconciliation", "service.match_every_seconds=0"),
    ("gateway", "service.http_address="),
];

/// The place of one company on one database, and whichever services run there now.
pub struct Suite {
    /// `postgres` or `sqlite`.
    pub database: &'static str,
    /// The one tenant.
    pub tenant: TenantId,
    folder: PathBuf,
    server: Option<Server>,
    ports: BTreeMap<&'static str, u16>,
    peers: Peers,
    running: BTreeMap<&'static str, Child>,
    /// Highest resident memory seen of each service, MiB.
    pub highest: BTreeMap<&'static str, f64>,
}

impl Suite {
    /// Everything but the services. `server` makes it PostgreSQL.
    pub async fn prepare(folder: &Path, server: Option<Server>) -> Outcome<Suite> {
        let database = if server.is_some() { "postgres" } else { "sqlite" };
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let keys = KeyRing::open_or_generate(&folder.join("keys"), &NAMES).map_err(|fault| fault.to_string())?;
        let mut ports = BTreeMap::new();
        // All at once, so that they differ.
        let listeners: Vec<TcpListener> = NAMES.iter().filter_map(|_| TcpListener::bind("127.0.0.1:0").ok()).collect();
        for (name, listener) in NAMES.iter().zip(&listeners) {
            ports.insert(*name, listener.local_addr().map_err(|error| error.to_string())?.port());
        }
        let peers = ports.iter().map(|(name, port)| ((*name).to_owned(), PeerSettings { address: format!("http://127.0.0.1:{port}") }));
        let minter = keys.minter(GATEWAY, &Clock::system()).map_err(|fault| fault.to_string())?;
        let peers = Peers::remote(peers.collect(), minter);
        let tenant = TenantId::new(Uuid::from_u128(0x6265_6e63_6800_4000_8000_0000_0000_0001));
        let folder = folder.to_owned();
        let suite = Suite { database, tenant, folder, server, ports, peers, running: BTreeMap::new(), highest: BTreeMap::new() };
        if let Some(server) = &suite.server {
            for name in NAMES.iter().chain(["reference", "reference_again"].iter()) {
                server.create(name).await?;
            }
        }
        Ok(suite)
    }

    /// Where a database is, seen past every filter.
    pub fn url(&self, name: &str) -> String {
        match &self.server {
            Some(server) => server.url("postgres", name),
            None => format!("sqlite:{}", self.folder.join(format!("{name}.db")).display()),
        }
    }

    /// Starts services, each in its own process or all of them in one; how long until the last of them gave its first
    /// answer.
    pub async fn start(&mut self, names: &[&'static str], together: bool) -> Outcome<Duration> {
        let start = Instant::now();
        let groups: Vec<Vec<&'static str>> = if together { vec![names.to_vec()] } else { names.iter().map(|name| vec![*name]).collect() };
        for group in groups {
            let child = self.spawn(&group)?;
            if let Some(first) = group.first() {
                self.running.insert(first, child);
            }
        }
        for name in names {
            self.answered(name).await?;
        }
        Ok(start.elapsed())
    }

    fn spawn(&self, names: &[&'static str]) -> Outcome<Child> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.arg("--keys").arg(self.folder.join("keys"));
        for name in names {
            command.args(["--node", name]);
            for setting in self.settings(name) {
                command.args(["--set", &format!("{name}.{setting}")]);
            }
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(|error| error.to_string())
    }

    fn settings(&self, name: &str) -> Vec<String> {
        let mut settings: Vec<String> = SETTINGS.map(str::to_owned).into();
        settings.extend(OWN.iter().filter(|(service, _)| *service == name).map(|(_, setting)| (*setting).to_owned()));
        settings.push(format!("server.address=127.0.0.1:{}", self.ports.get(name).copied().unwrap_or_default()));
        let peers = self.ports.iter().filter(|(peer, _)| **peer != name);
        settings.extend(peers.map(|(peer, port)| format!("peers.{peer}.address=http://127.0.0.1:{port}")));
        match &self.server {
            Some(server) => {
                settings.push(format!("database.url={}", server.url("quittance_app", name)));
                settings.push(format!("database.owner_url={}", server.url("quittance_owner", name)));
            }
            None => settings.push(format!("database.url={}", self.url(name))),
        }
        if name == "collections" {
            settings.push(format!("service.mail.directory={}", self.folder.join("letters").display()));
        }
        settings
    }

    /// Waits for a first answer: the service itself, its database and its keys are all there then.
    async fn answered(&self, name: &str) -> Outcome<()> {
        let port = self.ports.get(name).copied().unwrap_or_default();
        for _ in 0..30_000 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                for _ in 0..200 {
                    if self.head(name).await.is_ok() {
                        return Ok(());
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                return self.head(name).await.map(drop).map_err(|status| said(&status));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err(format!("{name} does not start"))
    }

    /// Stops services; what they held at their highest is remembered.
    pub async fn stop(&mut self, names: &[&'static str]) {
        for name in names {
            let Some(mut child) = self.running.remove(name) else { continue };
            let (_, highest) = machine::memory(child.id());
            let known = self.highest.entry(name).or_default();
            *known = known.max(highest);
            drop(child.stdin.take());
            let _ended = tokio::task::spawn_blocking(move || child.wait()).await;
        }
    }

    /// Stops whatever runs.
    pub async fn stop_all(&mut self) {
        let names: Vec<&'static str> = self.running.keys().copied().collect();
        self.stop(&names).await;
    }

    /// Resident memory of each process now, MiB.
    pub fn memory(&self) -> BTreeMap<&'static str, f64> {
        self.running.iter().map(|(name, child)| (*name, machine::memory(child.id()).0)).collect()
    }

    /// The processor time of these services and of their database.
    pub fn meter(&self, names: &[&str]) -> Meter {
        let pids = self.running.iter().filter(|(name, _)| names.contains(*name)).map(|(_, child)| child.id()).collect();
        Meter::of(pids, self.postmaster())
    }

    /// The processor time of the reference's database; without a server it is ours, since SQLite works in this process.
    pub fn reference_meter(&self) -> Meter {
        match self.postmaster() {
            Some(postmaster) => Meter::of(Vec::new(), Some(postmaster)),
            None => Meter::own(),
        }
    }

    fn postmaster(&self) -> Option<u32> {
        self.server.as_ref().and_then(|server| server.postmaster().ok())
    }

    /// The way to a service.
    pub fn wire(&self, name: &str) -> Wire {
        self.peers.wire(name)
    }

    /// A request in the name of a person of the tenant.
    pub fn ask<Q>(&self, message: Q) -> tonic::Request<Q> {
        ask_as("clerk", self.tenant, message)
    }

    /// A request in the name of another person, who approves.
    pub fn ask_manager<Q>(&self, message: Q) -> tonic::Request<Q> {
        ask_as("manager", self.tenant, message)
    }

    /// A request in nobody's name, for logs.
    pub fn ask_system<Q>(&self, message: Q) -> tonic::Request<Q> {
        call_ctx(&Ctx::system("bench", self.tenant), message)
    }

    async fn head(&self, name: &str) -> Result<(i64, i64), Status> {
        let request = call_ctx(&Ctx::system("bench", self.tenant).within(Duration::from_secs(20)), GetHeadRequest {});
        let head = EventLogServiceClient::new(self.wire(name)).get_head(request).await?.into_inner();
        Ok((head.head, head.pending))
    }

    /// The end of a log; 0 if nobody answers.
    pub async fn end_of(&self, name: &str) -> i64 {
        self.head(name).await.map(|(head, _)| head).unwrap_or_default()
    }

    /// Waits until every entry of every running service's log has its position.
    pub async fn sequenced(&self) {
        for name in self.running.keys() {
            while self.head(name).await.is_ok_and(|(_, pending)| pending > 0) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
    }

    /// Waits until every running service has seen everything in the logs of those that run.
    pub async fn settle(&self) -> Outcome<()> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let before = self.heads().await?;
            if self.caught_up(&before).await? && self.heads().await? == before {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err("events are still on their way".to_owned())
    }

    async fn heads(&self) -> Outcome<BTreeMap<&'static str, (i64, i64)>> {
        let mut heads = BTreeMap::new();
        for name in self.running.keys() {
            heads.insert(*name, self.head(name).await.map_err(|status| said(&status))?);
        }
        Ok(heads)
    }

    async fn caught_up(&self, heads: &BTreeMap<&'static str, (i64, i64)>) -> Outcome<bool> {
        if heads.values().any(|(_, pending)| *pending > 0) {
            return Ok(false);
        }
        for name in self.running.keys() {
            let answer = EventLogServiceClient::new(self.wire(name)).list_cursors(self.ask_system(ListCursorsRequest {})).await;
            let cursors = answer.map_err(|status| said(&status))?.into_inner().cursors;
            let behind = |cursor: &quittance_api::events::v1::Cursor| {
                heads.get(cursor.producer.as_str()).is_some_and(|head| cursor.position < head.0)
            };
            if cursors.iter().any(behind) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn ask_as<Q>(who: &str, tenant: TenantId, message: Q) -> tonic::Request<Q> {
    let principal = Principal::user(who, tenant, Permissions::all());
    call_ctx(&Ctx { principal, ..Ctx::system("bench", tenant) }.within(PATIENT_CALL), message)
}

/// A request of the clerk, for clients that outlive the borrow of the suite.
pub fn clerk<Q>(tenant: TenantId, message: Q) -> tonic::Request<Q> {
    ask_as("clerk", tenant, message)
}

/// A refusal in words.
pub fn said(status: &Status) -> String {
    format!("{:?}: {}", status.code(), status.message())
}

/// A fresh request id.
pub fn fresh() -> String {
    Uuid::now_v7().to_string()
}
