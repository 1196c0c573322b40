//! A living company in a minute: play it, prove it, show it.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use quittance_api::credit::v1::{ListCustomersRequest, customer_service_client::CustomerServiceClient};
use quittance_api::status::from_status;
use quittance_chassis::{Ctx, client::call_ctx, shutdown};
use quittance_simulator::driver::{Driver, Options as DriverOptions, Progress};
use quittance_types::Fault;

use crate::{
    audit,
    company::{self, Next, Play},
    embedded::{self, Embedded, Jobs},
    link, summary,
};

/// `quittance demo`.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    embedded: embedded::Options,
    /// Customers of the company.
    #[arg(long, default_value_t = 200)]
    customers: u32,
    /// Days to play, ending today.
    #[arg(long, default_value_t = 180)]
    days: u32,
    /// Same seed, same company.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// End after the audit, with its exit status.
    #[arg(long)]
    no_serve: bool,
}

/// Plays the company unless it is there already, whole, audits it, and serves it.
pub async fn run(options: Options) -> Result<ExitCode, Fault> {
    let telemetry = embedded::logging(&options.embedded)?;
    let suite = Embedded::start(&options.embedded, Jobs::WhenAsked).await?;
    let data = &options.embedded.data;
    let asked = Play::ending_today(options.seed, options.customers, options.days)?;
    match company::next(Play::begun(data)?, is_empty(&suite).await?, asked) {
        Next::Begin(begun) => play(&suite, begun, data, "Playing").await?,
        Next::GoOn(begun) => play(&suite, begun, data, "Going on with a play that was interrupted:").await?,
        Next::Keep => println!("The company in {} is kept as it is.", data.display()),
    }
    let report = audit::databases(suite.databases()).await?;
    report.print();
    if !options.no_serve {
        println!("\nQuittance serves at {}", suite.url());
        println!("Portal (once, within 15 minutes): {}", suite.portal_link()?);
        shutdown::requested().await?;
    }
    suite.shutdown().await;
    telemetry.flush().await;
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn is_empty(suite: &Embedded) -> Result<bool, Fault> {
    let ctx = Ctx::system("demo", link::embedded_tenant());
    let mut client = CustomerServiceClient::new(suite.peers()?.wire("credit"));
    let listed = client.list_customers(call_ctx(&ctx, ListCustomersRequest { page_size: 1, ..Default::default() })).await;
    Ok(listed.map_err(|status| from_status(&status))?.into_inner().customers.is_empty())
}

async fn play(suite: &Embedded, begun: Play, data: &Path, doing: &str) -> Result<(), Fault> {
    begun.note(data)?;
    let Play { days, customers, seed, start, .. } = &begun;
    println!("{doing} {days} days of a company with {customers} customers, from {start} (seed {seed}).");
    let bar = progress_bar(begun.days);
    let mut driver = Driver::new(begun.world()?, company::staff(&suite.peers()?), DriverOptions::default())?;
    let outcome = driver.run(|progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    summary::print(&outcome?, &suite.peers()?).await?;
    Play { ended: true, ..begun }.note(data)
}

/// A bar with the company's figures; nothing when nobody looks.
pub fn progress_bar(days: u32) -> ProgressBar {
    let bar = ProgressBar::new(u64::from(days));
    let style = ProgressStyle::with_template("{bar:32.blue} {pos:>3}/{len} days  {elapsed}  {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// One day further.
pub fn show(bar: &ProgressBar, progress: &Progress<'_>) {
    bar.set_position(u64::from(progress.day));
    let summary = progress.summary;
    bar.set_message(format!(
        "{}  {} orders  {} invoices  {} bank lines",
        progress.date, summary.orders, summary.invoices, summary.bank_lines
    ));
}
