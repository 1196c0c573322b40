use super::solutions::Collector;
use super::{NaturalSet, SCOPE, Scope};

/// Offers the natural sets that add up; returns how many natural sets there are.
pub(super) fn collect(scope: &Scope<'_>, collector: &mut Collector<'_>) -> u64 {
    if scope.entries.is_empty() {
        return 0;
    }
    let value_on = scope.question.value_on;
    let month = value_on.first_of_month().days()..=value_on.end_of_month().days();
    offer(scope, collector, NaturalSet::Overdue, |place| scope.candidates[place].due_on <= value_on);
    offer(scope, collector, NaturalSet::Month, |place| month.contains(&scope.candidates[place].due_on.days()));
    let orders = orders(scope, collector);
    let prefixes = prefixes(scope, collector);
    2 + orders + prefixes
}

fn orders(scope: &Scope<'_>, collector: &mut Collector<'_>) -> u64 {
    let mut count = 0;
    for (place, candidate) in scope.candidates.iter().enumerate() {
        let is_known = || scope.candidates[..place].iter().any(|earlier| earlier.order == candidate.order);
        if candidate.order != 0 && !is_known() {
            offer(scope, collector, NaturalSet::Order, |other| scope.candidates[other].order == candidate.order);
            count += 1;
        }
    }
    count
}

/// The oldest due, one more each time.
fn prefixes(scope: &Scope<'_>, collector: &mut Collector<'_>) -> u64 {
    let mut order = [0_usize; SCOPE];
    let mut length = 0;
    for (place, _) in scope.candidates.iter().enumerate().filter(|(_, one)| one.amount != 0) {
        order[length] = place;
        length += 1;
    }
    order[..length].sort_unstable_by_key(|place| (scope.candidates[*place].due_on, *place));
    let (mut members, mut sum) = (0_u64, 0_i64);
    for place in &order[..length] {
        members |= 1 << place;
        sum += scope.candidates[*place].amount;
        if let Some(residual) = scope.residual(sum, members.count_ones()) {
            collector.offer_natural(members, residual, NaturalSet::Oldest);
        }
    }
    length as u64
}

fn offer(scope: &Scope<'_>, collector: &mut Collector<'_>, natural: NaturalSet, belongs: impl Fn(usize) -> bool) {
    let (mut members, mut sum) = (0_u64, 0_i64);
    for (place, candidate) in scope.candidates.iter().enumerate() {
        if candidate.amount != 0 && belongs(place) {
            members |= 1 << place;
            sum += candidate.amount;
        }
    }
    if let Some(residual) = scope.residual(sum, members.count_ones()) {
        collector.offer_natural(members, residual, natural);
    }
}
