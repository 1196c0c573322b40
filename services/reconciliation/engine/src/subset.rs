//! One payment, several items: which sets of a customer's items add up to an amount, how many do, and how likely such a
//! set is to exist by chance.
//!
//! Up to ten items every set is looked at in Gray-code order (one addition a set). Up to thirty-two, two sorted halves
//! meet in the middle: up to fourteen items for every set, beyond for sets of at most eight. With more items only sets
//! people pay are tried: the oldest so far, all overdue, all due this month, all of one order. A budget of steps, not of
//! time, bounds the work, so the answer depends on nothing but the question.

pub(crate) mod chance;
mod enumerate;
pub mod few;
mod halves;
mod natural;
mod solutions;

use enumerate::enumerate;
use halves::Halves;
use solutions::Collector;

use quittance_types::BusinessDate;

/// Items a question may have; further ones are ignored. Sets are held as bits.
pub const SCOPE: usize = 60;
/// Up to this many items every set counts, however large.
pub const ENUMERATED: usize = 14;
/// Up to this many items sets are looked at one by one; two halves are faster from here on.
const ONE_BY_ONE: usize = 10;
/// Up to this many items two halves meet in the middle.
pub const HALVED: usize = 32;
/// Items in a set when there are more than [`ENUMERATED`].
pub const CARDINALITY: u32 = 8;
/// Solutions that are counted and kept: beyond this many only "more" is known.
pub const COUNTED: usize = 3;
/// Steps of the default budget, some two milliseconds of work.
pub const STEPS: u64 = 600_000;

/// An item that may be part of the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it would take, minor units; negative for a credit note. Zero is never part of a solution.
    pub amount: i64,
    /// When it is due.
    pub due_on: BusinessDate,
    /// Key of its purchase order or order; zero for none.
    pub order: u64,
    /// Key of what makes it interchangeable with items of the same amount (order and terms); zero for nothing. Of
    /// interchangeable items the oldest due are taken, and sets that differ only in them count as one.
    pub alike: u64,
}

/// A question. Candidates are in ascending order of their ids; that order breaks the last ties.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The items of one customer and one currency that are not already part of the payment.
    pub candidates: &'a [Candidate],
    /// What they must add up to.
    pub target: i64,
    /// Minor units a set may differ for each of its items: zero, or one when the amounts are rounded discounts.
    pub slack_per_item: i64,
    /// Value date of the payment.
    pub value_on: BusinessDate,
    /// Steps the search may take.
    pub steps: u64,
}

/// The sets people pay; a set that is several of them goes by the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NaturalSet {
    /// Everything due at the value date.
    Overdue,
    /// Everything due in the month of the value date.
    Month,
    /// Everything of one order.
    Order,
    /// The oldest due up to some item.
    Oldest,
}

impl NaturalSet {
    /// The words in explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            NaturalSet::Oldest => "the oldest due",
            NaturalSet::Overdue => "everything overdue",
            NaturalSet::Month => "everything due this month",
            NaturalSet::Order => "everything of one order",
        }
    }
}

/// How the sets were searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Every set.
    Enumeration,
    /// Sets of at most [`CARDINALITY`] items.
    Halves,
    /// Natural sets only.
    NaturalOnly,
}

/// Why a search ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GaveUp {
    /// The budget of steps was spent, or the amounts are too large to be added up beside their sets; there may be solutions
    /// nobody saw.
    Budget,
    /// So many sets fit that none means anything.
    TooManySolutions,
}

impl GaveUp {
    /// A sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            GaveUp::Budget => "The search for further sets of items was given up after its budget.",
            GaveUp::TooManySolutions => "So many sets of items fit that the search was given up.",
        }
    }
}

/// A set that adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solution {
    /// Bit k stands for candidate k.
    pub members: u64,
    /// Number of its items.
    pub cardinality: u32,
    /// Days between its first and its last due date.
    pub spread: i32,
    /// The set is one people pay.
    pub natural: Option<NaturalSet>,
    /// Interchangeable items outside the set would have done as well: the oldest due were taken.
    pub oldest_first: bool,
    /// Target less sum, within the slack.
    pub residual: i64,
}

impl Solution {
    /// Places of its candidates, ascending.
    pub fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let members = self.members;
        (0..u64::BITS as usize).filter(move |place| members >> place & 1 == 1)
    }
}

