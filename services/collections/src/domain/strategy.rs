//! Strategies: how many days after its due date an invoice is dunned, at which level, with which words.

use quittance_types::{Fault, Money, Reason, StrategyId};

/// The segment whose strategy serves every segment without its own.
pub const STANDARD: &str = "standard";
/// Least days between two notices unless a strategy says otherwise.
pub const DEFAULT_GAP_DAYS: i32 = 7;

/// One level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// 1 to 9.
    pub level: i32,
    /// Days past due from which it applies.
    pub days_past_due: i32,
    /// Letter; empty is the built-in one.
    pub template: String,
    /// Subject of the mail; empty is the built-in one.
    pub subject: String,
}

/// One version of a segment's strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    /// Identifier.
    pub id: StrategyId,
    /// Whom it serves.
    pub segment: String,
    /// Counts from one within the segment.
    pub version: i64,
    /// Ascending by level and days.
    pub steps: Vec<Step>,
    /// Less than this is not worth a letter; holds for its own currency.
    pub minimum: Option<Money>,
    /// Least days between two notices to a customer.
    pub contact_gap_days: i32,
}

impl Strategy {
    /// The step of a level.
    pub fn step(&self, level: i32) -> Option<&Step> {
        self.steps.iter().find(|step| step.level == level)
    }

    /// The level an invoice takes next, if its time has come. A level is taken only after the one before it, one a run:
    /// nobody's first letter is the final one. `reached` is 0 before the first.
    pub fn next_level(&self, reached: i32, days_past_due: i32) -> Option<i32> {
        let next = self.steps.iter().find(|step| step.level > reached)?;
        (days_past_due >= next.days_past_due).then_some(next.level)
    }
}

/// Checks that levels and days ascend.
///
/// # Errors
/// STEPS_INVALID.
pub fn check_steps(steps: &[Step]) -> Result<(), Fault> {
    let in_range = steps.iter().all(|step| (1..=9).contains(&step.level) && (1..=3_650).contains(&step.days_past_due));
    if !in_range {
        return Err(Fault::new(Reason::StepsInvalid, "Give levels from 1 to 9 and days past due from 1 to 3,650."));
    }
    let ascend = |pair: &[Step]| matches!(pair, [low, high] if low.level < high.level && low.days_past_due < high.days_past_due);
    if !steps.windows(2).all(ascend) {
        return Err(Fault::new(Reason::StepsInvalid, "Levels and days past due have to ascend from step to step."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn step(level: i32, days_past_due: i32) -> Step {
        Step { level, days_past_due, template: String::new(), subject: String::new() }
    }

    #[test]
    fn no_level_is_skipped_and_none_comes_early() {
        let strategy = Strategy {
            id: StrategyId::new(quittance_types::Uuid::nil()),
            segment: STANDARD.to_owned(),
            version: 1,
            steps: vec![step(1, 5), step(3, 15)],
            minimum: None,
            contact_gap_days: DEFAULT_GAP_DAYS,
        };
        let next = [(0, 4), (0, 5), (0, 90), (1, 14), (1, 15), (2, 15), (3, 90)].map(|(reached, days)| strategy.next_level(reached, days));
        assert_eq!(next, [None, Some(1), Some(1), None, Some(3), Some(3), None]);
    }

    #[test]
    fn steps_ascend_by_level_and_days() {
        assert!(check_steps(&[step(1, 5), step(3, 15)]).is_ok());
        for bad in [
            [step(1, 5), step(1, 15)],
            [step(1, 15), step(2, 15)],
            [step(2, 5), step(1, 15)],
            [step(1, 0), step(2, 5)],
            [step(1, 5), step(10, 9)],
        ] {
            assert_eq!(check_steps(&bad).unwrap_err().reason(), Reason::StepsInvalid);
        }
    }
}
