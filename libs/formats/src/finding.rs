//! What a reader noticed and did not decide: kept beside the values, never instead of them.

use std::fmt::Write as _;

use crate::statement::Shared;

/// How much a finding takes away from the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; every figure still stands.
    Note,
    /// A figure, a date or a direction is missing or contradicts another one: a person should look before cash is applied.
    Warning,
}

macro_rules! finding_kinds {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $severity:ident;)+) => {
        /// What was noticed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind { $($(#[$doc])* $variant,)+ }

        impl FindingKind {
            /// Every kind, in order of declaration.
            pub const ALL: &'static [FindingKind] = &[$(FindingKind::$variant,)+];

            /// Stable name in `snake_case`, as stored and shown.
            pub fn code(self) -> &'static str {
                match self { $(FindingKind::$variant => $code,)+ }
            }

            /// How much it takes away.
            pub fn severity(self) -> Severity {
                match self { $(FindingKind::$variant => Severity::$severity,)+ }
            }
        }
    };
}

finding_kinds! {
    /// Opening balance plus booked entries is not the closing balance.
    BalanceMismatch = "balance_mismatch", Warning;
    /// The balances cannot be checked: currencies differ or an amount cannot be read.
    BalanceUncheckable = "balance_uncheckable", Warning;
    /// Opening or closing balance is missing where the format promises one.
    BalanceMissing = "balance_missing", Note;
    /// Transaction details do not add up to their entry; the entry stays one line.
    DetailsSumMismatch = "details_sum_mismatch", Warning;
    /// Several details without usable amounts; the entry stays one line.
    DetailsWithoutAmount = "details_without_amount", Warning;
    /// The only detail of an entry has another direction than the entry; the entry's is kept.
    DetailDirectionMismatch = "detail_direction_mismatch", Note;
    /// A stated number of transactions is not the number found.
    CountMismatch = "count_mismatch", Warning;
    /// A stated control total is not the sum of what was found.
    TotalMismatch = "total_mismatch", Warning;
    /// An amount is missing.
    AmountMissing = "amount_missing", Warning;
    /// An amount is not a decimal number; its text is kept.
    AmountMalformed = "amount_malformed", Warning;
    /// An amount has more decimals than its currency; exact value and text are kept, nothing is rounded.
    AmountPrecision = "amount_precision", Warning;
    /// An amount is larger than any ledger here holds.
    AmountOutOfRange = "amount_out_of_range", Warning;
    /// An amount carries a minus sign although a separate indicator gives the direction.
    AmountNegative = "amount_negative", Warning;
    /// A currency code is missing.
    CurrencyMissing = "currency_missing", Warning;
    /// A currency code is not an active ISO 4217 currency.
    CurrencyUnknown = "currency_unknown", Warning;
    /// An entry's currency is not the account's.
    CurrencyMismatch = "currency_mismatch", Warning;
    /// The credit/debit indicator is missing or not one of the known values.
    DirectionUnknown = "direction_unknown", Warning;
    /// The reversal indicator is not a boolean; read as not reversed.
    ReversalUnknown = "reversal_unknown", Warning;
    /// The entry status is missing or unknown.
    StatusUnknown = "status_unknown", Warning;
    /// A date that should be there is not.
    DateMissing = "date_missing", Warning;
    /// A date that does not exist or is not written as the format says; left out.
    DateMalformed = "date_malformed", Warning;
    /// No account identification.
    AccountMissing = "account_missing", Warning;
    /// An IBAN with wrong check digits, length or country; kept as written.
    IbanInvalid = "iban_invalid", Note;
    /// A structured creditor reference fails its own check digits.
    ReferenceCheckDigit = "reference_check_digit", Note;
    /// The same bank reference stands on several entries of one statement.
    ReferenceDuplicate = "reference_duplicate", Note;
    /// A statement does not open with the balance the one before it on the same account closed with: one may be missing.
    StatementGap = "statement_gap", Note;
    /// The bank answers for an account with an error instead of a statement.
    StatementRefused = "statement_refused", Warning;
    /// Two statements of one file have the same identification and account, or say the same.
    StatementDuplicate = "statement_duplicate", Warning;
    /// A mandatory identification is missing.
    IdentificationMissing = "identification_missing", Note;
    /// The root's namespace is missing or is not the one of the message it holds.
    NamespaceUnexpected = "namespace_unexpected", Note;
    /// Several messages in one file; the header kept is the first one's.
    SeveralMessages = "several_messages", Note;
    /// The file is in another character set than it declares, or declares none and is not UTF-8.
    EncodingMismatch = "encoding_mismatch", Note;
    /// A field breaks the format's own grammar; read as far as it is certain.
    FieldMalformed = "field_malformed", Warning;
    /// A field is written in another way than the format says, and still means one thing only.
    FieldUnusual = "field_unusual", Note;
    /// A record or field this reader does not know; not interpreted.
    FieldUnknown = "field_unknown", Note;
    /// A closing record is missing: the file may have been cut.
    TrailerMissing = "trailer_missing", Warning;
    /// Gross less deductions is not net in a row of a remittance advice.
    RowMismatch = "row_mismatch", Warning;
    /// Two readings of the same text add up; the one kept is a choice.
    ReadingAmbiguous = "reading_ambiguous", Warning;
    /// A part of a mail, workbook, PDF or archive that is not read.
    PartIgnored = "part_ignored", Note;
    /// More findings than are kept; the rest was counted only.
    FindingsTruncated = "findings_truncated", Warning;
}

