//! `quittance generate` and `quittance score`: ledgers with known truth, and how well a result meets it.

use std::{io, io::Write, path::Path, path::PathBuf, process::ExitCode};

use quittance_simulator::ledger::{self, Counts, Params, Profile, score};
use quittance_types::{Fault, Reason};

/// What to generate.
#[derive(clap::Args)]
pub struct Options {
    /// Folder to write; files of an earlier run in it are overwritten.
    #[arg(long)]
    out: PathBuf,
    /// Same seed, same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Sellers.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=999))]
    sellers: u32,
    /// Open items over all sellers.
    #[arg(long, default_value_t = 20_000)]
    items: u64,
    /// Statement lines over all sellers, about.
    #[arg(long, default_value_t = 5_000)]
    lines: u64,
    /// Confirmed past lines over all sellers, about; as many as statement lines when not given.
    #[arg(long)]
    history: Option<u64>,
    /// How hard it is.
    #[arg(long, value_enum, default_value = "base")]
    profile: ProfileName,
}

/// Names of the profiles.
#[derive(Clone, Copy, clap::ValueEnum)]
enum ProfileName {
    /// What a usual company sees.
    Base,
    /// Fewer references, more slips and look-alikes.
    Hard,
}

/// Generates a folder and says what is in it.
///
/// # Errors
/// A folder that cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Fault> {
    let profile = match options.profile {
        ProfileName::Base => Profile::Base,
        ProfileName::Hard => Profile::Hard,
    };
    let params = Params {
        seed: options.seed,
        sellers: options.sellers,
        items: options.items,
        lines: options.lines,
        history: options.history.unwrap_or(options.lines),
        profile,
    };
    let counts = ledger::generate(&params, &options.out).map_err(|error| unusable(&options.out, &error))?;
    let Counts { sellers, customers, open_items, closed_items, lines, history, advices } = counts;
    print(&format!(
        "{sellers} sellers, {customers} customers, {open_items} open items, {closed_items} closed items, {lines} lines, \
         {history} past lines, {advices} advices in {}\n",
        options.out.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// What to compare.
#[derive(clap::Args)]
pub struct ScoreOptions {
    /// truth.csv of a generated folder; open_items.csv and fx_rates.csv are read from beside it.
    #[arg(long)]
    truth: PathBuf,
    /// Result of `quittance match`.
    #[arg(long)]
    result: PathBuf,
    /// Result of the same folder without its history, for the learning gain.
    #[arg(long)]
    without_history: Option<PathBuf>,
    /// What `quittance match` read from the advices; compared with remit_truth.csv beside the truth.
    #[arg(long)]
    remit: Option<PathBuf>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Scores a result and prints the measures.
///
/// # Errors
/// A file that cannot be read.
pub fn score(options: &ScoreOptions) -> Result<ExitCode, Fault> {
    let truths = score::read_truth(&options.truth).map_err(|error| unusable(&options.truth, &error))?;
    let measured = |path: &PathBuf| -> Result<score::Measures, Fault> {
        let result = score::read_result(path).map_err(|error| unusable(path, &error))?;
        Ok(score::measure(&truths, &result))
    };
    let measures = measured(&options.result)?;
    let without = options.without_history.as_ref().map(measured).transpose()?;
    let remit_truth = options.truth.with_file_name("remit_truth.csv");
    let remit = options.remit.as_ref().map(|path| score::measure_remit(&remit_truth, path).map_err(|error| unusable(path, &error)));
    let remit = remit.transpose()?;
    if options.json {
        print(&format!("{:#}\n", score::json(&measures, without.as_ref(), remit.as_ref())));
    } else {
        print(&score::table(&measures, without.as_ref(), remit.as_ref()));
    }
    Ok(ExitCode::SUCCESS)
}

/// A reader that has seen enough, such as `head`, is no error.
fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn unusable(path: &Path, error: &io::Error) -> Fault {
    Fault::new(Reason::FileTypeUnsupported, format!("{} cannot be used: {error}.", path.display()))
}
