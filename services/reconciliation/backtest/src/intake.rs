//! What was read, what was not there, and which rows were refused for what reason.

use std::collections::BTreeMap;

use serde::Serialize;

/// Examples kept for each reason.
const EXAMPLES: usize = 3;
/// Characters of a value that are shown.
const SHOWN: usize = 40;

/// A row, or a value of it, that cannot be used as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The column; empty for the row as a whole.
    pub column: &'static str,
    /// Why, as the rest of a sentence that starts with the value.
    pub why: &'static str,
    /// The value as written.
    pub value: String,
}

impl Refused {
    /// A value of a column that cannot be used.
    pub fn new(column: &'static str, why: &'static str, value: &str) -> Refused {
        Refused { column, why, value: value.chars().take(SHOWN).collect() }
    }
}

/// What one table of the folder gave.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TableRead {
    /// File name.
    pub file: String,
    /// False when the file is not there.
    pub present: bool,
    /// Rows used.
    pub rows: u64,
    /// Rows refused.
    pub refused: u64,
    /// Known columns the header does not name, and what is done without them.
    pub absent: Vec<AbsentColumn>,
    /// Why rows were refused, most frequent first.
    pub reasons: Vec<RefusedRows>,
    /// What is odd in rows that are used, a value left aside or taken for something else, most frequent first.
    pub oddities: Vec<RefusedRows>,
}

/// A column that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AbsentColumn {
    /// Its name.
    pub column: &'static str,
    /// What is done without it; empty when there simply is less evidence.
    pub consequence: &'static str,
}

/// Rows refused, or odd, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRows {
    /// The column; empty for the row as a whole.
    pub column: &'static str,
    /// Why.
    pub why: &'static str,
    /// How many.
    pub count: u64,
    /// The first ones.
    pub examples: Vec<RefusedRow>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// The value as written.
    pub value: String,
}

/// Counts while a table is read.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub read: TableRead,
    reasons: Reasons,
    oddities: Reasons,
}

#[derive(Debug, Default)]
struct Reasons(BTreeMap<(&'static str, &'static str), RefusedRows>);

impl Reasons {
    fn note(&mut self, line: u64, refused: Refused) {
        let Refused { column, why, value } = refused;
        let reason = self.0.entry((column, why)).or_insert_with(|| RefusedRows { column, why, count: 0, examples: Vec::new() });
        reason.count += 1;
        if reason.examples.len() < EXAMPLES {
            reason.examples.push(RefusedRow { line, value });
        }
    }

    /// Most frequent first.
    fn sorted(self) -> Vec<RefusedRows> {
        let mut reasons: Vec<RefusedRows> = self.0.into_values().collect();
        reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (a.column, a.why).cmp(&(b.column, b.why))));
        reasons
    }
}

/// What is odd in a row that is used.
pub(crate) type Odd = Vec<Refused>;

impl Tally {
    /// For a file of this name.
    pub fn of(file: &str) -> Tally {
        Tally { read: TableRead { file: file.to_owned(), ..TableRead::default() }, ..Tally::default() }
    }

    /// Counts the row at `line`.
    pub fn row(&mut self, line: u64, outcome: Result<Odd, Refused>) {
        match outcome {
            Err(refused) => {
                self.read.refused += 1;
                self.reasons.note(line, refused);
            }
            Ok(odd) => {
                self.read.rows += 1;
                odd.into_iter().for_each(|value| self.oddities.note(line, value));
            }
        }
    }

    /// The counts.
    pub fn finish(self) -> TableRead {
        let mut read = self.read;
        read.reasons = self.reasons.sorted();
        read.oddities = self.oddities.sorted();
        read
    }
}
