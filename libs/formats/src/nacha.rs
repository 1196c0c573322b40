//! NACHA files (ACH of the United States): reading, writing, and what returns say.
//!
//! A file is refused when its records are not in order or its control figures are not those of its records: that is what
//! the rules tell an operator to do, and a payment file that does not add up must not be half believed. What a caller may
//! let pass is said by [`Tolerance`]. [`NachaFile::statuses`] gives returns and notifications of change as the model of
//! [`crate::status`]; [`write`] makes files of PPD, CCD and CTX entries and their reversals.

mod addenda;
mod codes;
mod control;
mod model;
mod read;
mod record;
mod status;
pub mod write;

pub use codes::{change_reason, return_reason};
pub use model::{Addendum, Batch, BatchHeader, Change, Control, Entry, FileHeader, International, NachaFile, Return, Terminal};

use quittance_types::Fault;
use sha2::{Digest, Sha256};

use crate::charset::decode_plain;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder};
use crate::lines::lines;

const NAMES: Names = Names { entry: "6", reference: "trace", balance: "8", totals: "9" };

/// Largest file read.
const MAX_BYTES: usize = 128 << 20;

/// What is let pass, as a finding, where [`read`] refuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// Return and change codes that are not published: some banks use R90 to R99 for their own.
    pub unlisted_codes: bool,
    /// Records cut out of a file: no file header, batch header or controls.
    pub fragments: bool,
    /// Counts, hashes, totals and identifications in the controls that are not those of the records.
    pub control_differences: bool,
}

/// True when the text begins with a file header, or with a batch header or entry cut out of a file.
pub(crate) fn looks_like(text: &str) -> bool {
    let Some(first) = lines(text).find(|line| !line.text.trim().is_empty()) else { return false };
    let digits = |from: usize, to: usize| first.text.get(from..to).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let header = first.text.starts_with("101") && first.text.get(34..37) == Some("094");
    let batch = matches!(first.text.get(..4), Some("5200" | "5220" | "5225" | "5280")) && digits(87, 94);
    let entry = first.text.starts_with('6') && digits(1, 11) && digits(79, 94) && !first.text.contains(',');
    header || batch || entry
}

/// Reads a whole file; nothing is let pass.
///
/// # Errors
/// `STATEMENT_MALFORMED` with `path` (`record 6`) and `line`: records that are not in order, control figures that are not
/// those of the records, codes that are not published, characters that are not allowed.
pub fn read(bytes: &[u8]) -> Result<NachaFile, Fault> {
    read_with(bytes, Tolerance::default())
}

/// Reads a whole file, or a part of one, and lets pass what `tolerance` says.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], tolerance: Tolerance) -> Result<NachaFile, Fault> {
    Ok(parse(bytes, tolerance)?)
}

pub(crate) fn parse(bytes: &[u8], tolerance: Tolerance) -> Result<NachaFile, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::Limit { what: "bytes in a file", allowed: MAX_BYTES as u64, line: 0 });
    }
    let (text, charset) = decode_plain(bytes);
    let mut recorder = Recorder::new(NAMES);
    if charset.is_some() || !text.is_ascii() {
        let set = charset.unwrap_or("UTF-8");
        recorder.note(FindingKind::EncodingMismatch, "", 0, format!("characters outside ASCII: read as {set}"));
    }
    let records = record::split(&text)?;
    let Some(last) = records.last() else { return Err(FormatError::Unknown { why: "no record".to_string() }) };
    let empty = NachaFile {
        source_sha256: Sha256::digest(bytes).into(),
        source_bytes: bytes.len() as u64,
        header: None,
        batches: Vec::new(),
        control: None,
        findings: Vec::new(),
    };
    let mut reading = read::Reading::new(empty, &mut recorder, tolerance);
    for record in &records {
        reading.record(record)?;
    }
    let mut file = reading.finish(last)?;
    file.findings = recorder.finish(text.as_bytes());
    Ok(file)
}

impl NachaFile {
    /// SHA-256 of the source as 64 lower-case hexadecimal digits.
    pub fn source_sha256_hex(&self) -> String {
        hex::encode(self.source_sha256)
    }
}
