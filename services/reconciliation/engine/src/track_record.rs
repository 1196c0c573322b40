//! How often a seller's matches turned out right: people's answers refine the tables and thresholds the engine ships with.
//! What it says depends on the answers alone, not on the order they came in.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::calibration::{ClassGuard, Observation, SELLER_SAMPLES, Standing, StepTable, Threshold, lowest_threshold};
use crate::matcher::Table;
use crate::proposal::MatchClass;

/// Matches each step of a shipped table counts for beside the seller's own.
const PRIOR: u32 = 50;
/// False autos that are accepted, parts per million.
const ACCEPTED: u32 = 2_000;

/// What a proposal is counted by once somebody knows whether it was right. As a text, `table|score|class|auto`, it can be kept
/// with the decision it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grade {
    pub(crate) table: Table,
    pub(crate) score: i32,
    pub(crate) class: MatchClass,
    /// Applied without a person, or only not because its class had fallen.
    pub(crate) is_auto: bool,
}

impl Grade {
    /// The class the match is calibrated by.
    pub fn class(&self) -> MatchClass {
        self.class
    }
}

/// A text is no grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradeFault;

impl fmt::Display for GradeFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not the grade of a match")
    }
}

impl std::error::Error for GradeFault {}

impl fmt::Display for Grade {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let auto = if self.is_auto { "auto" } else { "" };
        write!(out, "{}|{}|{}|{auto}", self.table.name, self.score, self.class.as_str())
    }
}

impl FromStr for Grade {
    type Err = GradeFault;

    fn from_str(text: &str) -> Result<Self, GradeFault> {
        let read = || {
            let mut words = text.split('|');
            let (table, score, class, auto) = (words.next()?, words.next()?, words.next()?, words.next()?);
            let (table, score, class) = (Table::of_name(table)?, score.parse().ok()?, MatchClass::parse(class)?);
            words.next().is_none().then_some(Grade { table, score, class, is_auto: auto == "auto" })
        };
        read().ok_or(GradeFault)
    }
}

/// Answers by table, and what they make of it.
#[derive(Debug, Default)]
pub(crate) struct TrackRecord {
    answers: BTreeMap<u64, (Grade, bool)>,
    tables: BTreeMap<&'static str, Own>,
    guard: ClassGuard,
}

/// Answers to matches of one table, and what enough of them say.
#[derive(Debug, Default)]
struct Own {
    answers: BTreeMap<u64, Observation>,
    fitted: OnceLock<Option<Fitted>>,
}

#[derive(Debug)]
struct Fitted {
    table: StepTable,
    /// From where on few enough are wrong; none when no score was proven.
    threshold: Option<Threshold>,
}

/// What a kind of match is held for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standard {
    /// Chance to be right, parts per million.
    pub chance: u32,
    /// Whether it may be applied without a person, as far as the score goes.
    pub is_proven: bool,
}

impl TrackRecord {
    /// Counts a person's answer in the place of an earlier one under this id. Autos never confirm themselves: call this for
    /// people's answers only.
    pub fn answer(&mut self, id: u64, grade: Grade, right: bool) {
        if let Some((earlier, was_right)) = self.answers.insert(id, (grade, right)) {
            self.guard.count(earlier.class, was_right, if earlier.is_auto { -1 } else { 0 });
            if let Some(own) = self.tables.get_mut(earlier.table.name) {
                own.answers.remove(&id);
                own.fitted.take();
            }
        }
        self.guard.count(grade.class, right, i64::from(grade.is_auto));
        let own = self.tables.entry(grade.table.name).or_default();
        own.answers.insert(id, Observation { score: grade.score, right });
        own.fitted.take();
    }

    /// Counts autos that stand.
    pub fn count_autos(&mut self, class: MatchClass, by: i64) {
        self.guard.count_autos(class, by);
    }

    /// What the seller's own answers say; none before there are enough.
    pub fn standard(&self, table: Table, score: i32) -> Option<Standard> {
        let own = self.tables.get(table.name)?;
        let fitted = own.fitted.get_or_init(|| own.fit(table)).as_ref()?;
        let is_proven = fitted.threshold.is_some_and(|threshold| score >= threshold.score);
        Some(Standard { chance: fitted.table.chance(score), is_proven })
    }

    /// False for a class whose autos are proven worse than accepted.
    pub fn is_trusted(&self, class: MatchClass) -> bool {
        matches!(self.guard.standing(class, ACCEPTED), Standing::Trusted { .. })
    }
}

impl Own {
    fn fit(&self, table: Table) -> Option<Fitted> {
        if (self.answers.len() as u64) < SELLER_SAMPLES {
            return None;
        }
        let answers: Vec<Observation> = self.answers.values().copied().collect();
        Some(Fitted { table: table.prior().refit(PRIOR, &answers), threshold: lowest_threshold(&answers, ACCEPTED) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn grade(text: &str) -> Grade {
        text.parse().unwrap()
    }

    #[test]
    fn a_grade_is_read_as_it_was_written() {
        for text in ["A|5000|A|auto", "ambiguous, quoted|-12|B|", "difference of a set|0|D|"] {
            assert_eq!(grade(text).to_string(), text);
        }
        for text in ["", "A|5000|A", "nothing|1|A|auto", "A|x|A|auto", "A|1|Z|auto", "A|1|A|auto|"] {
            assert_eq!(text.parse::<Grade>(), Err(GradeFault));
        }
    }

    #[test]
    fn the_last_answer_under_an_id_counts_whatever_the_order() {
        let (mut one, mut other) = (TrackRecord::default(), TrackRecord::default());
        for id in 0..10 {
            one.answer(id, grade("A|5000|A|auto"), id > 2);
            other.answer(9 - id, grade("B|5000|B|"), false);
            other.answer(9 - id, grade("A|5000|A|auto"), 9 - id > 2);
        }
        assert!(!one.is_trusted(MatchClass::A) && !other.is_trusted(MatchClass::A));
        assert!(other.is_trusted(MatchClass::B), "nothing of what was replaced is left");
        assert_eq!(one.guard, other.guard);
    }
}
