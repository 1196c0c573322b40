//! Payments that come back: the original is found and its applications are taken back.

use crate::matcher::{Workbench, plain};
use crate::payer::account_of;
use crate::proposal::{
    Allocation, Band, DifferenceKind, Evidence, Feature, Field, Hypothesis, HypothesisKind, LineClass, MatchClass, Proposal, Refusal,
    Subject,
};
use crate::record::Line;
use crate::shard::Shard;
use crate::shard::settlements::{RETURN_WINDOW, Settlement, reference_key};

/// The chance that an original found by its reference, or by account and amount, is right.
const BY_REFERENCE: u32 = 999_000;
const BY_PAYER: u32 = 990_000;
/// The chance of one found by a document alone, or by a reference with a fee on top, while its payer is not known.
const DOUBTFUL: u32 = 850_000;
/// Digits a word of the text has at least when it is a reference.
const REFERENCE_DIGITS: usize = 4;
/// A fee is at most this part of the payment that came back.
const FEE_SHARE: i64 = 5;

/// The payment that came back, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Original {
    /// Its place among the settlements.
    pub place: u32,
    /// By a reference or a document it carried, not only by its payer.
    pub by_reference: bool,
    /// The same payer, or the same reference and the same amount: nobody else's payment can be meant.
    pub is_sure: bool,
}

/// The proposal for a return: the applications of the original, negative.
pub fn propose(bench: &mut Workbench, shard: &Shard, line: &Line) -> Proposal {
    let found = original(bench, shard, line).and_then(|original| Some((original, shard.settlements.get(original.place)?)));
    let Some((original, settlement)) = found else {
        return plain(line, LineClass::Return, Some(Refusal::OriginalNotFound));
    };
    let (feature, field, bits) = if original.by_reference {
        (Feature::FullReference, Field::EndToEndId, 30_000)
    } else {
        (Feature::AccountKnown, Field::PayerAccount, 22_000)
    };
    let mut allocations: Vec<Allocation> =
        settlement.applied.iter().map(|paid| Allocation { item: paid.item, applied: -paid.cash, adjustment: 0, kind: None }).collect();
    let fee = line.amount.saturating_neg().saturating_sub(settlement.amount);
    if let Some(last) = allocations.last_mut().filter(|_| fee > 0) {
        *last = Allocation { adjustment: fee, kind: Some(DifferenceKind::BankFee), ..*last };
    }
    let on_account = if allocations.is_empty() { line.amount } else { 0 };
    let band = if allocations.is_empty() || !original.is_sure { Band::Suggest } else { Band::Auto };
    let refusal = if allocations.is_empty() { Refusal::OnAccount } else { Refusal::Confidence };
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
        confidence: original.chance(),
        margin: bits,
        ranked: vec![hypothesis],
        refusal: (band != Band::Auto).then_some(refusal),
        payer,
    }
}

impl Original {
    fn chance(self) -> u32 {
        match self {
            Original { is_sure: false, .. } => DOUBTFUL,
            Original { by_reference: true, .. } => BY_REFERENCE,
            Original { .. } => BY_PAYER,
        }
    }
}

