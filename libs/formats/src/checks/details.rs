//! Do the transactions of an entry add up to it?

use quittance_types::Decimal;

use crate::finding::{FindingKind, Recorder};
use crate::statement::{Amount, Charge, Detail, Direction, Entry, RareOfDetail, Split};

/// Proves by addition whether the details are the entry's lines. `path` names
/// them and `start` is the entry's byte position, for findings.
pub(crate) fn settle_details(entry: &mut Entry, path: &str, start: usize, recorder: &mut Recorder) {
    match &*entry.details {
        [] => {}
        [only] => {
            check_single(entry, only, path, start, recorder);
            entry.split = Split::Single;
        }
        _ => entry.split = prove_split(entry, path, start, recorder),
    }
}

fn check_single(entry: &Entry, detail: &Detail, path: &str, start: usize, recorder: &mut Recorder) {
    if detail.direction.is_some() && entry.direction.is_some() && detail.direction != entry.direction {
        let text = "the entry and its only transaction have opposite directions";
        recorder.note(FindingKind::DetailDirectionMismatch, path, start, text);
    }
    // Version .02 gives the amount of a transaction among the further amounts only.
    let own = || detail.amounts.as_deref().and_then(|amounts| amounts.transaction.as_ref());
    let stated = detail.amount.as_ref().or_else(own).filter(|amount| amount.currency_code() == entry.amount.currency_code());
    let (Some(own), Some(whole)) = (stated.and_then(Amount::value), entry.amount.value()) else { return };
    if own != whole && included_charge(entry, own, whole).is_none() {
        let text = format!("the only transaction is {own}, the entry {whole}; stated charges {}", charges(entry));
        recorder.note(FindingKind::DetailsSumMismatch, path, start, text);
    }
}

fn prove_split(entry: &mut Entry, path: &str, start: usize, recorder: &mut Recorder) -> Split {
    let mut sum = Some(Decimal::ZERO);
    for detail in &entry.details {
        let Some(share) = detail.share_in(entry.amount.currency_code()).and_then(Amount::value) else {
            let text = format!("{} transactions, not all with an amount in the entry's currency", entry.details.len());
            recorder.note(FindingKind::DetailsWithoutAmount, path, start, text);
            return Split::Unproven;
        };
        let against = detail.direction.is_some() && detail.direction != entry.direction;
        sum = sum.and_then(|sum| if against { sum.checked_sub(share) } else { sum.checked_add(share) });
    }
    if sum.is_some() && sum == entry.amount.value() {
        return Split::Lines;
    }
    let charge = sum.zip(entry.amount.value()).and_then(|(sum, whole)| included_charge(entry, sum, whole));
    if let Some(charge) = charge {
        entry.details = std::mem::take(&mut entry.details).into_iter().chain([charge]).collect();
        return Split::Lines;
    }
    let whole = entry.amount.text();
    let sum = sum.map_or_else(|| "too large".to_string(), |sum| sum.to_string());
    let text = format!("{} transactions sum to {sum}, the entry is {whole}; stated charges {}", entry.details.len(), charges(entry));
    recorder.note(FindingKind::DetailsSumMismatch, path, start, text);
    Split::Unproven
}

/// The charges as a transaction of their own, when what the bank marks as included in the entry is to the cent what the
/// transactions differ from it by: less of a credit, more of a debit.
fn included_charge(entry: &Entry, sum: Decimal, whole: Decimal) -> Option<Detail> {
    let difference = if entry.direction == Some(Direction::Credit) { sum.checked_sub(whole) } else { whole.checked_sub(sum) };
    let difference = difference.filter(|difference| !difference.is_zero() && difference.is_sign_positive())?;
    let of_details = || entry.details.iter().flat_map(|detail| &detail.charges);
    let (own, theirs): (Vec<&Charge>, Vec<&Charge>) = (entry.charges.iter().collect(), of_details().collect());
    let explains = |charges: &[&Charge]| included(charges, entry.amount.currency_code()) == Some(difference);
    let charges = [own, theirs].into_iter().find(|charges| explains(charges))?;
    let kinds: Vec<&str> = charges.iter().filter_map(|charge| charge.kind.as_deref()).collect();
    let text = format!("charges {}", kinds.join(" "));
    let amount = Amount::from(quittance_types::Money::new(difference, entry.amount.currency()?).ok()?);
    let rare = RareOfDetail {
        amount: Some(amount),
        direction: Some(Direction::Debit),
        charges: charges.into_iter().cloned().collect(),
        additional_information: Some(text.trim_end().into()),
        ..RareOfDetail::default()
    };
    Some(Detail { rare: rare.into(), ..Detail::default() })
}

/// Sum of the charges marked as included, all of them in `currency`.
fn included(charges: &[&Charge], currency: &str) -> Option<Decimal> {
    let marked = charges.iter().filter(|charge| charge.included == Some(true) && !charge.is_total);
    marked
        .map(|charge| charge.amount.value().filter(|_| charge.amount.currency_code() == currency))
        .try_fold(Decimal::ZERO, |sum, value| sum.checked_add(value?))
}

/// Sum of the stated charges of an entry and its details, as text for a finding.
fn charges(entry: &Entry) -> Decimal {
    let of_details = entry.details.iter().flat_map(|detail| &detail.charges);
    let all = entry.charges.iter().chain(of_details).filter(|charge| !charge.is_total);
    all.filter_map(|charge| charge.amount.value()).fold(Decimal::ZERO, Decimal::saturating_add)
}
