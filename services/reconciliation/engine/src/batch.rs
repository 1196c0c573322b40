//! Many lines: read in parallel, decided in order.
//!
//! Every line is first read against the ledger as it stands. Lines are then decided one after the other in the order of
//! value date, booking date and position; a line whose items or customers an earlier line has touched is read again. The
//! parallel part only reads, so neither threads nor their number change the answer.

mod journal;
mod returned;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::conflicts::{self, Bid, Bidder, Claim};
use crate::matcher::{NOTHING, Workbench, plain};
use crate::payer::account_of;
use crate::proposal::{
    Allocation, Band, Block, CustomerIx, DifferenceKind, Evidence, Feature, Hypothesis, HypothesisKind, ItemIx, LineClass, MatchClass,
    Proposal, Refusal,
};
use crate::record::Line;
use crate::returns::{self, Original};
use crate::shard::Shard;
use crate::shard::settlements::{Paid, Settlement};
use journal::Journal;
use returned::Returned;

/// Lines that are read again together.
const BLOCK: usize = 2048;
/// Readings of a line that compete for items.
const BIDS: usize = 3;
/// Readings this close are shown in the place of each other.
const NEARLY: i32 = 1_000;

type Set<T> = HashSet<T, crate::normal::FixedState>;

/// What the lines decided so far have changed.
#[derive(Default)]
struct Touched {
    items: Set<ItemIx>,
    customers: Set<CustomerIx>,
}

/// Runs a batch; one proposal per line, in the order of `lines`.
pub(crate) fn run(shard: &mut Shard, lines: &[Line]) -> Vec<Proposal> {
    let proposals = handle(shard, lines, &mut Journal::without_memory());
    shard.count_population();
    proposals
}

/// Runs a batch and takes back whatever it did to the shard.
pub(crate) fn trial(shard: &mut Shard, lines: &[Line]) -> Vec<Proposal> {
    let mut journal = Journal::default();
    let proposals = handle(shard, lines, &mut journal);
    journal.rewind(shard);
    proposals
}

/// What a trial in portions has done so far, in the order of its portions.
#[derive(Debug, Default)]
pub struct Course(Journal);

/// Runs the next portion of a course and takes back whatever the course did to the shard.
pub(crate) fn trial_on(shard: &mut Shard, course: &mut Course, lines: &[Line]) -> Vec<Proposal> {
    course.0.replay(shard);
    shard.count_population();
    let proposals = handle(shard, lines, &mut course.0);
    course.0.rewind(shard);
    shard.count_population();
    proposals
}

fn handle(shard: &mut Shard, lines: &[Line], journal: &mut Journal) -> Vec<Proposal> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|place| lines[*place].order());
    let mut answers: Vec<Option<Proposal>> = lines.iter().map(|_| None).collect();
    let mut bench = Workbench::default();
    let mut waiting = Waiting::default();
    let mut returned = Returned::default();
    for block in order.chunks(BLOCK) {
        let read = read_all(shard, lines, block);
        let outbid = outbid(shard, &read);
        let returns = block.iter().zip(&read).filter(|(_, proposal)| proposal.class == LineClass::Return);
        returns.for_each(|(place, _)| returned.expect(&lines[*place]));
        let mut touched = Touched::default();
        for ((place, proposal), outbid) in block.iter().zip(read).zip(outbid) {
            let line = &lines[*place];
            let is_stale = line.amount <= 0 && proposal.class == LineClass::Return || touched.concerns(shard, &proposal);
            if shard.settlements.knows_line(line) {
                returned.forget(line);
                answers[*place] = Some(plain(line, proposal.class, Some(Refusal::AlreadyApplied)));
                continue;
            }
            let mut proposal = if is_stale { bench.propose(shard, line) } else { proposal };
            if outbid {
                refuse(&mut proposal);
            }
            waiting.check(&mut proposal, line);
            returned.check(shard, &mut proposal, line);
            apply(shard, line, &proposal, journal, &mut touched);
            answers[*place] = Some(proposal);
        }
    }
    answers.into_iter().flatten().collect()
}

fn read_all(shard: &Shard, lines: &[Line], block: &[usize]) -> Vec<Proposal> {
    block.par_iter().map_init(Workbench::default, |bench, place| bench.propose(shard, &lines[*place])).collect()
}

