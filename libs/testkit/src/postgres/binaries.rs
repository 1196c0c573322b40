//! Finding the PostgreSQL that is installed, and the account it may run under.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What to say when there is nothing to start.
const MISSING: &str = "PostgreSQL is not installed: every service test runs on SQLite and on PostgreSQL.\n\
                       On Debian or Ubuntu: apt-get install postgresql (15 or later); no configuration is needed.";
/// Folders that hold `initdb` and `postgres` on the systems we know.
const FOLDERS: [&str; 4] = ["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"];
/// Folders that hold one such folder per version.
const VERSIONED: [(&str, &str); 3] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-"), ("/opt/homebrew/opt", "postgresql@")];

/// An account: user and group number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// User number.
    pub user: u32,
    /// Group number.
    pub group: u32,
}

/// The folder with the binaries of the newest installed version.
pub fn folder() -> Result<PathBuf, String> {
    let mut versions: Vec<(u32, PathBuf)> = VERSIONED.iter().flat_map(|(parent, prefix)| versions_in(parent, prefix)).collect();
    versions.sort();
    let plain = FOLDERS.iter().map(PathBuf::from);
    let mut candidates = versions.into_iter().rev().map(|(_, folder)| folder).chain(plain);
    candidates.find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists()).ok_or_else(|| MISSING.to_owned())
}

fn versions_in(parent: &str, prefix: &str) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let version = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let version = name.strip_prefix(prefix)?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    };
    entries.filter_map(version).collect()
}

/// The account to run the server under: `None` for our own, since only root is refused by PostgreSQL.
pub fn account() -> Result<Option<Account>, String> {
    let own = fs::metadata("/proc/self").map(|process| process.uid()).unwrap_or(u32::MAX);
    if own != 0 {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = ["postgres", "nobody"].iter().find_map(|name| account_named(&accounts, name));
    found.map(Some).ok_or_else(|| "PostgreSQL does not run as root, and there is neither a user postgres nor nobody".to_owned())
}

fn account_named(accounts: &str, name: &str) -> Option<Account> {
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2);
    let user = numbers.next()?.parse().ok()?;
    let group = numbers.next()?.parse().ok()?;
    Some(Account { user, group })
}

/// Hands a folder of ours to the account.
pub fn give(folder: &Path, account: Option<Account>) -> Result<(), String> {
    let Some(Account { user, group }) = account else { return Ok(()) };
    std::os::unix::fs::chown(folder, Some(user), Some(group)).map_err(|error| format!("cannot hand {} over: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\npostgresql:x:7:8::/:/bin/sh\npostgres:x:101:104::/var:/bin/bash\n";
        assert_eq!(account_named(accounts, "postgres"), Some(Account { user: 101, group: 104 }));
        assert_eq!(account_named(accounts, "nobody"), None);
        assert_eq!(account_named("broken", "broken"), None);
    }
}
