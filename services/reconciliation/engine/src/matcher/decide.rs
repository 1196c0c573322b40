//! From ranked hypotheses to a decision: margin, blocks, calibrated confidence.

use super::{Workbench, confidence};
use crate::proposal::{Band, Block, Feature, Field, Hypothesis, HypothesisKind, LineClass, Proposal, Refusal};
use crate::record::Line;
use crate::shard::Shard;
use crate::track_record::Standard;

/// Weight of the hypothesis that nothing fits.
pub const NOTHING: i32 = 12_000;
/// Less margin than this blocks.
const LEAST_MARGIN: i32 = 3_000;
/// Hypotheses that are shown.
const SHOWN: usize = 5;
/// Items of an amount that are worth a look when nothing else is known: one in three is right.
const FEW: u32 = 3;
/// Days between the dates of a subscription at least, and how far they may lie off.
const LEAST_PERIOD: i32 = 6;
const PERIOD_SLACK: i32 = 4;
/// Readings so much lighter than the best are not shown beside an auto.
const FAR: i32 = 25_000;

impl Workbench {
    pub(super) fn decide(&mut self, shard: &Shard, line: &Line, mut ranked: Vec<Hypothesis>) -> Proposal {
        self.weigh_turn(shard, line, &mut ranked);
        prefer_oldest(shard, &mut ranked);
        let Some(best) = ranked.first() else {
            return super::plain(line, LineClass::Receipt, Some(Refusal::NothingKnown));
        };
        let rivals = ranked.iter().skip(1).filter(|one| !is_next_of_order(shard, best, one));
        let margin = best.bits - rivals.map(|one| one.bits).max().unwrap_or(NOTHING).max(NOTHING.min(best.bits));
        let least = if best.oldest_first { 0 } else { LEAST_MARGIN };
        let mut best = ranked.remove(0);
        if margin < least {
            best.block(Block::MarginTooSmall);
        }
        if self.names_a_twin(shard, &best, &ranked) {
            best.block(Block::UnknownReference);
        }
        if shard.policy.auto_ceiling.is_some_and(|ceiling| line.amount > ceiling) {
            best.block(Block::AboveCeiling);
        }
        let Standard { chance, is_proven } = confidence::standard(shard, &best, margin);
        let earns_auto = is_proven && shard.record.is_trusted(best.match_class);
        let is_auto = best.blocks.is_empty() && earns_auto;
        let band = match () {
            () if is_auto => Band::Auto,
            () if is_shown(&best) => Band::Suggest,
            () => Band::None,
        };
        if !is_auto && best.blocks.is_empty() && !earns_auto {
            best.block(Block::BelowThreshold);
        }
        let refusal = (!is_auto).then(|| refusal(&best, band));
        let match_class = best.match_class;
        let payer = self.payer_beyond_doubt(shard, &best, is_auto);
        let (bits, floor) = (best.bits, if is_auto { best.bits - FAR } else { 0 });
        ranked.retain(|one| one.bits > floor && is_shown(one));
        ranked.truncate(SHOWN - 1);
        ranked.insert(0, best);
        let (mut confidence, mut margin) = (chance, margin);
        if band == Band::None {
            keep_account_only(&mut ranked);
            margin = ranked.first().map_or(0, |first| margin.min(first.bits - bits));
            confidence = ranked.first().map_or(0, |first| confidence::standard(shard, first, margin).chance);
        }
        Proposal { line: line.position, class: LineClass::Receipt, band, match_class, confidence, margin, ranked, refusal, payer }
    }
}

impl Workbench {
    /// True when the text quotes a short number, the item is not the one that ends in it, and another item is just like it.
    fn names_a_twin(&self, shard: &Shard, best: &Hypothesis, others: &[Hypothesis]) -> bool {
        let [part] = best.allocations.as_slice() else { return false };
        let is_twin = |one: &Hypothesis| matches!(one.allocations.as_slice(), [other] if shard.items.are_alike(part.item, other.item));
        self.candidates.of(part.item).is_none() && others.iter().any(is_twin) && !self.short_numbers().is_empty()
    }
}

/// Money on account is worth showing at any weight of the payer; other readings need a few bits, and those only the
/// amount speaks for an amount that few items have.
fn is_shown(hypothesis: &Hypothesis) -> bool {
    match hypothesis.kind {
        HypothesisKind::OnAccount => hypothesis.bits >= 0,
        _ if hypothesis.blocks.contains(&Block::AmountOnly) => hypothesis.bits >= 6_000 && is_telling(hypothesis),
        _ => hypothesis.bits >= 6_000,
    }
}

