use super::solutions::Collector;
use super::{Entry, GaveUp, Scope};

/// The sums of either half's sets, and room to merge them.
#[derive(Debug, Default)]
pub(super) struct Halves {
    left: Vec<PartialSum>,
    right: Vec<PartialSum>,
    spare: Vec<PartialSum>,
}

#[derive(Clone, Copy, Debug, Default)]
struct PartialSum {
    sum: i64,
    /// Bit k stands for the k-th entry of the half.
    members: u16,
    cardinality: u16,
}

/// What a half may contain, and what its sets may cost.
struct Bounds {
    largest_sum: i64,
    cardinality: u32,
    steps: u64,
}

impl Halves {
    /// Sorts the sums of either half, then sweeps them against each other. Sets have at most `cardinality` items.
    pub(super) fn meet(&mut self, scope: &Scope<'_>, cardinality: u32, collector: &mut Collector<'_>) -> Option<GaveUp> {
        self.search(scope, cardinality, collector).err()
    }

    fn search(&mut self, scope: &Scope<'_>, cardinality: u32, collector: &mut Collector<'_>) -> Result<(), GaveUp> {
        let (left, right) = scope.entries.split_at(scope.entries.len() / 2);
        let credit: i64 = scope.entries.iter().map(|entry| entry.amount.min(0)).sum();
        let slack = scope.question.slack_per_item * i64::from(cardinality);
        let mut bounds = Bounds { largest_sum: scope.question.target - credit + slack, cardinality, steps: scope.question.steps };
        fill(&mut self.left, &mut self.spare, left, &mut bounds)?;
        fill(&mut self.right, &mut self.spare, right, &mut bounds)?;
        self.sweep(scope, slack, &mut bounds, collector)
    }

    /// For ever larger sums of the left half, the right sums that complete them lie ever lower.
    fn sweep(&self, scope: &Scope<'_>, slack: i64, bounds: &mut Bounds, collector: &mut Collector<'_>) -> Result<(), GaveUp> {
        let middle = scope.entries.len() / 2;
        let mut end = self.right.len();
        for left in &self.left {
            let wanted = scope.question.target - left.sum;
            while end > 0 && self.right[end - 1].sum > wanted + slack {
                end -= 1;
            }
            let window = self.right[..end].iter().rev().take_while(|right| right.sum >= wanted - slack);
            bounds.spend(1)?;
            for right in window {
                bounds.spend(1)?;
                let cardinality = u32::from(left.cardinality + right.cardinality);
                if cardinality > bounds.cardinality {
                    continue;
                }
                if let Some(residual) = scope.residual(left.sum + right.sum, cardinality) {
                    collector.offer(members(scope, left.members, 0) | members(scope, right.members, middle), residual);
                }
                if collector.is_full() {
                    return Err(GaveUp::TooManySolutions);
                }
            }
        }
        Ok(())
    }
}

impl Bounds {
    fn spend(&mut self, steps: u64) -> Result<(), GaveUp> {
        self.steps = self.steps.checked_sub(steps).ok_or(GaveUp::Budget)?;
        Ok(())
    }
}

/// All sets of these entries within the bounds, ascending by sum: each entry merges the sets so far with the same sets
/// and itself, so nothing is sorted.
fn fill(half: &mut Vec<PartialSum>, spare: &mut Vec<PartialSum>, entries: &[Entry], bounds: &mut Bounds) -> Result<(), GaveUp> {
    half.clear();
    half.push(PartialSum { sum: 0, members: 0, cardinality: 0 });
    for (index, entry) in entries.iter().enumerate() {
        bounds.spend(2 * half.len() as u64)?;
        merge(half, spare, entry.amount, 1 << index, bounds);
        std::mem::swap(half, spare);
    }
    Ok(())
}

fn merge(without: &[PartialSum], merged: &mut Vec<PartialSum>, amount: i64, member: u16, bounds: &Bounds) {
    // The sums ascend: behind the first that grows too large all do.
    let extended = &without[..without.partition_point(|partial| partial.sum + amount <= bounds.largest_sum)];
    let with = |partial: PartialSum| PartialSum {
        sum: partial.sum + amount,
        members: partial.members | member,
        cardinality: partial.cardinality + 1,
    };
    merged.clear();
    merged.resize(without.len() + extended.len(), PartialSum::default());
    let (mut plain, mut taken, mut kept) = (0, 0, 0);
    while let (Some(left), Some(right)) = (without.get(plain).copied(), extended.get(taken).copied()) {
        let right = with(right);
        // Which of the two is smaller cannot be foreseen: it is computed with, not branched on.
        let is_extended = right.sum < left.sum;
        let next = if is_extended { right } else { left };
        plain += usize::from(!is_extended);
        taken += usize::from(is_extended);
        merged[kept] = next;
        kept += usize::from(u32::from(next.cardinality) <= bounds.cardinality);
    }
    merged.truncate(kept);
    merged.extend_from_slice(&without[plain..]);
    let is_allowed = |partial: &PartialSum| u32::from(partial.cardinality) <= bounds.cardinality;
    merged.extend(extended[taken..].iter().map(|partial| with(*partial)).filter(is_allowed));
}

/// Bits of entries, counted from the first of the half, as bits of candidates.
fn members(scope: &Scope<'_>, bits: u16, first: usize) -> u64 {
    let places = (0..u16::BITS as usize).filter(|bit| bits >> bit & 1 == 1).map(|bit| scope.entries[first + bit].place);
    places.fold(0, |members, place| members | 1 << place)
}
