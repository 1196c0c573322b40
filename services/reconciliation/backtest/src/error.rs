//! Why a back-test cannot run at all. What is merely missing or bad in the data is in the report instead.

use std::path::{Path, PathBuf};

/// Why a back-test stopped.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// The folder is not there or cannot be listed.
    #[error("{} is not a folder that can be read: {cause}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// There is nothing to match.
    #[error("{} holds no bank file: put camt.053 or MT940 files into {}", folder.display(), folder.join("statements").display())]
    NoStatements {
        /// The folder.
        folder: PathBuf,
    },
    /// A file that is there cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A result cannot be written.
    #[error("{} cannot be written: {cause}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The threads cannot be started.
    #[error("the threads cannot be started: {0}")]
    Threads(String),
}

impl BacktestError {
    pub(crate) fn unreadable(path: &Path, why: impl std::fmt::Display) -> BacktestError {
        BacktestError::Unreadable { path: path.to_owned(), why: why.to_string() }
    }
}
