//! SWIFT MT940 customer statements and MT942 interim reports, with and without SWIFT envelope, as banks really send them.
//!
//! Entries of an MT940 are booked; those of an MT942 are pending, since the MT940 that books them is still to come.
//! A reversal of a credit (`RC`) is a debit marked as reversal, `RD` a credit marked as reversal: that is how the amounts
//! count in the balance. Field 86 is read in four forms: German sub-fields (`?nn`), codes between slashes, words with a colon behind
//! them (`NAAM: ...`), plain lines.

mod balance;
mod charges;
mod detail;
mod field61;
mod field86;
mod fields;
mod german;
mod labels;
mod slashes;
mod statement;

use crate::budget::Budget;
use crate::charset::decode_plain;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder};
use crate::lines::lines;
use crate::statement::{BankFile, Format};

pub(crate) const NAMES: Names = Names { entry: ":61:", reference: "//", balance: ":60:/:62:", totals: ":90:" };

/// Largest file read. The format packs an entry into some 25 bytes, so memory needs a limit of its own.
const MAX_BYTES: usize = 64 << 20;

/// True when the text looks like MT940 or MT942: a field the messages begin with stands at a line's start.
pub(crate) fn looks_like(text: &str) -> bool {
    lines(text).take(100).any(|line| fields::tag_of(line.text).is_some())
}

/// MT940 or MT942, by the envelope or the fields only the latter has.
pub(crate) fn format_of(bytes: &[u8]) -> Result<Format, FormatError> {
    let (text, _) = decode_plain(bytes);
    Ok(format_in(&fields::split(&text, &mut Recorder::new(NAMES), &mut Budget::of(text.len().min(bytes.len())))?))
}

fn format_in(found: &fields::Fields<'_>) -> Format {
    let interim = found.interim || found.fields.iter().any(|field| matches!(field.tag(), "942" | "34F" | "13D" | "13" | "90C" | "90D"));
    if interim { Format::Mt942 } else { Format::Mt940 }
}

/// Reads a whole file.
pub(crate) fn read(bytes: &[u8], budget: &mut Budget) -> Result<BankFile, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::Limit { what: "bytes in a file", allowed: MAX_BYTES as u64, line: 0 });
    }
    let (text, charset) = decode_plain(bytes);
    let mut recorder = Recorder::new(NAMES);
    let found = fields::split(&text, &mut recorder, budget)?;
    let format = format_in(&found);
    let mut file = BankFile::new(format, bytes);
    statement::build(&found, format, &mut file, &mut recorder, budget)?;
    if file.statements.is_empty() {
        return Err(FormatError::Malformed { path: ":20:".to_string(), line: 1, why: "no field of a statement".to_string() });
    }
    if let Some(charset) = charset {
        recorder.note(FindingKind::EncodingMismatch, "", 0, format!("not UTF-8: read as {charset}"));
    }
    checks::check_file(&file, &mut recorder);
    file.findings = recorder.finish(text.as_bytes());
    Ok(file)
}
