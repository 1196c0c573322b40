//! One booking on an account.

use std::sync::Arc;

use quittance_types::BusinessDate;

use super::rare::Few;
use super::{Account, Amount, AmountDetails, Charge, Detail, Direction, Line, Moment};

/// Where an entry stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BookingStatus {
    /// `BOOK`: counts in the booked balance.
    Booked,
    /// `PDNG`: expected, may still change.
    Pending,
    /// `INFO`: for information, never booked by itself.
    Information,
    /// `FUTR`: will be booked later.
    Future,
    /// Anything else, as written.
    Other(Box<str>),
    /// Not stated.
    #[default]
    Unknown,
}

impl BookingStatus {
    /// The status for an ISO 20022 code.
    pub fn from_code(code: &str) -> BookingStatus {
        match code {
            "BOOK" => BookingStatus::Booked,
            "PDNG" => BookingStatus::Pending,
            "INFO" => BookingStatus::Information,
            "FUTR" => BookingStatus::Future,
            "" => BookingStatus::Unknown,
            other => BookingStatus::Other(other.into()),
        }
    }

    /// ISO 20022 code, the text of an other status, empty when unknown.
    pub fn code(&self) -> &str {
        match self {
            BookingStatus::Booked => "BOOK",
            BookingStatus::Pending => "PDNG",
            BookingStatus::Information => "INFO",
            BookingStatus::Future => "FUTR",
            BookingStatus::Other(code) => code,
            BookingStatus::Unknown => "",
        }
    }
}

/// How an entry's details relate to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// No details.
    #[default]
    None,
    /// One detail: it describes the entry.
    Single,
    /// Several details whose signed amounts are the entry's amount: each is a line.
    Lines,
    /// Several details that do not add up, or have no amounts: the entry is one line (a finding says why).
    Unproven,
}

/// One booking.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The bank's entry reference (camt `NtryRef`).
    pub reference: Option<Box<str>>,
    /// The bank's reference of the booking (camt `AcctSvcrRef`, MT940 after `//`).
    pub servicer_reference: Option<Box<str>>,
    /// Unsigned amount as written.
    pub amount: Amount,
    /// Credit or debit. A reversal keeps the direction it is booked with.
    pub direction: Option<Direction>,
    /// True when the bank marks it as the reversal of an earlier entry.
    pub reversal: bool,
    /// Status.
    pub status: BookingStatus,
    /// Booking date.
    pub booking: Option<Moment>,
    /// Value date.
    pub value: Option<Moment>,
    /// Bank transaction code.
    pub transaction_code: Option<Arc<TransactionCode>>,
    /// Batches the entry stands for.
    pub batches: Few<Batch>,
    /// Further amounts.
    pub amounts: Option<Box<AmountDetails>>,
    /// Charges, in file order.
    pub charges: Few<Charge>,
    /// Transactions, in file order.
    pub details: Vec<Detail>,
    /// How they relate to the entry.
    pub split: Split,
    /// Further text of the bank.
    pub additional_information: Option<Box<str>>,
}

impl Default for Entry {
    fn default() -> Entry {
        Entry {
            reference: None,
            servicer_reference: None,
            amount: Amount::missing(),
            direction: None,
            reversal: false,
            status: BookingStatus::Unknown,
            booking: None,
            value: None,
            transaction_code: None,
            batches: Few::default(),
            amounts: None,
            charges: Few::default(),
            details: Vec::new(),
            split: Split::None,
            additional_information: None,
        }
    }
}

impl Entry {
    /// Gives back the room its lists do not use: a file holds many entries.
    fn shrink(&mut self) {
        self.batches.shrink();
        self.charges.shrink();
        self.details.shrink_to_fit();
        self.details.iter_mut().for_each(Detail::shrink);
    }

    /// Booking date.
    pub fn booking_date(&self) -> Option<BusinessDate> {
        self.booking.map(|moment| moment.date)
    }

    /// Value date.
    pub fn value_date(&self) -> Option<BusinessDate> {
        self.value.map(|moment| moment.date)
    }

    /// The date to account for it: booking date, else value date. Some formats need not give a booking date.
    pub fn accounting_date(&self) -> Option<BusinessDate> {
        self.booking_date().or(self.value_date())
    }

    /// Amount with its sign, debit negative; none while the direction is unknown.
    pub fn signed_amount(&self) -> Option<Amount> {
        self.direction.map(|direction| self.amount.signed(direction))
    }

    /// True when it counts in the booked balance.
    pub fn is_booked(&self) -> bool {
        self.status == BookingStatus::Booked
    }

    /// The entry's lines: one for each detail when they add up, else one. `account` tells which party is the account's own.
    pub fn lines<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = Line<'a>> {
        let split = self.split == Split::Lines;
        let count = if split { self.details.len() } else { 1 };
        (0..count).map(move |index| {
            let detail = match self.split {
                Split::Lines | Split::Single => self.details.get(index),
                Split::None | Split::Unproven => None,
            };
            Line::new(account, self, detail, split)
        })
    }
}

/// Bank transaction code: ISO 20022 domain, family and sub-family, or the bank's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionCode {
    /// Domain, `PMNT` ...
    pub domain: Option<String>,
    /// Family, `RCDT` ...
    pub family: Option<String>,
    /// Sub-family, `ESCT` ...
    pub sub_family: Option<String>,
    /// The bank's own code.
    pub proprietary: Option<String>,
    /// Who issues the bank's own code.
    pub issuer: Option<String>,
}

impl TransactionCode {
    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == TransactionCode::default()
    }
}

/// A batch an entry stands for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Message identification of the original payment file.
    pub message_id: Option<String>,
    /// Payment information block of the original payment file.
    pub payment_information_id: Option<String>,
    /// Stated number of transactions.
    pub count: Option<u64>,
    /// Stated total.
    pub total: Option<Amount>,
    /// Direction of the total.
    pub direction: Option<Direction>,
}

/// Adds an entry to those of a statement. Memory follows what the entries hold: nothing of their lists is left unused, equal
/// transaction codes in a row are one, and the list grows by a quarter when it is full.
pub(crate) fn add(entries: &mut Vec<Entry>, mut entry: Entry) {
    entry.shrink();
    if let Some(before) = entries.last().filter(|before| before.transaction_code == entry.transaction_code) {
        entry.transaction_code.clone_from(&before.transaction_code);
    }
    crate::budget::grow(entries);
    entries.push(entry);
}
