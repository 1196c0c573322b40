use std::cmp::Reverse;

use super::{COUNTED, Candidate, NaturalSet, Scope, Solution};

/// Above this many solutions a search stops.
const TOO_MANY: usize = 256;

/// Counts the solutions and keeps the best.
pub(super) struct Collector<'a> {
    candidates: &'a [Candidate],
    best: [Option<Solution>; COUNTED],
    naturals: Vec<u64>,
    seen: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(scope: &Scope<'a>) -> Self {
        Collector { candidates: scope.candidates, best: [None; COUNTED], naturals: Vec::new(), seen: 0 }
    }

    /// Takes a natural set that adds up.
    pub(super) fn offer_natural(&mut self, members: u64, residual: i64, natural: NaturalSet) {
        if members != 0 && !self.naturals.contains(&members) && self.takes_the_oldest(members) {
            self.naturals.push(members);
            self.keep(members, residual, Some(natural));
        }
    }

    /// Takes a set that adds up; natural sets must have been offered before.
    pub(super) fn offer(&mut self, members: u64, residual: i64) {
        if members != 0 && !self.naturals.contains(&members) && self.takes_the_oldest(members) {
            self.keep(members, residual, None);
        }
    }

    /// Whether further solutions change nothing.
    pub(super) fn is_full(&self) -> bool {
        self.seen > TOO_MANY
    }

    /// The best solutions and the number seen, at most [`COUNTED`].
    pub(super) fn finish(self) -> ([Option<Solution>; COUNTED], usize) {
        (self.best, self.seen.min(COUNTED))
    }

    fn keep(&mut self, members: u64, residual: i64, natural: Option<NaturalSet>) {
        self.seen += 1;
        let mut solution = self.describe(members, residual, natural);
        for slot in &mut self.best {
            match slot {
                None => {
                    *slot = Some(solution);
                    return;
                }
                Some(kept) if rank(&solution) < rank(kept) => std::mem::swap(kept, &mut solution),
                Some(_) => {}
            }
        }
    }

    fn describe(&self, members: u64, residual: i64, natural: Option<NaturalSet>) -> Solution {
        let due = |place: usize| self.candidates[place].due_on.days();
        let mut solution =
            Solution { members, cardinality: members.count_ones(), spread: 0, natural, oldest_first: self.leaves_alike(members), residual };
        let first = solution.places().map(due).min().unwrap_or(0);
        solution.spread = solution.places().map(due).max().map_or(0, |last| last - first);
        solution
    }

    /// True unless an interchangeable item that is due earlier is left out: such a set counts as the one that has it.
    fn takes_the_oldest(&self, members: u64) -> bool {
        self.alike_pairs(members).all(|(inside, outside)| self.age(inside) < self.age(outside))
    }

    fn leaves_alike(&self, members: u64) -> bool {
        self.alike_pairs(members).next().is_some()
    }

    fn alike_pairs(&self, members: u64) -> impl Iterator<Item = (usize, usize)> {
        let all = 0..self.candidates.len();
        let keyed = all.clone().filter(move |place| members >> place & 1 == 1 && self.candidates[*place].alike != 0);
        keyed.flat_map(move |inside| {
            let outside = all.clone().filter(move |place| members >> place & 1 == 0 && self.is_alike(inside, *place));
            outside.map(move |outside| (inside, outside))
        })
    }

    fn is_alike(&self, left: usize, right: usize) -> bool {
        let (left, right) = (&self.candidates[left], &self.candidates[right]);
        left.alike == right.alike && left.amount == right.amount
    }

    fn age(&self, place: usize) -> (i32, usize) {
        (self.candidates[place].due_on.days(), place)
    }
}

/// Natural sets first, then fewest items, smallest spread, lowest ids.
fn rank(solution: &Solution) -> impl Ord + use<> {
    (solution.natural.is_none(), solution.cardinality, solution.spread, Reverse(solution.members.reverse_bits()))
}
