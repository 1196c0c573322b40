//! Where exceptions wait, and how long.

use std::time::Duration;

use quittance_types::{Money, Timestamp};

use super::ExceptionKind;

/// The queue of what no route fits.
pub const DEFAULT_QUEUE: &str = "default";
/// Hours in which that should be answered.
pub const DEFAULT_HOURS: u32 = 48;

const HOUR: Duration = Duration::from_secs(3_600);

/// Where some exceptions go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Only this kind.
    pub kind: Option<ExceptionKind>,
    /// Only absolute amounts from this one on, in its currency.
    pub at_least: Option<Money>,
    /// Where they go.
    pub queue: String,
    /// Hours in which they should be answered.
    pub hours: u32,
    /// Who gets them at once; empty: nobody.
    pub owner: String,
}

impl Route {
    fn fits(&self, kind: ExceptionKind, amount: Money) -> bool {
        let is_enough = |least: Money| least.currency() == amount.currency() && amount.abs().minor() >= least.minor();
        self.kind.is_none_or(|wanted| wanted == kind) && self.at_least.is_none_or(is_enough)
    }
}

/// The table of a tenant; the first route that fits counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// In order.
    pub routes: Vec<Route>,
    /// Grows with every change; 0 while nobody has put one.
    pub version: i64,
}

/// Where one exception goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination<'a> {
    /// The queue.
    pub queue: &'a str,
    /// Hours in which it should be answered.
    pub hours: u32,
    /// Who gets it at once; empty: nobody.
    pub owner: &'a str,
}

impl Destination<'_> {
    /// When it should be answered if it began to wait then.
    pub fn due_at(&self, since: Timestamp) -> Timestamp {
        since.plus(HOUR.saturating_mul(self.hours))
    }
}

impl Routing {
    /// Where an exception of this kind and amount goes.
    pub fn route(&self, kind: ExceptionKind, amount: Money) -> Destination<'_> {
        let found = self.routes.iter().find(|route| route.fits(kind, amount));
        found.map_or(Destination { queue: DEFAULT_QUEUE, hours: DEFAULT_HOURS, owner: "" }, |route| Destination {
            queue: &route.queue,
            hours: route.hours,
            owner: &route.owner,
        })
    }
}
