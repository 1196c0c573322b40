//! The whole suite in one process, and the tools around it. The `quittance` binary is its command line.

pub mod audit;
mod backtest;
mod company;
mod demo;
mod embedded;
mod generate;
mod inspect;
mod link;
mod simulate;
mod summary;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use quittance_types::Fault;

/// Order-to-cash: from the credit decision to the receivable that is settled, proven and closed.
#[derive(Parser)]
#[command(name = "quittance", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts everything embedded, plays a simulated company, audits it and keeps serving.
    Demo(demo::Options),
    /// Starts everything embedded and serves until told to stop.
    Serve(embedded::Options),
    /// Checks every invariant against every database; exit status 1 on any violation.
    Audit(audit::Options),
    /// Plays a simulated company against a running suite.
    Simulate(simulate::Options),
    /// Mints a token for scripts, or a one-time portal link.
    Token(link::Options),
    /// Matches the bank files of a folder with its open items, with the engine alone, and reports what came of it.
    Match(backtest::Options),
    /// Writes a folder for `match` with the truth of every line known.
    Generate(generate::Options),
    /// Measures a result of `match` against the truth of a generated folder.
    Score(generate::ScoreOptions),
    /// Shows as JSON what a bank file holds.
    Inspect {
        /// The file.
        file: PathBuf,
    },
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let outcome = quittance_chassis::process::runtime().and_then(|runtime| runtime.block_on(run(command)));
    match outcome {
        Ok(code) => code,
        Err(fault) => {
            let detail = fault.operator_detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
            eprintln!("quittance: {}{detail}", fault.message());
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Fault> {
    match command {
        Command::Demo(options) => demo::run(options).await,
        Command::Serve(options) => embedded::serve(options).await,
        Command::Audit(options) => audit::run(options).await,
        Command::Simulate(options) => simulate::run(options).await,
        Command::Token(options) => link::run(&options),
        Command::Match(options) => backtest::run(&options),
        Command::Generate(options) => generate::run(&options),
        Command::Score(options) => generate::score(&options),
        Command::Inspect { file } => inspect::run(&file),
    }
}
