#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::inconsistent_digit_grouping,
    reason = "a test may panic; cents stand apart"
)]

use proptest::prelude::*;

use super::*;

fn bid(score: i32, items: &[u32]) -> Bid {
    Bid { score, claims: items.iter().map(|item| Claim { item: *item, amount: 100 }).collect() }
}

fn bidder(bids: &[Bid]) -> Bidder {
    let margin = bids.first().map_or(0, |best| best.score - bids.get(1).map_or(0, |next| next.score));
    Bidder { bids: bids.to_vec(), margin }
}

fn served(bidders: &[Bidder]) -> Vec<Option<usize>> {
    resolve(bidders, |_| 100).iter().map(|outcome| outcome.bid).collect()
}

#[test]
fn nobody_competes() {
    let bidders = [bidder(&[bid(20_000, &[1])]), bidder(&[bid(20_000, &[2, 3])]), bidder(&[]), bidder(&[bid(-5, &[4])])];
    let outcomes = resolve(&bidders, |_| 100);
    assert_eq!(outcomes.iter().map(|outcome| outcome.bid).collect::<Vec<_>>(), [Some(0), Some(0), None, None]);
    assert!(outcomes.iter().all(|outcome| !outcome.contested && outcome.loss.is_none()));
}

#[test]
fn of_two_that_fit_alike_the_earlier_clears() {
    let bidders = [bidder(&[bid(20_000, &[7])]), bidder(&[bid(20_900, &[7])])];
    let outcomes = resolve(&bidders, |_| 100);
    assert_eq!(outcomes[0], Outcome { bid: Some(0), loss: None, contested: true });
    assert_eq!(outcomes[1], Outcome { bid: None, loss: Some(Loss { winner: 0, item: 7 }), contested: true });
}

#[test]
fn clearly_stronger_evidence_wins_over_order() {
    let bidders = [bidder(&[bid(14_000, &[7]), bid(9_000, &[8])]), bidder(&[bid(30_000, &[7])])];
    let outcomes = resolve(&bidders, |_| 100);
    assert_eq!((outcomes[0].bid, outcomes[0].loss), (Some(1), Some(Loss { winner: 1, item: 7 })));
    assert_eq!(outcomes[1].bid, Some(0));
}

#[test]
fn the_total_counts() {
    let bidders = [bidder(&[bid(20_000, &[1]), bid(18_000, &[2])]), bidder(&[bid(15_000, &[1])])];
    assert_eq!(served(&bidders), [Some(1), Some(0)]);
    let together = [bidder(&[bid(30_000, &[1, 2])]), bidder(&[bid(20_000, &[1])]), bidder(&[bid(20_000, &[2])])];
    assert_eq!(served(&together), [None, Some(0), Some(0)]);
}

#[test]
fn part_payments_share_an_item() {
    let part = |amount| bidder(&[Bid { score: 10_000, claims: vec![Claim { item: 1, amount }] }]);
    assert_eq!(served(&[part(40), part(60)]), [Some(0), Some(0)]);
    assert_eq!(served(&[part(40), part(61)]), [Some(0), None]);
}

#[test]
fn large_components_are_served_by_score() {
    let mut bidders: Vec<Bidder> = (0..100).map(|line| bidder(&[bid(10_000 + line, &[1])])).collect();
    bidders.push(bidder(&[bid(10_099, &[1])]));
    bidders[100].margin = 99_999;
    let outcomes = resolve(&bidders, |_| 100);
    assert_eq!(outcomes.iter().position(|outcome| outcome.bid.is_some()), Some(100));
    assert_eq!(outcomes[3].loss, Some(Loss { winner: 100, item: 1 }));
}

/// The greatest total, by trying everything.
fn greatest(bidders: &[Bidder], place: usize, used: u64) -> i64 {
    let Some(bidder) = bidders.get(place) else { return 0 };
    let mut best = greatest(bidders, place + 1, used);
    for bid in bidder.bids.iter().filter(|bid| bid.score > 0) {
        let items = bid.claims.iter().fold(0_u64, |items, claim| items | 1 << claim.item);
        if used & items == 0 {
            best = best.max(i64::from(bid.score) + greatest(bidders, place + 1, used | items));
        }
    }
    best
}

fn arbitrary_bidders(lines: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Bidder>> {
    let claims = proptest::collection::btree_set(0_u32..6, 1..4);
    let bids = proptest::collection::vec((1_i32..40_000, claims), 0..4);
    let bidder = bids.prop_map(|bids| {
        let mut bids: Vec<Bid> = bids.into_iter().map(|(score, items)| bid(score, &items.into_iter().collect::<Vec<_>>())).collect();
        bids.sort_by_key(|bid| -bid.score);
        bidder(&bids)
    });
    proptest::collection::vec(bidder, lines)
}

proptest! {
    #[test]
    fn serves_the_greatest_total(bidders in arbitrary_bidders(1..6)) {
        let outcomes = resolve(&bidders, |_| 100);
        let total: i64 = outcomes.iter().zip(&bidders).filter_map(|(outcome, bidder)| outcome.bid.map(|bid| i64::from(bidder.bids[bid].score))).sum();
        let components = components(&bidders, &|_| 100).len() as i64;
        prop_assert!(total >= greatest(&bidders, 0, 0) - components.max(1) * EQUAL_WITHIN);
    }

    #[test]
    fn never_gives_more_than_is_open(bidders in arbitrary_bidders(1..40)) {
        let outcomes = resolve(&bidders, |_| 100);
        let mut taken = [0_i64; 8];
        for (outcome, bidder) in outcomes.iter().zip(&bidders) {
            for claim in outcome.bid.iter().flat_map(|bid| &bidder.bids[*bid].claims) {
                taken[claim.item as usize] += claim.amount;
            }
            let loses = outcome.bid != Some(0) && !bidder.bids.is_empty();
            prop_assert!(!loses || outcome.contested);
            prop_assert!(outcome.loss.is_none() || outcome.bid != Some(0));
        }
        prop_assert!(taken.iter().all(|taken| *taken <= 100));
    }
}
