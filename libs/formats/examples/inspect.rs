//! Prints a bank file as JSON: `cargo run -p quittance-formats --example inspect -- FILE...`

#![allow(clippy::expect_used)]

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable file");
        match quittance_formats::inspect(&bytes) {
            Ok(value) => println!("{value:#}"),
            Err(fault) => println!("{path}: {fault} {:?}", fault.metadata()),
        }
    }
}