/// Lines of the block that want an item which a later line of it has better reasons to want: the assignment of A7. A line
/// that quotes what it pays needs no better reasons: the later one sees what it leaves.
fn outbid(shard: &Shard, proposals: &[Proposal]) -> Vec<bool> {
    let places: Vec<usize> = (0..proposals.len()).filter(|place| wants_items(&proposals[*place])).collect();
    let bidders: Vec<Bidder> = places.iter().map(|place| bidder(&proposals[*place])).collect();
    let outcomes = conflicts::resolve(&bidders, |item| shard.items.open(item));
    let mut outbid = vec![false; proposals.len()];
    for (place, outcome) in places.iter().zip(&outcomes) {
        let is_later = |winner: usize| places.get(winner).is_some_and(|other| other > place);
        outbid[*place] = outcome.loss.is_some_and(|loss| is_later(loss.winner)) && !quotes_all(&proposals[*place]);
    }
    outbid
}

fn wants_items(proposal: &Proposal) -> bool {
    let is_sure = |bits: i32| bits > NOTHING;
    proposal.class == LineClass::Receipt && proposal.ranked.first().is_some_and(|best| !best.allocations.is_empty() && is_sure(best.bits))
}

/// True when the text quotes every document of the best reading by its number.
fn quotes_all(proposal: &Proposal) -> bool {
    use Feature::{DigitReference, FullReference, StructuredReference};
    let is_number = |one: &Evidence| one.sharers == 1 && matches!(one.feature, StructuredReference | FullReference | DigitReference);
    proposal.best().is_some_and(|best| best.allocations.iter().all(|part| best.tells(part.item, is_number)))
}

fn bidder(proposal: &Proposal) -> Bidder {
    let bids = proposal.ranked.iter().filter(|one| !one.allocations.is_empty()).take(BIDS).map(|one| Bid {
        score: one.bits - NOTHING,
        claims: one.allocations.iter().map(|part| Claim { item: part.item, amount: part.applied.abs() }).collect(),
    });
    Bidder { bids: bids.collect(), margin: proposal.margin }
}

fn refuse(proposal: &mut Proposal) {
    if let Some(best) = proposal.ranked.first_mut().filter(|_| proposal.band == Band::Auto) {
        best.block(Block::ItemContested);
        proposal.band = Band::Suggest;
        proposal.refusal = Some(Refusal::Blocked(Block::ItemContested));
    }
}

/// Documents that an earlier line of this batch quotes and that wait for a person, with the money they wait with: a second
/// payment of them is not the first, what a later line leaves of them may be what an earlier one pays, and who names nothing
/// does not take them. Lines of other batches are not remembered: whether they still wait is known outside.
#[derive(Default)]
struct Waiting {
    alone: HashMap<ItemIx, Vec<i64>, crate::normal::FixedState>,
    quoted: Set<ItemIx>,
    /// Shown first to an earlier line that quotes nothing.
    shown: Set<ItemIx>,
}

impl Waiting {
    fn check(&mut self, proposal: &mut Proposal, line: &Line) {
        match proposal.band {
            Band::Auto if proposal.best().is_some_and(|best| self.concerns(best, line)) => {
                refuse(proposal);
                self.pass_on(proposal);
            }
            Band::Suggest => {
                self.pass_on(proposal);
                proposal.ranked.first().into_iter().for_each(|best| self.note(best, line));
            }
            _ => {}
        }
    }

    /// Of documents that ask for the same money an earlier line that quotes none is shown the first: the next line is shown the
    /// next.
    fn pass_on(&mut self, proposal: &mut Proposal) {
        let Some(best) = proposal.ranked.first() else { return };
        let Some(first) = unquoted(best) else { return };
        if self.shown.contains(&first.item) {
            let is_next = |one: &Hypothesis| {
                let is_free = |part: Allocation| part.applied == first.applied && !self.shown.contains(&part.item);
                one.customer == best.customer && one.bits + NEARLY >= best.bits && unquoted(one).is_some_and(is_free)
            };
            let Some(place) = proposal.ranked.iter().position(is_next) else { return };
            let blocks = best.blocks.clone();
            proposal.ranked[..=place].rotate_right(1);
            blocks.into_iter().for_each(|block| proposal.ranked[0].block(block));
        }
        self.shown.extend(proposal.ranked.first().and_then(unquoted).map(|part| part.item));
    }

    fn concerns(&self, best: &Hypothesis, line: &Line) -> bool {
        let is_short = |kind: Option<DifferenceKind>| matches!(kind, Some(DifferenceKind::ShortPay | DifferenceKind::Partial));
        let waits =
            |part: &Allocation| self.alone.get(&part.item).is_some_and(|earlier| is_short(part.kind) || earlier.contains(&line.amount));
        let is_taken = |part: &Allocation| self.quoted.contains(&part.item) && !is_by_quotation(best);
        let is_shown = |part: &Allocation| best.oldest_first && self.shown.contains(&part.item);
        best.kind != HypothesisKind::Reversal && best.allocations.iter().any(|part| waits(part) || is_taken(part) || is_shown(part))
    }

