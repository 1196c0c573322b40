//! The one model every bank statement is read into, whatever its format.
//!
//! Values are kept as the bank wrote them; what is missing, unreadable or contradictory is left out and named in a
//! [`Finding`]. Nothing is rounded, flipped or filled in.

mod amount;
mod counterparty;
mod detail;
mod entry;
mod entry_texts;
mod format;
mod held;
mod line;
mod moment;
mod party;
mod rare;
mod references;
mod remittance;
mod spoken;
mod texts;

pub use amount::{Amount, Direction};
pub(crate) use amount::{code_of, parse_exact};
pub use counterparty::{Counterparty, PartySource};
pub use detail::{AmountDetails, Charge, Detail, ExchangeRate, Parties, RareOfDetail, RelatedDates, ReturnInformation};
pub(crate) use entry::Shared;
pub use entry::{Batch, BookingStatus, Entry, RareOfEntry, Split, TransactionCode};
pub use entry_texts::EntryTexts;
pub use format::{Format, Subject};
pub use line::Line;
pub use moment::Moment;
pub use party::{AccountIdentifier, AccountScheme, Agent, FurtherIdentification, Party, PostalAddress, RareOfParty};
pub use rare::{Few, IfAny, Nothing};
pub use references::{PackedReferences, ReferenceView, References};
pub use remittance::{Adjustment, CreditorReference, DocumentReference, Remittance, StructuredRemittance};
pub use spoken::SpokenParty;
pub use texts::Texts;

use std::sync::Arc;

use quittance_types::Currency;
use sha2::{Digest, Sha256};

use crate::budget::grow;
use crate::finding::{Finding, Severity};

/// A bank file as read.
#[derive(Debug, Clone, PartialEq)]
pub struct BankFile {
    /// Format found in the bytes; a file name is never asked.
    pub format: Format,
    /// Version as far as the file tells: `camt.053.001.08`, `102` (OFX) ... Empty when it does not.
    pub version: String,
    /// XML namespace of the message, as written.
    pub namespace: Option<String>,
    /// SHA-256 of the bytes as received.
    pub source_sha256: [u8; 32],
    /// Length of the bytes as received.
    pub source_bytes: u64,
    /// The sender's identification of the message (camt `GrpHdr/MsgId`).
    pub message_id: Option<String>,
    /// When the message was made.
    pub created: Option<Moment>,
    /// Whom the message is for, when stated.
    pub recipient: Option<Box<Party>>,
    /// Page of a message that comes in several files.
    pub page: Option<PageMark>,
    /// Free text of the header.
    pub additional_information: Option<String>,
    /// Statements in file order.
    pub statements: Vec<Statement>,
    /// Everything noticed, in file order.
    pub findings: Vec<Finding>,
}

impl BankFile {
    /// A file of `bytes` without any statement yet.
    pub(crate) fn new(format: Format, bytes: &[u8]) -> BankFile {
        BankFile {
            format,
            version: String::new(),
            namespace: None,
            source_sha256: Sha256::digest(bytes).into(),
            source_bytes: bytes.len() as u64,
            message_id: None,
            created: None,
            recipient: None,
            page: None,
            additional_information: None,
            statements: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Adds a statement. Memory follows what it holds, as that of its entries does ([`Shared`]); the same bank in a row
    /// is held once.
    pub(crate) fn add(&mut self, mut statement: Statement) {
        statement.balances.shrink_to_fit();
        let before = self.statements.last().map(|before| &before.account.servicer);
        if let Some(servicer) = before.filter(|before| **before == statement.account.servicer) {
            statement.account.servicer.clone_from(servicer);
        }
        grow(&mut self.statements);
        self.statements.push(statement);
    }

    /// SHA-256 of the source as 64 lower-case hexadecimal digits.
    pub fn source_sha256_hex(&self) -> String {
        hex::encode(self.source_sha256)
    }

    /// Findings of one statement (by index), its entries included.
    pub fn findings_of(&self, statement: usize) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.statement == Some(statement))
    }

