use super::{Bidder, EXACT_EDGES};

/// Lines that compete, directly or through others.
pub(super) struct Component {
    /// Places of the bidders, ascending.
    pub(super) lines: Vec<usize>,
    /// Pairs of line and contested item.
    pub(super) edges: usize,
}

impl Component {
    pub(super) fn is_small(&self) -> bool {
        self.edges <= EXACT_EDGES
    }
}

/// The components of two lines and more, by their first line. An item whose open amount is enough for the greatest wish
/// of every line connects nobody.
pub(super) fn components(bidders: &[Bidder], open: &impl Fn(u32) -> i64) -> Vec<Component> {
    let wishes = wishes(bidders);
    let mut parents: Vec<usize> = (0..bidders.len()).collect();
    let mut contested: Vec<(usize, usize)> = Vec::new();
    for group in wishes.chunk_by(|left, right| left.item == right.item) {
        let wanted = group.iter().fold(0_i64, |sum, wish| sum.saturating_add(wish.amount));
        if group.len() < 2 || wanted <= open(group[0].item) {
            continue;
        }
        contested.push((group[0].line, group.len()));
        for wish in &group[1..] {
            join(&mut parents, group[0].line, wish.line);
        }
    }
    gather(&mut parents, &contested)
}

struct Wish {
    item: u32,
    line: usize,
    amount: i64,
}

/// The most each line wants of each item, by item and line.
fn wishes(bidders: &[Bidder]) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    for (line, bidder) in bidders.iter().enumerate() {
        for bid in bidder.bids.iter().filter(|bid| bid.score > 0) {
            wishes.extend(bid.claims.iter().map(|claim| Wish { item: claim.item, line, amount: claim.amount }));
        }
    }
    wishes.sort_unstable_by_key(|wish| (wish.item, wish.line, std::cmp::Reverse(wish.amount)));
    wishes.dedup_by_key(|wish| (wish.item, wish.line));
    wishes
}

fn gather(parents: &mut [usize], contested: &[(usize, usize)]) -> Vec<Component> {
    let mut place_of_root = vec![usize::MAX; parents.len()];
    let mut components: Vec<Component> = Vec::new();
    let mut edges = vec![0_usize; parents.len()];
    for (line, count) in contested {
        edges[root(parents, *line)] += count;
    }
    for line in 0..parents.len() {
        let root = root(parents, line);
        if edges[root] == 0 {
            continue;
        }
        if place_of_root[root] == usize::MAX {
            place_of_root[root] = components.len();
            components.push(Component { lines: Vec::new(), edges: edges[root] });
        }
        components[place_of_root[root]].lines.push(line);
    }
    components
}

fn root(parents: &mut [usize], line: usize) -> usize {
    let mut current = line;
    while parents[current] != current {
        parents[current] = parents[parents[current]];
        current = parents[current];
    }
    current
}

fn join(parents: &mut [usize], left: usize, right: usize) {
    let (left, right) = (root(parents, left), root(parents, right));
    parents[left.max(right)] = left.min(right);
}
