//! The chance that the first hypothesis is exactly right, without the truth: tables fitted on simulated ledgers.
//!
//! Provenance: isotonic regression (pool adjacent violators, one right and one wrong added to each step) over some fifty
//! thousand lines of simulated ledgers, base and hard profile, with and without history. The score is the smaller of the
//! margin and the weight above the null hypothesis. A seller's own confirmations refine them (`calibration`).

use super::decide::NOTHING;
use crate::calibration::StepTable;
use crate::proposal::{Block, Feature, Hypothesis, HypothesisKind, MatchClass};
use crate::shard::Shard;
use crate::track_record::Standard;

/// Chance, parts per million, from which a match without a block is applied.
const AUTO_AT: u32 = 985_000;

/// Lowest score of a step, and its chance in parts per million.
type Steps = &'static [(i32, u32)];

const A_FREE: Steps = &[(i32::MIN, 900_000), (3_000, 997_000), (6_000, 999_500)];
const B_FREE: Steps = &[(i32::MIN, 800_000), (3_000, 972_000), (3_200, 989_000), (5_000, 997_500), (11_000, 999_300)];
const C_FREE: Steps = &[(i32::MIN, 30_000), (0, 225_000), (1, 900_000), (3_200, 965_000), (4_400, 980_000), (4_900, 996_000)];
const D_FREE: Steps = &[(i32::MIN, 700_000), (3_000, 970_000), (7_700, 987_000), (13_500, 994_000), (18_800, 998_500)];
const E_FREE: Steps = &[(i32::MIN, 500_000), (3_000, 800_000)];
const AMBIGUOUS_REFERENCED: Steps = &[(i32::MIN, 885_000), (0, 920_000), (1_800, 965_000), (2_900, 985_000)];
const AMBIGUOUS_AMOUNT: Steps = &[(i32::MIN, 150_000), (0, 250_000), (1, 640_000), (3_200, 920_000), (5_200, 960_000)];
const AMBIGUOUS_SET: Steps = &[(i32::MIN, 10_000), (0, 190_000), (3_200, 520_000), (4_600, 845_000), (9_000, 926_000)];
const HARD_SINGLE: Steps = &[(i32::MIN, 100_000), (1, 830_000), (5_000, 885_000), (10_000, 945_000)];
const HARD_SET: Steps = &[(i32::MIN, 700_000), (3_000, 940_000), (15_000, 980_000)];
const PERSON_SINGLE: Steps = &[(i32::MIN, 100_000), (1, 500_000), (3_000, 720_000)];
const PERSON_SET: Steps = &[(i32::MIN, 50_000), (3_000, 340_000), (10_000, 560_000)];
const DUPLICATE: Steps = &[(i32::MIN, 750_000), (8_400, 995_000)];
const ON_ACCOUNT: Steps = &[(i32::MIN, 24_000), (200, 36_000)];
const DUPLICATE_FREE: Steps = &[(i32::MIN, 750_000), (8_000, 995_000)];
const PREPAID_FREE: Steps = &[(i32::MIN, 510_000), (3_000, 990_000)];
const PREPAID: Steps = &[(i32::MIN, 300_000), (0, 510_000), (3_000, 925_000), (4_500, 978_000)];

/// The chance to be right and whether it is enough: by the seller's own record where that is long enough, else by the table
/// of the kind of match.
pub fn standard(shard: &Shard, best: &Hypothesis, margin: i32) -> Standard {
    let score = score(best, margin);
    let table = table(best);
    shard.record.standard(table.name, score).unwrap_or_else(|| {
        let chance = table.chance(score);
        Standard { chance, is_proven: chance >= AUTO_AT }
    })
}

/// What a table is asked with: the smaller of the margin and the weight above the null hypothesis.
pub fn score(best: &Hypothesis, margin: i32) -> i32 {
    margin.min(best.bits - NOTHING)
}

/// A table and its name.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Stable name.
    pub name: &'static str,
    steps: Steps,
}

impl Table {
    fn chance(self, score: i32) -> u32 {
        let place = self.steps.partition_point(|(from, _)| *from <= score);
        self.steps.get(place.saturating_sub(1)).map_or(0, |(_, chance)| *chance)
    }

    /// The table as a prior for the seller's own.
    pub fn prior(self) -> StepTable {
        let text: String = self.steps.iter().map(|(from, chance)| format!("{from} {chance} 1000\n")).collect();
        text.parse().unwrap_or_default()
    }
}

/// The table a match is calibrated by.
pub fn table(best: &Hypothesis) -> Table {
    let named = |name: &'static str, steps: Steps| Table { name, steps };
    let is_free = best.blocks.is_empty();
    match best.kind {
        HypothesisKind::Duplicate if is_free => return named("plain duplicate", DUPLICATE_FREE),
        HypothesisKind::OnAccount if is_free => return named("plainly prepaid", PREPAID_FREE),
        HypothesisKind::Duplicate => return named("duplicate", DUPLICATE),
        HypothesisKind::OnAccount if best.evidence.iter().any(|one| one.feature == Feature::PrepaymentWord) => {
            return named("prepaid", PREPAID);
        }
        HypothesisKind::OnAccount => return named("on account", ON_ACCOUNT),
        _ => {}
    }
    let many = best.match_class == MatchClass::D;
    match (standing(&best.blocks), best.match_class) {
        (Standing::Free, MatchClass::A) => named("A", A_FREE),
        (Standing::Free, MatchClass::B) => named("B", B_FREE),
        (Standing::Free, MatchClass::C) => named("C", C_FREE),
        (Standing::Free, MatchClass::D) => named("D", D_FREE),
        (Standing::Free, MatchClass::E) => named("E", E_FREE),
        (Standing::Ambiguous, MatchClass::A | MatchClass::B) => named("ambiguous, quoted", AMBIGUOUS_REFERENCED),
        (Standing::Ambiguous, _) if many => named("ambiguous set", AMBIGUOUS_SET),
        (Standing::Ambiguous, _) => named("ambiguous amount", AMBIGUOUS_AMOUNT),
        (Standing::Contradicted, _) if many => named("contradicted set", HARD_SET),
        (Standing::Contradicted, _) => named("contradicted", HARD_SINGLE),
        (Standing::NeedsPerson, _) if many => named("difference of a set", PERSON_SET),
        (Standing::NeedsPerson, _) => named("difference", PERSON_SINGLE),
    }
}

/// What the blocks of a hypothesis amount to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Free,
    Ambiguous,
    Contradicted,
    NeedsPerson,
}

fn standing(blocks: &[Block]) -> Standing {
    let any = |wanted: &[Block]| blocks.iter().any(|block| wanted.contains(block));
    let ambiguous = [Block::MarginTooSmall, Block::SetNotUnique, Block::SetByChance, Block::CustomerAmbiguous];
    match () {
        () if blocks.is_empty() => Standing::Free,
        () if any(&ambiguous) => Standing::Ambiguous,
        () if any(&[Block::RelationNeedsPerson, Block::AmountUnexplained]) => Standing::NeedsPerson,
        () => Standing::Contradicted,
    }
}
