//! What waits for a person.

use quittance_types::{BusinessDate, Money, Timestamp};

use super::ServiceName;
use crate::portal::pages::PageId;

/// What waits for a person. Queues without work are left out by the page.
#[derive(Clone, Debug, Default)]
pub struct NeedsView {
    /// One row per queue, in any order.
    pub rows: Vec<NeedsRow>,
    /// Services whose queues are missing because they did not answer.
    pub missing: Vec<ServiceName>,
}

/// A queue in which a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Receipts matched, but not surely enough to post alone.
    ConfirmReceipts,
    /// Receipts nothing was found for.
    AssignReceipts,
    /// Orders held for credit.
    HeldOrders,
    /// Promises whose day passed without the cash.
    BrokenPromises,
    /// Bank lines and payments that do not fit.
    Exceptions,
    /// Requests that need a second person.
    Approvals,
    /// Disputes that wait for our answer.
    Disputes,
    /// Dunning runs prepared and not yet approved.
    DunningRuns,
    /// Events a consumer could not take in.
    DeadLetters,
}

impl Queue {
    /// What a person does there: a verb with its object.
    pub fn label(self) -> &'static str {
        match self {
            Queue::ConfirmReceipts => "Confirm receipts",
            Queue::AssignReceipts => "Find whose money it is",
            Queue::HeldOrders => "Release or refuse held orders",
            Queue::BrokenPromises => "Call about broken promises",
            Queue::Exceptions => "Resolve exceptions",
            Queue::Approvals => "Approve",
            Queue::Disputes => "Answer disputes",
            Queue::DunningRuns => "Approve dunning runs",
            Queue::DeadLetters => "Redrive events that were parked",
        }
    }

    /// Why things stand there when the row gives no causes of its own.
    pub fn because(self) -> &'static str {
        match self {
            Queue::ConfirmReceipts => "Matched, but something speaks against posting alone",
            Queue::AssignReceipts => "No document, amount or account points to a customer",
            Queue::HeldOrders => "Credit did not let them through",
            Queue::BrokenPromises => "The day passed, no cash seen",
            Queue::Exceptions => "What came in is not what was expected",
            Queue::Approvals => "Asked by others; needs a second person",
            Queue::Disputes => "The customer waits for our answer",
            Queue::DunningRuns => "Prepared; nothing goes out before somebody agrees",
            Queue::DeadLetters => "Later events of the same subject wait behind them",
        }
    }

    /// The page of the queue.
    pub fn page(self) -> PageId {
        match self {
            Queue::ConfirmReceipts | Queue::AssignReceipts => PageId::Cash,
            Queue::HeldOrders => PageId::Orders,
            Queue::BrokenPromises => PageId::Worklist,
            Queue::Exceptions => PageId::Exceptions,
            Queue::Approvals => PageId::Approvals,
            Queue::Disputes => PageId::Disputes,
            Queue::DunningRuns => PageId::DunningRuns,
            Queue::DeadLetters => PageId::AuditTrail,
        }
    }
}

/// One queue with work in it.
#[derive(Clone, Debug)]
pub struct NeedsRow {
    /// Which queue.
    pub queue: Queue,
    /// How many things wait.
    pub count: u64,
    /// What they are worth; `None` where money is not the measure.
    pub value: Option<Money>,
    /// Since when the oldest waits; `None` when the service does not say.
    pub oldest: Option<Waiting>,
    /// How many for which cause, in our words ("Over limit", 4); empty to use the sentence of the queue.
    pub causes: Vec<(&'static str, u64)>,
}

/// How long something has waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Since an instant.
    Since(Timestamp),
    /// Since a business date.
    SinceDay(BusinessDate),
    /// Past a target date.
    PastTarget(BusinessDate),
}
