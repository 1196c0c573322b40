use std::cmp::Reverse;

use super::components::Component;
use super::{Bid, Bidder};

/// What is left of the items of a component.
pub(super) struct Room {
    left: Vec<(u32, i64)>,
}

impl Room {
    pub(super) fn new(bidders: &[Bidder], component: &Component, open: &impl Fn(u32) -> i64) -> Self {
        let bids = component.lines.iter().flat_map(|line| &bidders[*line].bids);
        let mut items: Vec<u32> = bids.flat_map(|bid| bid.claims.iter().map(|claim| claim.item)).collect();
        items.sort_unstable();
        items.dedup();
        Room { left: items.into_iter().map(|item| (item, open(item))).collect() }
    }

    /// Takes all claims of a bid, or none of them when one does not fit.
    pub(super) fn take(&mut self, bid: &Bid) -> bool {
        for (place, claim) in bid.claims.iter().enumerate() {
            let fits = self.entry(claim.item).is_some_and(|left| {
                let fits = claim.amount <= *left;
                *left -= if fits { claim.amount } else { 0 };
                fits
            });
            if !fits {
                self.give_back_first(bid, place);
                return false;
            }
        }
        true
    }

    /// Undoes [`Room::take`].
    pub(super) fn give_back(&mut self, bid: &Bid) {
        self.give_back_first(bid, bid.claims.len());
    }

    fn give_back_first(&mut self, bid: &Bid, count: usize) {
        for claim in &bid.claims[..count] {
            if let Some(left) = self.entry(claim.item) {
                *left += claim.amount;
            }
        }
    }

    fn entry(&mut self, item: u32) -> Option<&mut i64> {
        let place = self.left.binary_search_by_key(&item, |(item, _)| *item).ok()?;
        Some(&mut self.left[place].1)
    }
}

/// Lines by the score of their best reading, their margin and their order; each gets the best reading that still fits.
pub(super) fn assign(bidders: &[Bidder], component: &Component, open: &impl Fn(u32) -> i64) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..component.lines.len()).collect();
    order.sort_by_key(|place| {
        let bidder = &bidders[component.lines[*place]];
        (Reverse(bidder.bids.first().map_or(0, |bid| bid.score)), Reverse(bidder.margin), *place)
    });
    let mut room = Room::new(bidders, component, open);
    let mut served = vec![None; component.lines.len()];
    for place in order {
        let bids = &bidders[component.lines[place]].bids;
        served[place] = (0..bids.len()).find(|bid| bids[*bid].score > 0 && room.take(&bids[*bid]));
    }
    served
}
