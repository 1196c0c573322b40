//! A service as a process: its command line, its runtime, its exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use quittance_types::Fault;

use crate::clock::Clock;
use crate::config::{NodeSettings, Sources};
use crate::db::Db;
use crate::health::{READINESS, probe};
use crate::node::Node;
use crate::service::Service;
use crate::{migrate, shutdown, telemetry};

/// With one worker a telemetry flush can wait for itself; a pod with one processor gets two all the same.
const MIN_WORKERS: usize = 2;

#[derive(Parser)]
#[command(version, about = "A service of the Quittance suite")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service until SIGTERM.
    Serve(Settings),
    /// Shows the settings in force, secrets hidden.
    DumpConfig(Settings),
    /// Brings the database schema up to date and ends.
    Migrate(Settings),
    /// Asks a running service whether it is ready; for probes.
    Health {
        /// host:port of its health endpoint.
        #[arg(long, default_value = "127.0.0.1:7100")]
        address: String,
        /// What to ask about; the empty name asks whether the process is alive.
        #[arg(long, default_value = READINESS)]
        service: String,
    },
}

#[derive(Args)]
struct Settings {
    /// TOML file with settings.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory with one file per secret setting, named table__key.
    #[arg(long, value_name = "DIRECTORY")]
    secrets: Option<PathBuf>,
    /// One setting; may be repeated.
    #[arg(long = "set", value_name = "TABLE.KEY=VALUE")]
    overrides: Vec<String>,
}

impl Settings {
    #[allow(clippy::disallowed_methods, reason = "the one place that looks at the environment")]
    fn sources<S: Service>(self) -> Sources {
        Sources::embedded(S::NAME, S::CONFIG)
            .file(self.config.as_deref())
            .secrets(self.secrets.as_deref())
            .environment(std::env::vars())
            .overrides(self.overrides)
    }
}

/// The `main` of a service: `serve`, `dump-config`, `migrate` or `health`.
#[must_use]
pub fn main<S: Service>() -> ExitCode {
    let matches = Arguments::command().name(S::NAME).bin_name(S::NAME).get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(cause) => cause.exit(),
    };
    let outcome = runtime().and_then(|runtime| runtime.block_on(run::<S>(arguments.command)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}: {}", S::NAME, explained(&fault));
            ExitCode::FAILURE
        }
    }
}

/// The runtime of a process: one worker per processor, at least two.
///
/// # Errors
/// `INTERNAL_ERROR` if the system gives no threads.
pub fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    let processors = std::thread::available_parallelism().map_or(MIN_WORKERS, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(processors.max(MIN_WORKERS)).enable_all().build();
    runtime.map_err(|_| Fault::internal("no threads to run on"))
}

async fn run<S: Service>(command: Command) -> Result<(), Fault> {
    match command {
        Command::Serve(options) => serve::<S>(options.sources::<S>().load(S::check)?).await,
        Command::DumpConfig(options) => {
            println!("{}", options.sources::<S>().dump()?);
            Ok(())
        }
        Command::Migrate(options) => {
            let settings = options.sources::<S>().load(S::check)?;
            let db = Db::open(&settings.database, Clock::system()).await?;
            let migrated = migrate::run(&db, &S::migrations()).await;
            db.close().await;
            migrated
        }
        Command::Health { address, service } => probe(&address, &service).await,
    }
}

async fn serve<S: Service>(settings: NodeSettings<S::Settings>) -> Result<(), Fault> {
    let telemetry = telemetry::install(&settings.telemetry, S::NAME)?;
    telemetry::log_panics();
    let stop = shutdown::requested();
    let started = Node::<S>::new(settings).start().await;
    let outcome = match started {
        Err(fault) => Err(fault),
        Ok(node) => {
            let told = stop.await;
            // Whoever asks twice does not want to wait.
            tokio::select! {
                () = node.shutdown() => told,
                again = shutdown::requested() => again,
            }
        }
    };
    telemetry.flush().await;
    outcome
}

/// A fault for the person who started the process: also what only operators may see.
fn explained(fault: &Fault) -> String {
    match fault.operator_detail() {
        Some(detail) => format!("{fault} ({detail})"),
        None => fault.to_string(),
    }
}