    fn note(&mut self, best: &Hypothesis, line: &Line) {
        if best.kind == HypothesisKind::Reversal {
            return;
        }
        self.quoted.extend(best.allocations.iter().map(|part| part.item).filter(|item| is_named(best, *item)));
        if let [part] = best.allocations.as_slice()
            && matches!(best.match_class, MatchClass::A | MatchClass::B)
        {
            self.alone.entry(part.item).or_default().push(line.amount);
        }
    }
}

impl Touched {
    /// True when something the proposal was read from has changed: an item of a reading, or, where the items were found by
    /// their customer and not by a quotation, any item of that customer.
    fn concerns(&self, shard: &Shard, proposal: &Proposal) -> bool {
        if self.items.is_empty() {
            return false;
        }
        let is_quoted = proposal.band == Band::Auto && proposal.best().is_some_and(is_by_quotation);
        proposal.ranked.iter().any(|one| {
            let has_item = one.allocations.iter().any(|part| self.items.contains(&part.item));
            let has_customer = || {
                one.allocations.iter().any(|part| self.customers.contains(&shard.items.customer(part.item)))
                    || one.customer.is_some_and(|customer| self.customers.contains(&customer))
            };
            has_item || (!is_quoted && has_customer())
        })
    }

    fn note(&mut self, shard: &Shard, item: ItemIx) {
        self.items.insert(item);
        self.customers.insert(shard.items.customer(item));
    }
}

/// True when the line or an advice names every document: none was searched among those of the customer.
fn is_by_quotation(best: &Hypothesis) -> bool {
    let is_advised = best.evidence.iter().any(|one| one.feature == Feature::AdviceRow);
    is_advised || (!best.allocations.is_empty() && best.allocations.iter().all(|part| is_named(best, part.item)))
}

/// The one document that a reading clears and that nothing names.
fn unquoted(reading: &Hypothesis) -> Option<Allocation> {
    match reading.allocations.as_slice() {
        [part] if part.adjustment == 0 && !is_by_quotation(reading) => Some(*part),
        _ => None,
    }
}

fn is_named(best: &Hypothesis, item: ItemIx) -> bool {
    best.tells(item, |one| one.feature.is_reference())
}

/// Posts an auto to the open amounts and notes the payment.
fn apply(shard: &mut Shard, line: &Line, proposal: &Proposal, journal: &mut Journal, touched: &mut Touched) {
    if proposal.class == LineClass::Receipt && proposal.band != Band::Auto {
        journal.note_unapplied(shard, returns::own_references_of(shard, line));
    }
    let Some(best) = proposal.ranked.first().filter(|_| proposal.band == Band::Auto) else { return };
    journal.note_line(shard, line);
    if best.kind == HypothesisKind::Reversal {
        take_back(shard, line, journal, touched);
        return;
    }
    let mut applied = Vec::with_capacity(best.allocations.len());
    for part in &best.allocations {
        let open = shard.items.open(part.item);
        let stays = if part.kind.is_some_and(|kind| kind.stays_open()) { open - part.applied.abs() } else { 0 };
        let stays = stays.clamp(0, open);
        journal.set_open(shard, part.item, stays);
        touched.note(shard, part.item);
        applied.push(Paid { item: part.item, cash: part.applied, taken: open - stays, written_off: 0 });
        if part.kind == Some(DifferenceKind::WriteOff) {
            journal.write_off(shard, part.item, line.value_on, part.adjustment.abs());
        }
    }
    let settlement = Settlement {
        amount: line.amount,
        on: line.value_on.days(),
        account: account_of(shard, line),
        customer: best.customer,
        applied,
        auto: None,
        reversed: false,
    };
    journal.settle(shard, settlement, returns::references_of(line));
}

/// Reopens what the original of a return had paid.
fn take_back(shard: &mut Shard, line: &Line, journal: &mut Journal, touched: &mut Touched) {
    let mut bench = Workbench::default();
    bench.extract.read(line);
    let Some(Original { place, .. }) = returns::original(&mut bench, shard, line) else { return };
    let applied = shard.settlements.get(place).map(|one| one.applied.clone()).unwrap_or_default();
    for paid in applied {
        let reopened = shard.items.open(paid.item).saturating_add(paid.taken);
        journal.set_open(shard, paid.item, reopened.min(shard.items.total(paid.item)));
        touched.note(shard, paid.item);
    }
    journal.reverse(shard, place);
}

/// Runs every shard over its lines on this many threads (at least one). The answer does not depend on the number.
pub fn run_all(shards: &mut [(Shard, Vec<Line>)], threads: usize) -> Vec<Vec<Proposal>> {
    let mut work = || shards.par_iter_mut().map(|(shard, lines)| shard.run(lines)).collect::<Vec<_>>();
    match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

#[cfg(test)]
mod tests;
