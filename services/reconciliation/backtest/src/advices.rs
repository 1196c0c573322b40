//! Remittance advices: read, handed to the ledger whose documents they name, and written out as read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quittance_formats::remittance::{Advice, Hints, Verdict};
use quittance_matching::record::{AdviceLine, AdviceRecord};
use quittance_types::{Currency, Decimal, Money};
use rayon::prelude::*;
use serde::Serialize;

use crate::error::BacktestError;
use crate::folder;
use crate::results::field;
use crate::run::Book;
use crate::statements::folded;

/// Columns of the file.
const HEADER: &str = "advice,invoice,net,deduction\n";
/// Letters and digits a document number has at least, to be asked for: shorter texts are days and counts.
const TELLING: usize = 4;
/// Failures that are shown.
const SHOWN: usize = 10;

/// A line of an advice as it is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdviceRow {
    advice: String,
    invoice: String,
    net: String,
    deduction: String,
}

/// What the advices gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AdviceSummary {
    /// Files.
    pub files: u64,
    /// Advices whose rows and totals add up.
    pub proven: u64,
    /// Advices a person should look at, by reason.
    pub review: BTreeMap<&'static str, u64>,
    /// Lines in all.
    pub lines: u64,
    /// Advices that name documents of no seller.
    pub unrelated: u64,
    /// Files that could not be read and why; the first ones.
    pub failures: Vec<(String, String)>,
    /// Files that could not be read.
    pub failed: u64,
}

/// All advices of a folder.
#[derive(Default)]
pub(crate) struct Advices {
    pub rows: Vec<AdviceRow>,
    pub summary: AdviceSummary,
}

/// Reads the files of `remittance/` and gives them to the books.
///
/// # Errors
/// A folder that is there and cannot be listed.
pub(crate) fn read(data: &Path, books: &mut [Book]) -> Result<Advices, BacktestError> {
    let paths = folder::files(&data.join("remittance"))?;
    let mut all = Advices { summary: AdviceSummary { files: paths.len() as u64, ..AdviceSummary::default() }, ..Advices::default() };
    let known: &[Book] = books;
    let read: Vec<_> = paths.par_iter().map(|path| (folder::stem(path), folder::name(path), read_file(path, known))).collect();
    for (stem, name, outcome) in read {
        match outcome {
            Ok(advices) => advices.iter().for_each(|advice| all.take(&stem, advice, books)),
            Err(why) => all.failed(name, why),
        }
    }
    all.rows.sort_by(|a, b| a.advice.cmp(&b.advice));
    Ok(all)
}

fn read_file(path: &PathBuf, books: &[Book]) -> Result<Vec<Advice>, String> {
    let bytes = std::fs::read(path).map_err(|cause| cause.to_string())?;
    let name = folder::name(path);
    let is_known = |document: &str| books.iter().any(|book| holds(book, document));
    let hints = Hints { name: Some(&name), is_known_document: Some(&is_known), expected_total: None };
    quittance_formats::remittance::read_with(&bytes, &hints).map_err(|error| error.to_string())
}

impl Advices {
    fn failed(&mut self, name: String, why: String) {
        self.summary.failed += 1;
        if self.summary.failures.len() < SHOWN {
            self.summary.failures.push((name, why));
        }
    }

    fn take(&mut self, stem: &str, advice: &Advice, books: &mut [Book]) {
        match &advice.verdict {
            Verdict::Proven => self.summary.proven += 1,
            Verdict::Review { why } => why.iter().for_each(|why| *self.summary.review.entry(why.code()).or_default() += 1),
        }
        self.summary.lines += advice.lines.len() as u64;
        let currency = advice.currency_value();
        let documents = advice.lines.iter().filter(|line| !line.document.value.trim().is_empty());
        self.rows.extend(documents.map(|line| AdviceRow {
            advice: stem.to_owned(),
            invoice: line.document.value.to_string(),
            net: line.net_amount().map(|net| decimal(net, currency)).unwrap_or_default(),
            deduction: decimal(line.deduction().unwrap_or_default(), currency),
        }));
        let owners = owners(advice, books);
        self.summary.unrelated += u64::from(!owners.related);
        for place in owners.books {
            if let Some(book) = books.get_mut(place) {
                hand_over(stem, advice, book);
            }
        }
    }
}

