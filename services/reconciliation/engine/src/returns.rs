//! Payments that come back: the original is found and its applications are taken back.

use crate::matcher::{Workbench, plain};
use crate::normal::account_key;
use crate::proposal::{
    Allocation, Band, Evidence, Feature, Field, Hypothesis, HypothesisKind, LineClass, MatchClass, Proposal, Refusal, Subject,
};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::settlements::{RETURN_WINDOW, Settlement, reference_key};

/// The chance that an original found by its reference, or by account and amount, is right.
const BY_REFERENCE: u32 = 999_000;
const BY_PAYER: u32 = 990_000;

/// The proposal for a return: the applications of the original, negative.
pub fn propose(bench: &mut Workbench, shard: &Shard, line: &Line) -> Proposal {
    let Some((place, by_reference)) = original(bench, shard, line) else {
        return plain(line, LineClass::Return, Some(Refusal::OriginalNotFound));
    };
    let Some(settlement) = shard.settlements.get(place) else {
        return plain(line, LineClass::Return, Some(Refusal::OriginalNotFound));
    };
    let (feature, field, bits) = if by_reference {
        (Feature::FullReference, Field::EndToEndId, 30_000)
    } else {
        (Feature::AccountKnown, Field::PayerAccount, 22_000)
    };
    let allocations: Vec<Allocation> =
        settlement.applied.iter().map(|paid| Allocation { item: paid.item, applied: -paid.cash, adjustment: 0, kind: None }).collect();
    let on_account = if allocations.is_empty() { line.amount } else { 0 };
    let band = if allocations.is_empty() { Band::Suggest } else { Band::Auto };
    let payer = settlement.customer;
    let hypothesis = Hypothesis {
        kind: HypothesisKind::Reversal,
        customer: settlement.customer,
        allocations,
        on_account,
        bits,
        evidence: vec![Evidence { feature, field, span: (0, 0), subject: Subject::Whole, sharers: 0, bits }],
        blocks: Vec::new(),
        match_class: MatchClass::E,
        oldest_first: false,
    };
    Proposal {
        line: line.position,
        class: LineClass::Return,
        band,
        match_class: MatchClass::E,
        confidence: if by_reference { BY_REFERENCE } else { BY_PAYER },
        margin: bits,
        ranked: vec![hypothesis],
        refusal: (band != Band::Auto).then_some(Refusal::OnAccount),
        payer,
    }
}

/// The payment that came back: by a reference it carried, else by account and amount within sixty days, else by a
/// document it paid, if it is the only one.
pub(crate) fn original(bench: &mut Workbench, shard: &Shard, line: &Line) -> Option<(u32, bool)> {
    let fits = |place: &u32| shard.settlements.get(*place).is_some_and(|one| is_earlier(one, line));
    let amount = line.amount.saturating_neg();
    let references = references_of(line);
    for reference in references {
        let mut found: Vec<u32> =
            shard.settlements.by_reference(reference).filter(fits).filter(|place| has_amount_or_fee(shard, *place, amount)).collect();
        found.dedup();
        if let [place] = found.as_slice() {
            return Some((*place, true));
        }
    }
    bench.candidates.find(shard, &bench.extract);
    let quoted: Vec<u32> = bench.candidates.list.iter().filter(|one| one.is_strong()).map(|one| one.item).collect();
    let found: Vec<u32> = shard.settlements.by_payer(account_key(&line.payer_account), amount).filter(fits).collect();
    let pays_quoted =
        |place: &u32| shard.settlements.get(*place).is_some_and(|one| one.applied.iter().any(|paid| quoted.contains(&paid.item)));
    let narrowed: Vec<u32> = found.iter().copied().filter(pays_quoted).collect();
    match (narrowed.as_slice(), found.as_slice()) {
        ([place], _) => return Some((*place, false)),
        ([], [place]) if quoted.is_empty() => return Some((*place, false)),
        _ => {}
    }
    let mut by_item: Vec<u32> = quoted
        .iter()
        .flat_map(|item| shard.settlements.by_item(*item))
        .filter(fits)
        .filter(|place| has_amount(shard, *place, amount))
        .collect();
    by_item.sort_unstable();
    by_item.dedup();
    if let [place] = by_item.as_slice() { Some((*place, true)) } else { None }
}

/// Keys of every reference a line carries.
pub(crate) fn references_of(line: &Line) -> Vec<u64> {
    let mut keys: Vec<u64> = reference_key(&line.end_to_end_id).into_iter().collect();
    keys.extend(line.text.iter().flat_map(|piece| piece.split(' ')).filter(|word| word.len() >= 8).filter_map(reference_key).take(8));
    keys
}

fn is_earlier(one: &Settlement, line: &Line) -> bool {
    let on = line.value_on.days();
    !one.reversed && one.on <= on && on - one.on <= RETURN_WINDOW
}

/// The bank of the payer may have put its fee on top.
fn has_amount_or_fee(shard: &Shard, place: u32, amount: i64) -> bool {
    let fees = 0..=shard.policy.bank_fee_max;
    shard.settlements.get(place).is_some_and(|one| fees.contains(&amount.saturating_sub(one.amount)))
}

fn has_amount(shard: &Shard, place: u32, amount: i64) -> bool {
    shard.settlements.get(place).is_some_and(|one| one.amount == amount)
}
