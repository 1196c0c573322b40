//! The chance that the first hypothesis is exactly right, without the truth: tables fitted on simulated ledgers.
//!
//! Provenance: isotonic regression (pool adjacent violators, one right and one wrong added to each step) over some fifty
//! thousand lines of simulated ledgers, base and hard profile, with and without history. The score is the smaller of the
//! margin and the weight above the null hypothesis. Of kinds too rare for that (ambiguous netting, differences of a set that
//! are stated or reasoned, money paid ahead) the chances are shares rounded down. A seller's own confirmations refine all of
//! them (`calibration`).

use super::decide::NOTHING;
use crate::calibration::StepTable;
use crate::proposal::{Band, Block, Evidence, Feature, Hypothesis, HypothesisKind, MatchClass, Proposal};
use crate::shard::Shard;
use crate::track_record::{Grade, Standard};

/// Chance, parts per million, from which a match without a block is applied.
const AUTO_AT: u32 = 985_000;

/// Lowest score of a step, and its chance in parts per million.
type Steps = &'static [(i32, u32)];

const A_FREE: Table = Table { name: "A", steps: &[(i32::MIN, 900_000), (3_000, 997_000), (6_000, 999_500)] };
const B_FREE: Table =
    Table { name: "B", steps: &[(i32::MIN, 800_000), (3_000, 972_000), (3_200, 989_000), (5_000, 997_500), (11_000, 999_300)] };
const C_FREE: Table =
    Table { name: "C", steps: &[(i32::MIN, 30_000), (0, 500_000), (1, 900_000), (3_200, 965_000), (4_400, 980_000), (4_900, 996_000)] };
const D_FREE: Table =
    Table { name: "D", steps: &[(i32::MIN, 700_000), (3_000, 970_000), (7_700, 987_000), (13_500, 994_000), (18_800, 998_500)] };
const D_QUOTED: Table = Table { name: "D, all quoted", steps: &[(i32::MIN, 700_000), (3_000, 995_000), (13_500, 998_500)] };
const E_FREE: Table = Table { name: "E", steps: &[(i32::MIN, 500_000), (3_000, 800_000)] };
const AMBIGUOUS_REFERENCED: Table = Table { name: "ambiguous, quoted", steps: &[(i32::MIN, 650_000), (1_800, 800_000), (2_900, 980_000)] };
const AMBIGUOUS_AMOUNT: Table =
    Table { name: "ambiguous amount", steps: &[(i32::MIN, 450_000), (0, 750_000), (1, 800_000), (3_200, 960_000), (5_200, 983_000)] };
const AMBIGUOUS_SET: Table =
    Table { name: "ambiguous set", steps: &[(i32::MIN, 170_000), (0, 500_000), (3_200, 910_000), (9_000, 983_000)] };
const AMBIGUOUS_NETTING: Table =
    Table { name: "ambiguous netting", steps: &[(i32::MIN, 170_000), (0, 500_000), (3_200, 970_000), (9_000, 984_000)] };
const HARD_SINGLE: Table = Table { name: "contradicted", steps: &[(i32::MIN, 240_000), (1, 965_000), (5_000, 980_000), (10_000, 984_000)] };
const HARD_SET: Table = Table { name: "contradicted set", steps: &[(i32::MIN, 600_000), (3_000, 979_000), (15_000, 981_000)] };
const PERSON_SINGLE: Table = Table { name: "difference", steps: &[(i32::MIN, 241_000), (1, 501_000), (3_000, 820_000)] };
const LEFT_OVER: Table = Table { name: "much left over", steps: &[(i32::MIN, 100_000)] };
const STATED_SET: Table = Table { name: "stated difference of a set", steps: &[(i32::MIN, 500_000), (3_000, 620_000)] };
const REASONED_SET: Table =
    Table { name: "reasoned difference of a set", steps: &[(i32::MIN, 100_000), (3_000, 500_000), (10_000, 550_000)] };
