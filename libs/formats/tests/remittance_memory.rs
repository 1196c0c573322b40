//! Long advices cost memory in proportion to their size, whatever container they come in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use peak_alloc::PeakAlloc;
use quittance_formats::remittance::read;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Rows of each advice.
const ROWS: usize = 12_000;

/// Times the bytes of an advice that reading it may need: mostly its lines, with place and text of every value.
const TIMES: usize = 10;

/// The same for rows of nothing but a number and an amount, some twenty bytes: reading one takes a little more than ten times
/// that. They are read all the same.
const BARE_TIMES: usize = 12;

fn amount(number: usize) -> usize {
    number % 900 + 1
}

fn advice(head: &str, row: impl Fn(usize, usize) -> String, tail: impl Fn(usize) -> String) -> String {
    let rows: String = (0..ROWS).map(|number| row(number, amount(number))).collect();
    format!("{head}{rows}{}", tail((0..ROWS).map(amount).sum()))
}

#[test]
fn long_advices_need_little_memory() {
    let table = advice(
        "Invoice         Date           Gross    Discount         Net\n",
        |number, amount| format!("INV-{number:07}     01.02.2026  {amount:>6}.00        0.00  {amount:>6}.00\n"),
        |sum| format!("Total                                              {sum}.00\n"),
    );
    let sentences = advice(
        "Dear all,\n\nwe paid\n",
        |number, amount| format!("Invoice INV-{number:07} of 01.02.2026 with the amount of {amount}.00 EUR\n"),
        |sum| format!("\nTotal: {sum}.00 EUR\n"),
    );
    let sheet = advice(
        "Invoice;Date;Gross;Discount;Net\n",
        |number, amount| format!("INV-{number:07};01.02.2026;{amount}.00;0.00;{amount}.00\n"),
        |sum| format!("Total;;;;{sum}.00\n"),
    );
    let page = advice(
        "<table><tr><th>Invoice</th><th>Date</th><th>Net</th></tr>\n",
        |number, amount| format!("<tr><td>INV-{number:07}</td><td>01.02.2026</td><td>{amount}.00</td></tr>\n"),
        |sum| format!("</table><p>Total: {sum}.00</p>\n"),
    );
    let bare = advice("Invoice;Net\n", |number, amount| format!("INV-{number:07};{amount}.00\n"), |sum| format!("Total;{sum}.00\n"));
    let mail = format!(
        "From: AP <ap@buyer.example>\nSubject: Remittance\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
        --b\nContent-Type: text/plain\n\nPlease see the attachment.\n--b\nContent-Type: text/csv\n\
        Content-Disposition: attachment; filename=a.csv\n\n{sheet}\n--b--\n"
    );
    let mut wrong = Vec::new();
    let files = [("a.txt", table), ("b.txt", sentences), ("c.csv", sheet), ("d.html", page), ("e.eml", mail), ("bare.csv", bare)];
    for (name, text) in files {
        let allowed = if name.starts_with("bare") { BARE_TIMES } else { TIMES };
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        let advices = read(text.as_bytes(), Some(name)).unwrap();
        let tenths = (ALLOCATOR.peak_usage() - before) * 10 / text.len();
        let kept = (ALLOCATOR.current_usage() - before) * 10 / text.len();
        println!("{name}: {} bytes, at most {}.{} times as much, {}.{} kept", text.len(), tenths / 10, tenths % 10, kept / 10, kept % 10);
        if tenths > allowed * 10 || advices.len() != 1 || advices[0].lines.len() != ROWS || !advices[0].is_proven() {
            wrong.push(format!("{name}: {tenths} tenths, {} lines, {:?}", advices[0].lines.len(), advices[0].verdict));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
