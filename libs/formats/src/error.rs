//! Why bytes were refused. A file that *is* a statement is never refused for what it says: that becomes a finding.

use quittance_types::{Fault, Reason};

/// The bytes hold no statement that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// A document type declaration, anywhere in the file. Entities could be declared in it, so it is never parsed.
    #[error("document type declarations are not accepted (line {line})")]
    DtdForbidden {
        /// Line of the declaration, from 1.
        line: u64,
    },
    /// More of something than any honest file holds.
    #[error("limit passed: {what}, at most {allowed} (line {line})")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The largest count accepted.
        allowed: u64,
        /// Line where the limit was passed, from 1; 0 when the whole file is meant.
        line: u64,
    },
    /// The bytes are not text in the character set they declare, or the set is not accepted.
    #[error("character set: {why}")]
    Encoding {
        /// What is wrong, with the line where there is one.
        why: String,
    },
    /// No format known here.
    #[error("unknown file format: {why}")]
    Unknown {
        /// What was seen instead.
        why: String,
    },
    /// The format is known and its grammar is broken.
    #[error("{why} (line {line}, at {path})")]
    Malformed {
        /// Element path (XML) or record and field (line formats).
        path: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// A value cannot be written in the format asked for.
    #[error("cannot be written at {path}: {why}")]
    Unwritable {
        /// Element path or field.
        path: String,
        /// What is wrong.
        why: String,
    },
}

impl FormatError {
    /// The same with the line where a limit was passed. Lines are counted for errors only: it takes a walk through the file.
    pub(crate) fn at_line(self, line: impl FnOnce() -> u64) -> FormatError {
        match self {
            FormatError::Limit { what, allowed, .. } => FormatError::Limit { what, allowed, line: line() },
            other => other,
        }
    }
}

impl From<FormatError> for Fault {
    fn from(error: FormatError) -> Fault {
        let message = error.to_string();
        match error {
            FormatError::DtdForbidden { line } => Fault::new(Reason::XmlDtdForbidden, message).with("line", line.to_string()),
            FormatError::Limit { what, allowed, line } => Fault::new(Reason::XmlLimit, message)
                .with("limit", what.to_string())
                .with("allowed", allowed.to_string())
                .with("line", line.to_string()),
            FormatError::Encoding { .. } => Fault::new(Reason::XmlEncoding, message),
            FormatError::Unknown { .. } => Fault::new(Reason::FormatUnknown, message),
            FormatError::Malformed { path, line, .. } => {
                Fault::new(Reason::StatementMalformed, message).with("path", path).with("line", line.to_string())
            }
            FormatError::Unwritable { path, .. } => Fault::new(Reason::StatementMalformed, message).with("path", path),
        }
    }
}
