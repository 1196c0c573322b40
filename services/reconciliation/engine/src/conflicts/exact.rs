use super::components::Component;
use super::greedy::Room;
use super::{Bidder, EQUAL_WITHIN, EXACT_NODES};

/// The assignment of greatest weight, or one within [`EQUAL_WITHIN`] of it that serves earlier lines better; none when
/// the component is too large or the search too long.
pub(super) fn assign(bidders: &[Bidder], component: &Component, open: &impl Fn(u32) -> i64) -> Option<Vec<Option<usize>>> {
    if !component.is_small() {
        return None;
    }
    let mut search = Search::new(bidders, component, open);
    search.improve(0, 0)?;
    let wanted = search.best - EQUAL_WITHIN;
    search.nodes = EXACT_NODES;
    let found = search.first_reaching(0, 0, wanted)?;
    found.then_some(search.chosen)
}

struct Search<'a> {
    lines: Vec<&'a Bidder>,
    /// Sum of the best scores from each line on.
    ahead: Vec<i64>,
    room: Room,
    chosen: Vec<Option<usize>>,
    best: i64,
    nodes: usize,
}

impl<'a> Search<'a> {
    fn new(bidders: &'a [Bidder], component: &Component, open: &impl Fn(u32) -> i64) -> Self {
        let lines: Vec<&Bidder> = component.lines.iter().map(|line| &bidders[*line]).collect();
        let mut ahead = vec![0_i64; lines.len() + 1];
        for place in (0..lines.len()).rev() {
            let best = lines[place].bids.iter().map(|bid| i64::from(bid.score)).max().unwrap_or(0);
            ahead[place] = ahead[place + 1] + best.max(0);
        }
        let chosen = vec![None; lines.len()];
        Search { ahead, room: Room::new(bidders, component, open), chosen, best: -1, nodes: EXACT_NODES, lines }
    }

    /// Branch and bound for the greatest total; none when the nodes are spent.
    fn improve(&mut self, place: usize, total: i64) -> Option<()> {
        self.nodes = self.nodes.checked_sub(1)?;
        if total + self.ahead[place] <= self.best {
            return Some(());
        }
        let Some(line) = self.lines.get(place).copied() else {
            self.best = total;
            return Some(());
        };
        for bid in line.bids.iter().filter(|bid| bid.score > 0) {
            if self.room.take(bid) {
                let answer = self.improve(place + 1, total + i64::from(bid.score));
                self.room.give_back(bid);
                answer?;
            }
        }
        self.improve(place + 1, total)
    }

    /// The first assignment, earlier lines and better bids first, whose total reaches `wanted`.
    fn first_reaching(&mut self, place: usize, total: i64, wanted: i64) -> Option<bool> {
        self.nodes = self.nodes.checked_sub(1)?;
        if total + self.ahead[place] < wanted {
            return Some(false);
        }
        let Some(line) = self.lines.get(place).copied() else { return Some(true) };
        for (index, bid) in line.bids.iter().enumerate().filter(|(_, bid)| bid.score > 0) {
            if self.room.take(bid) {
                self.chosen[place] = Some(index);
                if self.first_reaching(place + 1, total + i64::from(bid.score), wanted)? {
                    return Some(true);
                }
                self.room.give_back(bid);
            }
        }
        self.chosen[place] = None;
        self.first_reaching(place + 1, total, wanted)
    }
}
