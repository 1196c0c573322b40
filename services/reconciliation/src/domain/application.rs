//! Applications: what settled which part of an item. Every change of an item's amounts is one, so each can be undone.

use quittance_types::{ApplicationId, BusinessDate, CustomerId, Fault, OpenItemId, Reason, ReceiptId};

use super::item::Part;

/// What an item was settled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Money of a receipt.
    Cash(ReceiptId),
    /// A credit memo's item.
    Credit(OpenItemId),
    /// Nothing: it was given up.
    WriteOff,
}

impl Means {
    /// The receipt, if money was applied.
    pub const fn receipt(self) -> Option<ReceiptId> {
        match self {
            Means::Cash(id) => Some(id),
            Means::Credit(_) | Means::WriteOff => None,
        }
    }

    /// The credit memo's item, if one was used.
    pub const fn credit_item(self) -> Option<OpenItemId> {
        match self {
            Means::Credit(id) => Some(id),
            Means::Cash(_) | Means::WriteOff => None,
        }
    }
}

/// Part of an item, settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// With what.
    pub means: Means,
    /// The item.
    pub item: OpenItemId,
    /// Whose item.
    pub customer: CustomerId,
    /// How much.
    pub part: Part,
    /// The day.
    pub applied_on: BusinessDate,
    /// The matching rule, or who did it.
    pub applied_by: String,
    /// Evidence in words; may be empty.
    pub why: String,
    /// The day it was taken back.
    pub reversed_on: Option<BusinessDate>,
    /// Of a credit memo: the receipt of the line whose money was applied together with it.
    pub beside: Option<ReceiptId>,
}

impl Application {
    /// True while it counts.
    pub const fn is_live(&self) -> bool {
        self.reversed_on.is_none()
    }

    /// True when it was made with what a receipt brought: its money, or a credit memo used together with it.
    pub fn is_of(&self, receipt: ReceiptId) -> bool {
        self.means.receipt() == Some(receipt) || self.beside == Some(receipt)
    }

    /// Takes it back.
    ///
    /// # Errors
    /// `ILLEGAL_TRANSITION {from, to}` when it was taken back before.
    pub fn reverse(&mut self, on: BusinessDate) -> Result<(), Fault> {
        if !self.is_live() {
            let fault = Fault::new(Reason::IllegalTransition, "the application was taken back already");
            return Err(fault.with("from", "reversed").with("to", "reversed"));
        }
        self.reversed_on = Some(on);
        Ok(())
    }
}
