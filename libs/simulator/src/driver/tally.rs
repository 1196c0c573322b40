//! What the suite answered, counted.

use std::collections::BTreeMap;

use quittance_types::{Fault, Outcome};

/// Counts of answers. What the world did is in [`crate::Summary`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that changed something.
    pub mutations: u64,
    /// Customers imported.
    pub customers: u32,
    /// Orders accepted at once.
    pub orders_accepted: u32,
    /// Orders held.
    pub orders_held: u32,
    /// Orders refused.
    pub orders_rejected: u32,
    /// Deliveries put off because the order was still held.
    pub deliveries_put_off: u32,
    /// Invoices issued.
    pub invoices: u32,
    /// Bank lines imported.
    pub lines_imported: u64,
    /// Of them applied by the suite at import.
    pub lines_matched: u64,
    /// Receipts a clerk applied.
    pub lines_by_clerk: u64,
    /// Payments settled over a rail.
    pub payments_settled: u64,
    /// Payments failed or returned.
    pub payments_lost: u64,
    /// Promises found kept.
    pub promises_kept: u64,
    /// Promises found broken or partly kept.
    pub promises_broken: u64,
    /// Dunning runs issued.
    pub dunning_runs: u32,
    /// Notices issued.
    pub notices: u32,
    /// Times all services had to be waited for.
    pub settled: u32,
    /// Milliseconds spent waiting for them.
    pub settling_ms: u64,
    /// Dead letters seen when the last day was over.
    pub dead_letters: i64,
    /// Refusals that belong to business, by call and reason.
    pub refusals: BTreeMap<(&'static str, &'static str), u32>,
}

impl Tally {
    /// Counts a refusal that belongs to business and gives `None`; passes other faults on.
    pub(super) fn forgive<T>(&mut self, what: &'static str, answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(fault) if is_business(&fault) => {
                *self.refusals.entry((what, fault.reason().as_str())).or_default() += 1;
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }
}

/// The company and its customers act on what they knew; by then it may have changed.
fn is_business(fault: &Fault) -> bool {
    matches!(fault.outcome(), Outcome::Precondition | Outcome::AlreadyExists | Outcome::NotFound | Outcome::Aborted)
        || fault.reason().as_str().starts_with("AMOUNT_")
}
