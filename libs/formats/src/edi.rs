//! Electronic data interchange: ANSI X12 and UN/EDIFACT. Remittance advices (820, REMADV) are read into the one model of
//! [`crate::remittance`]; of other transaction sets only what identifies them.
//!
//! A set is accepted or refused on its own, as a partner would acknowledge it. What a file says is held against itself
//! here, and against what the receiver knows by [`Interchange::disagreements`].

mod agree;
mod edifact;
mod remadv;
mod segment;
mod x12;
mod x820;

pub use agree::{Answer, Disagreement, Known, Rule};

use quittance_types::{BusinessDate, Decimal};

use crate::Text;
use crate::budget::grow;
use crate::error::FormatError;
use crate::finding::Finding;
use crate::remittance::{Advice, AdviceLine, Field, LineKind};
use crate::statement::{Format, Moment};

/// Largest file read.
const MAX_BYTES: usize = 64 << 20;

/// Findings kept per interchange.
const MAX_FINDINGS: usize = 1_000;

/// An interchange as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Interchange {
    /// [`Format::X12`] or [`Format::Edifact`].
    pub format: Format,
    /// SHA-256 of the bytes as received.
    pub source_sha256: [u8; 32],
    /// Length of the bytes as received.
    pub source_bytes: u64,
    /// Who sends it.
    pub sender: String,
    /// Who receives it.
    pub receiver: String,
    /// Its number.
    pub control: String,
    /// When it was made.
    pub created: Option<Moment>,
    /// True when the sender marks it as a test.
    pub test: bool,
    /// Its transaction sets or messages, in file order.
    pub sets: Vec<TransactionSet>,
    /// What was noticed about the envelope.
    pub findings: Vec<Finding>,
}

impl Interchange {
    /// The remittance advices of accepted sets, in file order.
    pub fn advices(&self) -> impl Iterator<Item = &Advice> {
        self.sets.iter().filter(|set| set.accepted).filter_map(|set| set.advice.as_deref())
    }

    /// Every advice names the file it came from.
    fn with_sources(mut self) -> Interchange {
        for advice in self.sets.iter_mut().filter_map(|set| set.advice.as_deref_mut()) {
            advice.source_sha256 = self.source_sha256;
            advice.source_bytes = self.source_bytes;
        }
        self
    }

    /// SHA-256 of the source as 64 lower-case hexadecimal digits.
    pub fn source_sha256_hex(&self) -> String {
        hex::encode(self.source_sha256)
    }
}

/// A transaction set (X12) or message (EDIFACT).
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionSet {
    /// `820`, `REMADV` ...
    pub code: String,
    /// Its number.
    pub control: String,
    /// Line it begins in, from 1.
    pub line: u64,
    /// False when a mandatory element is missing, or it is something the receiver of money does not take.
    pub accepted: bool,
    /// Segments it holds, its own header and trailer included.
    pub segments: u64,
    /// The advice, when the set is one; also of a set that was refused, for a person to look at.
    pub advice: Option<Box<Advice>>,
    /// What else only these sets say.
    pub terms: Terms,
    /// Number of the document in any other set (X12 `BIG02`), if it is known where it stands.
    pub document: Option<String>,
    /// Syntax errors and contradictions inside the set, in file order.
    pub findings: Vec<Finding>,
}

impl TransactionSet {
    /// Notes what breaks the rules, unless that was done very often before.
    fn note(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// Adds a set to those of an interchange; `room` is what is left of the findings kept.
fn keep(sets: &mut Vec<TransactionSet>, mut set: TransactionSet, room: &mut usize) {
    let mut trim = |findings: &mut Vec<Finding>| {
        findings.truncate(*room);
        findings.shrink_to_fit();
        *room -= findings.len();
    };
    trim(&mut set.findings);
    if let Some(advice) = &mut set.advice {
        trim(&mut advice.findings);
        advice.lines.shrink_to_fit();
    }
    grow(sets);
    sets.push(set);
}

/// What a remittance set says beside its lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    /// True when it takes an earlier payment back (BPR03 `D`).
    pub reversal: bool,
    /// Number of the advice it replaces.
    pub replaces: Option<String>,
    /// Day the payment takes effect.
    pub effective: Option<Field<BusinessDate>>,
    /// Currency codes of the head, each once, in order of preference: the reference currency first.
    pub head_currencies: Vec<String>,
    /// Currency code of the total.
    pub total_currency: Option<String>,
    /// Further numbers of the payment or the advice (X12 `REF` of the head; EDIFACT `RFF` such as `PQ`), as written.
    pub references: Vec<Field<Text>>,
    /// For lines that state several: index of the line and its currency codes.
    pub line_currencies: Vec<(usize, Vec<String>)>,
    /// For lines that state several amounts paid: index of the line and the first two.
    pub line_amounts: Vec<(usize, Vec<Decimal>)>,
}

/// True when the text begins as an X12 interchange.
pub(crate) fn looks_like_x12(text: &str) -> bool {
    x12::syntax(text).is_some()
}

/// True when the text begins as an EDIFACT interchange.
pub(crate) fn looks_like_edifact(text: &str) -> bool {
    edifact::syntax(text).is_some()
}

/// Reads an X12 interchange.
pub(crate) fn read_x12(bytes: &[u8]) -> Result<Interchange, FormatError> {
    limit(bytes)?;
    x12::read(bytes)
}

/// Reads an EDIFACT interchange.
pub(crate) fn read_edifact(bytes: &[u8]) -> Result<Interchange, FormatError> {
    limit(bytes)?;
    edifact::read(bytes)
}

/// Bytes of a reason; of an adjustment that several amounts belong to, each carries it.
const MAX_REASON: usize = 1 << 10;
const REASON_TOO_LONG: &str = "a reason of so many words: the rest is left out";

/// Currency codes that are kept: two show that they differ.
const MAX_CODES: usize = 8;

/// Adds a code behind the others, unless it is there.
fn add_code(codes: &mut Vec<String>, code: &str) {
    if codes.len() < MAX_CODES && !codes.iter().any(|known| known == code) {
        codes.push(code.to_string());
    }
}

/// Puts a code before the others.
fn prefer(codes: &mut Vec<String>, code: &str) {
    codes.retain(|known| known != code);
    codes.truncate(MAX_CODES - 1);
    codes.insert(0, code.to_string());
}

/// Some senders write what a credit note takes off without a minus sign. Its amounts are negated when the total holds only
/// then.
fn settle_credit_notes(lines: &mut [AdviceLine], total: Option<Decimal>) {
    let positive = |line: &AdviceLine| line.kind == LineKind::CreditNote && line.net_amount().is_some_and(|net| net > Decimal::ZERO);
    let sum = |negate: bool| {
        lines.iter().try_fold(Decimal::ZERO, |sum, line| {
            let net = line.net_amount()?;
            sum.checked_add(if negate && positive(line) { -net } else { net })
        })
    };
    if total.is_none() || sum(false) == total || sum(true) != total {
        return;
    }
    for line in lines.iter_mut().filter(|line| positive(line)) {
        let amounts = line.net.iter_mut().chain(line.gross.as_deref_mut()).chain(line.deductions.iter_mut().map(|one| &mut one.amount));
        amounts.for_each(|amount| amount.value = -amount.value);
    }
}

fn limit(bytes: &[u8]) -> Result<(), FormatError> {
    if bytes.len() <= MAX_BYTES {
        return Ok(());
    }
    Err(FormatError::Limit { what: "bytes in a file", allowed: MAX_BYTES as u64, line: 0 })
}
