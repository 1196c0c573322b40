//! What lies in the folder.

use std::path::{Path, PathBuf};

use crate::error::BacktestError;

/// Folders inside folders that are looked into.
const DEPTH: usize = 4;

/// The files of a folder and of the folders in it, in the order of their paths; hidden ones and a folder that is not there
/// give nothing.
///
/// # Errors
/// A folder that is there and cannot be listed.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, BacktestError> {
    let mut found = Vec::new();
    if folder.is_dir() {
        collect(folder, DEPTH, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), BacktestError> {
    let unlisted = |cause| BacktestError::Folder { path: folder.to_owned(), cause };
    for entry in std::fs::read_dir(folder).map_err(unlisted)? {
        let path = entry.map_err(unlisted)?.path();
        if name(&path).starts_with('.') {
            continue;
        }
        if !path.is_dir() {
            found.push(path);
        } else if depth > 0 {
            collect(&path, depth - 1, found)?;
        }
    }
    Ok(())
}

/// Name of a file.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Name of a file without its ending.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Bytes of a file, 0 when it is not there.
pub(crate) fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}
