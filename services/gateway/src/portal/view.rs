//! The view-model of the Overview: plain facts, filled from RPCs, without a word of markup.
//!
//! Amounts are in the tenant's functional currency unless a field says otherwise. Sums that the page shows are made here
//! from the parts, never given twice; where a service proved a total, the proof stands beside it and is compared.

use quittance_types::{BusinessDate, Currency, Decimal, Fault, Money, Outcome, Timestamp};

use super::html::Outside;
use super::pages::PageId;

/// Everything the Overview shows.
#[derive(Clone, Debug)]
pub struct OverviewView {
    /// The tenant's functional currency; every amount of the page is in it.
    pub currency: Currency,
    /// Cash by day (reconciliation, collections for the forecast).
    pub cash: Part<CashView>,
    /// Queues in which something waits for a person (all services).
    pub needs: Part<NeedsView>,
    /// Open receivables by age (collections; the proof from reconciliation).
    pub receivables: Part<ReceivablesView>,
    /// Days sales outstanding by month and part (collections).
    pub dso: Part<DsoView>,
    /// What became of the bank lines of the day (reconciliation).
    pub machine: Part<MachineView>,
    /// Proofs over the books.
    pub books: Part<BooksView>,
    /// What happened last, newest first.
    pub events: Part<EventsView>,
}

/// A service of the suite, by the name people know it under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceName {
    /// Customers, limits, holds.
    Credit,
    /// Orders and invoices.
    Invoicing,
    /// Payments and refunds.
    Payments,
    /// Bank lines, receipts, open items, ledger.
    Reconciliation,
    /// Ageing, dunning, promises, disputes.
    Collections,
    /// The gateway itself.
    Gateway,
}

impl ServiceName {
    /// The name at the start of a sentence.
    pub fn label(self) -> &'static str {
        match self {
            ServiceName::Credit => "Credit",
            ServiceName::Invoicing => "Invoicing",
            ServiceName::Payments => "Payments",
            ServiceName::Reconciliation => "Reconciliation",
            ServiceName::Collections => "Collections",
            ServiceName::Gateway => "The gateway",
        }
    }
}

/// One part of a page: what its service answered, or why there is nothing to show. A part that fails never takes the
/// page with it.
#[derive(Clone, Debug)]
pub enum Part<T> {
    /// The answer.
    Ready(T),
    /// The service did not answer, or not in time.
    Failed(Failure<T>),
    /// The person may not see this.
    Denied {
        /// The permission that is missing.
        permission: String,
    },
    /// Left for a second request (`?part=`), because it takes longer than a page may wait.
    Later,
}

/// Why a part is missing.
#[derive(Clone, Debug)]
pub struct Failure<T> {
    /// Who does not answer.
    pub service: ServiceName,
    /// What it answered last, and when, if that is still known.
    pub earlier: Option<(Timestamp, Box<T>)>,
    /// Trace to look for.
    pub trace_id: Option<String>,
}

impl<T> Part<T> {
    /// What a call brought: its answer, a missing permission, or a failure without an earlier answer.
    pub fn of(result: Result<T, Fault>, service: ServiceName, trace_id: Option<&str>) -> Part<T> {
        match result {
            Ok(answer) => Part::Ready(answer),
            Err(fault) if fault.outcome() == Outcome::Forbidden => {
                Part::Denied { permission: fault.get("permission").unwrap_or_default().to_owned() }
            }
            Err(_) => Part::failed(service, trace_id),
        }
    }

    /// A failure without an earlier answer.
    pub fn failed(service: ServiceName, trace_id: Option<&str>) -> Part<T> {
        Part::Failed(Failure { service, earlier: None, trace_id: trace_id.map(str::to_owned) })
    }

    /// The answer, present or earlier.
    pub fn known(&self) -> Option<&T> {
        match self {
            Part::Ready(answer) => Some(answer),
            Part::Failed(failure) => failure.earlier.as_ref().map(|(_, answer)| answer.as_ref()),
            Part::Denied { .. } | Part::Later => None,
        }
    }
}

/// Cash received by day.
#[derive(Clone, Debug, Default)]
pub struct CashView {
    /// Consecutive days, oldest first: at least from Monday of the week of the as-of date up to it, for the sums of the
    /// week; days after the as-of date only if there is a forecast for them. About ten are drawn well. Saturdays and
    /// Sundays without cash and forecast are left out of the picture.
    pub days: Vec<CashDay>,
    /// Received from Monday to the same weekday of the week before, for comparison when there is no forecast.
    pub same_days_last_week: Option<Money>,
}

/// One day of cash.
#[derive(Clone, Debug)]
pub struct CashDay {
    /// The booking date.
    pub date: BusinessDate,
    /// What came in; `None` for a day to come.
    pub received: Option<Money>,
    /// What was, or is, expected; `None` when nothing was forecast.
    pub forecast: Option<Band>,
}

/// A forecast: eight days in ten fall between `low` and `high`.
#[derive(Clone, Debug)]
pub struct Band {
    /// Tenth percentile.
    pub low: Money,
    /// Median.
    pub likely: Money,
    /// Ninetieth percentile.
    pub high: Money,
}

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

