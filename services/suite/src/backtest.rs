//! `quittance match`: the matching engine alone on a folder of anyone's data.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use quittance_backtest::Progress;
use quittance_simulator::ledger::score::{self, Measures, RemitMeasures};
use quittance_types::{Fault, Reason};

/// What to match and where to put what comes of it.
#[derive(clap::Args)]
pub struct Options {
    /// Folder with sellers.csv, customers.csv, open_items.csv, closed_items.csv, fx_rates.csv, policy.json, history.jsonl,
    /// statements/ and remittance/; all but statements/ may be missing.
    #[arg(long)]
    data: PathBuf,
    /// File for the result: one row per line and item.
    #[arg(long)]
    out: PathBuf,
    /// Threads, 256 at most; 0 for one per processor. The result does not depend on it.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=256))]
    threads: u16,
    /// Whether what people confirmed before is learnt from.
    #[arg(long, default_value_t = true, num_args = 0..=1, default_missing_value = "true", action = clap::ArgAction::Set)]
    history: bool,
    /// File for what the remittance advices say.
    #[arg(long)]
    remit_out: Option<PathBuf>,
    /// The report: a .txt, .json or .html file, or a folder for all three; may be given several times. Without it the three
    /// stand beside the result.
    #[arg(long)]
    report: Vec<PathBuf>,
    /// What is true about the lines, as `quittance generate` writes it: the result is scored against it.
    #[arg(long)]
    truth: Option<PathBuf>,
}

/// Runs the back-test and prints its report.
///
/// # Errors
/// A folder without bank files, a table that cannot be read at all, a file that cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Fault> {
    let matched =
        quittance_backtest::Options { data: options.data.clone(), history: options.history, threads: usize::from(options.threads) };
    let bar = Bar::new();
    let outcome = quittance_backtest::run(&matched, &bar).map_err(fault)?;
    bar.0.finish_and_clear();
    outcome.write_results(&options.out).map_err(fault)?;
    if let Some(path) = &options.remit_out {
        outcome.write_advices(path).map_err(fault)?;
    }
    for path in reports(options) {
        outcome.report.write(&path).map_err(fault)?;
    }
    let measures = options.truth.as_ref().map(|truth| measure(options, truth)).transpose()?;
    let shown = if std::io::stdout().is_terminal() {
        let table = measures.as_ref().map(|measures| format!("\n{}", measures.table())).unwrap_or_default();
        outcome.report.text(true, Some(columns())) + &table
    } else {
        let lines = measures.as_ref().map(|measures| format!("{}\n", measures.json())).unwrap_or_default();
        let report = serde_json::to_string(&outcome.report).map_err(|error| Fault::internal(error.to_string()))?;
        format!("{report}\n{lines}")
    };
    // A reader that has seen enough, such as `head`, is no error.
    let _ = std::io::stdout().lock().write_all(shown.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// Where the report goes: beside the result unless somewhere else is said.
fn reports(options: &Options) -> Vec<PathBuf> {
    if !options.report.is_empty() {
        return options.report.clone();
    }
    ["txt", "json", "html"].iter().map(|ending| options.out.with_extension(format!("report.{ending}"))).collect()
}

/// How right the result is.
struct Measured {
    with: Measures,
    without: Option<Measures>,
    remit: Option<RemitMeasures>,
}

impl Measured {
    fn table(&self) -> String {
        score::table(&self.with, self.without.as_ref(), self.remit.as_ref())
    }

    fn json(&self) -> serde_json::Value {
        score::json(&self.with, self.without.as_ref(), self.remit.as_ref())
    }
}

/// The measures of the result against the truth; with the history, also what the history is worth.
fn measure(options: &Options, truth: &Path) -> Result<Measured, Fault> {
    let truths = score::read_truth(truth).map_err(|cause| unreadable(truth, &cause))?;
    let measured = |result: &Path| {
        let result = score::read_result(result).map_err(|cause| unreadable(result, &cause))?;
        Ok::<_, Fault>(score::measure(&truths, &result))
    };
    let with = measured(&options.out)?;
    let without = if options.history { Some(measured(&without_history(options)?)?) } else { None };
    let said = truth.with_file_name("remit_truth.csv");
    let remit = options.remit_out.as_ref().filter(|_| said.exists());
    let remit = remit.map(|found| score::measure_remit(&said, found).map_err(|cause| unreadable(found, &cause))).transpose()?;
    Ok(Measured { with, without, remit })
}

/// Runs again without the history, into a file beside the result.
fn without_history(options: &Options) -> Result<PathBuf, Fault> {
    let matched = quittance_backtest::Options { data: options.data.clone(), history: false, threads: usize::from(options.threads) };
    let path = options.out.with_extension("without-history.csv");
    quittance_backtest::run(&matched, &quittance_backtest::Silent).and_then(|outcome| outcome.write_results(&path)).map_err(fault)?;
    Ok(path)
}

fn unreadable(path: &Path, cause: &std::io::Error) -> Fault {
    Fault::new(Reason::FileTypeUnsupported, format!("{} cannot be read: {cause}.", path.display()))
}

fn columns() -> u16 {
    comfy_table::Table::new().width().unwrap_or(120)
}

fn fault(error: quittance_backtest::BacktestError) -> Fault {
    Fault::new(Reason::FileTypeUnsupported, error.to_string())
}

/// A bar on a terminal's standard error; nothing elsewhere.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Bar {
        let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Bar(ProgressBar::with_draw_target(None, target))
    }
}

impl Progress for Bar {
    fn stage(&self, name: &'static str, total: u64) {
        let template = "{msg:>9} {bar:40} {percent:>3} % {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        self.0.set_message(name);
        self.0.set_length(total);
        self.0.set_position(0);
    }

    fn advance(&self, units: u64) {
        self.0.inc(units);
    }
}
