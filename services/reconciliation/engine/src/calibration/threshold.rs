use super::Observation;
use super::binomial::{false_rate_upper, upper_bound_within};

/// Answers a seller needs before its own tables and thresholds count; below it the ones of the class do.
pub const SELLER_SAMPLES: u64 = 2_000;

/// From this score on a match may be applied without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// The lowest score.
    pub score: i32,
    /// Known matches at or above it.
    pub count: u64,
    /// How many of them were wrong.
    pub wrong: u64,
    /// Upper bound of the false rate at or above it, parts per million.
    pub bound: u32,
}

/// The lowest score at and above which the 95 % upper bound of the false rate is within `accepted` parts per million;
/// none when nothing is proven. Observations may come in any order.
pub fn lowest_threshold(observations: &[Observation], accepted: u32) -> Option<Threshold> {
    let mut sorted: Vec<Observation> = observations.to_vec();
    sorted.sort_unstable_by_key(|one| std::cmp::Reverse(one.score));
    let (mut count, mut wrong) = (0_u64, 0_u64);
    let mut lowest = None;
    for equal in sorted.chunk_by(|left, right| left.score == right.score) {
        count += equal.len() as u64;
        wrong += equal.iter().filter(|one| !one.right).count() as u64;
        if upper_bound_within(wrong, count, accepted) {
            lowest = Some((equal[0].score, count, wrong));
        }
    }
    lowest.map(|(score, count, wrong)| Threshold { score, count, wrong, bound: false_rate_upper(wrong, count) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn needs_proof() {
        let right = |count: i32| (0..count).map(|score| Observation { score, right: true }).collect::<Vec<_>>();
        assert_eq!(lowest_threshold(&right(1_496), 2_000), None);
        let proven = lowest_threshold(&right(1_600), 2_000).unwrap();
        assert_eq!((proven.score, proven.count, proven.wrong), (0, 1_600, 0));
        assert_eq!(lowest_threshold(&[], 2_000), None);
    }

    #[test]
    fn stops_above_the_errors() {
        let mut observations: Vec<Observation> = (0..4_000).map(|score| Observation { score: 10 + score / 100, right: true }).collect();
        observations.extend((0..500).map(|_| Observation { score: 20, right: false }));
        let threshold = lowest_threshold(&observations, 2_000).unwrap();
        assert_eq!((threshold.score, threshold.wrong), (21, 0));
        assert!(threshold.bound <= 2_000);
    }

    proptest! {
        #[test]
        fn keeps_its_promise(outcomes in proptest::collection::vec((0..50_i32, prop::bool::weighted(0.97)), 0..600), accepted in 1_000..200_000_u32) {
            let observations: Vec<Observation> = outcomes.iter().map(|(score, right)| Observation { score: *score, right: *right }).collect();
            if let Some(threshold) = lowest_threshold(&observations, accepted) {
                let above = observations.iter().filter(|one| one.score >= threshold.score);
                prop_assert_eq!(above.clone().count() as u64, threshold.count);
                prop_assert_eq!(above.filter(|one| !one.right).count() as u64, threshold.wrong);
                prop_assert!(threshold.bound <= accepted);
            }
        }
    }
}
