//! Where the public sample files are.

use std::path::{Path, PathBuf};

/// The folder `name` of the corpora, or none (said plainly) when they are not on this machine.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("QUITTANCE_CORPORA").map(PathBuf::from);
    let root = root.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpora"));
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("corpora absent at {}: nothing was checked here; set QUITTANCE_CORPORA", folder.display());
    None
}

/// All files below `folder` with one of the extensions, in order of path.
pub fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let wanted =
        |path: &PathBuf| path.extension().is_some_and(|extension| extensions.iter().any(|one| extension.eq_ignore_ascii_case(one)));
    all_files(folder).into_iter().filter(wanted).collect()
}

/// All files below `folder`, in order of path.
pub fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for item in std::fs::read_dir(&next).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
