//! The report a finance person reads: the figures once, shown as text, JSON and HTML.

mod build;
mod chart;
mod controls;
mod findings;
mod html;
mod inputs;
mod sections;
mod share;
mod text;
mod words;

pub(crate) use build::{Material, build};
pub use share::Share;

use std::path::Path;

use serde::Serialize;

use crate::advices::AdviceSummary;
use crate::error::BacktestError;
use crate::intake::TableRead;
use crate::run::Sizes;
use crate::statements::Duplicates;
use crate::sums::Sums;
use crate::tally::Tally;

/// Everything the run can say.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Version of the program.
    pub version: &'static str,
    /// The currency sums are compared in; the books' own, euro when they differ.
    pub currency: &'static str,
    /// The findings in sentences.
    pub summary: Vec<String>,
    /// What was missing and what is done without it, in sentences.
    pub missing: Vec<String>,
    /// What needs attention in the data, in sentences.
    pub warnings: Vec<String>,
    /// Customer receipts.
    pub receipts: Bands,
    /// All lines by what they are.
    pub line_classes: Vec<Row>,
    /// Receipts by match class.
    pub match_classes: Vec<Row>,
    /// Autos by how they were read.
    pub readings: Vec<Row>,
    /// Receipts by month.
    pub months: Vec<Month>,
    /// Why lines were not posted.
    pub refusals: Vec<Refused>,
    /// Expected confidence.
    pub calibration: Vec<CalibrationBin>,
    /// Differences the autos explain.
    pub differences: Vec<Difference>,
    /// Money put on account without a person.
    pub on_account: Sums,
    /// The largest receipts and returns that need a person.
    pub exceptions: Vec<Exception>,
    /// Each seller.
    pub sellers: Vec<SellerRead>,
    /// Tables as read.
    pub tables: Vec<TableRead>,
    /// Bank files as read.
    pub statements: StatementsRead,
    /// Opening, lines and closing of each account.
    pub controls: Vec<Control>,
    /// What came twice.
    pub duplicates: Duplicates,
    /// Remittance advices.
    pub advices: AdviceSummary,
    /// Autos whose parts do not add up to their line; always empty.
    pub unconserved: Vec<String>,
    /// How long it took.
    pub speed: Speed,
}

/// Lines and money in the three bands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Bands {
    /// All of them.
    pub lines: u64,
    /// Their money, by currency.
    pub amounts: Sums,
    /// Posted without a person.
    pub auto: Part,
    /// Suggested.
    pub suggest: Part,
    /// Left.
    pub none: Part,
}

/// A band's part.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Part {
    /// Lines.
    pub lines: u64,
    /// Money, by currency.
    pub amounts: Sums,
    /// Of the lines.
    pub share_of_lines: Share,
    /// Of the money, in the currency of the report.
    pub share_of_amount: Share,
}

/// One row of a table by band.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Stable code.
    pub code: &'static str,
    /// In words.
    pub name: &'static str,
    /// The three bands.
    pub bands: Bands,
}

/// Receipts of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Month {
    /// `2026-11`
    pub month: String,
    /// Posted without a person.
    pub auto: u64,
    /// Suggested.
    pub suggest: u64,
    /// Left.
    pub none: u64,
}

/// Lines that were not posted for one reason.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    /// `suggest` or `none`.
    pub decision: &'static str,
    /// Stable code.
    pub reason: &'static str,
    /// In words.
    pub sentence: &'static str,
    /// How many.
    pub lines: u64,
    /// Their money, by currency.
    pub amounts: Sums,
    /// The largest one.
    pub example: Exception,
}

/// A line that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// The bank's reference.
    pub line: String,
    /// Id of the seller.
    pub seller: String,
    /// Booking date.
    pub date: String,
    /// Amount.
    pub amount: String,
    /// Its currency.
    pub currency: &'static str,
    /// Payer as the bank names it.
    pub payer: String,
    /// Start of the text.
    pub text: String,
    /// Why it waits.
    pub why: &'static str,
    /// The first suggestion; empty without one.
    pub best: String,
}

/// Lines of a range of confidence.
#[derive(Debug, Clone, Serialize)]
pub struct CalibrationBin {
    /// `0.9 to 1.0`
    pub range: String,
    /// Lines with a reading.
    pub lines: u64,
    /// Of these, posted without a person.
    pub auto: u64,
    /// Mean confidence: so many of them are expected to be right.
    pub expected: Share,
}

/// Differences of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Stable code.
    pub kind: &'static str,
    /// In words.
    pub name: &'static str,
    /// Items.
    pub items: u64,
    /// Sum by currency.
    pub amounts: Sums,
}

