use super::solutions::Collector;
use super::{GaveUp, ONE_BY_ONE, Scope};

/// Looks at every set, each one item away from the one before (binary reflected Gray code).
pub(super) fn enumerate(scope: &Scope<'_>, collector: &mut Collector<'_>) -> Option<GaveUp> {
    let length = scope.entries.len().min(ONE_BY_ONE);
    let mut amounts = [0_i64; ONE_BY_ONE];
    let mut bits = [0_u64; ONE_BY_ONE];
    for (index, entry) in scope.entries[..length].iter().enumerate() {
        amounts[index] = entry.amount;
        bits[index] = 1 << entry.place;
    }
    let slack = scope.question.slack_per_item * length as i64;
    let (mut members, mut left) = (0_u64, scope.question.target);
    for step in 1_u32..1 << length {
        let index = step.trailing_zeros() as usize;
        members ^= bits[index];
        left += if members & bits[index] == 0 { amounts[index] } else { -amounts[index] };
        if left.abs() > slack {
            continue;
        }
        if let Some(residual) = scope.residual(scope.question.target - left, members.count_ones()) {
            collector.offer(members, residual);
        }
        if collector.is_full() {
            return Some(GaveUp::TooManySolutions);
        }
    }
    None
}
