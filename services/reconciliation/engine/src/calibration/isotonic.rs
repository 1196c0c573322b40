use super::{MILLION, Step};

/// Matches of neighbouring scores. A match weighs a thousand million, so that priors can be any chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) from: i32,
    pub(super) right: u128,
    pub(super) weight: u128,
}

const MATCH: u128 = 1_000 * MILLION as u128;

impl Block {
    pub(super) fn of_one(score: i32, right: bool) -> Self {
        Block { from: score, right: if right { MATCH } else { 0 }, weight: MATCH }
    }

    /// Laplace's rule: as if one more match had been right and one more wrong.
    pub(super) fn smoothed(&self) -> Step {
        let (right, weight) = self.laplace();
        Step {
            from: self.from,
            right: u32::try_from(right * u128::from(MILLION) / weight).unwrap_or(MILLION),
            weight: u64::try_from(self.weight / u128::from(MILLION)).unwrap_or(u64::MAX),
        }
    }

    fn laplace(&self) -> (u128, u128) {
        (self.right + MATCH, self.weight + 2 * MATCH)
    }

    fn join(&mut self, higher: &Block) {
        self.right += higher.right;
        self.weight += higher.weight;
    }
}

/// Pool-adjacent-violators: blocks of ascending scores whose shares rise strictly, first as counted, then as smoothed,
/// since smoothing pulls small blocks harder than large ones.
pub(super) fn pool(mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.sort_unstable_by_key(|block| block.from);
    blocks.dedup_by(|higher, lower| {
        let same = higher.from == lower.from;
        if same {
            lower.join(higher);
        }
        same
    });
    let counted = pooled(blocks, |block| (block.right, block.weight));
    pooled(counted, Block::laplace)
}

fn pooled(blocks: Vec<Block>, share: impl Fn(&Block) -> (u128, u128)) -> Vec<Block> {
    let violates = |lower: &Block, higher: &Block| {
        let ((low_right, low_weight), (high_right, high_weight)) = (share(lower), share(higher));
        compare_products(low_right, high_weight, high_right, low_weight).is_ge()
    };
    let mut pooled: Vec<Block> = Vec::new();
    for block in blocks {
        pooled.push(block);
        while let [.., lower, higher] = &mut pooled[..] {
            if !violates(lower, higher) {
                break;
            }
            let higher = *higher;
            lower.join(&higher);
            pooled.pop();
        }
    }
    pooled
}

/// Compares two fractions by their products; both sides are scaled down alike when they would not fit.
fn compare_products(left: u128, left_factor: u128, right: u128, right_factor: u128) -> std::cmp::Ordering {
    let fits = |one: u128, other: u128| one.checked_mul(other);
    match (fits(left, left_factor), fits(right, right_factor)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => compare_products(left >> 16, left_factor >> 16, right >> 16, right_factor >> 16),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Isotonic regression by its min-max formula, as counted, in exact fractions.
    fn min_max(values: &[bool], place: usize) -> (u128, u128) {
        let mean = |from: usize, to: usize| {
            let right = values[from..=to].iter().filter(|right| **right).count() as u128;
            (right, (to + 1 - from) as u128)
        };
        let less = |left: &(u128, u128), right: &(u128, u128)| (left.0 * right.1).cmp(&(right.0 * left.1));
        let lowest_to = |from: usize| (place..values.len()).map(|to| mean(from, to)).min_by(less);
        (0..=place).filter_map(lowest_to).max_by(less).unwrap_or((0, 1))
    }

    proptest! {
        #[test]
        fn pools_like_the_definition(values in proptest::collection::vec(any::<bool>(), 1..40)) {
            let blocks: Vec<Block> = values.iter().enumerate().map(|(score, right)| Block::of_one(score as i32, *right)).collect();
            let pooled = pooled(blocks, |block| (block.right, block.weight));
            for place in 0..values.len() {
                let block = pooled.iter().rev().find(|block| block.from <= place as i32);
                let (right, weight) = min_max(&values, place);
                prop_assert!(block.is_some_and(|block| block.right * weight == right * block.weight));
            }
        }

        #[test]
        fn chances_rise(outcomes in proptest::collection::vec((-20..20_i32, any::<bool>()), 0..200)) {
            let pooled = pool(outcomes.iter().map(|(score, right)| Block::of_one(*score, *right)).collect());
            let steps: Vec<Step> = pooled.iter().map(Block::smoothed).collect();
            prop_assert!(steps.is_sorted_by(|lower, higher| lower.from < higher.from && lower.right <= higher.right));
            prop_assert!(steps.iter().all(|step| step.right > 0 && step.right < MILLION));
            prop_assert_eq!(pooled.iter().map(|block| block.weight).sum::<u128>(), outcomes.len() as u128 * MATCH);
        }
    }
}
