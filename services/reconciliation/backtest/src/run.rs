//! The run: folder in, result rows and report out.

use std::path::{Path, PathBuf};
use std::time::Instant;

use quittance_matching::learning::Key;
use quittance_matching::record::{Line, Rates};
use quittance_matching::shard::Shard;
use quittance_types::Currency;
use rayon::prelude::*;

use crate::advices::{self, AdviceRow, Advices};
use crate::error::BacktestError;
use crate::folder;
use crate::intake::TableRead;
use crate::ledgers::{Ledger, Seller};
use crate::owners;
use crate::progress::{Progress, Silent};
use crate::report::{self, Report};
use crate::results::{self, Rows};
use crate::statements::{self, Statements};
use crate::tables;
use crate::tally::{Scope, Tally};

/// Lines handed to the engine at once. What it answers is written and forgotten before the next ones, so memory does not
/// grow with the number of lines. Days are never cut.
const BATCH: usize = 32_768;

/// What to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder.
    pub data: PathBuf,
    /// False leaves `history.jsonl` aside.
    pub history: bool,
    /// Threads; 0 for one per processor. The result does not depend on it.
    pub threads: usize,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// The report.
    pub report: Report,
    results: Vec<String>,
    advices: Vec<AdviceRow>,
}

impl Outcome {
    /// Writes `result.csv`: sellers in the order of their ids, lines in the order they were handled.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_results(&self, path: &Path) -> Result<(), BacktestError> {
        write(path, std::iter::once(results::HEADER).chain(self.results.iter().map(String::as_str)))
    }

    /// Writes what the advices say: `advice,invoice,net,deduction`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_advices(&self, path: &Path) -> Result<(), BacktestError> {
        write(path, [advices::csv(&self.advices).as_str()])
    }
}

fn write<'t>(path: &Path, parts: impl IntoIterator<Item = &'t str>) -> Result<(), BacktestError> {
    use std::io::Write as _;
    let put = || {
        let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
        parts.into_iter().try_for_each(|part| out.write_all(part.as_bytes()))?;
        out.flush()
    };
    put().map_err(|cause| BacktestError::Unwritable { path: path.to_owned(), cause })
}

/// Runs the engine on a folder.
///
/// # Errors
/// A folder without bank files, a table that cannot be read at all, threads that cannot be started. Everything else is in
/// the report.
pub fn run(options: &Options, progress: &dyn Progress) -> Result<Outcome, BacktestError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let pool = pool.map_err(|cause| BacktestError::Threads(cause.to_string()))?;
    pool.install(|| run_here(options, progress))
}

/// Reads a folder and builds its ledgers, each with the lines of its seller, and stops there; for measurements.
///
/// # Errors
/// As [`run`].
pub fn prepare(options: &Options) -> Result<Vec<(Shard, Vec<Line>)>, BacktestError> {
    let input = read(options, &Silent)?;
    let mut books: Vec<Book> = input.ledgers.into_par_iter().map(Book::open).collect();
    advices::read(&options.data, &mut books)?;
    Ok(books.into_iter().map(|book| book.shard).zip(input.statements.lines).collect())
}

fn run_here(options: &Options, progress: &dyn Progress) -> Result<Outcome, BacktestError> {
    let started = Instant::now();
    let input = read(options, progress)?;
    let read_in = started.elapsed();

    let rates = input.rates.clone();
    let currency = common_currency(&input.ledgers);
    let line_count: u64 = input.statements.lines.iter().map(|lines| lines.len() as u64).sum();
    progress.stage("Matching", line_count);
    let mut books: Vec<Book> = input.ledgers.into_par_iter().map(Book::open).collect();
    let advices = advices::read(&options.data, &mut books)?;
    let contradictions = books.iter().flat_map(Book::contradictions).collect();
    let built_in = started.elapsed();

    let Statements { files, figures, mut lines, duplicates, shared_ids, interim, held } = input.statements;
    let taken = owners::take(&mut books, &mut lines);
    let unassigned = lines.pop().unwrap_or_default();
    let work: Vec<(Book, Vec<Line>)> = books.into_iter().zip(lines).collect();
    let done: Vec<Done> = work.into_par_iter().map(|(book, lines)| book.run(lines, &rates, currency, progress)).collect();
    let matched_in = started.elapsed();

    let Advices { rows, summary: advices } = advices;
    let mut sellers = Vec::with_capacity(done.len());
    let mut tally = Tally::default();
    let mut results = Vec::with_capacity(done.len() + 1);
    for done in done {
        sellers.push(report::SellerRead::of(&done.seller, done.sizes, &done.tally, done.accounts));
        tally.merge(done.tally);
        results.push(done.rows);
    }
    let mut rest = String::new();
    unassigned.iter().chain(&held).for_each(|line| results::left_alone(&mut rest, line));
    results.push(rest);
    let report = report::build(report::Material {
        tables: input.tables,
        history: options.history,
        sellers,
        files,
        figures,
        taken,
        unassigned,
        held,
        contradictions,
        duplicates,
        shared_ids,
        interim,
        advices,
        tally,
        rates,
        currency,
        line_count,
        threads: rayon::current_num_threads(),
        times: [read_in, built_in.saturating_sub(read_in), matched_in.saturating_sub(built_in)],
    });
    Ok(Outcome { report, results, advices: rows })
}

