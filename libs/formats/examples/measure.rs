//! Reads and shows files, and says how long a megabyte takes and how much memory:
//! `cargo run --release -p quittance-formats --example measure -- FILE...`

#![allow(clippy::expect_used, clippy::float_arithmetic, clippy::cast_precision_loss)]

use peak_alloc::PeakAlloc;
use quittance_formats::Inspected;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable file");
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let start = std::time::Instant::now();
        let outcome = Inspected::read(&bytes, Some(&path)).map(|inspected| inspected.write(&mut std::io::sink()).expect("an output"));
        let seconds = start.elapsed().as_secs_f64();
        let taken = ALLOCATOR.peak_usage().saturating_sub(before);
        let megabytes = bytes.len() as f64 / 1e6;
        let times = taken as f64 / bytes.len().max(1) as f64;
        let verdict = outcome.err().map_or_else(|| "read".to_string(), |fault| fault.to_string());
        println!("{path}: {megabytes:.2} MB, {:.3} s/MB, {times:.1} x memory, {verdict}", seconds / megabytes);
    }
}
