//! How often a seller's matches turned out right: people's answers refine the tables the engine ships with.

use std::collections::BTreeMap;

use crate::calibration::{ClassGuard, Observation, Standing, StepTable};
use crate::matcher::confidence;
use crate::proposal::{MatchClass, Proposal};

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
    fitted: Option<StepTable>,
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
        if own.answers.len().is_multiple_of(REFIT_EVERY) {
            own.fitted = Some(table.prior().refit(PRIOR, &own.answers));
        }
        self.guard.record(proposal.match_class, right || proposal.band != crate::proposal::Band::Auto, ACCEPTED);
    }

    /// The chance by the seller's own table, when there is one.
    pub fn chance(&self, table: &str, score: i32) -> Option<u32> {
        self.tables.get(table)?.fitted.as_ref().map(|fitted| fitted.chance(score))
    }

    /// False for a class whose autos were proven worse than accepted.
    pub fn is_trusted(&self, class: MatchClass) -> bool {
        matches!(self.guard.standing(class), Standing::Trusted { .. })
    }
}
