//! What became of the company, for people at a terminal and for pipes.

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
use quittance_simulator::{driver::Outcome, summary::Sums};
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
    show(&rows(outcome, kpis.into_inner().kpis.as_ref()));
    Ok(())
}

/// Prints what the driver itself counted.
pub fn print_counts(outcome: &Outcome) {
    show(&rows(outcome, None));
}

fn rows(outcome: &Outcome, kpis: Option<&Kpis>) -> Vec<(&'static str, String)> {
    let (summary, tally, score) = (&outcome.summary, &outcome.tally, &outcome.score);
    let share = |part: u64, whole: u64| match whole {
        0 => "0.0 %".to_owned(),
        whole => format!("{}.{} %", part * 100 / whole, part * 1000 / whole % 10),
    };
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
        ("receipts matched without a person", share(score.applied, score.receipts)),
        ("of them right", share(score.right, score.applied)),
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

fn sums(sums: &Sums) -> String {
    sums.0.values().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn show(rows: &[(&'static str, String)]) {
    if !std::io::stdout().is_terminal() {
        let object: Map<String, Value> = rows.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.clone()))).collect();
        return println!("{}", Value::Object(object));
    }
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    for (name, value) in rows {
        table.add_row([*name, value.as_str()]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}
