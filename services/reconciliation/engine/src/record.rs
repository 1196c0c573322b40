//! What the engine reads: borrowed records for the ledger, so that a caller can stream millions of rows without owning
//! their text, and owned bank lines. Amounts are minor units of the record's currency.

mod line;
mod policy;

pub use line::Line;
pub use policy::{Overpayment, Policy, Rates, ShortPayment};

use quittance_types::{BusinessDate, Currency, Decimal};

use crate::proposal::MatchClass;

/// The seller whose ledger a shard holds.
#[derive(Clone, Copy, Debug)]
pub struct SellerRecord<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name; words of it in a text say nothing.
    pub name: &'a str,
    /// ISO 3166 country of two letters; may be empty.
    pub country: &'a str,
    /// Currency of its books; the limits of the policy are in it.
    pub currency: Currency,
    /// Its own bank accounts: money from them is a transfer.
    pub ibans: &'a [&'a str],
}

/// A customer of the seller.
#[derive(Clone, Copy, Debug)]
pub struct CustomerRecord<'a> {
    /// Its id, unique in the shard.
    pub id: &'a str,
    /// The number the seller gave it, as it may be quoted in texts; may be empty.
    pub number: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its city; may be empty.
    pub city: &'a str,
    /// ISO 3166 country of two letters; may be empty.
    pub country: &'a str,
    /// Its VAT id; may be empty.
    pub vat_id: &'a str,
    /// Accounts it is known to pay from.
    pub ibans: &'a [&'a str],
    /// Id of the customer it belongs to, empty for none; the parent may be added later.
    pub parent: &'a str,
}

/// The direction of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// The customer owes.
    Invoice,
    /// The seller owes.
    CreditNote,
}

/// A discount for paying early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscountStep {
    /// Percent of the total.
    pub percent: Decimal,
    /// Last day it may be taken; [`BusinessDate::MAX`] when that is not known: then a person decides whether it was in time.
    pub until: BusinessDate,
}

/// An open item.
#[derive(Clone, Copy, Debug)]
pub struct ItemRecord<'a> {
    /// Number of the document, unique in the shard.
    pub number: &'a str,
    /// Id of the customer.
    pub customer: &'a str,
    /// Its direction; amounts are never negative.
    pub kind: DocumentKind,
    /// Date of the document; [`BusinessDate::MIN`] when it is not known.
    pub issued_on: BusinessDate,
    /// When it is due.
    pub due_on: BusinessDate,
    /// Currency of the document.
    pub currency: Currency,
    /// Its total, not negative.
    pub total: i64,
    /// What is open of it, from nothing to the total.
    pub open: i64,
    /// Discounts for paying early.
    pub discounts: &'a [DiscountStep],
    /// Number of the buyer's purchase order; may be empty.
    pub purchase_order: &'a str,
    /// Number of the delivery note; may be empty.
    pub delivery_note: &'a str,
    /// Number of the seller's order; may be empty.
    pub order: &'a str,
    /// Structured creditor reference printed on the document; may be empty.
    pub creditor_reference: &'a str,
    /// True while a dispute is open.
    pub disputed: bool,
}

#[cfg(test)]
impl<'a> ItemRecord<'a> {
    /// An invoice in EUR, wholly open and due at once.
    pub fn invoice(number: &'a str, customer: &'a str, day: BusinessDate, amount: i64) -> Self {
        ItemRecord {
            number,
            customer,
            kind: DocumentKind::Invoice,
            issued_on: day,
            due_on: day,
            currency: Currency::EUR,
            total: amount,
            open: amount,
            discounts: &[],
            purchase_order: "",
            delivery_note: "",
            order: "",
            creditor_reference: "",
            disputed: false,
        }
    }
}

/// An item that is closed: evidence against paying another one, and for a second payment.
#[derive(Clone, Copy, Debug)]
pub struct ClosedRecord<'a> {
    /// Number of the document.
    pub number: &'a str,
    /// Id of the customer.
    pub customer: &'a str,
    /// Currency of the document.
    pub currency: Currency,
    /// Its total, below zero for a credit note.
    pub total: i64,
    /// When it was settled.
    pub closed_on: BusinessDate,
}

/// A past line with what people confirmed it paid.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmedRecord<'a> {
    /// Value date.
    pub date: BusinessDate,
    /// Amount, credit positive.
    pub amount: i64,
    /// Currency of the amount.
    pub currency: Currency,
    /// Name of the payer as the bank gave it.
    pub payer_name: &'a str,
    /// Account of the payer.
    pub payer_account: &'a str,
    /// Text of the line.
    pub text: &'a str,
    /// Structured creditor reference; may be empty.
    pub structured_reference: &'a str,
    /// End-to-end id; may be empty.
    pub end_to_end_id: &'a str,
    /// Id of the customer it was applied for; may be empty.
    pub customer: &'a str,
    /// Documents paid: number and amount in the document's currency.
    pub applied: &'a [(&'a str, i64)],
    /// Differences accepted: kind as `DifferenceKind::as_str` and amount.
    pub differences: &'a [(&'a str, i64)],
}

/// A past line and what it settled, whoever applied it: what a second payment and a return are known by. It teaches nothing.
#[derive(Clone, Copy, Debug)]
pub struct SettledRecord<'a> {
    /// Its id at the caller's; the same id counts once.
    pub id: u64,
    /// Value date.
    pub date: BusinessDate,
    /// Amount, credit positive, minor units of the line.
    pub amount: i64,
    /// Account of the payer; may be empty.
    pub payer_account: &'a str,
    /// End-to-end id and whatever else a return may quote.
    pub references: &'a [&'a str],
    /// Id of the customer it was applied for; may be empty.
    pub customer: &'a str,
    /// Documents it paid.
    pub applied: &'a [SettledPart<'a>],
    /// Class of the match, where it was applied without a person.
    pub auto: Option<MatchClass>,
}

/// What a past line did to one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledPart<'a> {
    /// Number of the document.
    pub number: &'a str,
    /// Cash in the document's currency, negative for credit notes.
    pub cash: i64,
    /// What the open amount fell by, not negative: cash and what was granted with it.
    pub taken: i64,
    /// Small difference written off with it, not negative: it counts against the customer's limit of the month.
    pub written_off: i64,
}

/// A remittance advice that was read.
#[derive(Clone, Copy, Debug)]
pub struct AdviceRecord<'a> {
    /// Its name: the stem of its file.
    pub id: &'a str,
    /// The payer's number of it; may be empty.
    pub number: &'a str,
    /// Its date.
    pub date: Option<BusinessDate>,
    /// What it says was paid.
    pub total: Option<i64>,
    /// Currency of the total.
    pub currency: Option<Currency>,
    /// Name of the payer; may be empty.
    pub payer_name: &'a str,
    /// Account of the payer; may be empty.
    pub payer_account: &'a str,
    /// The customer number it quotes; may be empty.
    pub customer_number: &'a str,
    /// True when its rows and its total add up.
    pub proven: bool,
    /// Its rows.
    pub lines: &'a [AdviceLine<'a>],
}

/// A row of a remittance advice.
#[derive(Clone, Copy, Debug)]
pub struct AdviceLine<'a> {
    /// The document as written.
    pub document: &'a str,
    /// Amount before deductions.
    pub gross: Option<i64>,
    /// What was held back.
    pub deduction: Option<i64>,
    /// Why it was held back; may be empty.
    pub reason: &'a str,
    /// What was paid; negative for a credit note.
    pub net: i64,
}