/// A seller and its receipts.
#[derive(Debug, Clone, Serialize)]
pub struct SellerRead {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Customers read.
    pub customers: u64,
    /// Open items read.
    pub items: u64,
    /// Closed items read.
    pub closed: u64,
    /// Confirmed past lines read.
    pub confirmed: u64,
    /// Lines of its accounts.
    pub lines: u64,
    /// Its receipts.
    pub receipts: u64,
    /// Receipts posted without a person.
    pub auto: u64,
    /// Payer accounts known from master data and history.
    pub accounts: u64,
    /// Payer accounts learnt from the lines of the run.
    pub learnt: u64,
}

impl SellerRead {
    pub(crate) fn of(seller: &crate::ledgers::Seller, sizes: Sizes, tally: &Tally, (known, after): (u64, u64)) -> SellerRead {
        use quittance_matching::proposal::{Band, LineClass};
        let count = |wanted: &dyn Fn(&LineClass, &Band) -> bool| {
            tally.cells.iter().filter(|((class, band, _), _)| wanted(class, band)).map(|(_, count)| count.lines).sum()
        };
        SellerRead {
            id: seller.id.clone(),
            name: seller.name.clone(),
            customers: sizes.customers,
            items: sizes.items,
            closed: sizes.closed,
            confirmed: sizes.confirmed,
            lines: count(&|_, _| true),
            receipts: count(&|class, _| *class == LineClass::Receipt),
            auto: count(&|class, band| *class == LineClass::Receipt && *band == Band::Auto),
            accounts: known,
            learnt: after.saturating_sub(known),
        }
    }
}

/// Bank files as read.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StatementsRead {
    /// Files with different content.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files by format.
    pub formats: std::collections::BTreeMap<String, u64>,
    /// Statements.
    pub statements: u64,
    /// Lines matched.
    pub lines: u64,
    /// Money in and out, by currency.
    pub credits: Sums,
    /// Money out, by currency.
    pub debits: Sums,
    /// Entries announced and not booked.
    pub not_booked: u64,
    /// Lines of interim reports whose final statements are there too.
    pub interim: u64,
    /// Lines without a readable amount, direction or date.
    pub unreadable: u64,
    /// Lines of accounts that belong to no seller.
    pub unassigned: u64,
    /// Lines of statements that do not add up to their closing balance; nothing is applied from them.
    pub held: u64,
    /// Files that could not be read and why.
    pub failures: Vec<(String, String)>,
    /// Findings that put a figure in doubt: file and examples.
    pub doubts: Vec<(String, u64, Vec<String>)>,
}

/// One account: opening balance and lines lead to the closing balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Account.
    pub account: String,
    /// Currency.
    pub currency: &'static str,
    /// Statements.
    pub statements: u64,
    /// Opening balance of the first.
    pub opening: Option<String>,
    /// Sum of the booked entries.
    pub lines: Option<String>,
    /// Closing balance of the last.
    pub closing: Option<String>,
    /// What is missing.
    pub difference: Option<String>,
    /// Statements whose own figures do not add up.
    pub broken: u64,
    /// Statements that do not open where the one before closed.
    pub gaps: u64,
    /// True when everything that can be checked holds and something could be.
    pub holds: bool,
}

/// How long it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Speed {
    /// Threads.
    pub threads: usize,
    /// Milliseconds for reading tables and bank files.
    pub read_ms: u64,
    /// Milliseconds for building the indexes and reading advices.
    pub build_ms: u64,
    /// Milliseconds for matching.
    pub match_ms: u64,
    /// Lines a second in matching, over all threads.
    pub lines_per_second: u64,
}

impl Report {
    /// For a terminal or a file; colours only where they are wanted. `width` columns, none for as wide as it gets.
    pub fn text(&self, colour: bool, width: Option<u16>) -> String {
        text::render(self, colour, width)
    }

    /// For programs.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// One page that needs nothing else.
    pub fn html(&self) -> String {
        html::render(self)
    }

    /// Writes by the ending of the path: `.json`, `.html`, `.txt`; anything else is a folder that gets all three.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), BacktestError> {
        let put = |path: &Path, text: String| {
            std::fs::write(path, text).map_err(|cause| BacktestError::Unwritable { path: path.to_owned(), cause })
        };
        match path.extension().and_then(std::ffi::OsStr::to_str) {
            Some("json") => put(path, self.json()),
            Some("html") => put(path, self.html()),
            Some("txt") => put(path, self.text(false, None)),
            _ => {
                std::fs::create_dir_all(path).map_err(|cause| BacktestError::Unwritable { path: path.to_owned(), cause })?;
                put(&path.join("report.json"), self.json())?;
                put(&path.join("report.html"), self.html())?;
                put(&path.join("report.txt"), self.text(false, None))
            }
        }
    }
}
