//! What the engine answers: ranked hypotheses about a line, with their evidence, and a decision.

mod evidence;
mod kinds;
mod refusal;

pub use evidence::{Evidence, Feature, Field, Subject};
pub use kinds::{Band, DifferenceKind, HypothesisKind, LineClass, MatchClass};
pub use refusal::{Block, Refusal};

/// Place of an item in its shard.
pub type ItemIx = u32;
/// Place of a customer in its shard.
pub type CustomerIx = u32;

/// Money given to one item, in the document's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The item.
    pub item: ItemIx,
    /// Cash applied; negative for credit notes and reversals.
    pub applied: i64,
    /// What stays unpaid of the item's open amount: granted, written off or left open, by its kind.
    pub adjustment: i64,
    /// Why, when there is an adjustment.
    pub kind: Option<DifferenceKind>,
}

/// One reading of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// Which kind of reading.
    pub kind: HypothesisKind,
    /// The customer, when one is known.
    pub customer: Option<CustomerIx>,
    /// Money given to items; empty for a payment on account.
    pub allocations: Vec<Allocation>,
    /// Money kept on account, minor units of the line's currency.
    pub on_account: i64,
    /// Weight in milli-bits: the sum of its evidence.
    pub bits: i32,
    /// What speaks for and against it.
    pub evidence: Vec<Evidence>,
    /// What forbids to apply it without a person.
    pub blocks: Vec<Block>,
    /// The class its calibration goes by.
    pub match_class: MatchClass,
    /// True when it was chosen among equal items as the oldest due.
    pub oldest_first: bool,
}

impl Hypothesis {
    /// Blocks it, for each reason once.
    pub(crate) fn block(&mut self, block: Block) {
        if !self.blocks.contains(&block) {
            self.blocks.push(block);
        }
    }

    /// True when evidence of this kind is about the item.
    pub(crate) fn tells(&self, item: ItemIx, is_kind: impl Fn(&Evidence) -> bool) -> bool {
        self.evidence.iter().any(|one| one.subject == Subject::Item(item) && is_kind(one))
    }
}

/// The answer for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Position of the line.
    pub line: u64,
    /// What the line is.
    pub class: LineClass,
    /// The decision.
    pub band: Band,
    /// Class of the first hypothesis.
    pub match_class: MatchClass,
    /// Calibrated chance that the first hypothesis is exactly right, parts per million.
    pub confidence: u32,
    /// Distance of the first hypothesis to the next, milli-bits.
    pub margin: i32,
    /// Best first, at most five.
    pub ranked: Vec<Hypothesis>,
    /// Why nothing was applied; none for an auto.
    pub refusal: Option<Refusal>,
    /// Whose money it is beyond doubt, even when nothing is applied.
    pub payer: Option<CustomerIx>,
}

impl Proposal {
    /// The first hypothesis.
    pub fn best(&self) -> Option<&Hypothesis> {
        self.ranked.first()
    }
}
