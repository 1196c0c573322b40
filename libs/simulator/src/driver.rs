//! Plays a world against the suite, through its public contracts and nothing else.
//!
//! One day after the other with explicit dates: what can go side by side goes side by side, documents are issued one by
//! one so that the same seed gives the same numbers, and no day begins before every service has heard of the last one.

mod call;
mod clerk;
mod convert;
mod desk;
mod dunning;
mod line;
mod measure;
mod settle;
mod setup;
mod statements;
mod tally;
mod trade;

use std::collections::{BTreeMap, BTreeSet};

use quittance_types::{BusinessDate, Fault, Reason};

use crate::calendar;
use crate::orders::{DocumentKey, OrderKey};
use crate::play::Play;
use crate::score::Score;
use crate::summary::Summary;
use crate::world::World;

pub use line::{Line, Staff, Suite};
pub use settle::Patience;
pub use tally::Tally;

/// How the driver works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Calls under way at the same time, at least 1.
    pub at_once: usize,
    /// Deliveries under way at the same time. More than 1 is faster, but which invoice gets which number then depends on
    /// timing.
    pub deliveries_at_once: usize,
    /// Weekday of the dunning run, 1 = Monday; `None`: no dunning.
    pub dunning_weekday: Option<u32>,
    /// Weekday on which a clerk asks the payers of unmatched money and applies it; `None`: it stays unmatched.
    pub clerk_weekday: Option<u32>,
    /// How long to wait for services to hear of each other.
    pub patience: Patience,
}

impl Default for Options {
    fn default() -> Self {
        Self { at_once: 16, deliveries_at_once: 1, dunning_weekday: Some(3), clerk_weekday: Some(2), patience: Patience::default() }
    }
}

/// Where the driver stands, after each day.
#[derive(Debug)]
pub struct Progress<'a> {
    /// The day that is over; 1 is the first.
    pub day: u32,
    /// How many there are.
    pub days: u32,
    /// Its date.
    pub date: BusinessDate,
    /// What the world did so far.
    pub summary: &'a Summary,
    /// What the suite answered so far.
    pub tally: &'a Tally,
}

/// The end of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the world did.
    pub summary: Summary,
    /// What the suite answered.
    pub tally: Tally,
    /// How well the suite recognised payments by itself.
    pub score: Score,
    /// How it decided about the lines.
    pub matching: Vec<MatchFigure>,
}

/// Lines that went one way through matching.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchFigure {
    /// The reading or the kind of line that decided.
    pub rule: String,
    /// Somebody paid us; the other lines are charges, payouts, returns and the like.
    pub is_receipt: bool,
    /// Why they were not applied without a person; empty when they were, and for lines that are no receipts.
    pub refusal: String,
    /// A person decided in the end.
    pub by_person: bool,
    /// How many.
    pub lines: u64,
}

/// Ids the suite gave to what the world knows by its own keys.
#[derive(Clone, Debug, Default)]
struct Ids {
    legal_entity: String,
    bank_accounts: BTreeMap<&'static str, String>,
    /// By index of the customer.
    customers: Vec<String>,
    /// The other way round.
    indices: BTreeMap<String, u32>,
    orders: BTreeMap<OrderKey, String>,
    invoices: BTreeMap<DocumentKey, String>,
    /// By document number.
    documents: BTreeMap<String, String>,
    disputes: BTreeMap<DocumentKey, String>,
}

/// A company at work.
pub struct Driver {
    play: Play,
    staff: Staff,
    options: Options,
    ids: Ids,
    tally: Tally,
    cursors: settle::Cursors,
    /// Last day on which payments were collected that may not be final.
    payments_since: Option<BusinessDate>,
    /// Bank references a clerk has dealt with.
    handled: BTreeSet<String>,
    /// Receipts a clerk has applied.
    touched: BTreeSet<String>,
}

impl Driver {
    /// A driver for a world that has not been played yet.
    ///
    /// # Errors
    /// `DATE_INVALID` when the simulated days leave the calendar.
    pub fn new(world: World, staff: Staff, options: Options) -> Result<Self, Fault> {
        Ok(Self {
            play: Play::new(world)?,
            staff,
            options,
            ids: Ids::default(),
            tally: Tally::default(),
            cursors: settle::Cursors::default(),
            payments_since: None,
            handled: BTreeSet::new(),
            touched: BTreeSet::new(),
        })
    }

    /// The world in motion: its truth, its summary.
    pub fn play(&self) -> &Play {
        &self.play
    }

    /// What the suite answered so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Sets the company up and plays all its days. `report` is called after each day.
    ///
    /// # Errors
    /// What the suite answers to a call that must not fail, with the name of the call as operator detail.
    /// `SERVICE_UNAVAILABLE` when services do not hear of each other within the given patience. Refusals that belong to
    /// business, such as a dispute about an invoice that was just paid, are counted in the tally and are no error.
    pub async fn run(&mut self, mut report: impl FnMut(&Progress<'_>)) -> Result<Outcome, Fault> {
        self.setup().await?;
        self.settle().await?;
        let days = self.play.world().params().days;
        for day in 1..=days {
            self.play_day().await?;
            let date = self.play.today();
            report(&Progress { day, days, date, summary: self.play.summary(), tally: &self.tally });
            if !self.play.next_day()? {
                break;
            }
        }
        self.settle_for_good().await?;
        let (score, matching) = (self.measure().await?, self.match_figures().await?);
        Ok(Outcome { summary: self.play.summary().clone(), tally: self.tally.clone(), score, matching })
    }

    async fn play_day(&mut self) -> Result<(), Fault> {
        let today = self.play.today();
        let mut busy = self.trade().await?;
        busy |= self.bank(today).await?;
        busy |= self.desk().await?;
        busy |= self.sync_payments(today).await?;
        if calendar::is_bank_day(today) {
            busy |= self.weekly(today).await?;
        }
        if busy {
            self.settle().await?;
        }
        Ok(())
    }

    async fn weekly(&mut self, today: BusinessDate) -> Result<bool, Fault> {
        let (clerk, dunning) = (self.options.clerk_weekday, self.options.dunning_weekday);
        let mut busy = false;
        if clerk == Some(today.weekday()) {
            self.settle().await?;
            busy |= self.work_exceptions(today).await?;
        }
        if dunning == Some(today.weekday()) {
            self.settle().await?;
            self.run_dunning(today).await?;
            busy = true;
        }
        Ok(busy)
    }

    fn customer_id(&self, index: u32) -> Result<&str, Fault> {
        let id = self.ids.customers.get(index as usize);
        id.map(String::as_str).ok_or_else(|| unknown("customer", index))
    }
}

fn unknown(kind: &'static str, key: impl std::fmt::Display) -> Fault {
    Fault::new(Reason::ResourceNotFound, format!("the suite never gave an id to {kind} {key}"))
}
