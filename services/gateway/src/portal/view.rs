//! The view-model of the Overview: plain facts, filled from RPCs, without a word of markup.
//!
//! Amounts are in the tenant's functional currency unless a field says otherwise. Sums that the page shows are made here
//! from the parts, never given twice; where a service proved a total, the proof stands beside it and is compared.

use quittance_types::{BusinessDate, Currency, Fault, Money, Outcome, Timestamp};

mod books;
mod needs;
mod receivables;

pub use books::{AutoShare, BooksView, Break, Claim, EventRow, EventsView, MachineView, Proof, Sample, UnappliedCash, Verdict};
pub use needs::{NeedsRow, NeedsView, Queue, Waiting};
pub use receivables::{AgeBucket, AgeRow, DsoMonth, DsoPart, DsoView, ReceivablesView};

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
