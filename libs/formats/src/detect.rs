//! Which format is it, and who reads it. The one place a new format is added to.

use quittance_types::Fault;

use crate::bai2;
use crate::camt;
use crate::cfonb;
use crate::charset::decode_plain;
use crate::coda;
use crate::error::FormatError;
use crate::mt940;
use crate::ofx;
use crate::statement::{BankFile, Format};

/// Bytes looked at to tell formats that are not XML.
const HEAD: usize = 8 << 10;

/// What the first bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Xml,
    /// MT940 or MT942: which of the two is seen from the whole file only.
    Swift,
    /// Known from the first bytes.
    Lines(Format),
    Unknown,
}

/// Tells the format of a bank file from its bytes. Only as much is read as that takes, so a file may still be refused by
/// [`read`].
///
/// # Errors
/// `FORMAT_UNKNOWN`; for XML also `XML_DTD_FORBIDDEN`, `XML_LIMIT`, `XML_ENCODING`, `STATEMENT_MALFORMED`.
pub fn detect(bytes: &[u8]) -> Result<Format, Fault> {
    Ok(format_of(bytes)?)
}

/// Reads a bank file of any known format.
///
/// # Errors
/// `FORMAT_UNKNOWN`, `STATEMENT_MALFORMED` (with `path` and `line`), and for XML `XML_DTD_FORBIDDEN`, `XML_LIMIT`,
/// `XML_ENCODING`. A statement that is only inconsistent is read, with findings.
pub fn read(bytes: &[u8]) -> Result<BankFile, Fault> {
    let file = match format_of(bytes)? {
        Format::Camt052 | Format::Camt053 | Format::Camt054 => camt::read(bytes)?,
        Format::Mt940 | Format::Mt942 => mt940::read(bytes)?,
        Format::Bai2 => bai2::read(bytes)?,
        Format::Ofx => ofx::read(bytes)?,
        Format::Coda => coda::read(bytes)?,
        format @ (Format::Cfonb120 | Format::Cfonb240) => cfonb::read(bytes, format)?,
    };
    Ok(file)
}

fn format_of(bytes: &[u8]) -> Result<Format, FormatError> {
    match family(bytes) {
        Family::Xml => camt::sniff(bytes).map(|sniffed| sniffed.message.format),
        Family::Swift => mt940::format_of(bytes),
        Family::Lines(format) => Ok(format),
        Family::Unknown if bytes.trim_ascii().is_empty() => Err(FormatError::Unknown { why: "the file is empty".to_string() }),
        Family::Unknown => Err(FormatError::Unknown { why: "not a bank file known here".to_string() }),
    }
}

fn family(bytes: &[u8]) -> Family {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let wide = matches!(bytes.get(..2), Some(b"\xFE\xFF" | b"\xFF\xFE" | b"\0<" | b"<\0"));
    if wide {
        return Family::Xml;
    }
    let (head, _) = decode_plain(body.get(..HEAD).unwrap_or(body));
    if ofx::looks_like(&head) {
        return Family::Lines(Format::Ofx);
    }
    if body.first() == Some(&b'<') {
        return Family::Xml;
    }
    if mt940::looks_like(&head) {
        return Family::Swift;
    }
    if bai2::looks_like(&head) {
        return Family::Lines(Format::Bai2);
    }
    if coda::looks_like(&head) {
        return Family::Lines(Format::Coda);
    }
    cfonb::format_of(&head).map_or(Family::Unknown, Family::Lines)
}
