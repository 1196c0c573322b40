//! One PostgreSQL server, owned by this process and gone with it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::binaries::{self, Account};

/// The superuser of the server.
const SUPERUSER: &str = "postgres";
/// How long `initdb` and the start may take on a loaded machine.
const START_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(5);
/// The line of `postmaster.pid` that says how far the start is.
const STATUS_LINE: usize = 7;

/// Runs the server until standard input ends. That happens when this process does, even by SIGKILL: only we hold the
/// other end of the pipe. Signals are ignored, so that Ctrl-C in a terminal cannot stop the watcher before the watched.
const WATCHER: &str = r#"
trap '' INT HUP TERM
"$1/postgres" -D "$2/data" </dev/null >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
rm -rf "$2"
"#;

/// What a test wants of a server: a fast start, no waiting for the disk, and the same rules for text everywhere.
const SETTINGS: &str = "
listen_addresses = ''
max_connections = 300
shared_buffers = 64MB
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_line_prefix = '%m %d %u '
";

/// A running server with its data in a temporary folder.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    watcher: Child,
    lifeline: Option<ChildStdin>,
}

impl Server {
    /// The one server of this process, started by whoever asks first.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message says what to do.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
        match SERVER.get_or_init(Self::start) {
            Ok(server) => server,
            Err(problem) => panic!("{problem}"),
        }
    }

    /// Starts a server of one's own. Dropping it stops it.
    ///
    /// # Errors
    /// A sentence that says what is missing or went wrong, with the end of the server's log.
    pub fn start() -> Result<Self, String> {
        let binaries = binaries::folder()?;
        let account = binaries::account()?;
        let folder = tempfile::Builder::new().prefix("quittance-pg-").tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        binaries::give(folder.path(), account)?;
        initialise(&binaries, folder.path(), account)?;
        let mut watcher = watch(&binaries, folder.path(), account)?;
        let lifeline = watcher.stdin.take();
        let server = Self { folder: folder.keep(), watcher, lifeline };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// The URL of a database of this server for a role; a unix socket, no password.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@localhost/{database}?host={}", self.folder.display())
    }

    /// The URL of a superuser: sees the rows of all tenants.
    #[must_use]
    pub fn superuser_url(&self, database: &str) -> String {
        self.url(SUPERUSER, database)
    }

    /// The folder with the data, the socket and the log.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let started = Instant::now();
        let progress = self.folder.join("data/postmaster.pid");
        while started.elapsed() < START_LIMIT {
            let status = fs::read_to_string(&progress).unwrap_or_default();
            if status.lines().nth(STATUS_LINE).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            let log = self.log();
            if log.contains("FATAL") {
                return Err(format!("PostgreSQL does not start:\n{log}"));
            }
            std::thread::sleep(POLL);
        }
        Err(format!("PostgreSQL is not ready after {START_LIMIT:?}:\n{}", self.log()))
    }

    /// What the server wrote to its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // The watcher always ends: it stops the server with SIGQUIT, which nothing in the server delays.
        let _ended = self.watcher.wait();
    }
}

fn initialise(binaries: &Path, folder: &Path, account: Option<Account>) -> Result<(), String> {
    let mut command = Command::new(binaries.join("initdb"));
    command.arg("--pgdata").arg(folder.join("data")).current_dir(folder);
    command.args(["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"]);
    command.args(["--no-sync", "--no-instructions", "--wal-segsize", "4"]);
    run_as(&mut command, account);
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("initdb does not run: {error}"))?;
    if !output.status.success() {
        return Err(format!("initdb failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let settings = format!("{SETTINGS}unix_socket_directories = '{}'\n", folder.display());
    let path = folder.join("data/postgresql.auto.conf");
    fs::write(&path, settings).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn watch(binaries: &Path, folder: &Path, account: Option<Account>) -> Result<Child, String> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", WATCHER, "postgres-watcher"]).arg(binaries).arg(folder).current_dir("/");
    run_as(&mut command, account);
    // Its own process group: Ctrl-C in a terminal is not for the server, the end of the pipe is.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|error| format!("cannot start a shell: {error}"))
}

fn run_as(command: &mut Command, account: Option<Account>) {
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
}
