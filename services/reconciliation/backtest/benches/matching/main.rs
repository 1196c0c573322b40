//! `make bench-matching`: what the matching engine does a second, on a generated folder. One JSON line a figure on standard
//! output; a table for people on standard error.
//!
//! The run over a whole folder is this program again (`--run`), so that time and memory are those of one run and of nothing
//! else.

// Ratios of measurements, not money.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss)]
#![allow(missing_docs)]

mod engine;
mod figure;
mod machine;
mod whole;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use quittance_simulator::ledger::{self, Params};
use tikv_jemallocator::Jemalloc;

use crate::figure::Figure;

/// That of `quittance match`.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// What went wrong is for people.
pub type Outcome<T> = Result<T, String>;

#[derive(Clone, Copy, ValueEnum)]
enum Profile {
    Base,
    Hard,
}

/// Measures the matching engine.
#[derive(Parser)]
pub struct Options {
    /// Open items of the folder.
    #[arg(long, default_value_t = 200_000)]
    items: u64,
    /// Lines of its bank files.
    #[arg(long, default_value_t = 40_000)]
    lines: u64,
    /// Confirmed past lines.
    #[arg(long, default_value_t = 10_000)]
    history: u64,
    /// Sellers they are spread over.
    #[arg(long, default_value_t = 4)]
    sellers: u32,
    /// Seed of the folder.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How hard the folder is.
    #[arg(long, value_enum, default_value_t = Profile::Base)]
    profile: Profile,
    /// Lines proposed for one by one.
    #[arg(long, default_value_t = 5_000)]
    single: usize,
    /// Threads of the run over the whole folder; 0 for one per processor.
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// A folder that is there already, instead of a generated one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Runs over the folder, writes the result here and prints what it took; used by the program itself.
    #[arg(long, hide = true)]
    run: Option<PathBuf>,
    /// What `cargo bench` says to every program.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match measure(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench-matching: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: &Options) -> Outcome<()> {
    if let (Some(out), Some(data)) = (&options.run, &options.data) {
        return whole::run_here(data, out, options.threads);
    }
    println!("{}", machine::state());
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let data = match &options.data {
        Some(data) => data.clone(),
        None => generate(options, scratch.path().join("folder"))?,
    };
    let mut figures = whole::figures(&data, scratch.path(), options.threads)?;
    figures.extend(engine::figures(&data, options.single)?);
    eprintln!("{}", figure::table(&figures));
    figures.iter().all(Figure::is_sound).then_some(()).ok_or_else(|| "a figure is not sound".to_owned())
}

fn generate(options: &Options, folder: PathBuf) -> Outcome<PathBuf> {
    let params = Params {
        seed: options.seed,
        sellers: options.sellers,
        items: options.items,
        lines: options.lines,
        history: options.history,
        profile: match options.profile {
            Profile::Base => ledger::Profile::Base,
            Profile::Hard => ledger::Profile::Hard,
        },
    };
    ledger::generate(&params, &folder).map_err(|error| error.to_string())?;
    Ok(folder)
}
