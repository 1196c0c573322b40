use super::{RelationItem, Share};
use crate::proposal::DifferenceKind;

/// Every item paid in full.
pub(super) fn cleared(items: &[RelationItem<'_>]) -> Vec<Share> {
    items.iter().map(|item| Share { applied: item.open, adjustment: 0, kind: None }).collect()
}

/// Takes `difference` off one invoice: the last due (of equal dates the later in the list); when that is too small, the
/// largest; when no single one can carry it, the invoices go unpaid from the last due backwards.
///
/// `shares` are cleared shares of `items`, and `difference` is positive and less than the invoices in sum.
pub(super) fn shorten(shares: &mut [Share], items: &[RelationItem<'_>], difference: i64, kind: DifferenceKind) {
    let able = |index: &usize| items[*index].open > difference;
    let last_due = last_due_first(items).next().filter(able);
    let largest = (0..items.len()).max_by_key(|index| items[*index].open).filter(able);
    match last_due.or(largest) {
        Some(index) => take(&mut shares[index], difference, kind),
        None => shorten_from_the_last_due(shares, items, difference, kind),
    }
}

/// Takes `difference` off the invoices from the last due backwards, each down to nothing before the next.
pub(super) fn shorten_from_the_last_due(shares: &mut [Share], items: &[RelationItem<'_>], difference: i64, kind: DifferenceKind) {
    let mut order: Vec<usize> = (0..items.len()).filter(|index| items[*index].open > 0).collect();
    order.sort_unstable_by_key(|index| std::cmp::Reverse((items[*index].due_on, *index)));
    let mut left = difference;
    for index in order {
        let part = left.min(items[index].open);
        if part > 0 {
            take(&mut shares[index], part, kind);
        }
        left -= part;
    }
}

/// Records cash above the items on the last due invoice, without applying it.
pub(super) fn exceed(shares: &mut [Share], items: &[RelationItem<'_>], surplus: i64, kind: DifferenceKind) {
    if let Some(index) = last_due_first(items).next() {
        shares[index] = Share { applied: items[index].open, adjustment: -surplus, kind: Some(kind) };
    }
}

fn take(share: &mut Share, part: i64, kind: DifferenceKind) {
    *share = Share { applied: share.applied - part, adjustment: part, kind: Some(kind) };
}

fn last_due_first(items: &[RelationItem<'_>]) -> impl Iterator<Item = usize> {
    (0..items.len()).filter(|index| items[*index].open > 0).max_by_key(|index| items[*index].due_on).into_iter()
}
