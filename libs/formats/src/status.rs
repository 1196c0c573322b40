//! What became of a payment that was sent: accepted, rejected, returned, or to be sent with other data next time.
//!
//! pain.002 says it in reports, NACHA in returns and notifications of change. Both are read into [`StatusItem`]s, so that
//! collections and payments act on one model.

use quittance_types::BusinessDate;

use crate::finding::Finding;
use crate::iso20022::Head;
use crate::statement::{AccountIdentifier, Amount};

/// What became of a message, a batch or a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Taken for processing, or settled.
    Accepted,
    /// Not decided yet.
    Pending,
    /// Some of its transactions were accepted, others not.
    PartlyAccepted,
    /// Refused before settlement: no money moved.
    Rejected,
    /// Came back after settlement.
    Returned,
    /// A return the originating bank does not accept.
    ReturnDishonored,
    /// A dishonored return the receiving bank insists on.
    ReturnContested,
    /// Carried out; other data must be used from the next payment on.
    Changed,
    /// A status this reader does not know.
    Unknown,
}

impl Outcome {
    /// Stable name in `snake_case`.
    pub fn code(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Pending => "pending",
            Outcome::PartlyAccepted => "partly_accepted",
            Outcome::Rejected => "rejected",
            Outcome::Returned => "returned",
            Outcome::ReturnDishonored => "return_dishonored",
            Outcome::ReturnContested => "return_contested",
            Outcome::Changed => "changed",
            Outcome::Unknown => "unknown",
        }
    }
}

/// What a status is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The whole message.
    Message,
    /// A batch (pain `PmtInf`, NACHA batch).
    Batch,
    /// One transaction.
    #[default]
    Transaction,
}

impl Level {
    /// `message`, `batch` or `transaction`.
    pub fn code(self) -> &'static str {
        match self {
            Level::Message => "message",
            Level::Batch => "batch",
            Level::Transaction => "transaction",
        }
    }
}

/// Why, as the sender of the status says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatusReason {
    /// Code of a published list: `AC04`, `MD07` (ISO 20022), `R01`, `C05` (NACHA).
    pub code: Option<String>,
    /// The bank's own code or words.
    pub proprietary: Option<String>,
    /// Who says so: name, else BIC.
    pub originator: Option<String>,
    /// Further text.
    pub texts: Vec<String>,
}

/// One status of one message, batch or transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusItem {
    /// What it is about.
    pub level: Level,
    /// What became of it.
    pub outcome: Outcome,
    /// The status as written: `RJCT`, `ACSC` ...; empty where the format has none.
    pub status: String,
    /// Identification of the original message.
    pub original_message_id: Option<String>,
    /// Identification of the original batch (pain `OrgnlPmtInfId`, NACHA batch number).
    pub original_batch_id: Option<String>,
    /// Original instruction identification.
    pub original_instruction_id: Option<String>,
    /// Original end-to-end identification (NACHA: the individual's identification number, which the originator chose).
    pub original_end_to_end_id: Option<String>,
    /// Identification banks gave the original transaction (NACHA: its trace number).
    pub original_transaction_id: Option<String>,
    /// Identification of this status or return itself.
    pub status_id: Option<String>,
    /// Amount of the original transaction; unsigned.
    pub amount: Option<Amount>,
    /// Date of the original transaction or of its return, as far as the format gives one.
    pub date: Option<BusinessDate>,
    /// Why, in file order.
    pub reasons: Vec<StatusReason>,
    /// Corrected data as (field, value): `account_number`, `routing_number` ...
    pub corrections: Vec<(&'static str, String)>,
    /// The other side's account, as in the original transaction.
    pub account: Option<AccountIdentifier>,
    /// The other side's name.
    pub name: Option<String>,
    /// Mandate of a direct debit.
    pub mandate_id: Option<String>,
    /// Line of the file, from 1.
    pub line: u64,
}

impl StatusItem {
    /// A status without anything but what it is about and its outcome.
    pub fn new(level: Level, outcome: Outcome, line: u64) -> StatusItem {
        StatusItem {
            level,
            outcome,
            status: String::new(),
            original_message_id: None,
            original_batch_id: None,
            original_instruction_id: None,
            original_end_to_end_id: None,
            original_transaction_id: None,
            status_id: None,
            amount: None,
            date: None,
            reasons: Vec::new(),
            corrections: Vec::new(),
            account: None,
            name: None,
            mandate_id: None,
            line,
        }
    }

    /// Code of the first reason that has one, else its own words.
    pub fn reason(&self) -> Option<&str> {
        self.reasons.iter().find_map(|reason| reason.code.as_deref().or(reason.proprietary.as_deref()))
    }
}

/// A status report as read.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusFile {
    /// Where it came from.
    pub head: Head,
    /// Identification of the message it is about.
    pub original_message_id: Option<String>,
    /// Kind of that message as written: `pain.008.001.08` ...
    pub original_message_kind: Option<String>,
    /// Statuses in file order.
    pub items: Vec<StatusItem>,
    /// Everything noticed, in file order.
    pub findings: Vec<Finding>,
}