    /// True when a finding puts a figure in doubt.
    pub fn has_warnings(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind.severity() == Severity::Warning)
    }

    /// Number of entries over all statements.
    pub fn entry_count(&self) -> usize {
        self.statements.iter().map(|statement| statement.entries.len()).sum()
    }
}

/// Page number of a paged message or statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageMark {
    /// Number as written.
    pub number: String,
    /// True on the last page, if the file tells.
    pub last: Option<bool>,
}

/// One statement, report or notification about one account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statement {
    /// The bank's identification.
    pub id: Option<Box<str>>,
    /// Sequence number of the electronic message, as written.
    pub electronic_sequence: Option<Box<str>>,
    /// Sequence number of the legal statement, as written.
    pub legal_sequence: Option<Box<str>>,
    /// Page of a statement that comes in several parts.
    pub page: Option<Box<PageMark>>,
    /// When it was made.
    pub created: Option<Moment>,
    /// Start of the period.
    pub from: Option<Moment>,
    /// End of the period.
    pub to: Option<Moment>,
    /// `COPY`, `DUPL` or `CODU` when the bank marks it as sent before.
    pub copy_duplicate: Option<Box<str>>,
    /// The account.
    pub account: Account,
    /// Balances in file order.
    pub balances: Vec<Balance>,
    /// Control totals as stated by the bank.
    pub summary: Option<Box<Summary>>,
    /// Entries in file order.
    pub entries: Vec<Entry>,
    /// Free text.
    pub additional_information: Option<Box<str>>,
}

impl Statement {
    /// First balance of `kind`.
    pub fn balance(&self, kind: &BalanceKind) -> Option<&Balance> {
        self.balances
            .iter()
            .find(|balance| balance.kind == *kind && balance.sub_type.is_none())
            .or_else(|| self.balances.iter().find(|balance| balance.kind == *kind))
    }

    /// The booked balance the entries start from: opening booked, else the previous closing booked.
    pub fn opening_balance(&self) -> Option<&Balance> {
        self.balance(&BalanceKind::OpeningBooked).or_else(|| self.balance(&BalanceKind::PreviousClosingBooked))
    }

    /// The booked balance the entries lead to: closing booked, else the last interim booked one.
    pub fn closing_balance(&self) -> Option<&Balance> {
        self.balance(&BalanceKind::ClosingBooked)
            .or_else(|| self.balances.iter().rfind(|balance| balance.kind == BalanceKind::InterimBooked))
    }

    /// Currency of the account, or of its balances when the account names none.
    pub fn currency(&self) -> Option<Currency> {
        let of_balances = || self.balances.iter().find_map(|balance| balance.amount.currency());
        self.account.currency().or_else(of_balances)
    }

    /// What cash application works on: one line for each detail of an entry whose details add up, else one for the entry.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.entries.iter().flat_map(move |entry| entry.lines(&self.account))
    }
}

/// The account a statement is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    /// Identification.
    pub id: Option<AccountIdentifier>,
    /// Currency code as written.
    pub currency_code: Option<Box<str>>,
    /// Account name.
    pub name: Option<Box<str>>,
    /// Account type, as written (`CACC` ...).
    pub kind: Option<Box<str>>,
    /// Owner.
    pub owner: Option<Box<Party>>,
    /// The bank that keeps the account.
    pub servicer: Option<Arc<Agent>>,
}

impl Account {
    /// Currency, when the code is an active one.
    pub fn currency(&self) -> Option<Currency> {
        self.currency_code.as_deref().and_then(|code| Currency::parse(code).ok())
    }

    /// The IBAN with valid check digits, without blanks.
    pub fn iban(&self) -> Option<&str> {
        self.id.as_ref().and_then(AccountIdentifier::valid_iban)
    }
}

