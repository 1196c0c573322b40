//! The golden set (`libs/simulator/golden`): folders with known truth that the engine must not get worse on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quittance_backtest::{Options, Silent};
use quittance_simulator::ledger::score::{self, Measures, ResultLine, Row, Truths};

struct Matched {
    truths: Truths,
    result: BTreeMap<String, ResultLine>,
    measures: Measures,
    data: PathBuf,
}

fn matched(name: &str) -> Matched {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../libs/simulator/golden").join(name);
    let outcome = quittance_backtest::run(&Options { data: data.clone(), history: true, threads: 1 }, &Silent).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("result.csv");
    outcome.write_results(&path).unwrap();
    let truths = score::read_truth(&data.join("truth.csv")).unwrap();
    let result = score::read_result(&path).unwrap();
    let measures = score::measure(&truths, &result);
    Matched { truths, result, measures, data }
}

/// Rows that name an item, sorted.
fn items(rows: &[Row]) -> Vec<(&str, i64)> {
    let mut items: Vec<(&str, i64)> =
        rows.iter().filter(|row| !row.invoice.is_empty()).map(|row| (row.invoice.as_str(), row.applied)).collect();
    items.sort_unstable();
    items
}

/// Why a line does not meet what `expected.csv` asks of it; none when it does.
fn complaint(expect: &str, truth: &[Row], found: &ResultLine) -> Option<String> {
    let proposed = found.first().map(|first| first.rows.as_slice()).unwrap_or_default();
    let auto = found.decision == "auto" && !proposed.is_empty();
    let right = items(proposed) == items(truth);
    let met = match expect {
        // Applied automatically and rightly.
        "auto" => auto && right,
        // First proposal right, automatic or not.
        "first" | "item_right" => right,
        // The right items, to a cent each.
        "set" => items(proposed).iter().map(|(number, _)| *number).eq(items(truth).iter().map(|(number, _)| *number)),
        // Nobody may decide this alone.
        "not_auto" => !auto,
        // Automatic only when right.
        "right_if_auto" => !auto || right,
        // May stay with the customer, must not reach an item automatically.
        "not_on_item" => !auto || items(proposed).is_empty(),
        // Taken back, or shown as that.
        "return" => right || !auto,
        // Concerns no receivable.
        "nothing" => proposed.is_empty(),
        other => panic!("unknown expectation {other}"),
    };
    (!met).then(|| format!("expected {expect}, got {} {:?}, true is {:?}", found.decision, items(proposed), items(truth)))
}

#[test]
fn worked_examples() {
    let matched = matched("worked");
    let mut complaints = Vec::new();
    let mut reader = csv::Reader::from_path(matched.data.join("expected.csv")).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let (id, expect, scenario) = (&record[0], &record[1], &record[2]);
        let found = matched.result.get(id).unwrap_or_else(|| panic!("{id} is missing"));
        if let Some(complaint) = complaint(expect, &matched.truths.lines[id].rows, found) {
            complaints.push(format!("{id} {scenario}: {complaint}"));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    never(&matched.measures);
}

/// What must never happen, however small the folder.
fn never(measures: &Measures) {
    assert_eq!(measures.wrong_customers, 0);
    assert_eq!((measures.over_applied, measures.double_processed, measures.not_receivable_autos), (0, 0, 0));
    assert_eq!((measures.missing, measures.unknown), (0, 0));
}

#[test]
fn generated_base() {
    let measures = matched("base").measures;
    never(&measures);
    assert_eq!(measures.false_applies, 0, "{}", score::table(&measures, None, None));
    assert!(measures.straight_lines >= 0.80, "{}", score::table(&measures, None, None));
    assert!(measures.first_right >= 0.90, "{}", score::table(&measures, None, None));
}

#[test]
fn generated_hard() {
    let measures = matched("hard").measures;
    never(&measures);
    assert_eq!(measures.false_applies, 0, "{}", score::table(&measures, None, None));
    assert!(measures.straight_lines >= 0.65, "{}", score::table(&measures, None, None));
    assert!(measures.first_right >= 0.82, "{}", score::table(&measures, None, None));
}