/// One thing noticed, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Index of the statement in [`crate::BankFile::statements`]; none for the file as a whole.
    pub statement: Option<usize>,
    /// Index of the entry in its statement.
    pub entry: Option<usize>,
    /// Index of the detail in its entry.
    pub detail: Option<usize>,
    /// Path of the element or field, numbered from 1: `Stmt[1]/Ntry[3]/Amt`.
    pub path: String,
    /// Line in the file, from 1; 0 when unknown.
    pub line: u64,
    /// One sentence with the values concerned.
    pub text: String,
}

impl Finding {
    /// Of the file as a whole.
    pub(crate) fn of_file(kind: FindingKind, text: String) -> Finding {
        Finding { kind, statement: None, entry: None, detail: None, path: String::new(), line: 0, text }
    }
}

/// Byte position of what stands at no place of its own.
pub(crate) const NO_PLACE: usize = usize::MAX;

/// Findings kept per file; later ones are counted.
pub(crate) const MAX_FINDINGS: usize = 5_000;

/// Where the reader is, and what it has noticed so far.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// What the format calls its parts.
    pub names: Names,
    segments: Vec<(&'static str, usize)>,
    /// Statement being read.
    pub statement: Option<usize>,
    /// Entry being read.
    pub entry: Option<usize>,
    /// Detail being read.
    pub detail: Option<usize>,
    /// Byte positions of the entries of the statement being read.
    pub entry_offsets: Vec<usize>,
    /// What the entries of the file have in common.
    pub shared: Shared,
    kept: Vec<(usize, Finding)>,
    dropped: usize,
}

/// What a format calls its parts, for paths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    /// An entry.
    pub entry: &'static str,
    /// The bank's reference of an entry.
    pub reference: &'static str,
    /// A balance.
    pub balance: &'static str,
    /// Control totals.
    pub totals: &'static str,
}

impl Names {
    /// Names of the camt messages.
    pub const CAMT: Names = Names { entry: "Ntry", reference: "AcctSvcrRef", balance: "Bal", totals: "TxsSummry" };
}

impl Recorder {
    /// At the start of a file.
    pub fn new(names: Names) -> Recorder {
        Recorder {
            names,
            segments: Vec::new(),
            statement: None,
            entry: None,
            detail: None,
            entry_offsets: Vec::new(),
            shared: Shared::default(),
            kept: Vec::new(),
            dropped: 0,
        }
    }

    /// Goes into the `number`-th (from 1) element `name`.
    pub fn enter(&mut self, name: &'static str, number: usize) {
        self.segments.push((name, number));
    }

    /// Leaves the element entered last.
    pub fn leave(&mut self) {
        self.segments.pop();
    }

    /// Notes `kind` at `field` below the current element; `offset` is a byte position in the decoded text, or [`NO_PLACE`].
    pub fn note(&mut self, kind: FindingKind, field: &str, offset: usize, text: impl Into<String>) {
        if self.kept.len() >= MAX_FINDINGS {
            self.dropped += 1;
            return;
        }
        let finding = Finding {
            kind,
            statement: self.statement,
            entry: self.entry,
            detail: self.detail,
            path: self.path(field),
            line: 0,
            text: text.into(),
        };
        self.kept.push((offset, finding));
    }

    fn path(&self, field: &str) -> String {
        let mut path = String::new();
        for (name, number) in &self.segments {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(name);
            if *number > 0 {
                let _ = write!(path, "[{number}]");
            }
        }
        if !field.is_empty() {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(field);
        }
        path
    }

    /// The findings in order of notice, each with its line in `source`.
    pub fn finish(self, source: &[u8]) -> Vec<Finding> {
        let mut order: Vec<usize> = (0..self.kept.len()).collect();
        order.sort_by_key(|&index| self.kept.get(index).map_or(0, |(offset, _)| *offset));
        let mut lines = vec![0u64; self.kept.len()];
        let (mut position, mut line) = (0usize, 1u64);
        for index in order {
            let offset = self.kept.get(index).map_or(0, |(offset, _)| *offset);
            if offset == NO_PLACE {
                break;
            }
            let offset = offset.min(source.len());
            line += count_lines(source, position, offset);
            position = offset;
            if let Some(slot) = lines.get_mut(index) {
                *slot = line;
            }
        }
        let mut findings: Vec<Finding> = self.kept.into_iter().zip(lines).map(|((_, finding), line)| Finding { line, ..finding }).collect();
        if self.dropped > 0 {
            let text = format!("{} more findings were not kept", self.dropped);
            findings.push(Finding::of_file(FindingKind::FindingsTruncated, text));
        }
        findings
    }
}

/// Line ends in `source[from..to]`: LF, CR LF, or a CR alone.
pub(crate) fn count_lines(source: &[u8], from: usize, to: usize) -> u64 {
    let Some(part) = source.get(from..to) else { return 0 };
    let mut lines = 0;
    for (index, byte) in part.iter().enumerate() {
        let lone_return = *byte == b'\r' && source.get(from + index + 1) != Some(&b'\n');
        if *byte == b'\n' || lone_return {
            lines += 1;
        }
    }
    lines
}

/// At most `max` characters of `text`, for messages.
pub(crate) fn excerpt(text: &str, max: usize) -> String {
    let mut out: String = text.chars().take(max).collect();
    if text.chars().nth(max).is_some() {
        out.push('…');
    }
    out
}
