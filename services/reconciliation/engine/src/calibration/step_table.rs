use std::fmt;
use std::str::FromStr;

use super::isotonic::{Block, pool};
use super::{MILLION, Observation};

/// From a score on, this share was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Lowest score of the step.
    pub from: i32,
    /// Chance to be right, parts per million.
    pub right: u32,
    /// Matches it was learnt from, thousandths; a prior counts by its weight.
    pub weight: u64,
}

/// A calibration: steps with ascending scores and ascending chances.
///
/// As text it has one step a line: `from right weight`, with the chance in parts per million and the weight in
/// thousandths of a match; lines that start with `#` and empty lines are skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepTable {
    steps: Vec<Step>,
}

/// Why a text is no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFault {
    /// The line of this number is not three integers.
    Malformed(usize),
    /// The line of this number has a score or a chance that does not rise, or a chance above one.
    NotAscending(usize),
}

impl fmt::Display for TableFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableFault::Malformed(line) => write!(out, "line {line} of the calibration is not `from right weight`"),
            TableFault::NotAscending(line) => write!(out, "line {line} of the calibration does not rise, or is above one million"),
        }
    }
}

impl std::error::Error for TableFault {}

impl StepTable {
    /// Learns from observations alone, in any order: pool-adjacent-violators with Laplace smoothing, so that no step
    /// promises certainty.
    pub fn fit(observations: &[Observation]) -> Self {
        Self::default().refit(0, observations)
    }

    /// Learns from observations with this table as the prior: each of its steps counts like `prior_weight` matches that
    /// turned out as the step says.
    pub fn refit(&self, prior_weight: u32, observations: &[Observation]) -> Self {
        let weight = u64::from(prior_weight) * 1_000;
        let prior = self.steps.iter().filter(|_| weight > 0).map(|step| Block {
            from: step.from,
            right: u128::from(step.right) * u128::from(weight),
            weight: u128::from(weight) * u128::from(MILLION),
        });
        let seen = observations.iter().map(|one| Block::of_one(one.score, one.right));
        StepTable { steps: pool(prior.chain(seen).collect()).iter().map(Block::smoothed).collect() }
    }

    /// The steps, ascending.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Chance that a match of this score is right, parts per million. Below the first step the chance of the first step
    /// is the best that is known, and half of it is said; an empty table says zero.
    pub fn chance(&self, score: i32) -> u32 {
        let above = self.steps.partition_point(|step| step.from <= score);
        match above.checked_sub(1) {
            Some(place) => self.steps[place].right,
            None => self.steps.first().map_or(0, |step| step.right / 2),
        }
    }

    /// Number of matches it was learnt from, priors by their weight.
    pub fn weight(&self) -> u64 {
        self.steps.iter().map(|step| step.weight).sum::<u64>() / 1_000
    }
}

impl fmt::Display for StepTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| writeln!(out, "{} {} {}", step.from, step.right, step.weight))
    }
}

impl FromStr for StepTable {
    type Err = TableFault;

    fn from_str(text: &str) -> Result<Self, TableFault> {
        let mut steps: Vec<Step> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let step = parse_step(line).ok_or(TableFault::Malformed(index + 1))?;
            let rises = steps.last().is_none_or(|last| last.from < step.from && last.right <= step.right);
            if !rises || step.right > MILLION {
                return Err(TableFault::NotAscending(index + 1));
            }
            steps.push(step);
        }
        Ok(StepTable { steps })
    }
}

fn parse_step(line: &str) -> Option<Step> {
    let mut words = line.split_whitespace();
    let step = Step { from: words.next()?.parse().ok()?, right: words.next()?.parse().ok()?, weight: words.next()?.parse().ok()? };
    words.next().is_none().then_some(step)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(score: i32, right: usize, wrong: usize) -> Vec<Observation> {
        let rights = std::iter::repeat_n(Observation { score, right: true }, right);
        rights.chain(std::iter::repeat_n(Observation { score, right: false }, wrong)).collect()
    }

    #[test]
    fn learns_the_share_of_each_step() {
        let observations = [seen(5, 10, 90), seen(10, 50, 50), seen(20, 999, 1)].concat();
        let table = StepTable::fit(&observations);
        assert_eq!(table.steps().len(), 3);
        assert_eq!(table.chance(5), 107_843);
        assert_eq!(table.chance(19), 500_000);
        assert_eq!(table.chance(1_000), 998_003);
        assert_eq!(table.chance(4), 53_921);
        assert_eq!(table.weight(), 1_200);
        assert_eq!(StepTable::default().chance(7), 0);
    }

    #[test]
    fn violators_are_pooled() {
        let observations = [seen(1, 9, 1), seen(2, 5, 5), seen(3, 99, 1)].concat();
        let table = StepTable::fit(&observations);
        assert_eq!(table.steps().iter().map(|step| step.from).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(table.chance(2), 681_818);
    }

    #[test]
    fn one_lucky_match_above_many_is_no_step_down() {
        let table = StepTable::fit(&[seen(1, 98, 2), seen(2, 1, 0)].concat());
        assert_eq!(table.steps().len(), 1);
        assert_eq!(table.chance(2), 970_873);
    }

    #[test]
    fn a_prior_gives_way_to_evidence() {
        let prior: StepTable = "10 600000 50000\n20 990000 50000".parse().unwrap();
        assert_eq!(prior.refit(50, &[]).chance(20), 971_153);
        let few = prior.refit(50, &seen(20, 0, 10));
        assert!((700_000..900_000).contains(&few.chance(20)), "{}", few.chance(20));
        let many = prior.refit(50, &seen(20, 5_000, 5_000));
        assert!((500_000..510_000).contains(&many.chance(20)), "{}", many.chance(20));
    }

    #[test]
    fn text_is_the_table() {
        let table = StepTable::fit(&[seen(-5, 10, 90), seen(10, 50, 50)].concat());
        assert_eq!(table.to_string().parse::<StepTable>().unwrap(), table);
        assert_eq!("# scores\n\n1 2 3\n".parse::<StepTable>().unwrap().chance(1), 2);
        assert_eq!("1 2".parse::<StepTable>(), Err(TableFault::Malformed(1)));
        assert_eq!("1 2 3\n1 3 3".parse::<StepTable>(), Err(TableFault::NotAscending(2)));
        assert_eq!("1 2 3\n2 1 3".parse::<StepTable>(), Err(TableFault::NotAscending(2)));
        assert_eq!("1 1000001 3".parse::<StepTable>(), Err(TableFault::NotAscending(1)));
    }
}
