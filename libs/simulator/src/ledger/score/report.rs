//! The measures for people and for programs.
#![allow(clippy::float_arithmetic, reason = "the measures are shares")]

use std::fmt::Write;

use serde_json::{Value, json};

use super::measure::{Example, Group, Measures};
use super::remit::RemitMeasures;
use super::statistics::ratio;

/// A table a person reads. `without`: the result of the same folder without its history.
pub fn table(measures: &Measures, without: Option<&Measures>, remit: Option<&RemitMeasures>) -> String {
    let mut out = String::new();
    let percent = |share: f64| format!("{:.3} %", share * 100.0);
    let m = measures;
    let mut row = |name: &str, value: String| {
        let _ = writeln!(out, "{name:<38}{value:>14}");
    };
    row("lines", m.lines.to_string());
    row("receipts", m.receipts.to_string());
    row("automatic lines", m.autos.to_string());
    row("straight through, lines", percent(m.straight_lines));
    row("straight through, amount", percent(m.straight_amount));
    row("false applies", m.false_applies.to_string());
    row("false-apply rate", percent(m.false_rate));
    row("  95 % upper bound", percent(m.false_bound));
    row("wrong customers", m.wrong_customers.to_string());
    row("wrong-customer rate", percent(m.wrong_customer_rate));
    row("precision of automatic amount", percent(m.precision_amount));
    row("automatic, right but incomplete", m.incomplete.to_string());
    row("first proposal right", percent(m.first_right));
    row("one of five right", percent(m.five_right));
    row("kind of difference right", format!("{} of {}", percent(m.kinds_right), m.kinds));
    row("calibration error", format!("{:.4}", m.calibration_error));
    row("Brier score", format!("{:.4}", m.brier));
    row("over-applied items", m.over_applied.to_string());
    row("double-processed lines", m.double_processed.to_string());
    row("no receivable, yet automatic", m.not_receivable_autos.to_string());
    row("returns taken back", format!("{} of {}", m.returns_right, m.returns));
    row("missing / unknown lines", format!("{} / {}", m.missing, m.unknown));
    if let Some(without) = without {
        row("learning gain, points", format!("{:.2}", (m.straight_lines - without.straight_lines) * 100.0));
    }
    if let Some(remit) = remit {
        row("advices", remit.documents.to_string());
        row("advice line F1", format!("{:.4}", remit.line_f1));
        row("advices exact", percent(remit.exact));
        row("advice deductions right", percent(remit.deductions_right));
    }
    for kind in ["relation", "quote", "payer"] {
        groups(measures, kind, &mut out);
    }
    out
}

fn groups(measures: &Measures, kind: &str, out: &mut String) {
    let header = ["lines", "straight", "first", "of five", "wrong", "silent"];
    let _ = write!(out, "\n{kind:<28}");
    header.iter().for_each(|name| {
        let _ = write!(out, "{name:>10}");
    });
    out.push('\n');
    for ((_, name), group) in measures.groups.iter().filter(|((of, _), _)| *of == kind) {
        let share = |part: u64| format!("{:.1} %", ratio(part, group.lines) * 100.0);
        let _ = writeln!(
            out,
            "{name:<28}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}",
            group.lines,
            share(group.straight),
            share(group.first),
            share(group.among_five),
            group.wrong,
            share(group.silent)
        );
    }
}

/// Everything as JSON, examples included.
pub fn json(measures: &Measures, without: Option<&Measures>, remit: Option<&RemitMeasures>) -> Value {
    let m = measures;
    let groups: Vec<Value> = m.groups.iter().map(|((kind, name), group)| group_json(kind, name, group)).collect();
    let bins: Vec<Value> = m.bins.iter().map(|(count, stated, right)| json!({"count": count, "stated": stated, "right": right})).collect();
    json!({
        "lines": m.lines,
        "receipts": m.receipts,
        "autos": m.autos,
        "stp_lines": m.straight_lines,
        "stp_amount": m.straight_amount,
        "false_applies": m.false_applies,
        "false_apply_rate": m.false_rate,
        "false_apply_upper_bound": m.false_bound,
        "wrong_customers": m.wrong_customers,
        "wrong_customer_rate": m.wrong_customer_rate,
        "precision_amount": m.precision_amount,
        "incomplete_autos": m.incomplete,
        "top1": m.first_right,
        "top5": m.five_right,
        "difference_kind_right": m.kinds_right,
        "ece": m.calibration_error,
        "brier": m.brier,
        "bins": bins,
        "over_applied": m.over_applied,
        "double_processed": m.double_processed,
        "not_receivable_autos": m.not_receivable_autos,
        "returns": m.returns,
        "returns_right": m.returns_right,
        "missing": m.missing,
        "unknown": m.unknown,
        "learning_gain_points": without.map(|without| (m.straight_lines - without.straight_lines) * 100.0),
        "remittance": remit.map(remit_json),
        "groups": groups,
        "examples": m.examples.iter().map(example_json).collect::<Vec<_>>(),
    })
}

fn remit_json(remit: &RemitMeasures) -> Value {
    json!({
        "documents": remit.documents,
        "lines": remit.lines,
        "line_f1": remit.line_f1,
        "exact": remit.exact,
        "deductions_right": remit.deductions_right,
        "wrong": remit.wrong,
    })
}

fn group_json(kind: &str, name: &str, group: &Group) -> Value {
    json!({
        "kind": kind,
        "name": name,
        "lines": group.lines,
        "straight": group.straight,
        "first": group.first,
        "five": group.among_five,
        "wrong": group.wrong,
        "silent": group.silent,
    })
}

fn example_json(example: &Example) -> Value {
    json!({
        "line": example.line,
        "scenario": example.scenario,
        "outcome": example.outcome,
        "truth": example.truth,
        "proposed": example.proposed,
    })
}
