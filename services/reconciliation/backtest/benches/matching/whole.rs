//! A whole folder, files included: time, memory, and that threads change nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use quittance_backtest::{Options, Silent, run};
use serde_json::{Value, json};

use crate::figure::Figure;
use crate::{Outcome, machine};

/// Runs over a folder, writes the result and prints what it took.
pub fn run_here(data: &Path, out: &Path, threads: usize) -> Outcome<()> {
    let started = Instant::now();
    let outcome = run(&Options { data: data.to_owned(), history: true, threads }, &Silent).map_err(|error| error.to_string())?;
    outcome.write_results(out).map_err(|error| error.to_string())?;
    let report = &outcome.report;
    println!(
        "{}",
        json!({
            "secs": started.elapsed().as_secs_f64(),
            "peak_mib": machine::peak_mib(),
            "threads": report.speed.threads,
            "lines": report.statements.lines,
            "items": report.sellers.iter().map(|seller| seller.items).sum::<u64>(),
            "statement_mb": report.statements.bytes / 1_000_000,
            "read_ms": report.speed.read_ms,
            "build_ms": report.speed.build_ms,
            "match_ms": report.speed.match_ms,
            "lines_per_s": report.speed.lines_per_second,
        })
    );
    Ok(())
}

/// The run on one thread and on several, each in a process of its own.
pub fn figures(data: &Path, scratch: &Path, threads: usize) -> Outcome<Vec<Figure>> {
    let (one_out, all_out) = (scratch.join("one.csv"), scratch.join("all.csv"));
    let one = child(data, &one_out, 1)?;
    let all = child(data, &all_out, threads)?;
    let number = |values: &Value, key: &str| values.get(key).and_then(Value::as_f64).unwrap_or_default();
    let rate = number(&one, "lines_per_s");
    let engine = Figure::new("engine/lines_per_core").number("per_s", rate).goal("30,000 lines/s/core", rate >= 30_000.0).print();

    let (seconds, peak) = (number(&all, "secs"), number(&all, "peak_mib"));
    let is_full = number(&all, "lines") >= 900_000.0 && number(&all, "items") >= 4_500_000.0;
    let mut whole = Figure::new("folder/wall").number("secs", seconds).number("peak_mib", peak);
    for key in ["threads", "lines", "items", "statement_mb", "read_ms", "build_ms", "match_ms"] {
        whole = whole.number(key, number(&all, key));
    }
    if is_full {
        whole = whole.goal("1 M lines, 5 M items: 60 s, 4,096 MiB", seconds <= 60.0 && peak <= 4096.0);
    }
    let whole = whole.print();

    let same = equal(&one_out, &all_out)?;
    let determinism = Figure::new("threads/same_bytes").with("threads", json!([1, number(&all, "threads")])).must(same).print();
    Ok(vec![engine, whole, determinism])
}

fn child(data: &Path, out: &Path, threads: usize) -> Outcome<Value> {
    let own: PathBuf = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(own);
    command.arg("--data").arg(data).arg("--run").arg(out).args(["--threads", &threads.to_string()]);
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err("the run over the folder failed".to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn equal(a: &Path, b: &Path) -> Outcome<bool> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| error.to_string());
    Ok(read(a)? == read(b)?)
}
