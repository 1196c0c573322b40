//! Writes the seeds of a fuzz target that the sample files do not hold: `cargo run --example seeds -- TARGET FOLDER`.

#![allow(clippy::unwrap_used, clippy::panic)] // what the tests are made with

use quittance_samples::{advices::cases, archive};
use std::path::Path;

const ROWS: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Invoice</t></is></c><c r="B1" t="inlineStr"><is><t>Net</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>RE-1</t></is></c><c r="B2"><v>100.5</v></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>Total</t></is></c><c r="B3"><v>100.5</v></c></row>"#;

const EXPORT: &str = "05.01.2026;06.01.2026;1.234,56;EUR;DE02120300000000202051;Muster AG;DE89370400440532013000;\"RE; 1\";x;A1\n";

const STATEMENT: &str = ":20:A\n:25:1\n:60F:C260101EUR0,\n:61:260101C1,NTRFX\n:86:RE 1\n:62F:C260101EUR1,\n-\n";

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let workbook = archive::workbook(ROWS);
    let archived = archive::zip(&[("a.sta", STATEMENT.as_bytes(), true)]);
    let pdf = archive::pdf(&[
        (50, 700, "Invoice"),
        (200, 700, "Net"),
        (50, 680, "RE-1"),
        (200, 680, "10.00"),
        (50, 660, "Total"),
        (200, 660, "10.00"),
    ]);
    let advices = cases().map(|case| case.source.as_bytes().to_vec());
    match target {
        "advice" | "any" => advices.chain([workbook, pdf, archived]).collect(),
        "mapped" => vec![EXPORT.repeat(3).into_bytes(), workbook],
        "mt940" => vec![archived],
        _ => Vec::new(),
    }
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, target, folder] = arguments.as_slice() else { return Err(std::io::Error::other("seeds TARGET FOLDER")) };
    for (number, bytes) in seeds(target).iter().enumerate() {
        std::fs::write(Path::new(folder).join(format!("seed-{number:03}")), bytes)?;
    }
    Ok(())
}
