//! What a NACHA file holds. Amounts are whole cents of the US dollar, as the format has it; texts are without the blanks
//! that fill their fields.

use quittance_types::BusinessDate;

use crate::finding::Finding;
use crate::statement::{Direction, Moment};

/// A NACHA file as read.
#[derive(Debug, Clone, PartialEq)]
pub struct NachaFile {
    /// SHA-256 of the bytes as received.
    pub source_sha256: [u8; 32],
    /// Length of the bytes as received.
    pub source_bytes: u64,
    /// File header; absent in a fragment only.
    pub header: Option<FileHeader>,
    /// Batches in file order.
    pub batches: Vec<Batch>,
    /// File control as stated; absent in a fragment only.
    pub control: Option<Control>,
    /// Everything noticed, in file order.
    pub findings: Vec<Finding>,
}

/// File header (record 1).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileHeader {
    /// Routing number the file is sent to.
    pub destination: String,
    /// Who sends it.
    pub origin: String,
    /// When it was made.
    pub created: Option<Moment>,
    /// Tells several files of one day apart: `A` to `Z`, `0` to `9`.
    pub id_modifier: String,
    /// Name of the destination.
    pub destination_name: String,
    /// Name of the origin.
    pub origin_name: String,
    /// The origin's own reference.
    pub reference: String,
}

/// A batch: header (record 5), entries, control (record 8).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Header; absent in a fragment only.
    pub header: Option<BatchHeader>,
    /// Entries in file order.
    pub entries: Vec<Entry>,
    /// Control as stated; absent in a fragment only.
    pub control: Option<Control>,
}

impl Batch {
    /// Standard entry class: `PPD`, `CCD` ...; empty in a fragment.
    pub fn class(&self) -> &str {
        self.header.as_ref().map_or("", |header| header.class.as_str())
    }
}

/// Batch header (record 5).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchHeader {
    /// 200 mixed, 220 credits only, 225 debits only, 280 accounting advices.
    pub service_class: u16,
    /// The company as its customers know it; empty for IAT.
    pub company_name: String,
    /// The company's own use.
    pub discretionary: String,
    /// The company's identification.
    pub company_id: String,
    /// Standard entry class.
    pub class: String,
    /// What the entries are for. `REVERSAL` marks a batch that reverses another one.
    pub description: String,
    /// Date the receiver is to see, as written.
    pub descriptive_date: String,
    /// Day the entries are to settle.
    pub effective: Option<BusinessDate>,
    /// Day of the year they settle, put in by the operator.
    pub settlement_day: String,
    /// Kind of originator.
    pub originator_status: String,
    /// First eight digits of the originating bank's routing number.
    pub originating_bank: String,
    /// Number of the batch in its file.
    pub number: u64,
    /// What only IAT headers say.
    pub international: Option<Box<International>>,
}

impl BatchHeader {
    /// True when the batch reverses an earlier one: its description says so.
    pub fn is_reversal(&self) -> bool {
        self.description.eq_ignore_ascii_case("REVERSAL")
    }
}

/// What an IAT batch header says instead of name and discretionary data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct International {
    /// `FV`, `VF` or `FF`: which side's amount is fixed.
    pub exchange: String,
    /// Kind of the exchange reference.
    pub reference_kind: String,
    /// Exchange reference or rate.
    pub reference: String,
    /// Country of the receiver.
    pub destination_country: String,
    /// Currency of the originator.
    pub originating_currency: String,
    /// Currency of the receiver.
    pub destination_currency: String,
}

/// An entry (record 6) with its addenda (records 7).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// Transaction code: account type, credit or debit, prenotification ...
    pub transaction_code: u8,
    /// Routing number of the receiving bank with its check digit.
    pub routing_number: String,
    /// Receiver's account.
    pub account: String,
    /// Cents, unsigned.
    pub amount: i64,
    /// Identification the originator gave (check number for ARC, BOC, POP, RCK and XCK).
    pub individual_id: String,
    /// Receiver's name.
    pub name: String,
    /// Discretionary data or payment type.
    pub discretionary: String,
    /// Trace number.
    pub trace: String,
    /// Addenda in file order.
    pub addenda: Vec<Addendum>,
    /// Line of the file, from 1.
    pub line: u64,
}

