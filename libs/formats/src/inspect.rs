//! A file as JSON, for people and scripts: what `quittance inspect FILE` prints.
//!
//! Keys are `snake_case`; amounts are decimal strings (the file's own text where that is no number) with minor units beside
//! them (`minor` is null where the text is not money); dates are ISO 8601. Keys without a value are left out, except the
//! ones that are always asked for. Everything is written while it is looked at, so that showing a file needs no memory
//! beyond reading it.

use std::io::{self, Write};

use quittance_types::{BusinessDate, Fault, Reason};
use serde_json::Value;

use crate::detect::Document;
use crate::error::FormatError;
use crate::finding::{Finding, Severity};
use crate::remittance::{self, Advice, AdviceFormat};
use crate::statement::{AccountIdentifier, AccountScheme, Agent, Amount, BankFile, Direction, Party};
use writer::Writer;

mod advice;
mod bank;
mod line;
mod nacha;
mod order;
mod writer;

/// A file that was read, to be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Inspected {
    /// A bank file, an order, a message.
    Document(Box<Document>),
    /// Remittance advices in a text, a page, a mail, a workbook.
    Advices {
        /// The advices, at least one of them with a line.
        advices: Vec<Advice>,
        /// Length of the bytes as received.
        source_bytes: usize,
    },
}

impl Inspected {
    /// Reads a file of any known format, else a remittance advice. `name` is a file name, if there is one: its end (`.csv`,
    /// `.eml`) decides where the bytes leave it open.
    ///
    /// # Errors
    /// As [`crate::read_document`]; `FORMAT_UNKNOWN` too for delimited text and workbooks without a line of an advice, since
    /// a bank statement in them needs a declared mapping ([`crate::mapped`]).
    pub fn read(bytes: &[u8], name: Option<&str>) -> Result<Inspected, Fault> {
        // An archive is a workbook or holds bank files: only what is in it tells.
        if remittance::container_of(bytes).is_some_and(|kind| kind != AdviceFormat::Xlsx) {
            return advices(bytes, name);
        }
        match crate::read_document(bytes) {
            Err(fault) if fault.reason() == Reason::FormatUnknown && !bytes.trim_ascii().is_empty() => advices(bytes, name),
            document => Ok(Inspected::Document(Box::new(document?))),
        }
    }

    /// Writes the file as JSON.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        Writer::document(out, |out| match self {
            Inspected::Document(document) => show(out, document),
            Inspected::Advices { advices, source_bytes } => {
                out.put("format", advices.first().map(|advice| advice.format.code()));
                out.put("sha256", advices.first().map(Advice::source_sha256_hex));
                out.put("bytes", source_bytes);
                out.put("advice_count", advices.len());
                out.list("advices", advices, advice::advice);
            }
        })
    }
}

fn advices(bytes: &[u8], name: Option<&str>) -> Result<Inspected, Fault> {
    let advices = remittance::read(bytes, name)?;
    if advices.iter().all(|advice| advice.lines.is_empty()) {
        return Err(FormatError::Unknown { why: why_nothing(&advices) }.into());
    }
    Ok(Inspected::Advices { advices, source_bytes: bytes.len() })
}

/// Why there is no line: what was found instead, and what the reader noticed.
fn why_nothing(advices: &[Advice]) -> String {
    let why = "neither a file known here nor a remittance advice; a statement in CSV or XLSX needs a declared mapping of its columns";
    let Some(advice) = advices.first() else { return why.to_string() };
    let noticed = advices.iter().flat_map(|advice| &advice.findings).map(|finding| finding.text.as_str()).take(5);
    let noticed: Vec<&str> = noticed.collect();
    let separator = if noticed.is_empty() { "" } else { ": " };
    format!("{why} (read as {}, {} parts{separator}{})", advice.format.code(), advice.parts.len(), noticed.join("; "))
}

