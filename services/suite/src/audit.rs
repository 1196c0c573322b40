//! The verdict: every invariant against every database, by name, with a count of violations.

mod cards;
mod checks;
mod credit;
mod cross;
mod documents;
mod lives;
mod logs;

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use clap::Args;
use comfy_table::{Cell, Color, ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use quittance_chassis::{
    Clock, Migration,
    db::{DatabaseSettings, Db, RowExt},
    migrate,
    service::Service,
};
use quittance_collections::Collections;
use quittance_credit::Credit;
use quittance_gateway::Gateway;
use quittance_invoicing::Invoicing;
use quittance_payments::Payments;
use quittance_reconciliation::Reconciliation;
use quittance_types::{Fault, Reason};
use serde_json::json;

use crate::embedded::SERVICES;

/// `quittance audit`.
#[derive(Args)]
pub struct Options {
    /// Data directory of an embedded suite that is not running.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Database of a distributed service, `credit=postgres://...`; may be repeated. A role that sees all rows.
    #[arg(long = "database", value_name = "SERVICE=URL")]
    databases: Vec<String>,
}

/// One invariant and what was found.
pub struct Finding {
    /// Its number, where it has one.
    pub code: &'static str,
    /// What it claims.
    pub name: &'static str,
    /// Rows that contradict it.
    pub violations: i64,
}

/// Everything that was checked.
pub struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Every invariant that was checked, in the order of the list.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether nothing contradicts.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.violations == 0)
    }

    /// Shows the report: a table for people, a JSON line per invariant for pipes.
    pub fn print(&self) {
        if !std::io::stdout().is_terminal() {
            for finding in &self.findings {
                println!("{}", json!({"code": finding.code, "name": finding.name, "violations": finding.violations}));
            }
            return;
        }
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header(["", "invariant", "violations"]);
        for finding in &self.findings {
            let (word, color) = if finding.violations == 0 { ("holds", Color::Green) } else { ("BROKEN", Color::Red) };
            let verdict = if finding.violations == 0 { word.to_owned() } else { format!("{word}: {}", finding.violations) };
            table.add_row([Cell::new(finding.code), Cell::new(finding.name), Cell::new(verdict).fg(color)]);
        }
        println!("{table}");
        let broken = self.findings.iter().filter(|finding| finding.violations > 0).count();
        println!("{} of {} invariants hold.", self.findings.len() - broken, self.findings.len());
    }
}

/// Opens the databases and checks them.
pub async fn run(options: Options) -> Result<ExitCode, Fault> {
    let report = databases(open(&options).await?).await?;
    report.print();
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn open(options: &Options) -> Result<Vec<(&'static str, Db)>, Fault> {
    let mut opened = Vec::new();
    for service in SERVICES {
        let given = options.databases.iter().find_map(|given| given.strip_prefix(service)?.strip_prefix('='));
        let url = match given {
            Some(url) => url.to_owned(),
            None if options.databases.is_empty() => embedded_url(options, service)?,
            None => continue,
        };
        opened.push((service, Db::open(&DatabaseSettings::at(url), Clock::system()).await?));
    }
    Ok(opened)
}

fn embedded_url(options: &Options, service: &str) -> Result<String, Fault> {
    let path = options.data.join(format!("{service}.db"));
    if !path.exists() {
        let message = format!("There is no {}. Name a data directory with --data, or databases with --database.", path.display());
        return Err(Fault::new(Reason::ConfigInvalid, message));
    }
    Ok(format!("sqlite:{}", path.display()))
}

/// Checks open databases, by the name of their service.
///
/// # Errors
/// `CONFIG_INVALID` for a database an older version left; what a database says: a check that cannot run is no check that holds.
pub async fn databases(databases: Vec<(&'static str, Db)>) -> Result<Report, Fault> {
    for (service, db) in &databases {
        require_current(service, db).await?;
    }
    let mut findings = Vec::new();
    for check in checks::EVERYWHERE {
        let mut violations = 0;
        for (_, db) in &databases {
            violations += count(db, check.sql(db.backend())).await?;
        }
        findings.push(Finding { code: check.code, name: check.name, violations });
    }
    for (service, db) in &databases {
        for check in checks::of(service) {
            findings.push(Finding { code: check.code, name: check.name, violations: count(db, check.sql(db.backend())).await? });
        }
    }
    findings.extend(documents::check(&databases).await?);
    findings.extend(credit::check(&databases).await?);
    findings.extend(logs::check(&databases).await?);
    findings.extend(lives::check(&databases).await?);
    findings.extend(cross::check(&databases).await?);
    findings.extend(cards::check(&databases).await?);
    findings.sort_by_key(|finding| number_of(finding.code));
    Ok(Report { findings })
}

/// The order of the list; what has no number comes last.
fn number_of(code: &str) -> u32 {
    code.strip_prefix('I').and_then(|number| number.parse().ok()).unwrap_or(u32::MAX)
}

/// Refuses a database that a step of this version has not reached.
async fn require_current(service: &str, db: &Db) -> Result<(), Fault> {
    let Some(step) = migrate::first_missing(db, &migrations_of(service)).await? else { return Ok(()) };
    let message =
        format!("The database of {service} lacks {step}. Start this version once on it: that brings it up to date. Then audit it.");
    Err(Fault::new(Reason::ConfigInvalid, message))
}

fn migrations_of(service: &str) -> Vec<Migration> {
    match service {
        "credit" => Credit::migrations(),
        "invoicing" => Invoicing::migrations(),
        "payments" => Payments::migrations(),
        "reconciliation" => Reconciliation::migrations(),
        "collections" => Collections::migrations(),
        _ => Gateway::migrations(),
    }
}

/// How many rows a query of violations finds, over all tenants.
async fn count(db: &Db, sql: String) -> Result<i64, Fault> {
    let counted = format!("SELECT COUNT(*) AS violations FROM ({sql}) AS found");
    db.read_system("audit", counted, |tx, counted| async move {
        let row = tx.one(&counted, Vec::new()).await?;
        row.ok_or_else(|| Fault::internal("a count has no row"))?.value("violations")
    })
    .await
}
