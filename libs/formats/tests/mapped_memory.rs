//! Statements in CSV and XLSX need little memory, read or refused. One test, so that nothing else allocates at the same time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use peak_alloc::PeakAlloc;
use quittance_formats::mapped::{Mapping, read};
use quittance_samples::archive::workbook_deflated;
use quittance_types::Reason;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Bytes that may be taken whatever the size of the file, and times its size beside them.
const SLACK: usize = 12 << 20;
const TIMES: usize = 10;

/// Rows of cells: date, amount, name, text, account.
fn rows(row: &str, count: usize) -> Vec<u8> {
    row.repeat(count).into_bytes()
}

fn sheet(count: usize) -> Vec<u8> {
    let row = |row: usize| {
        let amount = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44;
        format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"inlineStr\"><is><t>5/1/26</t></is></c><c r=\"B{row}\"><v>{amount}.25</v></c></row>")
    };
    workbook_deflated(&(1..=count).map(row).collect::<String>())
}

#[test]
fn statements_by_a_mapping_need_little_memory() {
    let mapping: Mapping = serde_json::from_str(
        r#"{ "booked_on": 1, "date_format": "D/M/YY", "heads": false, "sign": { "kind": "signed", "amount": 2 }, "currency": "EUR",
        "account": "1", "name": 3, "texts": [4], "counterparty_account": 5 }"#,
    )
    .unwrap();
    let full = "05/01/26;1000.00;MUSTER HANDEL GMBH;RECHNUNG 4711 VOM 05.01.2026;DE89370400440532013000\n";
    let files = [
        ("rows of a date and an amount", rows("5/1/26;1\n", 300_000), true),
        ("rows of a day and a digit", rows("5/1/26;\n", 600_000), false),
        ("rows of a name", rows("5/1/26;-112.50;SHELL 0412\n", 600_000), true),
        ("rows of a text", rows("5/1/26;-112.50;;CHECK 1042\n", 600_000), true),
        ("rows with a text", rows("5/1/26;1.00;A;B\n", 300_000), false),
        ("fewer with a text", rows("5/1/26;1.00;A;B\n", 20_000), true),
        ("rows of every cell", rows(full, 60_000), true),
        ("rows of empty cells", rows(&format!("5/1/26;1{}\n", ";".repeat(60)), 20_000), true),
        ("a row of empty cells", rows(&";".repeat(100_000), 20), false),
        ("a sheet", sheet(38_000), true),
    ];
    let mut wrong = Vec::new();
    for (name, bytes, is_read) in files {
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let outcome = read(&bytes, &mapping).map(|file| file.entry_count());
        let taken = ALLOCATOR.peak_usage() - before;
        println!("{name}: {} kB, {} kB of memory, {outcome:?}", bytes.len() >> 10, taken >> 10);
        let is_limit = outcome.as_ref().is_err_and(|error| quittance_types::Fault::from(error.clone()).reason() == Reason::XmlLimit);
        if taken > SLACK + TIMES * bytes.len() || outcome.is_ok() != is_read || !(is_read || is_limit) {
            wrong.push(format!("{name}: {taken} bytes of memory for {}, {outcome:?}", bytes.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