/// Reads a file and shows it as a value; [`Inspected`] writes large ones without holding all of it.
///
/// # Errors
/// As [`Inspected::read`].
pub fn inspect(bytes: &[u8]) -> Result<Value, Fault> {
    let inspected = Inspected::read(bytes, None)?;
    Ok(value(|out| inspected.write(out)))
}

/// Shows a file that was read before.
pub fn inspect_document(document: &Document) -> Value {
    value(|out| Writer::document(out, |out| show(out, document)))
}

/// Shows a bank file that was read before.
pub fn inspect_file(file: &BankFile) -> Value {
    value(|out| Writer::document(out, |out| bank::file(out, file)))
}

fn value(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Value {
    let mut text = Vec::new();
    let written = write(&mut text);
    written.ok().and_then(|()| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn show(out: &mut Writer<'_>, document: &Document) {
    match document {
        Document::Statement(file) => bank::file(out, file),
        Document::Payments(file) => order::payment_file(out, file),
        Document::Nacha(file) => nacha::file(out, file),
        Document::Status(file) => order::status_file(out, file),
        Document::Remittance(message) => order::remittance_message(out, message),
        Document::Interchange(file) => order::interchange(out, file),
    }
}

fn date(date: Option<BusinessDate>) -> Option<String> {
    date.map(|date| date.to_string())
}

fn sign(direction: Option<Direction>) -> Option<&'static str> {
    direction.map(Direction::code)
}

/// Amount, currency and minor units.
fn amount(out: &mut Writer<'_>, amount: &Amount) {
    let exact = amount.value().filter(|_| amount.money().is_none()).map(|value| value.to_string());
    match exact {
        Some(exact) => out.put("amount", exact),
        None => out.put("amount", amount.text()),
    }
    out.put("currency", amount.currency_code());
    out.put("minor", amount.money().map(|money| money.minor()));
}

fn identifier(out: &mut Writer<'_>, id: &AccountIdentifier) {
    let key = match id.scheme {
        AccountScheme::Iban => "iban",
        AccountScheme::Bban => "bban",
        AccountScheme::Other => "account",
    };
    out.put(key, &id.value);
    if id.scheme == AccountScheme::Iban {
        out.put("iban_valid", id.valid_iban().is_some());
    }
    out.some("scheme", id.scheme_name());
    out.some("issuer", id.issuer());
    out.some("account_name", id.name());
}

fn party(out: &mut Writer<'_>, party: &Party) {
    out.some("name", party.name.as_deref());
    out.some_list("identifications", &party.identifications, |out, (scheme, value)| {
        out.put("scheme", scheme);
        out.put("value", value);
    });
    out.object_of("address", party.address.as_deref(), |out, address| {
        out.some("street", address.street.as_deref());
        out.some("building_number", address.building_number.as_deref());
        out.some("post_code", address.post_code.as_deref());
        out.some("town", address.town.as_deref());
        out.some("subdivision", address.subdivision.as_deref());
        out.some("country", address.country.as_deref());
        out.some_values("lines", &address.lines);
    });
}

fn agent(out: &mut Writer<'_>, agent: &Agent) {
    out.some("bic", agent.bic.as_deref());
    out.some("name", agent.name.as_deref());
    out.some("clearing_member", agent.clearing_member.as_deref());
}

/// How many findings are warnings, and all of them.
fn findings(out: &mut Writer<'_>, findings: &[Finding]) {
    out.put("warning_count", findings.iter().filter(|finding| finding.kind.severity() == Severity::Warning).count());
    out.list("findings", findings, finding);
}

fn finding(out: &mut Writer<'_>, finding: &Finding) {
    let severity = match finding.kind.severity() {
        Severity::Note => "note",
        Severity::Warning => "warning",
    };
    out.put("kind", finding.kind.code());
    out.put("severity", severity);
    out.put("path", &finding.path);
    out.put("line", finding.line);
    out.put("text", &finding.text);
    out.put("statement", finding.statement);
    out.put("entry", finding.entry);
    out.put("detail", finding.detail);
}
