//! The one model every remittance advice is read into, whatever its format.
//!
//! A reader fills an [`Advice`] with what the source says, each value as a [`Field`] that knows its place, and calls
//! [`Advice::prove`]: the arithmetic decides whether the reading can be trusted.

use quittance_types::{BusinessDate, Currency, Decimal};
use sha2::{Digest, Sha256};

use super::proof::{Proof, Verdict};
use super::reason::DeductionReason;
use crate::Text;
use crate::finding::{Finding, FindingKind};
use crate::statement::Few;

/// Formats a remittance advice may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdviceFormat {
    /// Plain text.
    Text,
    /// HTML page.
    Html,
    /// E-mail message; the parts it was read from are in [`Advice::parts`].
    Mail,
    /// Delimited text.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
    /// PDF with text (no scan).
    Pdf,
    /// ANSI X12 transaction set 820.
    X12820,
    /// UN/EDIFACT REMADV.
    Remadv,
    /// ISO 20022 remt.001.
    Remt001,
    /// Structured remittance of an ISO 20022 camt message.
    Camt,
}

impl AdviceFormat {
    /// Stable name: `text`, `x12.820` ...
    pub fn code(self) -> &'static str {
        match self {
            AdviceFormat::Text => "text",
            AdviceFormat::Html => "html",
            AdviceFormat::Mail => "eml",
            AdviceFormat::Csv => "csv",
            AdviceFormat::Xlsx => "xlsx",
            AdviceFormat::Pdf => "pdf",
            AdviceFormat::X12820 => "x12.820",
            AdviceFormat::Remadv => "edifact.remadv",
            AdviceFormat::Remt001 => "remt.001",
            AdviceFormat::Camt => "camt",
        }
    }
}

/// Place of a value in its source. Everything counts from 1; 0 means not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index in [`Advice::parts`], from 0.
    pub part: u16,
    /// Line of a text, row of a table, segment of an interchange.
    pub line: u32,
    /// Column of a table, element of a segment; 0 in a text.
    pub column: u16,
    /// First character in the line or cell.
    pub from: u32,
    /// Last character in the line or cell.
    pub to: u32,
}

impl Span {
    /// The place of `text` behind `before` in the line or cell.
    pub(crate) fn of(part: u16, line: u32, column: u32, before: &str, text: &str) -> Span {
        let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let from = count(before).saturating_add(1);
        let to = from.saturating_add(count(text)).saturating_sub(1);
        Span { part, line, column: u16::try_from(column).unwrap_or(u16::MAX), from, to }
    }
}

/// A value, its text as written and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Field<T> {
    /// The value as read.
    pub value: T,
    /// The text as written; empty when the value follows from other fields.
    pub text: Text,
    /// Where it stands; of a value that follows from others, where the first of those stands.
    pub span: Span,
}

impl<T> Field<T> {
    /// A value written as `text` at `span`.
    pub fn new(value: T, text: &str, span: Span) -> Field<T> {
        Field { value, text: text.into(), span }
    }

    /// A value that follows from others, the first of which stands at `span`.
    pub fn derived(value: T, span: Span) -> Field<T> {
        Field { value, text: Text::default(), span }
    }

    /// True when the source does not state the value itself.
    pub fn is_derived(&self) -> bool {
        self.text.is_empty()
    }
}

impl Field<Text> {
    /// A text as it stands at `span`.
    pub fn written(text: &str, span: Span) -> Field<Text> {
        let text = Text::from(text);
        Field { value: text.clone(), text, span }
    }
}

/// What a line of an advice is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// An invoice or another debit.
    #[default]
    Invoice,
    /// A credit note: its amounts are negative.
    CreditNote,
    /// Anything else: a deduction on its own, a payment on account ...
    Other,
}

impl LineKind {
    /// `invoice`, `credit_note` or `other`.
    pub fn code(self) -> &'static str {
        match self {
            LineKind::Invoice => "invoice",
            LineKind::CreditNote => "credit_note",
            LineKind::Other => "other",
        }
    }
}

/// Something the payer takes off a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Deduction {
    /// Positive reduces what is paid; on a credit note it is negative (see [`AdviceLine::gross`]).
    pub amount: Field<Decimal>,
    /// Code or words of the payer.
    pub reason: Option<Box<Field<Text>>>,
    /// What these mean, when known.
    pub kind: Option<DeductionReason>,
}

/// One document paid, taken or explained.
#[derive(Debug, Clone, PartialEq)]
pub struct AdviceLine {
    /// Document number as written.
    pub document: Field<Text>,
    /// Kind.
    pub kind: LineKind,
    /// Date of the document.
    pub document_date: Option<Box<Field<BusinessDate>>>,
    /// Amount of the document before deductions: `gross - deductions = net`. Negative for a credit note.
    pub gross: Option<Box<Field<Decimal>>>,
    /// Deductions, in the order of the source.
    pub deductions: Few<Deduction>,
    /// Amount paid for the document. Negative for a credit note.
    pub net: Option<Field<Decimal>>,
    /// Currency code as written, when the line has its own.
    pub currency: Option<Box<Field<Text>>>,
    /// Further references of the line (purchase order, the payer's own number ...), as written.
    pub references: Few<Field<Text>>,
}

