//! What the company and its customers see of the suite: its answers, reduced to what anybody acts on.

use quittance_types::{BusinessDate, Decimal, Money};

use crate::orders::DocumentKey;

/// What credit said to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderStanding {
    /// May be delivered.
    Accepted,
    /// Waits for credit.
    Held,
    /// Refused for good.
    Rejected,
}

/// What came of an attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The invoice was issued.
    Invoiced(Box<InvoiceSeen>),
    /// The order is held; try another day.
    StillHeld,
    /// The order is cancelled or rejected; there is nothing to deliver.
    Gone,
}

/// An invoice as the customer gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceSeen {
    /// Which delivery it is for.
    pub key: DocumentKey,
    /// Document number, chosen by the suite.
    pub number: String,
    /// Structured reference to quote (ISO 11649), if the suite prints one.
    pub creditor_reference: Option<String>,
    /// The buyer's order number printed on it.
    pub purchase_order: String,
    /// Issue date.
    pub issued_on: BusinessDate,
    /// Total with VAT.
    pub total: Money,
    /// Parts and their due dates, in order; exactly one unless there are instalments.
    pub instalments: Vec<InstalmentSeen>,
    /// What may be deducted when paid early.
    pub discount: Option<DiscountSeen>,
    /// Lines, for claims about one of them.
    pub lines: Vec<LineSeen>,
}

/// A part of an invoice and its due date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalmentSeen {
    /// Last day to pay.
    pub due_on: BusinessDate,
    /// With VAT.
    pub amount: Money,
}

/// An early-payment discount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscountSeen {
    /// What may be deducted from the total.
    pub amount: Money,
    /// Last day to pay with it.
    pub until: BusinessDate,
}

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineSeen {
    /// Number on the invoice.
    pub number: u32,
    /// Invoiced quantity.
    pub quantity: Decimal,
    /// Before tax.
    pub net: Money,
    /// Percent.
    pub vat_rate: Decimal,
}

/// A credit memo as the customer gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoSeen {
    /// The invoice it takes back from.
    pub key: DocumentKey,
    /// Document number, chosen by the suite.
    pub number: String,
    /// Total with VAT, positive.
    pub total: Money,
}
