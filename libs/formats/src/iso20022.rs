//! What the readers of pain and remt messages share: opening a document, the head of a file, checks of its counts.

use quittance_types::Decimal;
use sha2::{Digest, Sha256};

use crate::budget::Budget;
use crate::charset::decode_xml;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder, excerpt};
use crate::statement::{Format, Moment, parse_exact};
use crate::xml::message::Found;
use crate::xml::{Cursor, Limits, Node, Tree, message};

const NAMES: Names = Names { entry: "TxInf", reference: "EndToEndId", balance: "CtrlSum", totals: "NbOfTxs" };

/// The format whose message body has this local name. Version .01 and .02 of pain name it after the message.
pub(crate) fn format_of_body(name: &str) -> Option<Format> {
    match name {
        "CstmrPmtStsRpt" => Some(Format::Pain002),
        "CstmrCdtTrfInitn" => Some(Format::Pain001),
        "CstmrDrctDbtInitn" => Some(Format::Pain008),
        "RmtAdvc" => Some(Format::Remt001),
        name if name.starts_with("pain.002.") => Some(Format::Pain002),
        name if name.starts_with("pain.001.") => Some(Format::Pain001),
        name if name.starts_with("pain.008.") => Some(Format::Pain008),
        _ => None,
    }
}

/// Where a file came from and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Format found in the bytes.
    pub format: Format,
    /// Version as far as the file tells: `pain.001.001.09` ... Empty when it does not.
    pub version: String,
    /// XML namespace of the message, as written.
    pub namespace: Option<String>,
    /// SHA-256 of the bytes as received.
    pub source_sha256: [u8; 32],
    /// Length of the bytes as received.
    pub source_bytes: u64,
    /// The sender's identification of the message.
    pub message_id: Option<String>,
    /// When the message was made.
    pub created: Option<Moment>,
}

impl Head {
    /// SHA-256 of the source as 64 lower-case hexadecimal digits.
    pub fn source_sha256_hex(&self) -> String {
        hex::encode(self.source_sha256)
    }
}

/// A message being read.
pub(crate) struct Reading<'a> {
    pub cursor: Cursor<'a>,
    pub tree: Tree,
    pub recorder: Recorder,
    budget: Budget,
    /// A byte position and the line ends before it, so that lines are counted once.
    counted: (usize, u64),
}

impl Reading<'_> {
    /// Charges one value.
    pub fn spend(&mut self, cost: usize) -> Result<(), FormatError> {
        self.budget.spend(cost, 0).map_err(|error| error.at_line(|| self.cursor.line(self.cursor.offset())))
    }

    /// How many elements of a name and cost the file may hold, as far as the budget allows them: enough room to read them
    /// without growing.
    pub fn room_for(&self, name: &str, cost: usize) -> usize {
        self.cursor.count_of(name).min(self.budget.most(cost))
    }

    /// The element opened last, with everything in it.
    pub fn subtree(&mut self) -> Result<(), FormatError> {
        self.cursor.subtree(&mut self.tree)
    }

    /// Line of a byte position that is not before one asked for earlier, from 1.
    pub fn line(&mut self, offset: usize) -> u64 {
        let (from, before) = self.counted;
        if offset > from {
            self.counted = (offset, before + self.cursor.line_ends(from, offset));
        }
        self.counted.1 + 1
    }
}

/// Reads the first message of one of `formats`; `body` reads what is inside its body. A second message is a finding.
pub(crate) fn read<T>(
    bytes: &[u8],
    formats: &[Format],
    body: impl FnOnce(&mut Reading<'_>, &mut Head) -> Result<T, FormatError>,
) -> Result<(T, Head, Vec<crate::Finding>), FormatError> {
    let decoded = decode_xml(bytes)?;
    let mut cursor = Cursor::new(&decoded.text, Limits::STANDARD)?;
    let mut root = None;
    let known = |name: &str| format_of_body(name).filter(|format| formats.contains(format));
    let Some(first) = message::next(&mut cursor, &mut root, known)? else { return Err(message::unknown(root)) };
    let budget = Budget::of(decoded.text.len());
    let mut reading = Reading { cursor, tree: Tree::default(), recorder: Recorder::new(NAMES), budget, counted: (0, 0) };
    if let Some(declared) = &decoded.mismatch {
        reading.recorder.note(FindingKind::EncodingMismatch, "", 0, format!("declared as {declared}, is UTF-8"));
    }
    let mut head = head(&first, bytes, &mut reading.recorder);
    let value = body(&mut reading, &mut head)?;
    if head.message_id.is_none() {
        reading.recorder.note(FindingKind::IdentificationMissing, "GrpHdr/MsgId", 0, "no message identification");
    }
    while let Some(next) = message::next(&mut reading.cursor, &mut root, format_of_body)? {
        let offset = reading.cursor.offset();
        reading.recorder.note(FindingKind::SeveralMessages, &next.body, offset, "a further message is not read");
    }
    let findings = reading.recorder.finish(decoded.text.as_bytes());
    Ok((value, head, findings))
}

fn head(first: &Found<Format>, bytes: &[u8], recorder: &mut Recorder) -> Head {
    let format = first.message;
    let family = format.code();
    let version = first.namespace.as_deref().and_then(|uri| message::version_in(uri, family));
    if version.is_none() {
        let text = match first.namespace.as_deref() {
            None => "no namespace: the version is not known".to_string(),
            Some(uri) => format!("the namespace {} tells no version of {family}", excerpt(uri, 120)),
        };
        recorder.note(FindingKind::NamespaceUnexpected, &first.body, 0, text);
    }
    Head {
        format,
        version: version.unwrap_or_default(),
        namespace: first.namespace.clone(),
        source_sha256: Sha256::digest(bytes).into(),
        source_bytes: bytes.len() as u64,
        message_id: None,
        created: None,
    }
}

/// Notes a stated count or sum that is not the one found.
pub(crate) fn check(
    (stated_count, stated_sum): (Option<u64>, Option<Decimal>),
    (count, sum): (u64, Option<Decimal>),
    offset: usize,
    recorder: &mut Recorder,
) {
    if let Some(stated) = stated_count.filter(|stated| *stated != count) {
        recorder.note(FindingKind::CountMismatch, "NbOfTxs", offset, format!("{stated} transactions stated, {count} found"));
    }
    if let (Some(stated), Some(sum)) = (stated_sum, sum)
        && stated != sum
    {
        recorder.note(FindingKind::TotalMismatch, "CtrlSum", offset, format!("sum {stated} stated, {sum} found"));
    }
}

/// A count at a path.
pub(crate) fn count_at(node: Node<'_>, path: &str) -> Option<u64> {
    node.value(path).and_then(|text| text.parse().ok())
}

/// A decimal without currency at a path.
pub(crate) fn decimal_at(node: Node<'_>, path: &str) -> Option<Decimal> {
    node.value(path).and_then(parse_exact)
}
