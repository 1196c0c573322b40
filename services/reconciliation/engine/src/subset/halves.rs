use super::solutions::Collector;
use super::{Entry, GaveUp, Scope};

/// The sums of either half's sets, and room to merge them.
///
/// A set is one number: its sum, and below it one bit for each entry of its half. Such numbers are in the order of their
/// sums, and another entry is added by one addition.
#[derive(Debug, Default)]
pub(super) struct Halves {
    left: Vec<i64>,
    right: Vec<i64>,
    spare: Vec<i64>,
}

/// How the sets of a half are held.
#[derive(Clone, Copy)]
struct Packing {
    /// Entries of the half: bits below the sum.
    width: usize,
}

/// What a half may contain, and what its sets may cost.
struct Bounds {
    largest_sum: i64,
    cardinality: u32,
    steps: u64,
}

impl Packing {
    /// A packing of these entries, unless a sum of theirs has no room.
    fn of(entries: &[Entry], bounds: &Bounds) -> Result<Packing, GaveUp> {
        let width = entries.len();
        let sum = entries.iter().try_fold(bounds.largest_sum.saturating_abs(), |sum, entry| sum.checked_add(entry.amount.saturating_abs()));
        sum.filter(|sum| *sum < i64::MAX >> (width + 1)).map(|_| Packing { width }).ok_or(GaveUp::Budget)
    }

    const fn pack(self, sum: i64, members: i64) -> i64 {
        (sum << self.width) + members
    }

    const fn sum(self, set: i64) -> i64 {
        set >> self.width
    }

    const fn members(self, set: i64) -> i64 {
        set & self.all()
    }

    const fn all(self) -> i64 {
        (1 << self.width) - 1
    }
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
        let packings = (Packing::of(left, &bounds)?, Packing::of(right, &bounds)?);
        fill(&mut self.left, &mut self.spare, left, packings.0, &mut bounds)?;
        fill(&mut self.right, &mut self.spare, right, packings.1, &mut bounds)?;
        self.sweep(scope, packings, slack, &mut bounds, collector)
    }

    /// For ever larger sums of the left half, the right sums that complete them lie ever lower.
    fn sweep(
        &self,
        scope: &Scope<'_>,
        (of_left, of_right): (Packing, Packing),
        slack: i64,
        bounds: &mut Bounds,
        collector: &mut Collector<'_>,
    ) -> Result<(), GaveUp> {
        let middle = scope.entries.len() / 2;
        let mut end = self.right.len();
        for left in &self.left {
            let wanted = scope.question.target - of_left.sum(*left);
            while end > 0 && of_right.sum(self.right[end - 1]) > wanted + slack {
                end -= 1;
            }
            let window = self.right[..end].iter().rev().take_while(|right| of_right.sum(**right) >= wanted - slack);
            bounds.spend(1)?;
            for right in window {
                bounds.spend(1)?;
                let (first, second) = (of_left.members(*left), of_right.members(*right));
                let cardinality = first.count_ones() + second.count_ones();
                if cardinality > bounds.cardinality {
                    continue;
                }
                if let Some(residual) = scope.residual(of_left.sum(*left) + of_right.sum(*right), cardinality) {
                    collector.offer(members(scope, first, 0) | members(scope, second, middle), residual);
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
fn fill(half: &mut Vec<i64>, spare: &mut Vec<i64>, entries: &[Entry], packing: Packing, bounds: &mut Bounds) -> Result<(), GaveUp> {
    let largest = packing.pack(bounds.largest_sum, packing.all());
    half.clear();
    half.push(0);
    for (index, entry) in entries.iter().enumerate() {
        bounds.spend(2 * half.len() as u64)?;
        merge(half, spare, packing.pack(entry.amount, 1 << index), largest);
        std::mem::swap(half, spare);
    }
    Ok(())
}

fn merge(without: &[i64], merged: &mut Vec<i64>, entry: i64, largest: i64) {
    // The sums ascend: behind the first that grows too large all do.
    let extended = &without[..without.partition_point(|set| set + entry <= largest)];
    merged.clear();
    merged.resize(without.len() + extended.len(), 0);
    let (mut plain, mut taken) = (0, 0);
    for slot in merged.iter_mut() {
        let (Some(left), Some(right)) = (without.get(plain), extended.get(taken)) else { break };
        let right = right + entry;
        // Which of the two is smaller cannot be foreseen: it is computed with, not branched on.
        let is_extended = right < *left;
        *slot = if is_extended { right } else { *left };
        plain += usize::from(!is_extended);
        taken += usize::from(is_extended);
    }
    let rest = without[plain..].iter().copied().chain(extended[taken..].iter().map(|set| set + entry));
    merged[plain + taken..].iter_mut().zip(rest).for_each(|(slot, set)| *slot = set);
}

/// Bits of entries, counted from the first of the half, as bits of candidates.
fn members(scope: &Scope<'_>, bits: i64, first: usize) -> u64 {
    let places = (0..super::HALVED).filter(|bit| bits >> bit & 1 == 1).map(|bit| scope.entries[first + bit].place);
    places.fold(0, |members, place| members | 1 << place)
}