const PERSON_SET: Table = Table { name: "difference of a set", steps: &[(i32::MIN, 50_000), (3_000, 500_000)] };
const SPREAD: Table = Table { name: "spread over the oldest", steps: &[(i32::MIN, 650_000)] };
const TWICE_BESIDE: Table = Table { name: "paid twice beside others", steps: &[(i32::MIN, 600_000), (3_000, 975_000)] };
const DUPLICATE: Table = Table { name: "duplicate", steps: &[(i32::MIN, 750_000), (8_400, 966_000)] };
const ON_ACCOUNT: Table = Table { name: "on account", steps: &[(i32::MIN, 300_000)] };
const DUPLICATE_FREE: Table = Table { name: "plain duplicate", steps: &[(i32::MIN, 750_000), (8_000, 995_000)] };
const PREPAID_FREE: Table = Table { name: "plainly prepaid", steps: &[(i32::MIN, 510_000), (3_000, 990_000)] };
const PREPAID: Table = Table { name: "prepaid", steps: &[(i32::MIN, 300_000), (0, 600_000), (3_000, 900_000), (4_500, 920_000)] };
const WEAK_AMOUNT: Table = Table { name: "weak amount", steps: &[(i32::MIN, 880_000)] };
const UNKNOWN: Table = Table { name: "number not in the ledger", steps: &[(i32::MIN, 100_000), (0, 300_000)] };
const AMOUNT_ONLY: Table = Table { name: "amount alone", steps: &[(i32::MIN, 350_000), (0, 500_000)] };

/// Every table.
const TABLES: [Table; 27] = [
    A_FREE,
    B_FREE,
    C_FREE,
    D_FREE,
    D_QUOTED,
    E_FREE,
    AMBIGUOUS_REFERENCED,
    AMBIGUOUS_AMOUNT,
    AMBIGUOUS_SET,
    AMBIGUOUS_NETTING,
    HARD_SINGLE,
    HARD_SET,
    PERSON_SINGLE,
    LEFT_OVER,
    STATED_SET,
    REASONED_SET,
    PERSON_SET,
    SPREAD,
    TWICE_BESIDE,
    DUPLICATE,
    ON_ACCOUNT,
    DUPLICATE_FREE,
    PREPAID_FREE,
    PREPAID,
    WEAK_AMOUNT,
    UNKNOWN,
    AMOUNT_ONLY,
];

/// The chance to be right and whether it is enough: by the seller's own record where that is long enough, else by the table
/// of the kind of match.
pub fn standard(shard: &Shard, best: &Hypothesis, margin: i32) -> Standard {
    let score = score(best, margin);
    let table = table(best);
    shard.record.standard(table, score).unwrap_or_else(|| {
        let chance = table.chance(score);
        Standard { chance, is_proven: chance >= AUTO_AT }
    })
}

/// What a proposal is counted by once its truth is known. That its class was not trusted does not change what it is.
pub fn grade(shard: &Shard, proposal: &Proposal) -> Option<Grade> {
    let mut best = proposal.best()?.clone();
    best.blocks.retain(|block| *block != Block::BelowThreshold);
    let would_be = || best.blocks.is_empty() && standard(shard, &best, proposal.margin).is_proven;
    let is_auto = proposal.band == Band::Auto || would_be();
    Some(Grade { table: table(&best), score: score(&best, proposal.margin), class: best.match_class, is_auto })
}

/// What a table is asked with: the smaller of the margin and the weight above the null hypothesis.
pub fn score(best: &Hypothesis, margin: i32) -> i32 {
    margin.min(best.bits - NOTHING)
}

/// A table and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Stable name.
    pub name: &'static str,
    steps: Steps,
}

