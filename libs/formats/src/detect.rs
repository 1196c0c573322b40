//! Which format is it, and who reads it. The one place a new format is added to.

use quittance_types::Fault;

use crate::archive;
use crate::bai2;
use crate::budget::Budget;
use crate::camt;
use crate::cfonb;
use crate::charset::{self, decode_plain, decode_xml};
use crate::coda;
use crate::edi::{self, Interchange};
use crate::error::FormatError;
use crate::iso20022;
use crate::lockbox;
use crate::mt940;
use crate::nacha::{self, NachaFile};
use crate::ofx;
use crate::pain002;
use crate::payment::{self, PaymentFile};
use crate::remt::{self, RemittanceMessage};
use crate::statement::{BankFile, Format, Subject};
use crate::status::StatusFile;
use crate::xml::{Cursor, Limits, message};

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
    /// A ZIP archive: of bank files, or a workbook.
    Archive,
    Unknown,
}

/// A file of any known format, as read.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// A bank statement.
    Statement(BankFile),
    /// Payment orders (pain.001, pain.008).
    Payments(PaymentFile),
    /// A NACHA file: orders, or returns and notifications of change.
    Nacha(NachaFile),
    /// What became of orders.
    Status(StatusFile),
    /// A stand-alone remittance message.
    Remittance(RemittanceMessage),
    /// An EDI interchange.
    Interchange(Interchange),
}

/// Tells the format of a bank file from its bytes. Only as much is read as that takes, so a file may still be refused by
/// [`read`].
///
/// # Errors
/// `FORMAT_UNKNOWN`; for XML also `XML_DTD_FORBIDDEN`, `XML_LIMIT`, `XML_ENCODING`, `STATEMENT_MALFORMED`.
pub fn detect(bytes: &[u8]) -> Result<Format, Fault> {
    Ok(format_of(bytes)?)
}

/// Reads a file of any known format.
///
/// # Errors
/// As [`read`].
pub fn read_document(bytes: &[u8]) -> Result<Document, Fault> {
    read_document_as(bytes, format_of(bytes)?)
}

/// Reads a file as one of `format`, whatever it looks like.
///
/// # Errors
/// As [`read`].
pub fn read_document_as(bytes: &[u8], format: Format) -> Result<Document, Fault> {
    if archive::looks_like(bytes) && format.subject() != Subject::Statement {
        let why = format!("an archive of {} files; unpack it and read them one by one", format.code());
        return Err(FormatError::Unknown { why }.into());
    }
    let document = match format {
        Format::Pain001 | Format::Pain008 => Document::Payments(payment::read(bytes)?),
        Format::Pain002 => Document::Status(pain002::read(bytes)?),
        Format::Nacha => Document::Nacha(nacha::read(bytes)?),
        Format::Remt001 => Document::Remittance(remt::read(bytes)?),
        Format::X12 => Document::Interchange(edi::read_x12(bytes)?),
        Format::Edifact => Document::Interchange(edi::read_edifact(bytes)?),
        statement => Document::Statement(read_statement(bytes, statement)?),
    };
    Ok(document)
}

/// Reads a bank statement of any known format.
///
/// # Errors
/// `FORMAT_UNKNOWN`, `STATEMENT_MALFORMED` (with `path` and `line`), and for XML `XML_DTD_FORBIDDEN`, `XML_LIMIT`,
/// `XML_ENCODING`. A statement that is only inconsistent is read, with findings.
pub fn read(bytes: &[u8]) -> Result<BankFile, Fault> {
    Ok(read_statement(bytes, format_of(bytes)?)?)
}

/// Reads a bank statement, or an archive of them, as one of `format`.
fn read_statement(bytes: &[u8], format: Format) -> Result<BankFile, FormatError> {
    if archive::looks_like(bytes) { archive::read(bytes, format) } else { read_plain(bytes, format, &mut Budget::of(bytes.len())) }
}

/// Reads a bank statement that is no archive as one of `format`, charging `budget`.
pub(crate) fn read_plain(bytes: &[u8], format: Format, budget: &mut Budget) -> Result<BankFile, FormatError> {
    match format {
        Format::Camt052 | Format::Camt053 | Format::Camt054 => camt::read(bytes, budget),
        Format::Mt940 | Format::Mt942 => mt940::read(bytes, budget),
        Format::Bai2 => bai2::read(bytes, budget),
        Format::Ofx => ofx::read(bytes, budget),
        Format::Coda => coda::read(bytes, budget),
        Format::Cfonb120 | Format::Cfonb240 => cfonb::read(bytes, format, budget),
        Format::Lockbox => lockbox::read(bytes, budget),
        other => Err(FormatError::Unknown { why: format!("{} is no bank statement", other.code()) }),
    }
}

fn format_of(bytes: &[u8]) -> Result<Format, FormatError> {
    match family(bytes) {
        Family::Xml => sniff(bytes),
        Family::Swift => mt940::format_of(bytes),
        Family::Lines(format) => Ok(format),
        Family::Archive => {
            let unknown = || FormatError::Unknown { why: "an archive without a bank file".to_string() };
            archive::format_of(bytes)?.ok_or_else(unknown)
        }
        Family::Unknown if bytes.trim_ascii().is_empty() => Err(FormatError::Unknown { why: "the file is empty".to_string() }),
        Family::Unknown => Err(FormatError::Unknown { why: "not a bank file known here".to_string() }),
    }
}

/// The format of a member of an archive, which is no archive itself.
pub(crate) fn format_of_member(bytes: &[u8]) -> Result<Format, FormatError> {
    if archive::looks_like(bytes) {
        return Err(FormatError::Unknown { why: "an archive in an archive".to_string() });
    }
    format_of(bytes)
}

/// Finds the first ISO 20022 message known here and stops there.
fn sniff(bytes: &[u8]) -> Result<Format, FormatError> {
    let decoded = decode_xml(bytes)?;
    let mut cursor = Cursor::new(&decoded.text, Limits::STANDARD)?;
    let mut root = None;
    let of_body = |name: &str| camt::Message::of_body(name).map(|message| message.format).or_else(|| iso20022::format_of_body(name));
    let found = message::next(&mut cursor, &mut root, of_body)?;
    found.map(|found| found.message).ok_or_else(|| message::unknown(root))
}

fn family(bytes: &[u8]) -> Family {
    if archive::looks_like(bytes) {
        return Family::Archive;
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let (head, _) = decode_plain(body.get(..HEAD).unwrap_or(body));
    let wide = matches!(bytes.get(..2), Some(b"\0<" | b"<\0"));
    if wide || (charset::is_marked_wide(bytes) && head.starts_with('<') && !ofx::looks_like(&head)) {
        return Family::Xml;
    }
    if ofx::looks_like(&head) {
        return Family::Lines(Format::Ofx);
    }
    if body.first() == Some(&b'<') {
        return Family::Xml;
    }
    if edi::looks_like_x12(&head) {
        return Family::Lines(Format::X12);
    }
    if edi::looks_like_edifact(&head) {
        return Family::Lines(Format::Edifact);
    }
    if nacha::looks_like(&head) {
        return Family::Lines(Format::Nacha);
    }
    if lockbox::looks_like(&head) {
        return Family::Lines(Format::Lockbox);
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
