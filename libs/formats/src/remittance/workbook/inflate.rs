//! What a ZIP archive inflates to, measured before anything else reads it: sizes written in an archive may lie.

use std::io::Read;

use flate2::read::DeflateDecoder;

use crate::error::FormatError;

/// Bytes an archive may always inflate to.
const SLACK: u64 = 2 << 20;
/// How many times its size a sheet may inflate to. Repetitive sheets of real programs stay below twenty.
const RATIO: u64 = 30;
/// How many times its size the texts shared by all sheets may inflate to: they are held in memory.
const TEXT_RATIO: u64 = 8;
/// Members of an archive.
const MAX_MEMBERS: u64 = 1_000;

/// Refuses archives that are no workbooks, are damaged, or inflate beyond measure.
pub(crate) fn check(bytes: &[u8]) -> Result<(), FormatError> {
    let directory = Directory::find(bytes).ok_or_else(|| damaged("no central directory"))?;
    let size = bytes.len() as u64;
    let (mut total, mut members, mut is_workbook) = (0u64, 0u64, false);
    for member in directory {
        members += 1;
        if members > MAX_MEMBERS {
            return Err(FormatError::Limit { what: "members of an archive", allowed: MAX_MEMBERS, line: 0 });
        }
        is_workbook |= member.name.starts_with(b"xl/");
        let shared = !member.name.contains_slice(b"worksheets/");
        let allowed = SLACK + size.saturating_mul(if shared { TEXT_RATIO } else { RATIO });
        total = total.saturating_add(member.inflated(bytes, allowed)?);
        if total > SLACK + size.saturating_mul(RATIO) {
            return Err(FormatError::Limit { what: "bytes inflated from an archive", allowed: size.saturating_mul(RATIO), line: 0 });
        }
    }
    if is_workbook { Ok(()) } else { Err(FormatError::Unknown { why: "an archive that is no XLSX workbook".to_string() }) }
}

/// The real size of all members of an archive together; little more than `allowed` where it is larger.
pub(crate) fn size(bytes: &[u8], allowed: u64) -> u64 {
    let mut total = 0u64;
    for member in Directory::find(bytes).into_iter().flatten() {
        total = total.saturating_add(member.counted(bytes, allowed).unwrap_or_default());
        if total > allowed {
            break;
        }
    }
    total
}

fn damaged(why: &str) -> FormatError {
    FormatError::Malformed { path: "archive".to_string(), line: 0, why: why.to_string() }
}

trait ContainsSlice {
    fn contains_slice(&self, part: &[u8]) -> bool;
}

impl ContainsSlice for [u8] {
    fn contains_slice(&self, part: &[u8]) -> bool {
        self.windows(part.len()).any(|window| window == part)
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte)))
}

/// Entries of the central directory.
struct Directory<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Directory<'a> {
    fn find(bytes: &'a [u8]) -> Option<Directory<'a>> {
        let tail = bytes.len().saturating_sub(22 + 65_535);
        let end = (tail..=bytes.len().checked_sub(22)?).rev().find(|at| bytes.get(*at..*at + 4) == Some(b"PK\x05\x06"))?;
        Some(Directory { bytes, at: number(bytes, end + 16, 4)? })
    }
}

/// A member of an archive.
struct Member<'a> {
    name: &'a [u8],
    method: usize,
    compressed: usize,
    header: usize,
}

impl<'a> Iterator for Directory<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let at = self.at;
        if self.bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let field = |offset: usize, length: usize| number(self.bytes, at + offset, length);
        let (name, extra, comment) = (field(28, 2)?, field(30, 2)?, field(32, 2)?);
        let member = Member {
            name: self.bytes.get(at + 46..at + 46 + name)?,
            method: field(10, 2)?,
            compressed: field(20, 4)?,
            header: field(42, 4)?,
        };
        self.at = at + 46 + name + extra + comment;
        Some(member)
    }
}

impl Member<'_> {
    /// The real size of the content, at most `allowed`.
    fn inflated(&self, bytes: &[u8], allowed: u64) -> Result<u64, FormatError> {
        let size = self.counted(bytes, allowed)?;
        if size > allowed {
            return Err(FormatError::Limit { what: "bytes inflated from an archive", allowed, line: 0 });
        }
        Ok(size)
    }

    /// The real size of the content, or one larger than `allowed`.
    fn counted(&self, bytes: &[u8], allowed: u64) -> Result<u64, FormatError> {
        let start = self.start(bytes).ok_or_else(|| damaged("a member has no header"))?;
        let content = bytes.get(start..).unwrap_or_default();
        let content = content.get(..self.compressed.min(content.len())).unwrap_or_default();
        match self.method {
            0 => Ok(content.len() as u64),
            8 => count(DeflateDecoder::new(content), allowed),
            _ => Err(damaged("a member is compressed in an unknown way")),
        }
    }

    fn start(&self, bytes: &[u8]) -> Option<usize> {
        if bytes.get(self.header..self.header.checked_add(4)?)? != b"PK\x03\x04" {
            return None;
        }
        let (name, extra) = (number(bytes, self.header + 26, 2)?, number(bytes, self.header + 28, 2)?);
        self.header.checked_add(30 + name + extra)
    }
}

fn count(mut reader: impl Read, allowed: u64) -> Result<u64, FormatError> {
    let mut buffer = vec![0u8; 32 << 10];
    let mut size = 0u64;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(size),
            Ok(read) => size += read as u64,
            Err(error) => return Err(damaged(&error.to_string())),
        }
        if size > allowed {
            return Ok(size);
        }
    }
}
