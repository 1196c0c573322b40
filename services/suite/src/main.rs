//! `quittance`: the whole suite in one process, and the tools around it.

mod audit;
mod company;
mod demo;
mod embedded;
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
    /// Shows as JSON what a bank file holds.
    Inspect {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
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
        Command::Inspect { file } => inspect::run(&file),
    }
}
