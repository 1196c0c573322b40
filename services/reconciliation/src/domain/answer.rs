//! What people say about the engine's proposals: it is calibrated by that.

use quittance_matching::Grade;
use quittance_types::{BankLineId, BusinessDate, OpenItemId, Uuid};
use sha2::{Digest, Sha256};

use super::item::Part;
use super::line::BankLine;
use super::receipt::Receipt;

/// How long taking an application back says that it was wrong; later it has other reasons.
const TELLING_DAYS: i32 = 90;

/// Whether what the engine had made of a line was right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAnswer {
    /// The line.
    pub line: BankLineId,
    /// What the proposal is counted by; none changes an earlier answer, if there is one.
    pub grade: Option<Grade>,
    /// Every item and amount was right.
    pub is_right: bool,
    /// The place of its request in a group.
    pub member: usize,
}

/// An answer as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The line.
    pub line: BankLineId,
    /// What the proposal is counted by.
    pub grade: Grade,
    /// Every item and amount was right.
    pub is_right: bool,
}

impl NewAnswer {
    /// A person accepted the candidate at this place of a proposal, from 1; 0 is the first.
    pub fn accepted(line: &BankLine, grade: Option<Grade>, place: i32) -> Option<NewAnswer> {
        grade.map(|grade| NewAnswer { line: line.id, grade: Some(grade), is_right: place <= 1, member: 0 })
    }

    /// A person looked at what the line had paid, and it was right or not.
    pub fn looked_at(line: &BankLine, is_right: bool) -> NewAnswer {
        NewAnswer { line: line.id, grade: line.verdict.auto_grade(), is_right, member: 0 }
    }

    /// A person gave money of which nothing was used to items: that the suggestion was right, when they are its items and amounts;
    /// that it was not, when all is given otherwise. Part of it says nothing yet.
    pub fn applied(
        line: &BankLine,
        receipt: &Receipt,
        given: impl Iterator<Item = (OpenItemId, Part)>,
        member: usize,
    ) -> Option<NewAnswer> {
        let (grade, suggested) = line.verdict.suggestion()?;
        let is_right = reading_key(given) == Some(suggested);
        (is_right || receipt.unapplied.is_zero()).then_some(NewAnswer { line: line.id, grade: Some(grade), is_right, member })
    }

    /// A person took back what the line had paid.
    pub fn taken_back(line: &BankLine, applied_on: BusinessDate, on: BusinessDate) -> Option<NewAnswer> {
        let is_telling = on.days().saturating_sub(applied_on.days()) <= TELLING_DAYS;
        is_telling.then(|| NewAnswer::looked_at(line, false))
    }
}

/// The same for readings that pay the same items the same amounts; none for one that pays nothing.
pub fn reading_key(parts: impl Iterator<Item = (OpenItemId, Part)>) -> Option<Uuid> {
    let figures = |(item, part): (OpenItemId, Part)| (item, part.amount.minor(), part.discount.minor(), part.write_off.minor());
    let mut parts: Vec<_> = parts.map(figures).collect();
    parts.sort_unstable();
    let mut hasher = Sha256::new();
    for (item, amount, discount, write_off) in &parts {
        hasher.update(item.uuid().as_bytes());
        [amount, discount, write_off].into_iter().for_each(|minor| hasher.update(minor.to_be_bytes()));
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let (start, _) = digest.split_first_chunk()?;
    (!parts.is_empty()).then(|| Uuid::from_bytes(*start))
}
