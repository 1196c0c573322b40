//! Reads files and says how fast: `cargo run -p quittance-formats --example measure -- FILE...`

#![allow(clippy::expect_used, clippy::float_arithmetic)]

use quittance_formats::{Document, read_document};

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable file");
        let start = std::time::Instant::now();
        let outcome = read_document(&bytes);
        let seconds = start.elapsed().as_secs_f64();
        println!("{path}: {:.1} MB/s, {}", bytes.len() as f64 / 1e6 / seconds, outcome.as_ref().map_or_else(ToString::to_string, holds));
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("{} bytes, {}", bytes.len(), peak.unwrap_or_default());
    }
}

/// What a file holds, in two words.
fn holds(document: &Document) -> String {
    let (count, name) = match document {
        Document::Statement(file) => (file.statements.iter().map(|statement| statement.lines().count()).sum(), "lines"),
        Document::Payments(file) => (file.payment_count(), "payments"),
        Document::Nacha(file) => (file.batches.iter().map(|batch| batch.entries.len()).sum(), "entries"),
        Document::Status(file) => (file.items.len(), "statuses"),
        Document::Remittance(message) => (message.advices.len(), "advices"),
        Document::Interchange(file) => (file.advices().map(|advice| advice.lines.len()).sum(), "advice lines"),
    };
    format!("{count} {name}")
}
