//! The engine in memory: candidates alone, one new line against a whole ledger, one new item.

use std::path::Path;
use std::time::{Duration, Instant};

use quittance_backtest::{Options, prepare};
use quittance_matching::Workbench;
use quittance_matching::record::{DocumentKind, ItemRecord, Line};
use quittance_matching::shard::Shard;
use quittance_types::{BusinessDate, Currency};

use crate::Outcome;
use crate::figure::Figure;

/// Measures proposals for single lines and the adding of items.
pub fn figures(data: &Path, single: usize) -> Outcome<Vec<Figure>> {
    let mut books = prepare(&Options { data: data.to_owned(), history: true, threads: 1 }).map_err(|error| error.to_string())?;
    let Some((shard, lines)) = books.iter_mut().max_by_key(|(_, lines)| lines.len()) else { return Err("no ledger".to_owned()) };
    Ok(vec![candidates(shard, lines), one_line(shard, lines, single), one_item(shard, single)])
}

fn candidates(shard: &Shard, lines: &[Line]) -> Figure {
    let mut bench = Workbench::default();
    let started = Instant::now();
    let found: usize = lines.iter().map(|line| std::hint::black_box(bench.find_candidates(shard, line))).sum();
    let rate = lines.len() as f64 / started.elapsed().as_secs_f64().max(f64::EPSILON);
    Figure::new("candidates/lines_per_core")
        .number("per_s", rate)
        .number("found_per_line", found as f64 / lines.len().max(1) as f64)
        .goal("100,000 lines/s/core", rate >= 100_000.0)
        .print()
}

fn one_line(shard: &Shard, lines: &[Line], single: usize) -> Figure {
    let step = (lines.len() / single.max(1)).max(1);
    let mut times: Vec<Duration> = Vec::with_capacity(single);
    for line in lines.iter().step_by(step) {
        let started = Instant::now();
        std::hint::black_box(shard.propose(line));
        times.push(started.elapsed());
    }
    times.sort();
    let at = |percent: usize| times.get(times.len().saturating_mul(percent) / 100).copied().unwrap_or_default().as_secs_f64() * 1e3;
    Figure::new("one_line/latency")
        .number("p50_ms", at(50))
        .number("p99_ms", at(99))
        .number("lines", times.len() as f64)
        .goal("p99 2 ms", at(99) <= 2.0)
        .print()
}

fn one_item(shard: &mut Shard, single: usize) -> Figure {
    let numbers: Vec<String> = (0..single).map(|index| format!("BENCH-2026-{index:06}")).collect();
    let started = Instant::now();
    for number in &numbers {
        shard.add_item(&ItemRecord {
            number,
            customer: "BENCH",
            kind: DocumentKind::Invoice,
            issued_on: BusinessDate::MIN,
            due_on: BusinessDate::MIN,
            currency: Currency::EUR,
            total: 119_000,
            open: 119_000,
            discounts: &[],
            purchase_order: "",
            delivery_note: "",
            order: "",
            creditor_reference: "",
            disputed: false,
        });
    }
    let micros = started.elapsed().as_secs_f64() * 1e6 / single.max(1) as f64;
    Figure::new("one_item/add").number("micros", micros).goal("20 µs", micros <= 20.0).print()
}
