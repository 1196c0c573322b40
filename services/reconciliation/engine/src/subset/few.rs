//! Few among many: sets of at most three items of a whole ledger, where all sets could not be looked at.

use super::chance;

/// Items of a set.
pub const FEWEST_MANY: usize = 3;
/// Items among which pairs are looked for.
pub const PAIRED: usize = 600;
/// Items among which triples are looked for.
pub const TRIPLED: usize = 96;
/// Solutions of a size from which on none means anything.
const TOO_MANY: usize = 96;
/// Solutions that are kept.
pub const KEPT: usize = 4;

/// A set that adds up: places of its amounts, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FewSet {
    places: [u16; FEWEST_MANY],
    size: u8,
}

impl FewSet {
    fn of(places: &[usize]) -> FewSet {
        let mut set = FewSet { places: [u16::MAX; FEWEST_MANY], size: places.len() as u8 };
        for (slot, place) in set.places.iter_mut().zip(places) {
            *slot = *place as u16;
        }
        set.places[..places.len()].sort_unstable();
        set
    }

    /// Places in the list of amounts.
    pub fn places(&self) -> impl Iterator<Item = usize> + use<> {
        self.places.into_iter().take(usize::from(self.size)).map(usize::from)
    }

    /// Number of its items.
    pub fn size(&self) -> usize {
        usize::from(self.size)
    }
}

/// What was found: sets of one size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Few {
    /// The sets, in the order of their places.
    pub sets: Vec<FewSet>,
    /// Sets of this size or smaller that are expected to fit by accident, millionths.
    pub chance: u64,
    /// log2(1 / chance) in milli-bits.
    pub bits: i32,
    /// So many sets add up that none means anything: none is told.
    pub are_too_many: bool,
}

/// The sets of the smallest size, from `least` to `most` items, that come to the target within `slack` minor units an item.
///
/// Amounts may be negative; those that are zero are never part of a set. Sizes for which there are too many amounts are
/// passed over; so many solutions that none means anything are none. `order` is room for the amounts.
pub fn find(
    order: &mut Vec<(i64, usize)>,
    amounts: impl Iterator<Item = i64> + Clone,
    target: i64,
    slack: i64,
    (least, most): (usize, usize),
) -> Few {
    let nonzero = amounts.enumerate().map(|(place, amount)| (amount, place)).filter(|(amount, _)| *amount != 0);
    order.clear();
    nonzero.clone().for_each(|one| order.push(one));
    let count = order.len();
    leave_too_large(order, target, slack);
    order.sort_unstable_by_key(|(amount, _)| *amount);
    for size in least..=most.min(FEWEST_MANY) {
        let limit = [usize::MAX, PAIRED, TRIPLED][size.clamp(1, FEWEST_MANY) - 1];
        if count < size || count > limit {
            continue;
        }
        let mut sets = Vec::new();
        let allowed = slack * size as i64;
        match size {
            1 => singles(order, target, allowed, &mut sets),
            2 => pairs(order, target, allowed, &[], &mut sets),
            _ => triples(order, target, allowed, &mut sets),
        }
        if sets.is_empty() {
            continue;
        }
        // A larger set that adds up means nothing either.
        if sets.len() > TOO_MANY {
            return Few { are_too_many: true, ..Few::default() };
        }
        sets.sort_unstable();
        sets.dedup();
        order.clear();
        order.extend(nonzero);
        order.sort_unstable_by_key(|(amount, _)| *amount);
        let chance = chance::of_sizes(order, size, allowed);
        return Few { sets, chance, bits: chance::milli_bits(chance), are_too_many: false };
    }
    Few::default()
}

/// Takes out what is too large for any set, whatever credit notes are netted with it.
fn leave_too_large(order: &mut Vec<(i64, usize)>, target: i64, slack: i64) {
    let credit: i64 = order.iter().map(|(amount, _)| (*amount).min(0)).sum();
    let most = target.saturating_sub(credit).saturating_add(slack.saturating_mul(FEWEST_MANY as i64));
    order.retain(|(amount, _)| *amount <= most);
}

fn singles(order: &[(i64, usize)], target: i64, slack: i64, out: &mut Vec<FewSet>) {
    let start = order.partition_point(|(amount, _)| *amount < target.saturating_sub(slack));
    let fitting = order[start..].iter().take_while(|(amount, _)| *amount <= target.saturating_add(slack));
    out.extend(fitting.map(|(_, place)| FewSet::of(&[*place])));
}

