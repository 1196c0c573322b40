//! What the machine did, what it can prove, and what happened last.

use quittance_types::{BusinessDate, Money, Timestamp};

use super::ServiceName;
use crate::portal::html::Outside;
use crate::portal::pages::PageId;

/// What became of the bank lines that came in on the as-of date. The four outcomes sum to `lines`; if they do not, the
/// page says so.
#[derive(Clone, Debug, Default)]
pub struct MachineView {
    /// The matching run or import this is about, for instance "run 2026-11-20 #3".
    pub run: Option<Outside>,
    /// All bank lines of the day.
    pub lines: u64,
    /// Posted without a person.
    pub posted: u64,
    /// Left for a person to confirm.
    pub waiting: u64,
    /// Left as exceptions or unidentified.
    pub exceptions: u64,
    /// Not receipts: fees, transfers, payments out.
    pub not_receipts: u64,
    /// Posted lines that people checked, if any were.
    pub sample: Option<Sample>,
    /// The last thirty days, for the figure at the top.
    pub month: Option<AutoShare>,
    /// Cash that is here and not applied to anything.
    pub unapplied: Option<UnappliedCash>,
}

/// A sample of what was posted alone.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Checked by people.
    pub checked: u64,
    /// Found right.
    pub right: u64,
}

/// How much was posted without a person over the last thirty days.
#[derive(Clone, Copy, Debug)]
pub struct AutoShare {
    /// Posted without a person.
    pub posted: u64,
    /// All bank lines in that time.
    pub of: u64,
    /// Taken back since because they were wrong; `None` when nobody counts that.
    pub found_wrong: Option<u64>,
}

/// Receipts, or rests of receipts, not applied.
#[derive(Clone, Copy, Debug)]
pub struct UnappliedCash {
    /// Their sum.
    pub amount: Money,
    /// How many.
    pub receipts: u64,
    /// Value date of the oldest.
    pub oldest: Option<BusinessDate>,
}

/// Proofs over the books.
#[derive(Clone, Debug, Default)]
pub struct BooksView {
    /// When they ran.
    pub checked_at: Option<Timestamp>,
    /// Each proof with its verdict.
    pub proofs: Vec<Proof>,
}

/// One proof.
#[derive(Clone, Debug)]
pub struct Proof {
    /// What is claimed.
    pub claim: Claim,
    /// What the check found.
    pub verdict: Verdict,
}

/// What a proof claims.
#[derive(Clone, Debug)]
pub enum Claim {
    /// Open items sum to the receivables account.
    SubledgerEqualsLedger,
    /// Cash accounts equal the bank's closing balances.
    CashEqualsBank {
        /// Bank accounts compared.
        accounts: u64,
    },
    /// Every journal entry has equal debits and credits.
    EntriesBalance {
        /// Entries looked at.
        entries: u64,
    },
    /// Named invariants of several services.
    Invariants {
        /// How many invariants.
        count: u64,
        /// In how many services.
        services: u64,
    },
    /// The hash chain of the audit trail is whole.
    AuditChain {
        /// Position of the last entry.
        entry: u64,
    },
    /// Any other claim, in the words of the service that checks it.
    Other(Outside),
}

/// What a check found.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The claim holds.
    Holds,
    /// It does not.
    Broken(Box<Break>),
    /// The service that checks it did not answer.
    NotChecked(ServiceName),
}

/// Where a claim breaks.
#[derive(Clone, Debug, Default)]
pub struct Break {
    /// The figure on the left of the claim, if it compares two.
    pub left: Option<Money>,
    /// The figure on the right.
    pub right: Option<Money>,
    /// How many things violate the claim, if it is not about two figures.
    pub violations: u64,
    /// Position of the first event at which it broke.
    pub first_event: Option<u64>,
}

/// What happened last.
#[derive(Clone, Debug, Default)]
pub struct EventsView {
    /// Newest first; about ten. More than twenty are not shown.
    pub rows: Vec<EventRow>,
    /// Services whose events are missing because they did not answer.
    pub missing: Vec<ServiceName>,
}

/// One event of the suite's logs.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// When it was committed.
    pub at: Timestamp,
    /// Full name of the event, for instance `quittance.invoicing.v1.InvoiceIssued`; the page makes the words.
    pub event: String,
    /// The document it is about, as people know it: a number, else nothing.
    pub document: Option<Outside>,
    /// The customer it is about.
    pub customer: Option<Outside>,
    /// Its amount, in its own currency.
    pub amount: Option<Money>,
    /// Where the document is shown: the page and the id.
    pub subject: Option<(PageId, String)>,
}