impl AdviceLine {
    /// A line about `document` without any amount yet.
    pub fn new(document: Field<Text>) -> AdviceLine {
        AdviceLine {
            document,
            kind: LineKind::Invoice,
            document_date: None,
            gross: None,
            deductions: Few::default(),
            net: None,
            currency: None,
            references: Few::default(),
        }
    }

    /// Net amount.
    pub fn net_amount(&self) -> Option<Decimal> {
        self.net.as_ref().map(|net| net.value)
    }

    /// Gross amount.
    pub fn gross_amount(&self) -> Option<Decimal> {
        self.gross.as_ref().map(|gross| gross.value)
    }

    /// Sum of the deductions; none when the line names none or the sum is too large.
    pub fn deduction(&self) -> Option<Decimal> {
        let (first, rest) = self.deductions.split_first()?;
        rest.iter().try_fold(first.amount.value, |sum, deduction| sum.checked_add(deduction.amount.value))
    }

    /// Words or code of the first deduction that has any.
    pub fn reason(&self) -> Option<&str> {
        self.deductions.iter().find_map(|deduction| deduction.reason.as_ref()).map(|reason| reason.value.as_str())
    }

    /// Meaning of the first deduction that has one.
    pub fn reason_kind(&self) -> Option<DeductionReason> {
        self.deductions.iter().find_map(|deduction| deduction.kind)
    }
}

/// Payer or payee as the advice names it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AdviceParty {
    /// Name.
    pub name: Option<Field<Text>>,
    /// Account number or IBAN, as written.
    pub account: Option<Field<Text>>,
    /// Number the payer has at the payee (customer number), as written.
    pub customer_number: Option<Field<Text>>,
}

/// A remittance advice as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// Format found in the bytes.
    pub format: AdviceFormat,
    /// SHA-256 of the bytes as received.
    pub source_sha256: [u8; 32],
    /// Length of the bytes as received.
    pub source_bytes: u64,
    /// Parts of the source the spans point into: `text`, `avis.csv`, `sheet Tabelle1`, `page 2` ... Never empty.
    pub parts: Vec<String>,
    /// Number of the advice or payment.
    pub number: Option<Field<Text>>,
    /// Date of the advice or payment.
    pub date: Option<Field<BusinessDate>>,
    /// Currency code as written (a sign such as `€` gives its code).
    pub currency: Option<Field<Text>>,
    /// Who pays.
    pub payer: AdviceParty,
    /// Who is paid.
    pub payee: AdviceParty,
    /// Total as stated.
    pub total: Option<Field<Decimal>>,
    /// Number of lines as stated.
    pub stated_count: Option<Field<u64>>,
    /// Lines in the order of the source.
    pub lines: Vec<AdviceLine>,
    /// What the arithmetic says; set by [`Advice::prove`].
    pub proof: Proof,
    /// Whether the reading can be trusted; set by [`Advice::prove`].
    pub verdict: Verdict,
    /// Everything noticed.
    pub findings: Vec<Finding>,
}

impl Advice {
    /// An advice of `bytes` without any line yet, with one part named as the format.
    pub fn new(format: AdviceFormat, bytes: &[u8]) -> Advice {
        Advice { source_sha256: Sha256::digest(bytes).into(), source_bytes: bytes.len() as u64, ..Advice::empty(format) }
    }

    /// The same, of bytes that are told later.
    pub(crate) fn empty(format: AdviceFormat) -> Advice {
        Advice {
            format,
            source_sha256: [0; 32],
            source_bytes: 0,
            parts: vec![format.code().to_string()],
            number: None,
            date: None,
            currency: None,
            payer: AdviceParty::default(),
            payee: AdviceParty::default(),
            total: None,
            stated_count: None,
            lines: Vec::new(),
            proof: Proof::default(),
            verdict: Verdict::default(),
            findings: Vec::new(),
        }
    }

    /// SHA-256 of the source as 64 lower-case hexadecimal digits.
    pub fn source_sha256_hex(&self) -> String {
        hex::encode(self.source_sha256)
    }

    /// True when the arithmetic proves the reading.
    pub fn is_proven(&self) -> bool {
        self.verdict == Verdict::Proven
    }

    /// Currency, when the code is an active one.
    pub fn currency_value(&self) -> Option<Currency> {
        self.currency.as_ref().and_then(|code| Currency::parse(&code.value).ok())
    }

    /// Sum of the net amounts; none when one is missing or the sum is too large.
    pub fn net_sum(&self) -> Option<Decimal> {
        self.lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.net_amount()?))
    }

    /// Notes `kind` about the line at index `line` (none: the whole advice), at `span`.
    pub fn note(&mut self, kind: FindingKind, line: Option<usize>, span: Span, text: impl Into<String>) {
        if self.findings.len() >= crate::finding::MAX_FINDINGS {
            return;
        }
        let part = self.parts.get(usize::from(span.part)).map(String::as_str).unwrap_or_default();
        let path = match (line, span.column) {
            (Some(line), 0) => format!("{part}/line[{}]", line + 1),
            (Some(line), column) => format!("{part}/line[{}]/column[{column}]", line + 1),
            (None, _) => part.to_string(),
        };
        let finding = Finding { kind, statement: None, entry: line, detail: None, path, line: u64::from(span.line), text: text.into() };
        self.findings.push(finding);
    }
}
