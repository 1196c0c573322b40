//! `make bench`: our figures beside those of plain SQL doing the same work in the same run, in turn, on databases of our
//! own that wait for the disk. One JSON line a figure on standard output; a table for people on standard error.
//!
//! Services run as processes of their own (this program again, with `--node`), so that processor time and memory are
//! theirs and not the load generator's. Each unary figure is measured with its service alone; what followers make of the
//! events is `events/catch_up`.

// Ratios of measurements, not money.
#![allow(clippy::float_arithmetic)]
#![allow(missing_docs)]

mod company;
mod figure;
mod figures;
mod load;
mod machine;
mod node;
mod postgres;
mod raw;
mod suite;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::figures::Bench;
use crate::postgres::Server;
use crate::suite::Suite;

/// What went wrong is for people.
pub type Outcome<T> = Result<T, String>;

/// Which databases.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Databases {
    /// Only PostgreSQL.
    Postgres,
    /// Only SQLite.
    Sqlite,
    /// One after the other.
    Both,
}

/// A part of the figures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Reservations and invoices.
    Issuing,
    /// Event lag and throughput.
    Events,
    /// Applying receipts and importing bank files.
    Cash,
    /// Ageing and dunning.
    Collecting,
}

/// Measures Quittance beside plain SQL doing the same work.
#[derive(Parser)]
pub struct Options {
    /// Invoices that are there before anything is measured.
    #[arg(long, default_value_t = 2_000)]
    pub invoices: u64,
    /// Customers they are spread over.
    #[arg(long, default_value_t = 200)]
    pub customers: u64,
    /// Open invoices for ageing and dunning.
    #[arg(long, default_value_t = 20_000)]
    pub items: u64,
    /// Lines of bank files, if there are so many open items.
    #[arg(long, default_value_t = 2_000)]
    pub lines: usize,
    /// Receipts prepared to be applied.
    #[arg(long, default_value_t = 2_000)]
    pub applications: usize,
    /// Seconds each side of a rate works in each of two turns.
    #[arg(long, default_value_t = 1.0)]
    pub seconds: f64,
    /// Where.
    #[arg(long, value_enum, default_value_t = Databases::Both)]
    pub database: Databases,
    /// Only these figures and what they need.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub only: Vec<Part>,
    /// Of the PostgreSQL we start.
    #[arg(long, default_value = "512MB")]
    pub shared_buffers: String,
    /// A folder on the disk to measure; a temporary one otherwise.
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Serves this service until standard input ends; used by the program itself.
    #[arg(long, hide = true)]
    node: Vec<String>,
    /// Its settings.
    #[arg(long = "set", hide = true)]
    overrides: Vec<String>,
    /// Its keys.
    #[arg(long, hide = true, default_value = "keys")]
    keys: PathBuf,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome =
        quittance_chassis::process::runtime().map_err(|fault| fault.to_string()).and_then(|runtime| runtime.block_on(run(options)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Outcome<()> {
    if !options.node.is_empty() {
        let served = node::serve(&options.node, &options.overrides, &options.keys).await;
        return served.map_err(|fault| format!("{fault} {}", fault.operator_detail().unwrap_or_default()));
    }
    println!("{}", machine::state());
    let builder = tempfile::Builder::new().prefix("quittance-bench-").to_owned();
    let folder = match &options.folder {
        Some(parent) => builder.tempdir_in(parent),
        None => builder.tempdir(),
    };
    let folder = folder.map_err(|error| error.to_string())?;
    let mut figures = Vec::new();
    if options.database != Databases::Sqlite {
        let server = Server::start(&options.shared_buffers).await?;
        let suite = Suite::prepare(&folder.path().join("postgres"), Some(server)).await?;
        figures.extend(Bench::run(&options, suite).await);
    }
    if options.database != Databases::Postgres {
        let suite = Suite::prepare(&folder.path().join("sqlite"), None).await?;
        figures.extend(Bench::run(&options, suite).await);
    }
    if std::io::stderr().is_terminal() {
        eprintln!("{}", figure::table(&figures));
    }
    Ok(())
}
