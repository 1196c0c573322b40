//! Folders and files that are nobody else's business.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use uuid::Uuid;

/// Creates the folder and those above it, as far as they are missing, for the owner alone (0700): what a service keeps
/// in files names people and accounts. A folder that is there keeps the rights it has.
///
/// # Errors
/// What the system says.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Puts a file in its place for the owner alone (0600), whole, unless one is there already: of several processes that try at
/// once one wins, and nobody ever reads half a file. True for the one that won.
///
/// # Errors
/// What the system says.
pub fn create_private_file(path: &Path, content: &[u8]) -> io::Result<bool> {
    let draft = path.with_extension(format!("{}.draft", Uuid::now_v7().simple()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let placed = file.write_all(content).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match placed {
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Ok(false),
        placed => placed.map(|()| true),
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_new_folder_is_for_its_owner_and_an_old_one_stays_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let new = place.path().join("data/keys");
        create_private_folder(&new).unwrap();
        assert_eq!((mode(&new), mode(&place.path().join("data"))), (0o700, 0o700));
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o750)).unwrap();
        create_private_folder(&new).unwrap();
        assert_eq!(mode(&new), 0o750);
    }

    #[test]
    fn a_file_is_there_whole_and_once() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.pem");
        assert!(create_private_file(&path, b"first").unwrap());
        assert!(!create_private_file(&path, b"second").unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
