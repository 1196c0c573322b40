//! ZIP archives of bank files, as EBICS delivers them (order types C52, C53, C54): one file an account or a day in each.
//!
//! The statements of all members become one file. Members are inflated and read one after the other, and only what was read of
//! them is kept. What they inflate to is counted while it is inflated, whatever the sizes written in the archive say, and is
//! bounded by the size of the archive and in all; the memory their statements take is bounded by what they inflated to, as that
//! of any file, with one small allowance for all of them together.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::budget::Budget;
use crate::checks;
use crate::detect;
use crate::error::FormatError;
use crate::finding::{Finding, FindingKind, MAX_FINDINGS, NO_PLACE, Names, Recorder, excerpt};
use crate::statement::{BankFile, Format};

/// Bytes an archive may always inflate to.
const SLACK: u64 = 2 << 20;
/// How many times its size an archive may inflate to.
const RATIO: u64 = 30;
/// Bytes no archive inflates beyond: the largest file read alone.
const MAX_INFLATED: u64 = 128 << 20;
/// Members of an archive.
const MAX_MEMBERS: usize = 1_000;

/// True when the bytes begin like an archive.
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The format of the first bank file in an archive; none when there is none, as in workbooks.
pub(crate) fn format_of(bytes: &[u8]) -> Result<Option<Format>, FormatError> {
    let mut members = Members::open(bytes)?;
    if members.is_workbook() {
        return Ok(None);
    }
    while let Some((_, content)) = members.next()? {
        if let Ok(format) = detect::format_of_member(&content) {
            return Ok(Some(format));
        }
    }
    Ok(None)
}

/// Reads all bank files of an archive into one. A member that is none is left out with a finding; one of another format, or
/// one that cannot be read, refuses the archive.
pub(crate) fn read(bytes: &[u8], format: Format) -> Result<BankFile, FormatError> {
    let mut members = Members::open(bytes)?;
    let mut whole: Option<BankFile> = None;
    let (mut ignored, mut begins) = (Vec::new(), Vec::new());
    // One for all members: each of them on its own could be short of some bytes.
    let mut budget = Budget::of(0);
    while let Some((name, content)) = members.next()? {
        let Ok(found) = detect::format_of_member(&content) else {
            ignored.push(name);
            continue;
        };
        if found != format {
            let why = format!("{} among files of {}", found.code(), format.code());
            return Err(FormatError::Malformed { path: name, line: 0, why });
        }
        budget.more(content.len());
        let member = detect::read_plain(&content, format, &mut budget).map_err(|error| in_member(error, &name))?;
        let whole = whole.get_or_insert_with(|| BankFile::new(format, bytes));
        begins.push((whole.statements.len(), excerpt(&name, 120)));
        add(member, &name, whole);
    }
    let mut whole = whole.ok_or_else(|| FormatError::Unknown { why: "an archive without a bank file".to_string() })?;
    let mut recorder = Recorder::new(names_of(format));
    checks::check_file(&whole, &mut recorder);
    let member_of = |index| begins.iter().rfind(|(begin, _)| *begin <= index).map_or("", |(_, name)| name.as_str());
    let findings = recorder.finish(&[]).into_iter();
    whole.findings.extend(findings.map(|finding| inside(finding.statement.map_or("", member_of), finding)));
    let mut recorder = Recorder::new(names_of(format));
    for name in ignored {
        recorder.note(FindingKind::PartIgnored, &excerpt(&name, 120), NO_PLACE, "not a bank file known here");
    }
    whole.findings.extend(recorder.finish(&[]));
    Ok(whole)
}

/// What a format calls its parts.
fn names_of(format: Format) -> Names {
    match format {
        Format::Mt940 | Format::Mt942 => crate::mt940::NAMES,
        Format::Bai2 => crate::bai2::NAMES,
        Format::Coda => crate::coda::NAMES,
        Format::Cfonb120 | Format::Cfonb240 => crate::cfonb::NAMES,
        Format::Ofx => crate::ofx::NAMES,
        Format::Lockbox => crate::lockbox::NAMES,
        _ => Names::CAMT,
    }
}

