//! Prints a file as JSON: `cargo run -p quittance-formats --example inspect -- FILE...`

#![allow(clippy::expect_used)]

use std::io::{BufWriter, Write};

use quittance_formats::Inspected;

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable file");
        match Inspected::read(&bytes, Some(&path)) {
            Ok(inspected) => {
                let mut out = BufWriter::new(std::io::stdout().lock());
                inspected.write(&mut out).and_then(|()| writeln!(out)).expect("a writable output");
            }
            Err(fault) => println!("{path}: {fault} {:?}", fault.metadata()),
        }
    }
}