/// True when the line quotes something of the reading, or few items have its amount.
fn is_telling(hypothesis: &Hypothesis) -> bool {
    hypothesis.evidence.iter().any(|one| match one.feature {
        Feature::AmountExact | Feature::AmountDiscounted => (1..=FEW).contains(&one.sharers),
        Feature::AmountUnexplained => false,
        _ => one.field == Field::Text && one.bits > 0,
    })
}

fn keep_account_only(ranked: &mut Vec<Hypothesis>) {
    ranked.retain(|one| one.kind == HypothesisKind::OnAccount);
}

fn refusal(best: &Hypothesis, band: Band) -> Refusal {
    match best.kind {
        HypothesisKind::Duplicate => Refusal::Duplicate,
        HypothesisKind::OnAccount => Refusal::OnAccount,
        _ if band == Band::None && best.blocks.contains(&Block::AmountOnly) => Refusal::AmountOnly,
        _ if band == Band::None => Refusal::NothingFits,
        _ => match best.blocks.first() {
            Some(Block::BelowThreshold) | None => Refusal::Confidence,
            Some(block) => Refusal::Blocked(*block),
        },
    }
}

/// Three days or more at one distance, as the months of a subscription are: there the oldest is meant. Of other items of
/// one amount any may be.
fn is_steady(days: &mut [i32]) -> bool {
    days.sort_unstable();
    let mut gaps: Vec<i32> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let Some(median) = gaps.get(gaps.len() / 2).copied().filter(|_| gaps.len() >= 2) else { return false };
    median >= LEAST_PERIOD && gaps.iter().all(|gap| (gap - median).abs() <= PERIOD_SLACK || (gap - 2 * median).abs() <= PERIOD_SLACK)
}

/// Items that differ in nothing but their number: the oldest due is taken, the others are no competition.
fn prefer_oldest(shard: &Shard, ranked: &mut Vec<Hypothesis>) {
    if !shard.policy.interchangeable_oldest_first {
        return;
    }
    let Some([part]) = ranked.first().map(|best| best.allocations.as_slice()) else { return };
    let (item, bits) = (part.item, ranked[0].bits);
    let is_twin = |one: &Hypothesis| {
        let [other] = one.allocations.as_slice() else { return false };
        other.item != item && shard.items.are_alike(item, other.item) && (bits - one.bits).abs() <= 1_000
    };
    if !ranked.iter().any(is_twin) {
        return;
    }
    let mut dues: Vec<i32> = ranked.iter().filter(|one| is_twin(one)).map(|one| shard.items.due(one.allocations[0].item)).collect();
    dues.push(shard.items.due(item));
    let is_subscription = is_steady(&mut dues) || shard.items.has_order(item);
    let item_of = |one: &Hypothesis| one.allocations.first().map_or(item, |part| part.item);
    let oldest = ranked
        .iter()
        .enumerate()
        .filter(|(place, one)| *place == 0 || is_twin(one))
        .min_by(|(_, left), (_, right)| shard.items.by_due(item_of(left), item_of(right)))
        .map(|(place, _)| place);
    if let Some(place) = oldest {
        ranked.swap(0, place);
        ranked[0].oldest_first = is_subscription;
    }
    // Twins stay to be shown, below every real competitor of the same weight.
    let chosen = ranked[0].clone();
    let Some([part]) = Some(chosen.allocations.as_slice()) else { return };
    let (twin_list, mut rest): (Vec<Hypothesis>, Vec<Hypothesis>) = ranked.drain(1..).partition(|one| {
        matches!(one.allocations.as_slice(), [other] if shard.items.are_alike(part.item, other.item) && (chosen.bits - one.bits).abs() <= 1_000)
    });
    rest.extend(twin_list.into_iter().map(|mut one| {
        one.oldest_first = is_subscription;
        one
    }));
    ranked.extend(rest);
}

/// True for a later document of the order whose oldest the best reading takes.
fn is_next_of_order(shard: &Shard, best: &Hypothesis, other: &Hypothesis) -> bool {
    let ([own], [next]) = (best.allocations.as_slice(), other.allocations.as_slice()) else { return false };
    best.oldest_first && shard.items.has_order(own.item) && shard.items.are_alike(own.item, next.item)
}