/// A finding in a member of this name, or in none.
fn inside(name: &str, finding: Finding) -> Finding {
    Finding { path: format!("{name}/{}", finding.path).trim_matches('/').to_string(), ..finding }
}

/// Adds a member's statements and findings; the head is the first member's.
fn add(member: BankFile, name: &str, whole: &mut BankFile) {
    let before = whole.statements.len();
    if before == 0 {
        whole.version = member.version;
        whole.namespace = member.namespace;
        whole.message_id = member.message_id;
        whole.created = member.created;
        whole.recipient = member.recipient;
        whole.additional_information = member.additional_information;
    }
    // What concerns several statements is looked for in the whole.
    let is_of_several = |kind| matches!(kind, FindingKind::StatementDuplicate | FindingKind::StatementGap);
    let kept = member.findings.into_iter().filter(|finding| !is_of_several(finding.kind));
    let name = excerpt(name, 120);
    let mut placed: Vec<Finding> =
        kept.map(|finding| Finding { statement: finding.statement.map(|index| index + before), ..finding }).collect();
    let room = MAX_FINDINGS.saturating_sub(whole.findings.len());
    let dropped = placed.len().saturating_sub(room);
    placed.truncate(room);
    if dropped > 0 {
        placed.push(Finding::of_file(FindingKind::FindingsTruncated, format!("{dropped} more findings were not kept")));
    }
    whole.findings.extend(placed.into_iter().map(|finding| inside(&name, finding)));
    whole.statements.extend(member.statements);
}

/// The error of a member, with its name.
fn in_member(error: FormatError, name: &str) -> FormatError {
    let name = excerpt(name, 120);
    match error {
        FormatError::Malformed { path, line, why } => FormatError::Malformed { path: format!("{name}/{path}"), line, why },
        FormatError::Unknown { why } => FormatError::Unknown { why: format!("{name}: {why}") },
        FormatError::Encoding { why } => FormatError::Encoding { why: format!("{name}: {why}") },
        other => other,
    }
}

fn damaged(error: impl ToString) -> FormatError {
    FormatError::Malformed { path: "archive".to_string(), line: 0, why: error.to_string() }
}

/// Files of an archive, one after the other.
struct Members<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    next: usize,
    /// Bytes that may still be inflated, of as many as allowed.
    left: u64,
    allowed: u64,
}

impl<'a> Members<'a> {
    fn open(bytes: &'a [u8]) -> Result<Members<'a>, FormatError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if archive.len() > MAX_MEMBERS {
            return Err(FormatError::Limit { what: "members of an archive", allowed: MAX_MEMBERS as u64, line: 0 });
        }
        let allowed = (bytes.len() as u64).saturating_mul(RATIO).saturating_add(SLACK).min(MAX_INFLATED);
        Ok(Members { archive, next: 0, left: allowed, allowed })
    }

    /// True for a workbook: nothing of it is inflated here.
    fn is_workbook(&self) -> bool {
        self.archive.file_names().flatten().any(|name| name.starts_with("xl/"))
    }

    /// Name and content of the next file; directories are none.
    fn next(&mut self) -> Result<Option<(String, Vec<u8>)>, FormatError> {
        while self.next < self.archive.len() {
            let member = self.archive.by_index(self.next).map_err(damaged)?;
            self.next += 1;
            if member.is_dir() {
                continue;
            }
            let name = String::from_utf8_lossy(member.name_raw()).into_owned();
            // Room for what the archive says, and no more than that: it may say anything.
            let stated = usize::try_from(member.size().min(self.left)).unwrap_or_default();
            let mut content = Vec::with_capacity(stated);
            member.take(self.left + 1).read_to_end(&mut content).map_err(damaged)?;
            self.left = self.left.checked_sub(content.len() as u64).ok_or(FormatError::Limit {
                what: "bytes inflated from an archive",
                allowed: self.allowed,
                line: 0,
            })?;
            return Ok(Some((name, content)));
        }
        Ok(None)
    }
}