/// Everything read.
struct Input {
    tables: Vec<TableRead>,
    ledgers: Vec<Ledger>,
    rates: Rates,
    statements: Statements,
}

fn read(options: &Options, progress: &dyn Progress) -> Result<Input, BacktestError> {
    let data = &options.data;
    std::fs::read_dir(data).map_err(|cause| BacktestError::Folder { path: data.clone(), cause })?;
    let paths = folder::files(&data.join("statements"))?;
    if paths.is_empty() {
        return Err(BacktestError::NoStatements { folder: data.clone() });
    }
    let tables = tables::FILES.iter().map(|name| data.join(name));
    progress.stage("Reading", tables.chain(paths.iter().cloned()).map(|path| folder::size(&path)).sum());
    let (mut ledgers, mut tables) = tables::read_sellers(data, progress)?;
    let (reads, files) =
        rayon::join(|| tables::read_ledgers(data, options.history, &mut ledgers, progress), || statements::read_files(&paths, progress));
    tables.extend(reads?);
    let rates = ledgers.rates().clone();
    let ledgers = ledgers.into_sorted();
    let sellers: Vec<Seller> = ledgers.iter().map(|ledger| ledger.seller.clone()).collect();
    Ok(Input { tables, rates, statements: statements::arrange(files, &sellers), ledgers })
}

/// The currency of all books, euro when they differ.
fn common_currency(ledgers: &[Ledger]) -> Currency {
    let first = ledgers.first().map(|ledger| ledger.seller.currency);
    first.filter(|first| ledgers.iter().all(|ledger| ledger.seller.currency == *first)).unwrap_or(Currency::EUR)
}

/// Rows read for a seller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub customers: u64,
    pub items: u64,
    pub closed: u64,
    pub confirmed: u64,
}

/// A seller's ledger, ready to be matched against.
pub(crate) struct Book {
    pub seller: Seller,
    pub shard: Shard,
    sizes: Sizes,
}

/// What the engine made of a seller's lines.
struct Done {
    seller: Seller,
    sizes: Sizes,
    rows: String,
    tally: Tally,
    /// Payer accounts known before and after.
    accounts: (u64, u64),
}

impl Book {
    fn open(ledger: Ledger) -> Book {
        let Ledger { seller, builder, customers, items, closed, confirmed } = ledger;
        let mut shard = builder.build();
        seller.accounts.iter().for_each(|account| shard.own_account(account));
        Book { seller, shard, sizes: Sizes { customers, items, closed, confirmed } }
    }

    /// Numbers that stand in rows which contradict each other.
    fn contradictions(&self) -> Vec<String> {
        self.shard.contradictions().map(str::to_owned).collect()
    }

    fn run(mut self, mut lines: Vec<Line>, rates: &Rates, currency: Currency, progress: &dyn Progress) -> Done {
        lines.sort_by_key(Line::order);
        let known = payer_accounts(&self.shard);
        let (mut rows, mut tally) = (String::new(), Tally::default());
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(batch_end(rest));
            let proposals = self.shard.run(batch);
            let scope = Scope { seller: &self.seller.id, shard: &self.shard, rates, currency };
            let mut writer = Rows::new(&self.shard, &mut rows);
            for (line, proposal) in batch.iter().zip(&proposals) {
                writer.line(line, proposal);
                tally.line(&scope, line, proposal);
            }
            progress.advance(batch.len() as u64);
            rest = later;
        }
        let accounts = (known, payer_accounts(&self.shard));
        Done { seller: self.seller, sizes: self.sizes, rows, tally, accounts }
    }
}

/// Accounts known to pay for a customer, each with its customer.
fn payer_accounts(shard: &Shard) -> u64 {
    shard.learning().rows().iter().filter(|row| matches!(row.key, Key::Account(_))).count() as u64
}

/// Where a batch ends: after the last line of the value date that reaches the size.
fn batch_end(lines: &[Line]) -> usize {
    let Some(last) = lines.get(BATCH - 1) else { return lines.len() };
    lines.partition_point(|line| line.value_on <= last.value_on)
}