impl Table {
    /// The table of this name.
    pub fn of_name(name: &str) -> Option<Table> {
        TABLES.into_iter().find(|table| table.name == name)
    }

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
    let is_free = best.blocks.is_empty();
    match best.kind {
        HypothesisKind::Duplicate if is_free => return DUPLICATE_FREE,
        HypothesisKind::OnAccount if is_free => return PREPAID_FREE,
        HypothesisKind::Duplicate => return DUPLICATE,
        HypothesisKind::OnAccount if has(best, Feature::PrepaymentWord) || has(best, Feature::WaitHabit) => return PREPAID,
        HypothesisKind::OnAccount if has(best, Feature::UnknownReference) => return UNKNOWN,
        HypothesisKind::OnAccount => return ON_ACCOUNT,
        _ => {}
    }
    let many = best.match_class == MatchClass::D;
    match (standing(&best.blocks), best.match_class) {
        (Standing::Free, MatchClass::A) => A_FREE,
        (Standing::Free, MatchClass::B) => B_FREE,
        (Standing::Free, MatchClass::C) => C_FREE,
        (Standing::Free, MatchClass::D) if is_quoted_in_full(best) => D_QUOTED,
        (Standing::Free, MatchClass::D) => D_FREE,
        (Standing::Free, MatchClass::E) => E_FREE,
        (Standing::Ambiguous, MatchClass::A | MatchClass::B) => AMBIGUOUS_REFERENCED,
        (Standing::Ambiguous, _) if many && best.kind == HypothesisKind::Netting => AMBIGUOUS_NETTING,
        (Standing::Ambiguous, _) if many => AMBIGUOUS_SET,
        (Standing::Ambiguous, _) if best.bits < NOTHING => WEAK_AMOUNT,
        (Standing::Ambiguous, _) => AMBIGUOUS_AMOUNT,
        (Standing::Contradicted, _) if !many && best.blocks.contains(&Block::AmountOnly) => AMOUNT_ONLY,
        (Standing::Contradicted, _) if many => HARD_SET,
        (Standing::Contradicted, _) => HARD_SINGLE,
        (Standing::NeedsPerson, _) if has(best, Feature::SpreadHabit) => SPREAD,
        (Standing::NeedsPerson, _) if many && has(best, Feature::ClosedReference) => TWICE_BESIDE,
        (Standing::NeedsPerson, _) if many && has(best, Feature::AmountStated) => STATED_SET,
        (Standing::NeedsPerson, _) if many && has(best, Feature::AmountExplained) => REASONED_SET,
        (Standing::NeedsPerson, _) if many => PERSON_SET,
        (Standing::NeedsPerson, _) if leaves_much(best) => LEFT_OVER,
        (Standing::NeedsPerson, _) => PERSON_SINGLE,
    }
}

/// True when something of this kind speaks for a hypothesis.
fn has(best: &Hypothesis, feature: Feature) -> bool {
    best.evidence.iter().any(|one| one.feature == feature && one.bits > 0)
}

/// True when every document is quoted by its whole number and paid as it is asked for.
fn is_quoted_in_full(best: &Hypothesis) -> bool {
    let is_whole = |one: &Evidence| matches!(one.feature, Feature::FullReference | Feature::StructuredReference) && one.sharers == 1;
    best.allocations.iter().all(|part| part.kind.is_none() && best.tells(part.item, is_whole))
}

/// True when more than half as much as the documents take is left over: it may be meant for others.
fn leaves_much(best: &Hypothesis) -> bool {
    best.on_account > best.allocations.iter().fold(0_i64, |sum, part| sum.saturating_add(part.applied)) / 2
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
    let ambiguous = [Block::MarginTooSmall, Block::SetNotUnique, Block::SetByChance, Block::CustomerAmbiguous, Block::NameOnly];
    match () {
        () if blocks.is_empty() => Standing::Free,
        () if any(&ambiguous) => Standing::Ambiguous,
        () if any(&[Block::RelationNeedsPerson, Block::AmountUnexplained]) => Standing::NeedsPerson,
        () => Standing::Contradicted,
    }
}
