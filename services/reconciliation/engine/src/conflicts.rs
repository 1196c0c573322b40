//! Lines that want the same item: who gets it.
//!
//! Lines whose readings do not fit into the open amounts together form a component. Small components are solved exactly:
//! the assignment of readings with the greatest total weight; among assignments within one bit of it the one that serves
//! the earlier lines first, so that of two lines that fit one item alike the earlier clears it. Larger components, and
//! small ones that cost too many steps, are served greedily by score, margin and order. Everything is integer and
//! independent of hashing, so the same lines always give the same answer.

mod components;
mod exact;
mod greedy;

use components::components;

/// Edges (line, item) up to which a component is solved exactly.
pub const EXACT_EDGES: usize = 64;
/// Nodes of the exact search before it is given up.
pub const EXACT_NODES: usize = 50_000;
/// Assignments this close to the best, in milli-bits, are equal; then the earlier lines are served.
pub const EQUAL_WITHIN: i64 = 1_000;

/// What a reading takes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The item.
    pub item: u32,
    /// What it takes of the open amount, without sign: cash and what is granted with it. Nothing is taken by zero.
    pub amount: i64,
}

/// One reading of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    /// Weight above the reading that nothing fits, milli-bits. A bid that is not positive never wins.
    pub score: i32,
    /// All items it needs; it is served whole or not at all.
    pub claims: Vec<Claim>,
}

/// A line and its readings, best first. Bidders are given in the order in which lines are handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bidder {
    /// Its readings.
    pub bids: Vec<Bid>,
    /// Distance of the best reading to the next, milli-bits.
    pub margin: i32,
}

/// Why a line did not get its best reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Place of the bidder that won.
    pub winner: usize,
    /// The item it won.
    pub item: u32,
}

/// What a line gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Place of the bid that was served; none when nothing was left for the line.
    pub bid: Option<usize>,
    /// Set when the best bid was not served because another line took an item of it.
    pub loss: Option<Loss>,
    /// Another line wanted an item of the best bid, whoever won.
    pub contested: bool,
}

/// Serves the bidders: one outcome each, in their order. `open` says what is open of an item, without sign.
///
/// Whatever is served fits into the open amounts together.
pub fn resolve(bidders: &[Bidder], open: impl Fn(u32) -> i64) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = bidders.iter().map(|bidder| Outcome { bid: first_bid(bidder), ..Outcome::default() }).collect();
    for component in components(bidders, &open) {
        let served = exact::assign(bidders, &component, &open).unwrap_or_else(|| greedy::assign(bidders, &component, &open));
        for (line, bid) in component.lines.iter().zip(&served) {
            outcomes[*line] = Outcome { bid: *bid, loss: None, contested: true };
        }
        for line in &component.lines {
            outcomes[*line].loss = loss(bidders, &component, &outcomes, *line, &open);
        }
    }
    outcomes
}

fn first_bid(bidder: &Bidder) -> Option<usize> {
    bidder.bids.first().filter(|bid| bid.score > 0).map(|_| 0)
}

/// The first item of the best bid that no longer has room, and the line that took most of it.
fn loss(
    bidders: &[Bidder],
    component: &components::Component,
    outcomes: &[Outcome],
    line: usize,
    open: &impl Fn(u32) -> i64,
) -> Option<Loss> {
    if outcomes[line].bid == Some(0) {
        return None;
    }
    let best = bidders[line].bids.first().filter(|bid| bid.score > 0)?;
    let taken_by = |other: usize, item: u32| -> i64 {
        let claims = outcomes[other].bid.map_or(&[][..], |bid| &bidders[other].bids[bid].claims);
        claims.iter().filter(|claim| claim.item == item).map(|claim| claim.amount).sum()
    };
    best.claims.iter().find_map(|claim| {
        let rivals = || component.lines.iter().copied().filter(|other| *other != line);
        let taken: i64 = rivals().map(|other| taken_by(other, claim.item)).sum();
        let winner = rivals().rev().max_by_key(|other| taken_by(*other, claim.item))?;
        (taken > 0 && taken.saturating_add(claim.amount) > open(claim.item)).then_some(Loss { winner, item: claim.item })
    })
}

#[cfg(test)]
mod tests;