impl Entry {
    /// Credit or debit to the receiver; none for a code outside the published list.
    pub fn direction(&self) -> Option<Direction> {
        super::codes::direction(self.transaction_code)
    }

    /// True for a prenotification: no money, only a test of the account.
    pub fn is_prenotification(&self) -> bool {
        super::codes::is_prenotification(self.transaction_code)
    }

    /// Payment related information of all addenda, joined: the EDI text of CTX, or free text.
    pub fn payment_information(&self) -> String {
        let texts = self.addenda.iter().filter_map(|addendum| match addendum {
            Addendum::Payment { text, .. } => Some(text.as_str()),
            _ => None,
        });
        let text: String = texts.collect();
        text.trim_end().to_string()
    }
}

/// An addendum (record 7).
#[derive(Debug, Clone, PartialEq)]
pub enum Addendum {
    /// Type 02: terminal, for POS, SHR and MTE.
    Terminal(Box<Terminal>),
    /// Types 05 and 17: payment related information, trailing blanks kept out except inside EDI text.
    Payment {
        /// `05` or `17`.
        kind: &'static str,
        /// Text.
        text: String,
        /// Number among the addenda of its entry.
        sequence: u64,
    },
    /// Types 10 to 16 and 18: parties and banks of an IAT entry.
    International {
        /// Type.
        kind: u8,
        /// Fields by name, in file order, those without a value left out.
        fields: Vec<(&'static str, String)>,
    },
    /// Type 98: notification of change.
    Change(Box<Change>),
    /// Type 99: return.
    Return(Box<Return>),
}

/// Terminal of a card transaction (addenda 02).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Reference 1 (POS, SHR) or description (MTE).
    pub reference: String,
    /// Reference 2 (POS, SHR) or network identification (MTE).
    pub second_reference: String,
    /// Terminal.
    pub terminal: String,
    /// Serial number of the transaction.
    pub serial: String,
    /// `MMDD`
    pub date: String,
    /// Authorisation code or expiry date.
    pub authorisation: String,
    /// Where it stands.
    pub location: String,
    /// City.
    pub city: String,
    /// State.
    pub state: String,
}

/// Notification of change (addenda 98).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// `C01` ...; `C61` to `C69` refuse a notification.
    pub code: String,
    /// Trace number of the original entry.
    pub original_trace: String,
    /// Receiving bank of the original entry.
    pub original_bank: String,
    /// Corrected data as (field, value), by the code's layout.
    pub corrections: Vec<(&'static str, String)>,
    /// Trace number of this notification.
    pub trace: String,
}

/// Return, dishonored return or contested return (addenda 99).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Return {
    /// `R01` ...
    pub code: String,
    /// Trace number of the original entry.
    pub original_trace: String,
    /// Date of death (R14, R15); for a contested return the date the original entry was returned.
    pub date: Option<BusinessDate>,
    /// Receiving bank of the original entry.
    pub original_bank: String,
    /// Free text.
    pub information: String,
    /// For dishonored and contested returns: trace number of the return before.
    pub return_trace: Option<String>,
    /// For dishonored and contested returns: code of the return before.
    pub return_code: Option<String>,
    /// For contested returns: trace number of the dishonored return.
    pub dishonored_trace: Option<String>,
    /// For contested returns: code of the dishonored return.
    pub dishonored_code: Option<String>,
    /// Trace number of this return.
    pub trace: String,
}

/// Control figures of a batch (record 8) or the file (record 9).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    /// Entries and addenda.
    pub count: u64,
    /// Sum of the first eight digits of the receiving banks' routing numbers, last ten digits.
    pub hash: u64,
    /// Cents debited.
    pub debit: i64,
    /// Cents credited.
    pub credit: i64,
    /// Batches; of the file only.
    pub batches: u64,
    /// Blocks of ten records; of the file only.
    pub blocks: u64,
}
