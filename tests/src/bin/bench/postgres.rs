//! A PostgreSQL of our own that waits for the disk, as one in production does. The launcher of the tests does not.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Outcome;
use crate::raw::Conn;

/// Ends the server when our end of the pipe closes, which it does even when we are killed.
const WATCHER: &str = r#"
trap '' INT HUP TERM
"$1/postgres" -D "$2/data" </dev/null >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT "$server"
wait "$server"
rm -rf "$2"
"#;

/// A running server; gone when dropped.
pub struct Server {
    folder: PathBuf,
    watcher: Child,
}

impl Server {
    /// Starts a server with everything durable and this much of shared buffers, for example `512MB`.
    pub async fn start(shared_buffers: &str) -> Outcome<Server> {
        let binaries = binaries()?;
        let folder = tempfile::Builder::new().prefix("quittance-bench-pg-").tempdir().map_err(|error| error.to_string())?.keep();
        let account = account();
        if let Some((user, group)) = account {
            chown(&folder, Some(user), Some(group)).map_err(|error| error.to_string())?;
        }
        let mut initdb = Command::new(binaries.join("initdb"));
        initdb.arg("--pgdata").arg(folder.join("data")).current_dir(&folder).stdin(Stdio::null());
        initdb.args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-instructions"]);
        let made = run_as(&mut initdb, account).output().map_err(|error| format!("initdb does not run: {error}"))?;
        if !made.status.success() {
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nmax_connections = 200\nshared_buffers = {shared_buffers}\n\
             fsync = on\nsynchronous_commit = on\nfull_page_writes = on\nmax_wal_size = 4GB\njit = off\ntimezone = 'UTC'\n",
            folder.display()
        );
        std::fs::write(folder.join("data/postgresql.auto.conf"), settings).map_err(|error| error.to_string())?;
        let mut watcher = Command::new("/bin/sh");
        watcher.args(["-c", WATCHER, "watcher"]).arg(&binaries).arg(&folder).current_dir("/").process_group(0);
        watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let watcher = run_as(&mut watcher, account).spawn().map_err(|error| error.to_string())?;
        let server = Server { folder, watcher };
        server.ready().await?;
        let mut admin = Conn::open(&server.url("postgres", "postgres")).await?;
        for role in ["quittance_owner", "quittance_app"] {
            admin.script(&format!("CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS")).await?;
        }
        Ok(server)
    }

    /// An empty database of the owner's.
    pub async fn create(&self, name: &str) -> Outcome<()> {
        let mut admin = Conn::open(&self.url("postgres", "postgres")).await?;
        admin.script(&format!("CREATE DATABASE {name} OWNER quittance_owner")).await
    }

    /// Where a role finds a database.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@localhost/{database}?host={}", self.folder.display())
    }

    /// The process whose children serve the connections.
    pub fn postmaster(&self) -> Outcome<u32> {
        let text = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).map_err(|error| error.to_string())?;
        text.lines().next().and_then(|line| line.trim().parse().ok()).ok_or_else(|| "no postmaster".to_owned())
    }

    async fn ready(&self) -> Outcome<()> {
        for _ in 0..3_000 {
            let progress = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            if progress.lines().nth(7).is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(format!("PostgreSQL does not start: {}", std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ended = self.watcher.wait();
    }
}

/// The newest installed version.
fn binaries() -> Outcome<PathBuf> {
    let versioned = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut found: Vec<PathBuf> = versioned.collect();
    found.sort_by_key(|path| path.parent().and_then(Path::file_name).and_then(|name| name.to_str()?.parse::<u32>().ok()));
    found.reverse();
    found.extend(["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"].map(PathBuf::from));
    let usable = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    found.into_iter().find(usable).ok_or_else(|| "PostgreSQL is not installed: apt-get install postgresql".to_owned())
}

/// PostgreSQL refuses to run as root: the account it may run under then.
fn account() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    let numbers = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    numbers("postgres").or_else(|| numbers("nobody"))
}

fn run_as(command: &mut Command, account: Option<(u32, u32)>) -> &mut Command {
    match account {
        Some((user, group)) => command.uid(user).gid(group),
        None => command,
    }
}