/// The rows as a file.
pub(crate) fn csv(rows: &[AdviceRow]) -> String {
    let mut out = HEADER.to_owned();
    for row in rows {
        field(&mut out, &row.advice);
        field(&mut out, &row.invoice);
        out.push_str(&row.net);
        out.push(',');
        out.push_str(&row.deduction);
        out.push('\n');
    }
    out
}

/// At the scale of its currency, two decimals when that is not known; never rounded.
fn decimal(value: Decimal, currency: Option<Currency>) -> String {
    let digits = currency.map_or(2, Currency::minor_digits);
    let mut value = value.normalize();
    if value.scale() < digits {
        value.rescale(digits);
    }
    value.to_string()
}

/// Whose advice it is.
struct Owners {
    books: Vec<usize>,
    /// True when a ledger holds one of its documents.
    related: bool,
}

/// The books in which most rows find their document and its amount, if at least half of them do; else the one whose
/// account is paid, else all of them: the engine then goes by number or total, and by payer.
fn owners(advice: &Advice, books: &[Book]) -> Owners {
    let counts: Vec<usize> = books.iter().map(|book| book.shard.rows_known(&rows(advice, book))).collect();
    let most = counts.iter().copied().max().unwrap_or_default();
    let related = most > 0 || books.iter().any(|book| advice.lines.iter().any(|line| holds(book, &line.document.value)));
    if most > 0 && most * 2 >= advice.lines.len() {
        let books = counts.iter().enumerate().filter(|(_, count)| **count == most).map(|(place, _)| place).collect();
        return Owners { books, related };
    }
    let paid = advice.payee.account.as_ref().map(|account| folded(&account.value)).unwrap_or_default();
    let is_paid = |book: &Book| !paid.is_empty() && book.seller.accounts.iter().any(|account| folded(account) == paid);
    let books = match books.iter().position(is_paid) {
        Some(place) => vec![place],
        None => (0..books.len()).collect(),
    };
    Owners { books, related }
}

fn holds(book: &Book, document: &str) -> bool {
    let telling = document.bytes().filter(u8::is_ascii_alphanumeric).count() >= TELLING;
    telling && book.shard.knows_number(document)
}

/// The rows with an amount, in minor units of the advice's currency.
fn rows<'a>(advice: &'a Advice, book: &Book) -> Vec<AdviceLine<'a>> {
    let scale = advice.currency_value().unwrap_or(book.seller.currency);
    let minor = |value: Decimal| Money::new(value, scale).ok().map(Money::minor);
    let row = |line: &'a quittance_formats::remittance::AdviceLine| {
        Some(AdviceLine {
            document: &line.document.value,
            gross: line.gross_amount().and_then(minor),
            deduction: line.deduction().and_then(minor),
            reason: line.reason().unwrap_or_default(),
            net: line.net_amount().and_then(minor)?,
        })
    };
    advice.lines.iter().filter_map(row).collect()
}

fn hand_over(stem: &str, advice: &Advice, book: &mut Book) {
    let currency = advice.currency_value();
    let scale = currency.unwrap_or(book.seller.currency);
    let minor = |value: Decimal| Money::new(value, scale).ok().map(Money::minor);
    let text = |value: &Option<quittance_formats::remittance::Field<quittance_formats::Text>>| {
        value.as_ref().map(|field| field.value.to_string()).unwrap_or_default()
    };
    let lines = rows(advice, book);
    book.shard.add_advice(&AdviceRecord {
        id: stem,
        number: &text(&advice.number),
        date: advice.date.as_ref().map(|date| date.value),
        total: advice.total.as_ref().and_then(|total| minor(total.value)),
        currency,
        payer_name: &text(&advice.payer.name),
        payer_account: &text(&advice.payer.account),
        customer_number: &text(&advice.payer.customer_number),
        proven: advice.is_proven(),
        lines: &lines,
    });
}
