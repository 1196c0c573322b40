//! Reads files and says how fast: `cargo run -p quittance-formats --example measure -- FILE...`

#![allow(clippy::expect_used, clippy::float_arithmetic)]

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable file");
        let start = std::time::Instant::now();
        let outcome = quittance_formats::read(&bytes);
        let seconds = start.elapsed().as_secs_f64();
        let lines = outcome.as_ref().map(|file| file.statements.iter().map(|statement| statement.lines().count()).sum::<usize>());
        println!("{path}: {:.1} MB/s, lines {lines:?}", bytes.len() as f64 / 1e6 / seconds);
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("{} bytes, {}", bytes.len(), peak.unwrap_or_default());
    }
}
