//! What a change of the subledger means to others: the events to publish, with the state as it stands afterwards.

use quittance_types::Money;

use super::application::Application;
use super::item::{ItemState, OpenItem};
use super::receipt::{Receipt, ReceiptState};

/// Where an item stood before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemBefore {
    /// What was open.
    pub open: Money,
    /// Its state.
    pub state: ItemState,
    /// Whether it was contested.
    pub disputed: bool,
}

/// Where a receipt stood before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptBefore {
    /// What was unapplied.
    pub unapplied: Money,
    /// Its state.
    pub state: ReceiptState,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A document asks for money, or gives credit.
    ItemOpened(OpenItem),
    /// Money was seen.
    CashReceived(Receipt),
    /// Money or credit was applied.
    CashApplied {
        /// The application.
        application: Application,
        /// The receipt afterwards; none for a credit memo's application.
        receipt: Option<Receipt>,
        /// The item afterwards.
        item: OpenItem,
        /// The item before.
        before: ItemBefore,
    },
    /// An application was taken back.
    CashUnapplied {
        /// The application.
        application: Application,
        /// The receipt afterwards; none for a credit memo's application.
        receipt: Option<Receipt>,
        /// The item afterwards.
        item: OpenItem,
        /// The item before.
        before: ItemBefore,
        /// In words.
        why: String,
    },
    /// Nothing is open any more.
    ItemSettled(OpenItem),
    /// A settled item is open again.
    ItemReopened {
        /// The item afterwards.
        item: OpenItem,
        /// In words.
        why: String,
    },
    /// An item changed in another way.
    ItemChanged {
        /// The item afterwards.
        item: OpenItem,
        /// The item before.
        before: ItemBefore,
        /// In words; may be empty.
        why: String,
    },
    /// A receipt changed in another way.
    ReceiptChanged {
        /// The receipt afterwards.
        receipt: Receipt,
        /// The receipt before.
        before: ReceiptBefore,
        /// In words; may be empty.
        why: String,
    },
}
