//! Plays a company against a running suite, through its gateway.

use std::process::ExitCode;

use clap::Args;
use http::{HeaderName, HeaderValue, Request, header::AUTHORIZATION};
use quittance_simulator::driver::{Driver, Line, Options as DriverOptions, Staff, Suite};
use quittance_types::{Fault, Reason};
use tonic::{body::Body, transport::Channel};
use tower::ServiceExt;

use crate::{company, demo, summary};

/// `quittance simulate`.
#[derive(Args)]
pub struct Options {
    /// Address of the gateway, for example http://127.0.0.1:8080.
    #[arg(long)]
    target: String,
    /// Credential of the clerk: an API key, or the output of `quittance token`.
    #[arg(long)]
    token: String,
    /// Credential of the manager, who approves what the clerk prepares.
    #[arg(long)]
    manager_token: String,
    /// Customers of the company.
    #[arg(long, default_value_t = 50)]
    customers: u32,
    /// Days to play, ending today.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Same seed, same company: playing it again changes nothing.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Plays and prints what came of it.
pub async fn run(options: Options) -> Result<ExitCode, Fault> {
    let unreachable = |_| Fault::new(Reason::ServiceUnavailable, format!("{} is no address of a gateway.", options.target));
    let channel = Channel::from_shared(options.target.clone()).map_err(|_| unreachable(()))?.connect_lazy();
    let staff = Staff { clerk: suite(&channel, &options.token)?, manager: suite(&channel, &options.manager_token)? };
    let world = company::Play::ending_today(options.seed, options.customers, options.days)?.world()?;
    let bar = demo::progress_bar(options.days);
    let mut driver = Driver::new(world, staff, DriverOptions::default())?;
    let outcome = driver.run(|progress| demo::show(&bar, progress)).await;
    bar.finish_and_clear();
    summary::print_counts(&outcome?);
    Ok(ExitCode::SUCCESS)
}

fn suite(channel: &Channel, token: &str) -> Result<Suite, Fault> {
    let line = |service: &'static str| line(channel.clone(), token, service);
    Ok(Suite {
        credit: line("credit")?,
        invoicing: line("invoicing")?,
        payments: line("payments")?,
        reconciliation: line("reconciliation")?,
        collections: line("collections")?,
    })
}

/// A line to one service behind the gateway. The header says whose event log is meant; other calls do not need it.
fn line(channel: Channel, token: &str, service: &'static str) -> Result<Line, Fault> {
    let unusable = |_| Fault::new(Reason::TokenInvalid, "The token has characters no header can carry.");
    let bearer = HeaderValue::from_str(&format!("Bearer {token}")).map_err(unusable)?;
    Ok(Line::over(channel.map_request(move |mut request: Request<Body>| {
        request.headers_mut().insert(AUTHORIZATION, bearer.clone());
        request.headers_mut().insert(HeaderName::from_static("quittance-service"), HeaderValue::from_static(service));
        request
    })))
}