/// What a balance says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BalanceKind {
    /// `OPBD`
    OpeningBooked,
    /// `PRCD`: the closing booked balance of the statement before.
    PreviousClosingBooked,
    /// `CLBD`
    ClosingBooked,
    /// `ITBD`
    InterimBooked,
    /// `OPAV`
    OpeningAvailable,
    /// `CLAV`
    ClosingAvailable,
    /// `ITAV`
    InterimAvailable,
    /// `FWAV`
    ForwardAvailable,
    /// `XPCD`
    Expected,
    /// `INFO`
    Information,
    /// Any other code, as written.
    Other(String),
}

impl BalanceKind {
    /// The kind for an ISO 20022 code.
    pub fn from_code(code: &str) -> BalanceKind {
        match code {
            "OPBD" => BalanceKind::OpeningBooked,
            "PRCD" => BalanceKind::PreviousClosingBooked,
            "CLBD" => BalanceKind::ClosingBooked,
            "ITBD" => BalanceKind::InterimBooked,
            "OPAV" => BalanceKind::OpeningAvailable,
            "CLAV" => BalanceKind::ClosingAvailable,
            "ITAV" => BalanceKind::InterimAvailable,
            "FWAV" => BalanceKind::ForwardAvailable,
            "XPCD" => BalanceKind::Expected,
            "INFO" => BalanceKind::Information,
            other => BalanceKind::Other(other.to_string()),
        }
    }

    /// ISO 20022 code, or the text of an other kind.
    pub fn code(&self) -> &str {
        match self {
            BalanceKind::OpeningBooked => "OPBD",
            BalanceKind::PreviousClosingBooked => "PRCD",
            BalanceKind::ClosingBooked => "CLBD",
            BalanceKind::InterimBooked => "ITBD",
            BalanceKind::OpeningAvailable => "OPAV",
            BalanceKind::ClosingAvailable => "CLAV",
            BalanceKind::InterimAvailable => "ITAV",
            BalanceKind::ForwardAvailable => "FWAV",
            BalanceKind::Expected => "XPCD",
            BalanceKind::Information => "INFO",
            BalanceKind::Other(code) => code,
        }
    }
}

/// One balance.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// What it says.
    pub kind: BalanceKind,
    /// Sub-type as written, such as `INTM` for a page's intermediate balance.
    pub sub_type: Option<Box<str>>,
    /// Signed: negative when the account is overdrawn.
    pub amount: Amount,
    /// Credit or debit as stated; none when it is not stated or unknown (then `amount` is unsigned).
    pub direction: Option<Direction>,
    /// Date.
    pub date: Option<Moment>,
}

/// Control totals of a statement as the bank states them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// All entries.
    pub total: Option<Box<Total>>,
    /// Credit entries.
    pub credits: Option<Total>,
    /// Debit entries.
    pub debits: Option<Total>,
    /// Signed sum of all entries, as an exact decimal in the account's currency.
    pub net: Option<Box<quittance_types::Decimal>>,
}

/// A number of entries and their sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// Number of entries.
    pub count: Option<u64>,
    /// Sum of the unsigned amounts.
    pub sum: Option<quittance_types::Decimal>,
}

#[cfg(test)]
mod tests {
    use super::{Amount, Balance, Detail, Entry, Moment, Parties, Party, Statement, Summary};

    /// The shortest entry a bank writes takes some twenty bytes of its file; reading it may take ten times that, with its texts.
    #[test]
    fn an_entry_is_small() {
        assert!(size_of::<Entry>() <= 88 && size_of::<Detail>() <= 64, "{} + {}", size_of::<Entry>(), size_of::<Detail>());
        assert!(size_of::<Parties>() <= 72 && size_of::<Party>() <= 24, "{} + {}", size_of::<Parties>(), size_of::<Party>());
        assert_eq!((size_of::<Option<Moment>>(), size_of::<Option<Amount>>()), (8, 16));
    }

    /// An account on which nothing moved takes about seventy bytes of its file, with three balances and two sums.
    #[test]
    fn a_statement_without_entries_is_small() {
        let size = size_of::<Statement>() + 3 * size_of::<Balance>() + size_of::<Summary>();
        assert!(size <= 640, "{} + 3 * {} + {}", size_of::<Statement>(), size_of::<Balance>(), size_of::<Summary>());
    }
}
