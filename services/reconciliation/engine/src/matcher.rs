//! One line from words to a proposal: the stages of A3 in order, with buffers that are kept from line to line.

mod confidence;
mod decide;
mod drafts;
mod evaluate;
mod filling;
mod foreign;
mod idle;
mod linking;
mod natural;
mod open_items;
mod payer;
mod scope;
mod turn;
mod why_not;

use std::cell::OnceCell;
use std::cmp::Ordering;

use crate::candidates::Candidates;
use crate::classify::{Identity, classify};
use crate::extract::Extract;
use crate::payer::Payer;
use crate::proposal::{Band, Block, CustomerIx, Hypothesis, HypothesisKind, ItemIx, LineClass, MatchClass, Proposal, Refusal};
use crate::record::Line;
use crate::returns;
use crate::shard::Shard;
use crate::subset::{Findings, Solver};

pub(crate) use confidence::{Table, grade};
pub(crate) use decide::NOTHING;
use linking::LinkedAdvice;
pub(crate) use linking::knows_row;
use open_items::{OpenItem, OpenItems};

/// Days a payment may come before the document's date: value dates lie back.
const BEFORE_ISSUE: i32 = 2;

/// A reading to be weighed: which items it takes.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub kind: HypothesisKind,
    pub items: Vec<ItemIx>,
    /// For readings without items.
    pub customer: Option<CustomerIx>,
    /// How the items were found, when they were searched by amount.
    pub fit: Option<Fit>,
    /// The advice it follows.
    pub advice: Option<u32>,
}

/// How sure a searched set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub bits: i32,
    /// Expected sets that fit by accident, millionths.
    pub chance: u64,
    pub unique: bool,
    pub natural: bool,
    pub oldest_first: bool,
}

impl Fit {
    fn of(findings: &Findings, solution: &crate::subset::Solution) -> Fit {
        Fit {
            bits: findings.bits - filling::spread_cost(solution.spread),
            chance: findings.chance,
            unique: findings.unique().is_some(),
            natural: solution.natural.is_some(),
            oldest_first: solution.oldest_first,
        }
    }
}

/// The buffers of one thread.
#[derive(Default)]
pub struct Workbench {
    pub(crate) extract: Extract,
    pub(crate) candidates: Candidates,
    pub(crate) payer: Payer,
    pub(crate) solver: Solver,
    pub(crate) drafts: Vec<Draft>,
    /// Customers whose items are in question.
    pub(crate) scope: Vec<CustomerIx>,
    pub(crate) holdings: Vec<ItemIx>,
    pub(crate) open_items: OpenItems,
    pub(crate) pool: Vec<OpenItem>,
    amounts: Vec<(i64, usize)>,
    /// Advices that belong to the line.
    pub(crate) advices: Vec<LinkedAdvice>,
    /// Items that ask for the line's amount, and whether their customer is in question; read once a line.
    pub(crate) asking: Vec<(bool, ItemIx)>,
    has_asking: bool,
    /// The customer some of whose documents add up to the money as well as one of them does.
    pub(crate) also_adds_up: Option<CustomerIx>,
    /// Whether a customer the payer's account is known for is asked for the line's amount; looked up once a line.
    is_account_asked: OnceCell<bool>,
    /// Windows of the line that may name a document and lead to none; looked for once a line.
    names: OnceCell<Vec<usize>>,
}

impl Workbench {
    /// The proposal for one line.
    pub fn propose(&mut self, shard: &Shard, line: &Line) -> Proposal {
        let class = self.look_up(shard, line);
        if class != LineClass::Receipt {
            return self.without_receivable(shard, line, class);
        }
        self.draft(shard, line);
        let ranked = self.weigh(shard, line);
        self.decide(shard, line, ranked)
    }

    /// S1 to S4: the class of the line, and for a receipt its candidates and its payer.
    fn look_up(&mut self, shard: &Shard, line: &Line) -> LineClass {
        self.open_items.forget();
        self.extract.read(line);
        let who = Identity::of(line);
        if line.amount <= 0 || line.reversal || !line.return_reason.is_empty() {
            let class = classify(shard, line, &self.extract.remarks, who, false);
            if class != LineClass::Receipt {
                return class;
            }
        }
        self.candidates.find(shard, &self.extract);
        let quotes_us = self.candidates.list.iter().any(|one| one.is_full() && one.is_strong());
        let class = classify(shard, line, &self.extract.remarks, who, quotes_us);
        if class == LineClass::Receipt {
            self.payer.find(shard, line, &self.candidates);
            self.leave_idle_numbers(shard);
            self.set_scope(shard);
            self.link_advices(shard, line);
            self.widen_candidates(shard, line);
        }
        class
    }

