//! One bank file.

use std::path::Path;

use quittance_formats::{
    Severity, Statement,
    statement::{Entry, Format},
};
use quittance_types::{BusinessDate, Currency};

use super::line::{self, ReadLine};
use crate::folder;
use crate::progress::Progress;
use crate::sums::Sums;

/// Findings that are shown of a file.
const SHOWN: usize = 3;

/// A bank file as read, or why it could not be.
#[derive(Default)]
pub(crate) struct StatementFile {
    pub name: String,
    pub bytes: u64,
    pub sha256: [u8; 32],
    /// `camt.053.001.08`, `mt940` ...; empty when the file could not be read.
    pub format: String,
    pub failure: Option<String>,
    pub statements: Vec<StatementRead>,
    /// Findings that put a figure in doubt, and the first of them.
    pub warnings: u64,
    pub examples: Vec<String>,
}

/// The place of a statement among all: account, day, numbers, content.
pub(crate) type Order = (String, Option<BusinessDate>, String, String, [u8; 32], usize);

/// A statement as read.
pub(crate) struct StatementRead {
    pub order: Order,
    pub account: String,
    pub currency: Option<Currency>,
    /// True for reports of the day that a final statement follows.
    pub interim: bool,
    pub opening: Option<i64>,
    pub closing: Option<i64>,
    /// Sum of the booked entries; none when one of them cannot be read.
    pub booked: Option<i64>,
    pub lines: Vec<ReadLine>,
    /// Money in, and money out without its sign.
    pub credits: Sums,
    pub debits: Sums,
    /// Entries that are announced and not booked.
    pub not_booked: u64,
    /// Lines without a readable amount, direction or date.
    pub unreadable: u64,
    /// Lines as read, before any was left out.
    pub line_count: u64,
    /// Lines that were not left out.
    pub kept: u64,
    /// Sum of those that stood in an earlier statement.
    pub repeated: i64,
}

impl StatementRead {
    /// Closing balance less opening balance less entries; none when one of them is not known.
    pub fn difference(&self) -> Option<i64> {
        let expected = self.opening?.checked_add(self.booked?)?;
        self.closing?.checked_sub(expected)
    }

    /// True when its entries do not lead from its opening to its closing balance.
    pub fn is_broken(&self) -> bool {
        self.difference().is_some_and(|difference| difference != 0)
    }
}

/// Reads a file. What cannot be read says why; nothing panics and nothing stops the others.
pub(crate) fn read_file(path: &Path, progress: &dyn Progress) -> StatementFile {
    let name = folder::name(path);
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(cause) => return StatementFile { name, failure: Some(cause.to_string()), ..StatementFile::default() },
    };
    let file = read_bytes(name, &bytes);
    progress.advance(bytes.len() as u64);
    file
}

fn read_bytes(name: String, bytes: &[u8]) -> StatementFile {
    let size = bytes.len() as u64;
    let file = match quittance_formats::read(bytes) {
        Ok(file) => file,
        Err(fault) => {
            let failure = fault.message().to_owned();
            return StatementFile { sha256: content_mark(bytes), name, bytes: size, failure: Some(failure), ..StatementFile::default() };
        }
    };
    let doubts = file.findings.iter().filter(|finding| finding.kind.severity() == Severity::Warning);
    let interim = !matches!(file.format, Format::Camt053 | Format::Mt940 | Format::Cfonb120 | Format::Coda | Format::Bai2 | Format::Ofx);
    let read = |(index, statement): (usize, &Statement)| statement_read(statement, index, file.source_sha256, interim);
    StatementFile {
        bytes: size,
        sha256: file.source_sha256,
        format: if file.version.is_empty() { file.format.code().to_owned() } else { file.version.clone() },
        failure: None,
        statements: file.statements.iter().enumerate().map(read).collect(),
        warnings: doubts.clone().count() as u64,
        examples: doubts.take(SHOWN).map(|finding| format!("{}, line {}: {}", finding.path, finding.line, finding.text)).collect(),
        name,
    }
}

/// What makes two unreadable files the same: their length and first bytes.
fn content_mark(bytes: &[u8]) -> [u8; 32] {
    let mut mark = [0; 32];
    let (length, head) = mark.split_at_mut(8);
    length.copy_from_slice(&(bytes.len() as u64).to_be_bytes());
    head.iter_mut().zip(bytes).for_each(|(target, byte)| *target = *byte);
    mark
}

fn statement_read(statement: &Statement, index: usize, sha256: [u8; 32], interim: bool) -> StatementRead {
    let account = statement.account.id.as_ref().map_or_else(String::new, |id| id.value.clone());
    let minor = |balance: Option<&quittance_formats::statement::Balance>| balance.and_then(|balance| Some(balance.amount.money()?.minor()));
    let closing = statement.closing_balance();
    let last = statement.entries.iter().filter_map(Entry::accounting_date).max();
    let day = closing.and_then(|balance| balance.date).or(statement.to).map(|moment| moment.date()).or(last);
    let sequence = statement.electronic_sequence.as_deref().or(statement.legal_sequence.as_deref()).unwrap_or_default();
    let sequence = format!("{sequence:0>20}/{:0>6}", statement.page.as_ref().map_or("", |page| page.number.as_str()));
    let mut read = StatementRead {
        order: (account.clone(), day, sequence, statement.id.as_deref().unwrap_or_default().to_owned(), sha256, index),
        currency: statement.currency(),
        interim,
        opening: minor(statement.opening_balance()),
        closing: minor(closing),
        booked: booked(statement),
        lines: Vec::with_capacity(statement.entries.len()),
        credits: Sums::default(),
        debits: Sums::default(),
        not_booked: 0,
        unreadable: 0,
        line_count: 0,
        kept: 0,
        repeated: 0,
        account,
    };
    let mut synthetic = line::Synthetic::new(&read.account);
    for entry in &statement.entries {
        if line::is_announced(entry) {
            read.not_booked += 1;
            continue;
        }
        for found in entry.lines(&statement.account) {
            match line::read(&found, &read.account, day, &mut synthetic) {
                Some(line) => read.lines.push(line),
                None => read.unreadable += 1,
            }
        }
    }
    read.line_count = read.lines.len() as u64;
    read
}

fn booked(statement: &Statement) -> Option<i64> {
    let mut booked = statement.entries.iter().filter(|entry| !line::is_announced(entry));
    booked.try_fold(0_i64, |sum, entry| sum.checked_add(entry.signed_amount()?.money()?.minor()))
}