/// Two ends that move towards each other; `with` is part of every set.
fn pairs(order: &[(i64, usize)], target: i64, slack: i64, with: &[usize], out: &mut Vec<FewSet>) {
    let Some((largest, _)) = order.last() else { return };
    let (low, high) = (target.saturating_sub(slack), target.saturating_add(slack));
    // What is too small beside the largest is part of no pair.
    let first = order.partition_point(|(amount, _)| *amount < low.saturating_sub(*largest));
    let Some((smallest, _)) = order.get(first) else { return };
    let mut end = order.partition_point(|(amount, _)| *amount <= high.saturating_sub(*smallest));
    for (index, (left, place)) in order.iter().enumerate().skip(first) {
        while end > 0 && order[end - 1].0 > high.saturating_sub(*left) {
            end -= 1;
        }
        if end <= index + 1 || out.len() > TOO_MANY {
            return;
        }
        let fitting = order[index + 1..end].iter().rev().take_while(|(right, _)| *right >= low.saturating_sub(*left));
        for (_, other) in fitting.take(TOO_MANY + 1) {
            let set: Vec<usize> = with.iter().copied().chain([*place, *other]).collect();
            out.push(FewSet::of(&set));
        }
    }
}

fn triples(order: &[(i64, usize)], target: i64, slack: i64, out: &mut Vec<FewSet>) {
    let [.., (second, _), (largest, _)] = order else { return };
    let most = largest.saturating_add(*second);
    let (low, high) = (target.saturating_sub(slack), target.saturating_add(slack));
    for (index, (least, place)) in order.iter().enumerate() {
        if least.saturating_mul(3) > high || out.len() > TOO_MANY {
            return;
        }
        if least.saturating_add(most) >= low {
            pairs(&order[index + 1..], target.saturating_sub(*least), slack, &[*place], out);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn search(amounts: &[i64], target: i64, least: usize) -> Few {
        find(&mut Vec::new(), amounts.iter().copied(), target, 0, (least, 3))
    }

    fn found(amounts: &[i64], target: i64, slack: i64) -> Vec<Vec<usize>> {
        find(&mut Vec::new(), amounts.iter().copied(), target, slack, (1, 3)).sets.iter().map(|set| set.places().collect()).collect()
    }

    #[test]
    fn the_smallest_sets_that_fit() {
        let amounts = [100, 250, 350, 600, -50];
        assert_eq!(found(&amounts, 600, 0), [vec![3]]);
        assert_eq!(found(&amounts, 450, 0), [vec![0, 2]]);
        assert_eq!(found(&amounts, 701, 1), [vec![0, 3]], "a minor unit an item may be missing");
        assert_eq!(found(&amounts, 800, 0), [vec![1, 3, 4]], "a credit note may be netted");
        assert!(found(&amounts, 7, 0).is_empty() && found(&[], 7, 0).is_empty());
        let few = search(&[10_001, 20_003, 40_007, 80_021, 160_033], 120_028, 2);
        assert!(few.sets.len() == 1 && few.chance < 1_000 && few.bits > 9_000, "{few:?}");
    }

    #[test]
    fn so_many_sets_that_none_means_anything() {
        assert!(search(&[100; 60], 200, 1).sets.is_empty());
        let of_one = |others: usize| search(&[vec![100], vec![200; others]].concat(), 300, 2).sets.len();
        assert_eq!((of_one(96), of_one(97)), (96, 0));
        assert_eq!(search(&[100; 4], 200, 1).sets.len(), 6, "equal amounts are different sets");
    }

    proptest! {
        #[test]
        fn finds_what_trying_all_finds(amounts in prop::collection::vec(-40_i64..400, 0..14), target in 1_i64..900, slack in 0_i64..2) {
            let all = |size: usize| {
                let sets = (0_u32..1 << amounts.len()).filter(|set| set.count_ones() as usize == size);
                let places = |set: u32| (0..amounts.len()).filter(move |place| set >> place & 1 == 1);
                let fits = |set: &u32| {
                    let chosen: Vec<i64> = places(*set).map(|place| amounts[place]).collect();
                    chosen.iter().all(|amount| *amount != 0)
                        && (chosen.iter().sum::<i64>() - target).abs() <= slack * size as i64
                };
                let mut found: Vec<Vec<usize>> = sets.filter(fits).map(|set| places(set).collect()).collect();
                found.sort_unstable();
                found
            };
            let expected = (1..=3).map(all).find(|sets| !sets.is_empty()).filter(|sets| sets.len() <= TOO_MANY).unwrap_or_default();
            prop_assert_eq!(found(&amounts, target, slack), expected);
        }
    }
}