/// Open receivables by days past due.
#[derive(Clone, Debug, Default)]
pub struct ReceivablesView {
    /// One row per bucket, in the order of age; a bucket without items may be left out.
    pub rows: Vec<AgeRow>,
    /// The total of the subledger as the ledger proves it, for the same as-of date. Equal to the sum of the rows it earns
    /// the double rule; different, it is shown with the difference.
    pub proven: Option<Money>,
}

/// A bucket of age: the four late ones share the age ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgeBucket {
    /// Due today or later.
    NotDue,
    /// 1 to 30 days past due.
    UpTo30,
    /// 31 to 60 days past due.
    UpTo60,
    /// 61 to 90 days past due.
    UpTo90,
    /// 91 days and more past due.
    Over90,
    /// Cash and credits not yet applied: a row with a minus.
    Unapplied,
}

impl AgeBucket {
    /// The bucket of an item `days` past due; zero and less is not due.
    pub fn of_days_past_due(days: i32) -> AgeBucket {
        match days {
            ..=0 => AgeBucket::NotDue,
            1..=30 => AgeBucket::UpTo30,
            31..=60 => AgeBucket::UpTo60,
            61..=90 => AgeBucket::UpTo90,
            _ => AgeBucket::Over90,
        }
    }

    /// The name of the row.
    pub fn label(self) -> &'static str {
        match self {
            AgeBucket::NotDue => "Not due",
            AgeBucket::UpTo30 => "1–30 days",
            AgeBucket::UpTo60 => "31–60 days",
            AgeBucket::UpTo90 => "61–90 days",
            AgeBucket::Over90 => "Over 90 days",
            AgeBucket::Unapplied => "Not yet applied",
        }
    }

    /// Whether the items of the bucket are late.
    pub fn is_overdue(self) -> bool {
        !matches!(self, AgeBucket::NotDue | AgeBucket::Unapplied)
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            AgeBucket::NotDue => "c-open",
            AgeBucket::UpTo30 => "c-age1",
            AgeBucket::UpTo60 => "c-age2",
            AgeBucket::UpTo90 => "c-age3",
            AgeBucket::Over90 => "c-age4",
            AgeBucket::Unapplied => "c-unapplied",
        }
    }

    pub(super) fn query(self) -> &'static str {
        match self {
            AgeBucket::NotDue => "age=not-due",
            AgeBucket::UpTo30 => "age=1-30",
            AgeBucket::UpTo60 => "age=31-60",
            AgeBucket::UpTo90 => "age=61-90",
            AgeBucket::Over90 => "age=over-90",
            AgeBucket::Unapplied => "age=unapplied",
        }
    }
}

/// One bucket of open receivables.
#[derive(Clone, Debug)]
pub struct AgeRow {
    /// Which bucket.
    pub bucket: AgeBucket,
    /// Open amount, the disputed part included.
    pub open: Money,
    /// The part of `open` that is disputed.
    pub disputed: Money,
    /// Open items.
    pub items: u64,
    /// Against the same bucket seven days earlier; `None` when that is not known.
    pub change: Option<Money>,
}

/// Days sales outstanding and why it is what it is.
#[derive(Clone, Debug, Default)]
pub struct DsoView {
    /// Months, oldest first, up to twelve; the last may be the running one.
    pub months: Vec<DsoMonth>,
    /// Average days delinquent now.
    pub average_days_delinquent: Option<Decimal>,
    /// Collection effectiveness index now, in percent.
    pub collection_effectiveness: Option<Decimal>,
}

/// DSO of one month, in parts that sum to it.
#[derive(Clone, Debug)]
pub struct DsoMonth {
    /// Any day of the month.
    pub month: BusinessDate,
    /// Days per part; a part that is not measured is left out. Their sum is the DSO of the month.
    pub parts: Vec<(DsoPart, Decimal)>,
}

/// What makes up the days between sale and cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DsoPart {
    /// What our terms allow: best possible DSO.
    Terms,
    /// Late and not disputed.
    PaidLate,
    /// Late because it is disputed.
    Disputed,
    /// Delivered and not yet billed.
    BilledLate,
    /// Cash that is here and not applied.
    Unapplied,
}

impl DsoPart {
    /// From the baseline up.
    pub const ALL: [DsoPart; 5] =
        [DsoPart::Terms, DsoPart::PaidLate, DsoPart::Disputed, DsoPart::BilledLate, DsoPart::Unapplied];

    /// The name beside the chart.
    pub fn label(self) -> &'static str {
        match self {
            DsoPart::Terms => "Terms",
            DsoPart::PaidLate => "Paid late",
            DsoPart::Disputed => "Disputed",
            DsoPart::BilledLate => "Billed late",
            DsoPart::Unapplied => "Unapplied",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            DsoPart::Terms => "c-open",
            DsoPart::PaidLate => "c-late",
            DsoPart::Disputed => "c-disputed",
            DsoPart::BilledLate => "c-unbilled",
            DsoPart::Unapplied => "c-unapplied",
        }
    }
}

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
