//! What became of the company, for people at a terminal and for pipes.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use quittance_api::{
    collections::v1::{GetKpisRequest, Kpis, analytics_service_client::AnalyticsServiceClient},
    status::from_status,
};
use quittance_chassis::{
    Ctx,
    client::{Peers, call_ctx},
};
use quittance_simulator::{
    driver::{MatchFigure, Outcome},
    summary::Sums,
};
use quittance_types::Fault;
use serde_json::{Map, Value};

use crate::link;

/// Prints counts, cash, the share matched without a person and the days sales outstanding.
///
/// # Errors
/// What collections answers.
pub async fn print(outcome: &Outcome, peers: &Peers) -> Result<(), Fault> {
    let ctx = Ctx::system("summary", link::embedded_tenant());
    let mut client = AnalyticsServiceClient::new(peers.wire("collections"));
    let kpis = client.get_kpis(call_ctx(&ctx, GetKpisRequest::default())).await.map_err(|status| from_status(&status))?;
    show(outcome, &rows(outcome, kpis.into_inner().kpis.as_ref()));
    Ok(())
}

/// Prints what the driver itself counted.
pub fn print_counts(outcome: &Outcome) {
    show(outcome, &rows(outcome, None));
}

fn rows(outcome: &Outcome, kpis: Option<&Kpis>) -> Vec<(&'static str, String)> {
    let (summary, tally, score) = (&outcome.summary, &outcome.tally, &outcome.score);
    let mut rows = vec![
        ("customers", summary.customers.to_string()),
        ("orders", summary.orders.to_string()),
        ("orders held for credit", summary.orders_held.to_string()),
        ("invoices", summary.invoices.to_string()),
        ("invoiced", sums(&summary.invoiced)),
        ("credit memos", summary.credit_memos.to_string()),
        ("bank statements", summary.statements.to_string()),
        ("bank lines", summary.bank_lines.to_string()),
        ("cash by transfer", sums(&summary.transferred)),
        ("receipts matched without a person", share(score.applied.into(), score.receipts.into())),
        ("of their money", share(score.applied_minor, score.receipts_minor)),
        ("of them right", share((score.right + score.incomplete).into(), score.applied.into())),
        ("payments returned or refused", (summary.returns + summary.rail_failures).to_string()),
        ("disputes", summary.disputes.to_string()),
        ("promises kept / broken", format!("{} / {}", tally.promises_kept, tally.promises_broken)),
        ("dunning runs / notices", format!("{} / {}", tally.dunning_runs, tally.notices)),
        ("dead letters", tally.dead_letters.to_string()),
    ];
    if let Some(kpis) = kpis {
        rows.push(("DSO (best possible)", format!("{} ({}) days", kpis.dso, kpis.best_possible_dso)));
        rows.push(("collection effectiveness", format!("{} %", kpis.cei)));
    }
    rows
}

/// Percent with one digit, rounded down.
fn share(part: i128, whole: i128) -> String {
    let tenths = part.saturating_mul(1_000).checked_div(whole).unwrap_or_default();
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// What decided about the lines that were applied without a person, most lines first.
fn by_rule(figures: &[MatchFigure]) -> Vec<(String, String)> {
    let decided = figures.iter().filter(|figure| figure.is_receipt && figure.refusal.is_empty() && !figure.by_person);
    let mut rules: BTreeMap<&str, u64> = BTreeMap::new();
    decided.for_each(|figure| *rules.entry(&figure.rule).or_default() += figure.lines);
    let all: u64 = rules.values().sum();
    let mut rows: Vec<(&str, u64)> = rules.into_iter().collect();
    rows.sort_by_key(|(rule, lines)| (std::cmp::Reverse(*lines), *rule));
    let row = |(rule, lines): (&str, u64)| (words(rule), format!("{lines} ({})", share(lines.into(), all.into())));
    rows.into_iter().map(row).collect()
}

/// Why lines were left to a person, most lines first, and how many of them one has decided since.
fn by_refusal(figures: &[MatchFigure]) -> Vec<(String, String)> {
    let mut refusals: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| !figure.refusal.is_empty()) {
        let (all, decided) = refusals.entry(&figure.refusal).or_default();
        *all += figure.lines;
        *decided += if figure.by_person { figure.lines } else { 0 };
    }
    let mut rows: Vec<(&str, (u64, u64))> = refusals.into_iter().collect();
    rows.sort_by_key(|(refusal, (all, _))| (std::cmp::Reverse(*all), *refusal));
    let row = |(refusal, (all, decided)): (&str, (u64, u64))| (words(refusal), format!("{all} ({decided} decided since)"));
    rows.into_iter().map(row).collect()
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn sums(sums: &Sums) -> String {
    sums.0.values().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn show(outcome: &Outcome, rows: &[(&'static str, String)]) {
    let (rules, refusals) = (by_rule(&outcome.matching), by_refusal(&outcome.matching));
    if !std::io::stdout().is_terminal() {
        let mut object: Map<String, Value> = rows.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.clone()))).collect();
        let part = |rows: Vec<(String, String)>| Value::Object(rows.into_iter().map(|(name, value)| (name, Value::from(value))).collect());
        object.insert("matched by".to_owned(), part(rules));
        object.insert("left to a person because of".to_owned(), part(refusals));
        return println!("{}", Value::Object(object));
    }
    table(["", ""], rows.iter().map(|(name, value)| (*name, value.as_str())));
    table(["matched by", "lines"], rules.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    table(["left to a person because of", "lines"], refusals.iter().map(|(name, value)| (name.as_str(), value.as_str())));
}

fn table<'a>(head: [&str; 2], rows: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if head.iter().any(|name| !name.is_empty()) {
        table.set_header(head);
    }
    for (name, value) in rows {
        table.add_row([name, value]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}
