//! What came twice: the same file, or the same line in another one.
//!
//! A line is the same line when its account, its bank reference and its amount are the same; where the bank gives no
//! reference, when its account, date, amount and text are. Equal lines may also be honest, so they are counted: the n-th
//! such line of one statement (without references: of one file) is the same as the n-th of another.
//!
//! A statement that comes in two formats may have other references in each. It is the same one when it leads from the same
//! balance to the same other one by the same amounts on the same days.

use std::collections::{HashMap, HashSet};

use quittance_types::{BusinessDate, Currency};
use rayon::slice::ParallelSliceMut;
use serde::Serialize;

use super::line::{ReadLine, content};
use super::read::{StatementFile, StatementRead};

/// Examples that are shown.
const SHOWN: usize = 5;

/// What was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Files with the bytes of another one, each with the name of that.
    pub files: Vec<(String, String)>,
    /// Lines that another statement holds too.
    pub lines: u64,
    /// References of the first of them.
    pub examples: Vec<String>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    account: String,
    amount: i64,
    currency: Currency,
    /// The bank's reference, or the text.
    says: String,
    /// The day, where there is no reference.
    day: Option<BusinessDate>,
}

/// How often a line was seen before its scope, and in it.
#[derive(Default)]
struct Count {
    before: u32,
    scope: usize,
    inside: u32,
}

impl Count {
    /// Counts one more; true when an earlier scope had it.
    fn seen_before(&mut self, scope: usize) -> bool {
        if self.scope != scope {
            self.before = self.before.max(self.inside);
            (self.scope, self.inside) = (scope, 0);
        }
        self.inside += 1;
        self.inside <= self.before
    }
}

impl Duplicates {
    /// Leaves each content once. The files must be sorted by content.
    pub(super) fn drop_equal_files(&mut self, files: Vec<StatementFile>) -> Vec<StatementFile> {
        let mut kept: Vec<StatementFile> = Vec::with_capacity(files.len());
        for file in files {
            match kept.last().filter(|last| last.sha256 == file.sha256 && last.bytes == file.bytes) {
                Some(first) => self.files.push((file.name, first.name.clone())),
                None => kept.push(file),
            }
        }
        self.files.sort();
        kept
    }

    /// Leaves each statement once. The statements must be in their order.
    pub(super) fn drop_equal_statements(&mut self, statements: &mut [StatementRead]) {
        let mut seen = HashSet::new();
        for statement in statements {
            let is_known = course(statement).is_some_and(|course| !seen.insert(course));
            let dropped = if is_known { std::mem::take(&mut statement.lines) } else { Vec::new() };
            dropped.iter().for_each(|line| self.note(&line.line.id));
        }
    }

    /// Leaves each line once. The statements must be in their order.
    pub(super) fn drop_equal_lines(&mut self, statements: &mut [StatementRead]) {
        let mut counts: HashMap<Key, Count> = HashMap::default();
        let mut files: HashMap<[u8; 32], usize> = HashMap::new();
        for (place, statement) in statements.iter_mut().enumerate() {
            let next = files.len() + 1;
            let file = *files.entry(statement.order.4).or_insert(next);
            let repeated = &mut statement.repeated;
            statement.lines.retain(|line| {
                let scope = if line.referenced { place + 1 } else { file };
                let again = counts.entry(key(line)).or_default().seen_before(scope);
                if again {
                    *repeated = repeated.saturating_add(line.line.amount);
                    self.note(&line.line.id);
                }
                !again
            });
        }
    }

    fn note(&mut self, reference: &str) {
        self.lines += 1;
        if self.examples.len() < SHOWN {
            self.examples.push(reference.to_owned());
        }
    }
}

/// How a statement leads from one balance to another: account, balances, days and amounts.
type Course = (String, Currency, i64, i64, Vec<(BusinessDate, i64)>);

/// None where it leads nowhere else, or not by its entries.
fn course(statement: &StatementRead) -> Option<Course> {
    let (opening, closing) = (statement.opening?, statement.closing?);
    if opening == closing || statement.difference() != Some(0) {
        return None;
    }
    let mut amounts: Vec<(BusinessDate, i64)> = statement.lines.iter().map(|read| (read.line.booked_on, read.line.amount)).collect();
    amounts.sort_unstable();
    Some((super::accounts::folded(&statement.account), statement.currency?, opening, closing, amounts))
}

/// How many references stand for several of the lines that are left, and the first of them.
pub(super) fn shared_ids(statements: &[StatementRead]) -> Option<(u64, String)> {
    let mut ids: Vec<&str> =
        statements.iter().flat_map(|statement| &statement.lines).filter(|read| read.referenced).map(|read| read.line.id.as_str()).collect();
    ids.par_sort_unstable();
    let mut shared = ids.chunk_by(|one, other| one == other).filter_map(|same| same.first().filter(|_| same.len() > 1));
    let first = (*shared.next()?).to_owned();
    Some((shared.count() as u64 + 1, first))
}

fn key(read: &ReadLine) -> Key {
    let line = &read.line;
    let (says, day) = if read.referenced { (line.id.clone(), None) } else { (content(line), Some(line.booked_on)) };
    Key { account: super::accounts::folded(&line.account), amount: line.amount, currency: line.currency, says, day }
}
