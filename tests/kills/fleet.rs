//! Six services as processes of their own, each with its database.

use std::{
    fs::{self, OpenOptions},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use quittance_chassis::auth::KeyRing;
use quittance_testkit::postgres::{Database, fresh_database};
use tempfile::TempDir;

/// The processes.
pub const SERVICES: [&str; 6] = ["credit", "invoicing", "payments", "reconciliation", "collections", "gateway"];

const START_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);
/// Lines of each log shown when a test fails.
const LOG_LINES: usize = 15;

/// A binary of the workspace; all of them are built once, where cargo puts them.
pub fn binary(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "-p", "quittance"]).current_dir(root);
        cargo.args(SERVICES.iter().flat_map(|service| ["-p".to_owned(), format!("quittance-{service}")]));
        assert!(cargo.status().expect("cargo runs").success(), "the binaries build");
        let own = std::env::current_exe().expect("this test");
        own.parent().and_then(Path::parent).expect("target/<profile>").to_owned()
    });
    folder.join(name)
}

/// One process and how to start it again at the same address.
struct Member {
    name: &'static str,
    binary: PathBuf,
    settings: Vec<String>,
    /// Where it answers once it is up.
    address: SocketAddr,
    log: PathBuf,
    child: Option<Child>,
}

impl Member {
    fn spawn(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("a log");
        let mut command = Command::new(&self.binary);
        command.arg("serve").args(self.settings.iter().flat_map(|setting| ["--set", setting]));
        command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        self.child = Some(command.spawn().unwrap_or_else(|problem| panic!("{} does not start: {problem}", self.name)));
    }

    /// Returns once it takes connections. A process that ended by itself, say because another test had its port for a
    /// moment, is started again.
    fn wait_until_up(&mut self) {
        let started = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            assert!(started.elapsed() < START_LIMIT, "{} is not up after {START_LIMIT:?}", self.name);
            std::thread::sleep(POLL);
            if self.child.as_mut().is_none_or(|child| child.try_wait().is_ok_and(|ended| ended.is_some())) {
                self.spawn();
            }
        }
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("SIGKILL to our own child");
            child.wait().expect("our own child ends");
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The six processes. Dropping the fleet kills them, then drops their databases.
pub struct Fleet {
    members: Vec<Member>,
    databases: Vec<Database>,
    door: SocketAddr,
    folder: TempDir,
}

impl Fleet {
    /// Starts all of them; each has migrated its database when this returns.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        KeyRing::open_or_generate(&folder.path().join("keys"), &SERVICES).expect("keys for the services");
        let [door, addresses @ ..] = free_addresses();
        let mut fleet = Self { members: Vec::new(), databases: Vec::new(), door, folder };
        for (name, address) in SERVICES.into_iter().zip(addresses) {
            let database = fresh_database().await;
            let settings = fleet.settings(name, address, &addresses, &database);
            let log = fleet.folder.path().join(format!("{name}.log"));
            let address = if name == "gateway" { fleet.door } else { address };
            let mut member = Member { name, binary: binary(&format!("quittance-{name}")), settings, address, log, child: None };
            member.spawn();
            fleet.members.push(member);
            fleet.databases.push(database);
        }
        fleet.members.iter_mut().for_each(Member::wait_until_up);
        fleet
    }

    fn settings(&self, name: &str, address: SocketAddr, addresses: &[SocketAddr], database: &Database) -> Vec<String> {
        let folder = self.folder.path().display();
        let mut settings = vec![
            format!("server.address={address}"),
            "server.drain_delay_ms=0".to_owned(),
            "health.address=".to_owned(),
            format!("database.url={}", database.app_url()),
            format!("database.owner_url={}", database.owner_url()),
            format!("auth.keys_directory={folder}/keys"),
            "quota.per_second=1000000".to_owned(),
            "quota.burst=1000000".to_owned(),
            "telemetry.log_filter=warn".to_owned(),
        ];
        let peers = SERVICES.iter().zip(addresses).filter(|(peer, _)| **peer != name);
        settings.extend(peers.map(|(peer, address)| format!("peers.{peer}.address=http://{address}")));
        // The company brings its own dates; jobs would bring ours.
        settings.extend(match name {
            "credit" => vec!["service.expire_every_seconds=0".to_owned()],
            "payments" => vec!["service.sync_every_seconds=0".to_owned()],
            "reconciliation" => vec!["service.match_every_seconds=0".to_owned()],
            "collections" => vec!["service.evaluate_every_seconds=0".to_owned(), format!("service.mail.directory={folder}/letters")],
            "gateway" => vec![format!("service.http_address={}", self.door)],
            _ => Vec::new(),
        });
        settings
    }

    /// Where the gateway answers.
    pub fn door(&self) -> SocketAddr {
        self.door
    }

    /// Keys, letters and logs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The databases of the services, for one who sees everything.
    pub fn superuser_urls(&self) -> Vec<(&'static str, String)> {
        SERVICES.into_iter().zip(self.databases.iter().map(Database::superuser_url)).collect()
    }

    /// SIGKILL to the process of this index.
    pub fn kill(&mut self, index: usize) {
        self.members[index].kill();
    }

    /// Starts it again and returns once it takes connections.
    pub fn restart(&mut self, index: usize) {
        self.members[index].spawn();
        self.members[index].wait_until_up();
    }
}

/// The ends of the logs in this folder.
pub fn logs(folder: &Path) -> String {
    let end = |service: &str| {
        let text = fs::read_to_string(folder.join(format!("{service}.log"))).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        format!("--- {service}\n{}\n", lines[lines.len().saturating_sub(LOG_LINES)..].join("\n"))
    };
    SERVICES.into_iter().map(end).collect()
}

/// Addresses nobody listens on at the moment: of the door and of the services.
fn free_addresses() -> [SocketAddr; 1 + SERVICES.len()] {
    // All are held until the last is there, so that they differ.
    let listeners = [(); 1 + SERVICES.len()].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("its address"))
}
