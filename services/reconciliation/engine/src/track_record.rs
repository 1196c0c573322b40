//! How often a seller's matches turned out right: people's answers refine the tables and thresholds the engine ships with.

use std::collections::BTreeMap;

use crate::calibration::{ClassGuard, Observation, SELLER_SAMPLES, Standing, StepTable, Threshold, lowest_threshold};
use crate::matcher::confidence;
use crate::proposal::{Band, MatchClass, Proposal};

/// Matches each step of a shipped table counts for beside the seller's own.
const PRIOR: u32 = 50;
/// Answers after which a table is fitted again.
const REFIT_EVERY: usize = 25;
/// Answers that are kept: the last ones.
const KEPT: usize = 50_000;
/// False autos that are accepted, parts per million.
const ACCEPTED: u32 = 2_000;

/// Answers by table, and what they make of it.
#[derive(Debug, Default)]
pub(crate) struct TrackRecord {
    tables: BTreeMap<&'static str, Own>,
    guard: ClassGuard,
}

#[derive(Debug, Default)]
struct Own {
    answers: Vec<Observation>,
    fitted: Option<Fitted>,
}

/// What enough answers say of a kind of match.
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
    /// Counts a person's answer to a proposal. Autos never confirm themselves: call this for people's answers only.
    pub fn answer(&mut self, proposal: &Proposal, right: bool) {
        let Some(best) = proposal.best() else { return };
        let table = confidence::table(best);
        let own = self.tables.entry(table.name).or_default();
        own.answers.push(Observation { score: confidence::score(best, proposal.margin), right });
        if own.answers.len() > KEPT {
            own.answers.remove(0);
        }
        let is_enough = own.answers.len() as u64 >= SELLER_SAMPLES;
        if is_enough && own.answers.len().is_multiple_of(REFIT_EVERY) {
            let threshold = lowest_threshold(&own.answers, ACCEPTED);
            own.fitted = Some(Fitted { table: table.prior().refit(PRIOR, &own.answers), threshold });
        }
        self.guard.record(proposal.match_class, right || proposal.band != Band::Auto, ACCEPTED);
    }

    /// What the seller's own answers say; none before there are enough.
    pub fn standard(&self, table: &str, score: i32) -> Option<Standard> {
        let fitted = self.tables.get(table)?.fitted.as_ref()?;
        let is_proven = fitted.threshold.is_some_and(|threshold| score >= threshold.score);
        Some(Standard { chance: fitted.table.chance(score), is_proven })
    }

    /// False for a class whose autos were proven worse than accepted.
    pub fn is_trusted(&self, class: MatchClass) -> bool {
        matches!(self.guard.standing(class), Standing::Trusted { .. })
    }
    /// Starts the audits of a class anew.
    pub fn trust(&mut self, class: MatchClass) {
        self.guard.trust(class);
    }
}
