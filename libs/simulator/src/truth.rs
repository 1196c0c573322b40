//! What every bank line really is. Kept beside the statements, never given to the suite.

use std::collections::BTreeMap;

use quittance_types::{BusinessDate, Money};

use crate::persona::{Habit, ReferenceStyle};

/// Why a payment is not what the document asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// It is exactly that.
    None,
    /// Discount taken in time.
    EarlyDiscount,
    /// Discount taken too late.
    UnearnedDiscount,
    /// A deduction whose reason the transfer names.
    Deduction,
    /// Less, without a word.
    ShortSilent,
    /// The cents left away.
    Rounding,
    /// Bank charges taken out on the way.
    BankCharges,
    /// Rounded up.
    Overpaid,
    /// The rest of an earlier short payment.
    Remainder,
    /// Paid a second time.
    Duplicate,
}

impl Difference {
    /// Name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::EarlyDiscount => "early_discount",
            Self::UnearnedDiscount => "unearned_discount",
            Self::Deduction => "deduction",
            Self::ShortSilent => "short_silent",
            Self::Rounding => "rounding",
            Self::BankCharges => "bank_charges",
            Self::Overpaid => "overpaid",
            Self::Remainder => "remainder",
            Self::Duplicate => "duplicate",
        }
    }
}

/// The part of a line that settles one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Document number, chosen by the suite.
    pub document: String,
    /// Cash of this line that belongs to the document.
    pub cash: Money,
    /// Discount rightly taken with it; zero when there is none.
    pub discount: Money,
    /// Why cash and discount are not all that was asked for.
    pub difference: Difference,
}

/// What a line of the bank is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A customer's transfer.
    Receipt {
        /// Whose money it is: the external id of the customer whose documents are paid.
        customer: String,
        /// What it is known for.
        habit: Habit,
        /// How it names its documents.
        style: ReferenceStyle,
    },
    /// An earlier transfer, taken back.
    Return {
        /// Bank reference of the line that is taken back.
        of: String,
    },
    /// Money of the payments service, whose receipt the suite has already.
    Payout,
    /// Charged or credited by the bank.
    BankOwn,
    /// From somebody who is no customer, or to a supplier.
    Stranger,
}

/// The truth of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The bank's reference of the line, unique over all statements.
    pub bank_reference: String,
    /// Booking date.
    pub booked_on: BusinessDate,
    /// Signed: money in is positive.
    pub amount: Money,
    /// What it is.
    pub kind: LineKind,
    /// Documents it settles; their cash sums to `amount` less `on_account`. Empty unless it is a receipt.
    pub covers: Vec<Cover>,
    /// Cash that belongs to the customer and to no document: paid twice, rounded up.
    pub on_account: Money,
}

/// The truth of all lines, and whose documents are whose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TruthBook {
    /// In order of booking.
    pub lines: Vec<Truth>,
    /// External id of the customer of each document number.
    pub owners: BTreeMap<String, String>,
}