    /// Candidates only: the part of the work that looks things up. For measuring.
    pub fn find_candidates(&mut self, shard: &Shard, line: &Line) -> usize {
        self.extract.read(line);
        self.candidates.find(shard, &self.extract);
        self.payer.find(shard, line, &self.candidates);
        self.candidates.list.len() + self.payer.scores.len()
    }

    fn without_receivable(&mut self, shard: &Shard, line: &Line, class: LineClass) -> Proposal {
        if class == LineClass::Return {
            return returns::propose(self, shard, line);
        }
        plain(line, class, Some(Refusal::NotReceivable))
    }

    /// Customers in whose items the line is searched: of the payer, then of the documents quoted.
    fn set_scope(&mut self, shard: &Shard) {
        self.scope.clear();
        self.asking.clear();
        self.has_asking = false;
        self.also_adds_up = None;
        self.is_account_asked.take();
        self.names.take();
        self.scope.extend(self.payer.scores.iter().take(3).map(|score| score.customer));
        for candidate in self.candidates.list.iter().filter(|one| one.bits > 0 && !one.distracted) {
            let customer = shard.items.customer(candidate.item);
            if self.scope.len() < 6 && !self.scope.contains(&customer) {
                self.scope.push(customer);
            }
        }
    }

    /// Weighs all drafts; best first, each set of items once.
    fn weigh(&mut self, shard: &Shard, line: &Line) -> Vec<Hypothesis> {
        let drafts = std::mem::take(&mut self.drafts);
        let mut ranked: Vec<Hypothesis> = Vec::with_capacity(drafts.len());
        for draft in &drafts {
            if let Some(hypothesis) = self.evaluate(shard, line, draft) {
                push_best(&mut ranked, hypothesis);
            }
        }
        self.drafts = drafts;
        self.drafts.clear();
        if !ranked.iter().any(is_of_one) {
            ranked.extend(self.spread_over_oldest(shard, line));
        }
        ranked.sort_by(|left, right| {
            let key = |one: &Hypothesis| (std::cmp::Reverse(one.bits), one.allocations.len());
            key(left).cmp(&key(right)).then_with(|| tie(shard, left, right))
        });
        ranked
    }
}

/// True for one document that explains the money.
fn is_of_one(hypothesis: &Hypothesis) -> bool {
    hypothesis.allocations.len() == 1 && !hypothesis.blocks.contains(&Block::AmountUnexplained)
}

/// Equal weights: the earlier due first, then the lower number, then the lower id of the customer.
fn tie(shard: &Shard, left: &Hypothesis, right: &Hypothesis) -> Ordering {
    let pairs = || left.allocations.iter().zip(&right.allocations);
    let dues = |one: &Hypothesis| one.allocations.iter().map(|part| shard.items.due(part.item)).collect::<Vec<_>>();
    let numbers = || pairs().map(|(left, right)| shard.items.by_number(left.item, right.item)).find(|order| order.is_ne());
    let ids = || Some(shard.customers.by_id(left.customer?, right.customer?));
    dues(left)
        .cmp(&dues(right))
        .then_with(|| numbers().unwrap_or(Ordering::Equal))
        .then_with(|| ids().unwrap_or_else(|| left.customer.cmp(&right.customer)))
}

/// Of hypotheses that post the same, the heavier stays.
fn push_best(ranked: &mut Vec<Hypothesis>, hypothesis: Hypothesis) {
    let same = |other: &&mut Hypothesis| {
        other.customer == hypothesis.customer
            && other.on_account == hypothesis.on_account
            && other.allocations.len() == hypothesis.allocations.len()
            && hypothesis
                .allocations
                .iter()
                .all(|part| other.allocations.iter().any(|known| known.item == part.item && known.applied == part.applied))
    };
    match ranked.iter_mut().find(same) {
        Some(known) if known.bits < hypothesis.bits => *known = hypothesis,
        Some(_) => {}
        None => ranked.push(hypothesis),
    }
}

/// A proposal without hypotheses.
pub(crate) fn plain(line: &Line, class: LineClass, refusal: Option<Refusal>) -> Proposal {
    Proposal {
        line: line.position,
        class,
        band: Band::None,
        match_class: MatchClass::E,
        confidence: 0,
        margin: 0,
        ranked: Vec::new(),
        refusal,
        payer: None,
    }
}