/// The answer. Best solutions first: natural, then fewest items, smallest spread of due dates, lowest ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Findings {
    solutions: [Option<Solution>; COUNTED],
    /// Solutions seen; [`COUNTED`] means that many or more.
    pub count: usize,
    /// Sets at least as simple as the best one that are expected to fit by accident, in millionths.
    pub chance: u64,
    /// Weight of the best one in milli-bits: log2(1 / max(chance, 1/65536)); zero without a solution.
    pub bits: i32,
    /// How it was searched.
    pub method: Method,
    /// Set when the count may be too low.
    pub gave_up: Option<GaveUp>,
}

impl Findings {
    /// The solutions, best first.
    pub fn solutions(&self) -> impl Iterator<Item = &Solution> {
        self.solutions.iter().flatten()
    }

    /// The one solution, when there is just one and the search was finished.
    pub fn unique(&self) -> Option<&Solution> {
        if self.count == 1 && self.gave_up.is_none() { self.solutions[0].as_ref() } else { None }
    }
}

/// Searches sets. Holds the buffers that searches share; keep one a thread.
#[derive(Debug, Default)]
pub struct Solver {
    entries: Vec<Entry>,
    halves: Halves,
}

impl Solver {
    /// A solver without buffers; they grow with the first large question.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sets of candidates that add up to the target.
    ///
    /// A target that is not positive has no solution, and neither have amounts whose sum is out of range. Items too
    /// large for any set are left out before the method is chosen.
    pub fn search(&mut self, question: &Question<'_>) -> Findings {
        let Solver { entries, halves } = self;
        select(question, entries);
        let scope = Scope { question, candidates: considered(question), entries };
        let mut collector = Collector::new(&scope);
        let naturals = natural::collect(&scope, &mut collector);
        let (method, gave_up) = match entries.len() {
            0..=ONE_BY_ONE => (Method::Enumeration, enumerate(&scope, &mut collector)),
            _ if entries.len() <= ENUMERATED => (Method::Enumeration, halves.meet(&scope, ENUMERATED as u32, &mut collector)),
            _ if entries.len() <= HALVED => (Method::Halves, halves.meet(&scope, CARDINALITY, &mut collector)),
            _ => (Method::NaturalOnly, None),
        };
        let (solutions, count) = collector.finish();
        let chance = solutions[0].as_ref().map_or(0, |best| chance::expected(&scope, best, naturals));
        let bits = if count == 0 { 0 } else { chance::milli_bits(chance) };
        Findings { solutions, count, chance, bits, method, gave_up }
    }
}

/// A candidate that can be part of a solution.
#[derive(Clone, Copy, Debug)]
struct Entry {
    place: u8,
    amount: i64,
}

/// A question and the part of its candidates that matters.
struct Scope<'a> {
    question: &'a Question<'a>,
    candidates: &'a [Candidate],
    entries: &'a [Entry],
}

impl Scope<'_> {
    /// What a set of this many items misses the target by, if it fits.
    fn residual(&self, sum: i64, cardinality: u32) -> Option<i64> {
        let residual = self.question.target - sum;
        (residual.abs() <= self.question.slack_per_item * i64::from(cardinality)).then_some(residual)
    }
}

fn considered<'a>(question: &Question<'a>) -> &'a [Candidate] {
    &question.candidates[..question.candidates.len().min(SCOPE)]
}

/// Keeps the candidates that fit into some set: credit notes, and items no larger than target and credit notes together.
fn select(question: &Question<'_>, entries: &mut Vec<Entry>) {
    entries.clear();
    let candidates = considered(question);
    let slack = question.slack_per_item.checked_mul(SCOPE as i64);
    let magnitude = candidates.iter().try_fold(question.target, |sum, one| sum.checked_add(one.amount.checked_abs()?));
    let (Some(slack), Some(_)) = (slack, magnitude) else { return };
    if question.target <= 0 || slack < 0 {
        return;
    }
    let credit: i64 = candidates.iter().map(|one| one.amount.min(0)).sum();
    let limit = question.target.saturating_sub(credit).saturating_add(slack);
    let fitting = candidates.iter().enumerate().filter(|(_, one)| one.amount != 0 && one.amount <= limit);
    entries.extend(fitting.map(|(place, one)| Entry { place: place as u8, amount: one.amount }));
    // All of them together may still be too little.
    let most: i64 = entries.iter().map(|entry| entry.amount.max(0)).sum();
    if most.saturating_add(slack) < question.target {
        entries.clear();
    }
}

#[cfg(test)]
mod tests;