/// The payment that came back: by a reference it carried, else by account and amount within sixty days, else by a
/// document it paid, if it is the only one. Words are no evidence, and the account of another payer speaks against it.
pub(crate) fn original(bench: &mut Workbench, shard: &Shard, line: &Line) -> Option<Original> {
    let account = account_of(shard, line);
    let is_same_payer = |one: &Settlement| account == 0 || one.account == 0 || account == one.account;
    let fits = |place: &u32| shard.settlements.get(*place).is_some_and(|one| is_earlier(one, line) && is_same_payer(one));
    let is_payers = |place: u32| account != 0 && shard.settlements.get(place).is_some_and(|one| one.account == account);
    let amount = line.amount.saturating_neg();
    let references = references_of(line);
    // The reference of a receipt that waits for a person is no other payment's.
    if references.iter().any(|reference| shard.settlements.is_unapplied(*reference)) {
        return None;
    }
    for reference in &references {
        let mut found: Vec<u32> =
            shard.settlements.by_reference(*reference).filter(fits).filter(|place| has_amount_or_fee(shard, line, *place)).collect();
        found.dedup();
        if let [place] = *found.as_slice() {
            let is_document = shard.numbers.count(*reference) > 0;
            let is_sure = is_payers(place) || (!is_document && has_amount(shard, place, amount));
            return Some(Original { place, by_reference: true, is_sure });
        }
    }
    bench.candidates.find(shard, &bench.extract);
    let list = &bench.candidates.list;
    let quoted: Vec<u32> = list.iter().filter(|one| one.is_strong()).map(|one| one.item).collect();
    // A short number may be anything: it speaks against a payment of other documents, and chooses none.
    let may_be_quoted: Vec<u32> = list.iter().filter(|one| one.is_full() && one.sharers == 1).map(|one| one.item).collect();
    let mut found: Vec<u32> = shard.settlements.by_payer(account, amount).filter(fits).collect();
    if line.charges > 0 && found.is_empty() {
        found.extend(shard.settlements.by_payer(account, amount.saturating_sub(line.charges)).filter(fits));
    }
    let pays = |place: u32, items: &[u32]| {
        shard.settlements.get(place).is_some_and(|one| one.applied.iter().any(|paid| items.contains(&paid.item)))
    };
    let narrowed: Vec<u32> = found.iter().copied().filter(|place| pays(*place, &quoted)).collect();
    let is_spoken_against = |place: u32| !may_be_quoted.is_empty() && !pays(place, &may_be_quoted);
    match (narrowed.as_slice(), found.as_slice()) {
        ([place], _) => return Some(Original { place: *place, by_reference: false, is_sure: true }),
        ([], [place]) if quoted.is_empty() && !is_spoken_against(*place) => {
            let is_sure = !names_another_month(bench, shard, *place);
            return Some(Original { place: *place, by_reference: false, is_sure });
        }
        _ => {}
    }
    let mut by_item: Vec<u32> = quoted
        .iter()
        .flat_map(|item| shard.settlements.by_item(*item))
        .filter(fits)
        .filter(|place| has_amount(shard, *place, amount) || (is_payers(*place) && has_amount_or_fee(shard, line, *place)))
        .collect();
    by_item.sort_unstable();
    by_item.dedup();
    let [place] = *by_item.as_slice() else { return None };
    Some(Original { place, by_reference: true, is_sure: is_payers(place) })
}

/// Keys of every reference a line carries.
pub(crate) fn references_of(line: &Line) -> Vec<u64> {
    let mut keys: Vec<u64> = reference_key(&line.end_to_end_id).into_iter().collect();
    let is_date = |word: &str| word.contains('.') && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let has_digits = |word: &str| word.bytes().filter(u8::is_ascii_digit).count() >= REFERENCE_DIGITS;
    let is_reference = |word: &&str| word.len() >= 8 && has_digits(word) && !is_date(word);
    let of_text = line.text.iter().flat_map(|piece| piece.split(' ')).filter(is_reference).filter_map(reference_key);
    // Banks write the account of the payer into the text: it tells none of its payments from the others.
    let account = reference_key(&line.payer_account);
    keys.extend(of_text.filter(|key| account != Some(*key)).take(8));
    keys
}

/// The references of a line that no other payment of the same documents carries.
pub(crate) fn own_references_of(shard: &Shard, line: &Line) -> Vec<u64> {
    references_of(line).into_iter().filter(|reference| shard.numbers.count(*reference) == 0).collect()
}

fn is_earlier(one: &Settlement, line: &Line) -> bool {
    let on = line.value_on.days();
    !one.reversed && one.on <= on && on - one.on <= RETURN_WINDOW
}

/// True when the text names a month and the payment was for a document of another.
fn names_another_month(bench: &Workbench, shard: &Shard, place: u32) -> bool {
    let (Some(period), Some(settlement)) = (bench.extract.period, shard.settlements.get(place)) else { return false };
    settlement.applied.iter().any(|paid| shard.items.is_dated(paid.item) && !period.has(shard.items.issued(paid.item)))
}

/// The bank of the payer may have put its fee on top, which is small beside the payment.
fn has_amount_or_fee(shard: &Shard, line: &Line, place: u32) -> bool {
    let fee = |one: &Settlement| line.amount.saturating_neg().saturating_sub(one.amount);
    let fee_max = shard.fee_max(line.currency);
    let is_fee = |one: &Settlement| (0..=fee_max.min(one.amount / FEE_SHARE)).contains(&fee(one));
    shard.settlements.get(place).is_some_and(is_fee)
}

fn has_amount(shard: &Shard, place: u32, amount: i64) -> bool {
    shard.settlements.get(place).is_some_and(|one| one.amount == amount)
}
