//! One booking on an account.

use std::sync::Arc;

use quittance_types::BusinessDate;

use super::entry_texts::{EntryTexts, Kind};
use super::held::Held as _;
use super::rare::{Few, IfAny, Nothing, as_own_fields};
use super::{Account, Amount, AmountDetails, Charge, Detail, Direction, Line, Moment};
use crate::budget::{Budget, grow};
use crate::error::FormatError;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BookingStatus {
    /// `BOOK`: counts in the booked balance.
    Booked,
    /// `PDNG`: expected, may still change.
    Pending,
    /// `INFO`: for information, never booked by itself.
    Information,
    /// `FUTR`: will be booked later.
    Future,
    /// Anything else: see [`RareOfEntry::other_status`].
    Other,
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
            _ => BookingStatus::Other,
        }
    }

    /// ISO 20022 code; empty for what has none.
    pub fn code(self) -> &'static str {
        match self {
            BookingStatus::Booked => "BOOK",
            BookingStatus::Pending => "PDNG",
            BookingStatus::Information => "INFO",
            BookingStatus::Future => "FUTR",
            BookingStatus::Other | BookingStatus::Unknown => "",
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

/// One booking. What few have is read and filled as fields of its own: `entry.batches`.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// References and text as they are kept; see [`Entry::servicer_reference`] and those below it.
    pub texts: EntryTexts,
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
    /// Transactions, in file order.
    pub details: Box<[Detail]>,
    /// How they relate to the entry.
    pub split: Split,
    /// What few entries have.
    pub rare: IfAny<RareOfEntry>,
}

/// What few entries have.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RareOfEntry {
    /// A status that is none of those known, as written.
    pub other_status: Option<Box<str>>,
    /// Batches the entry stands for.
    pub batches: Few<Batch>,
    /// Further amounts.
    pub amounts: Option<Box<AmountDetails>>,
    /// Charges, in file order.
    pub charges: Few<Charge>,
}

impl Nothing for RareOfEntry {
    const NOTHING: &'static RareOfEntry = &RareOfEntry { other_status: None, batches: Few::NONE, amounts: None, charges: Few::NONE };
}

as_own_fields!(Entry, RareOfEntry);

impl Default for Entry {
    fn default() -> Entry {
        Entry {
            texts: EntryTexts::default(),
            amount: Amount::missing(),
            direction: None,
            reversal: false,
            status: BookingStatus::Unknown,
            booking: None,
            value: None,
            transaction_code: None,
            details: Box::default(),
            split: Split::None,
            rare: IfAny::default(),
        }
    }
}

impl Entry {
    /// Gives back the room its lists do not use: a file holds many entries.
    fn shrink(&mut self) {
        if let Some(rare) = self.rare.as_mut() {
            rare.batches.shrink();
            rare.charges.shrink();
        }
        self.rare.shrink();
        self.details.iter_mut().for_each(Detail::shrink);
    }

    /// The bank's entry reference (camt `NtryRef`).
    pub fn reference(&self) -> Option<&str> {
        self.texts.get(Kind::Reference)
    }

    /// The bank's reference of the booking (camt `AcctSvcrRef`, MT940 after `//`).
    pub fn servicer_reference(&self) -> Option<&str> {
        self.texts.get(Kind::Servicer)
    }

    /// Further text of the bank.
    pub fn additional_information(&self) -> Option<&str> {
        self.texts.get(Kind::Additional)
    }

    /// Booking date.
    pub fn booking_date(&self) -> Option<BusinessDate> {
        self.booking.map(|moment| moment.date())
    }

    /// Value date.
    pub fn value_date(&self) -> Option<BusinessDate> {
        self.value.map(|moment| moment.date())
    }

    /// The date to account for it: booking date, else value date. Some formats need not give a booking date.
    pub fn accounting_date(&self) -> Option<BusinessDate> {
        self.booking_date().or(self.value_date())
    }

    /// ISO 20022 code of the status, the text of an other one, empty when unknown.
    pub fn status_code(&self) -> &str {
        self.other_status.as_deref().unwrap_or(self.status.code())
    }

    /// Sets the status with this ISO 20022 code, or another one.
    pub(crate) fn set_status(&mut self, code: &str) {
        self.status = BookingStatus::from_code(code);
        if self.status == BookingStatus::Other {
            self.other_status = Some(code.into());
        }
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

/// What entries of a file have in common is held once.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Transaction codes seen last, in no order.
    codes: Vec<Arc<TransactionCode>>,
    /// Which of them makes room for the next.
    oldest: usize,
    /// Entries that room was made for and that are still to come: they are paid for.
    paid: usize,
}

/// Transaction codes remembered: a bank uses a few dozen.
const CODES: usize = 64;

/// Bytes of an entry with nothing in it, and of its place in the file.
const EMPTY: usize = size_of::<Entry>() + size_of::<usize>();

impl Shared {
    /// Makes room for so many entries, as far as the budget allows them, and charges it; room not needed before is given back.
    pub fn make_room(&mut self, entries: &mut Vec<Entry>, count: usize, budget: &mut Budget) -> usize {
        budget.give_back(self.paid * EMPTY);
        self.paid = budget.hold_most(count, EMPTY);
        entries.reserve_exact(self.paid);
        self.paid
    }

    /// Adds an entry to those of a statement and charges it with what it holds, as that of the record on `line`. Nothing of
    /// its lists is left unused, and the list grows by a quarter when it is full.
    pub fn add(&mut self, entries: &mut Vec<Entry>, mut entry: Entry, budget: &mut Budget, line: u64) -> Result<(), FormatError> {
        entry.shrink();
        let (code, new) = entry.transaction_code.take().map_or((None, 0), |code| self.code(code));
        entry.transaction_code = code;
        let own = if self.paid > 0 { 0 } else { EMPTY };
        self.paid = self.paid.saturating_sub(1);
        budget.hold(own + entry.held() + new, line)?;
        grow(entries);
        entries.push(entry);
        Ok(())
    }

    /// The code as it is held already, or else as it is, with the bytes it takes.
    fn code(&mut self, code: Arc<TransactionCode>) -> (Option<Arc<TransactionCode>>, usize) {
        if let Some(known) = self.codes.iter().find(|known| **known == code) {
            return (Some(Arc::clone(known)), 0);
        }
        if self.codes.len() < CODES {
            self.codes.push(Arc::clone(&code));
        } else if let Some(oldest) = self.codes.get_mut(self.oldest) {
            *oldest = Arc::clone(&code);
            self.oldest = (self.oldest + 1) % CODES;
        }
        let size = 2 * size_of::<usize>() + size_of::<TransactionCode>() + code.held();
        (Some(code), size)
    }
}
