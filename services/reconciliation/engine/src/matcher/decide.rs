//! From ranked hypotheses to a decision: margin, blocks, calibrated confidence.

use super::{Workbench, confidence};
use crate::proposal::{Band, Block, Hypothesis, HypothesisKind, LineClass, Proposal, Refusal};
use crate::record::Line;
use crate::shard::Shard;
use crate::track_record::Standard;

/// Weight of the hypothesis that nothing fits.
pub const NOTHING: i32 = 12_000;
/// Less margin than this blocks.
const LEAST_MARGIN: i32 = 3_000;
/// Hypotheses that are shown.
const SHOWN: usize = 5;
/// Readings so much lighter than the best are not shown beside an auto.
const FAR: i32 = 25_000;

impl Workbench {
    pub(super) fn decide(&mut self, shard: &Shard, line: &Line, mut ranked: Vec<Hypothesis>) -> Proposal {
        prefer_oldest(shard, &mut ranked);
        let Some(best) = ranked.first() else {
            return super::plain(line, LineClass::Receipt, Some(Refusal::NothingKnown));
        };
        let margin = best.bits - ranked.iter().skip(1).map(|one| one.bits).max().unwrap_or(NOTHING).max(NOTHING.min(best.bits));
        let least = if best.oldest_first { 0 } else { LEAST_MARGIN };
        let mut best = ranked.remove(0);
        if margin < least {
            best.blocks.push(Block::MarginTooSmall);
        }
        if shard.policy.auto_ceiling.is_some_and(|ceiling| line.amount > ceiling) {
            best.blocks.push(Block::AboveCeiling);
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
            best.blocks.push(Block::BelowThreshold);
        }
        let refusal = (!is_auto).then(|| refusal(&best, band));
        let match_class = best.match_class;
        let payer = self.payer_beyond_doubt(shard, &best, is_auto);
        let floor = if is_auto { best.bits - FAR } else { 0 };
        ranked.retain(|one| one.bits > floor && is_shown(one));
        ranked.truncate(SHOWN - 1);
        ranked.insert(0, best);
        if band == Band::None {
            keep_account_only(&mut ranked);
        }
        Proposal { line: line.position, class: LineClass::Receipt, band, match_class, confidence: chance, margin, ranked, refusal, payer }
    }
}

/// Money on account is worth showing at any weight of the payer; other readings need a few bits.
fn is_shown(hypothesis: &Hypothesis) -> bool {
    match hypothesis.kind {
        HypothesisKind::OnAccount => hypothesis.bits >= 5_000,
        _ if hypothesis.blocks.contains(&Block::AmountOnly) => hypothesis.bits >= 14_000,
        _ => hypothesis.bits >= 6_000,
    }
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
    let twins = ranked.iter().filter(|one| is_twin(one)).count();
    if twins == 0 {
        return;
    }
    let item_of = |one: &Hypothesis| one.allocations.first().map_or(item, |part| part.item);
    let oldest = ranked
        .iter()
        .enumerate()
        .filter(|(place, one)| *place == 0 || is_twin(one))
        .min_by(|(_, left), (_, right)| shard.items.by_due(item_of(left), item_of(right)))
        .map(|(place, _)| place);
    if let Some(place) = oldest {
        ranked.swap(0, place);
        ranked[0].oldest_first = true;
    }
    // Twins stay to be shown, below every real competitor of the same weight.
    let chosen = ranked[0].clone();
    let Some([part]) = Some(chosen.allocations.as_slice()) else { return };
    let (twin_list, mut rest): (Vec<Hypothesis>, Vec<Hypothesis>) = ranked.drain(1..).partition(|one| {
        matches!(one.allocations.as_slice(), [other] if shard.items.are_alike(part.item, other.item) && (chosen.bits - one.bits).abs() <= 1_000)
    });
    rest.extend(twin_list.into_iter().map(|mut one| {
        one.oldest_first = true;
        one
    }));
    ranked.extend(rest);
}
