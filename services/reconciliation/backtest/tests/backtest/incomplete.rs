//! Columns, values and references that are not there or say something odd: what is done without them, and what is said.

use quittance_backtest::Outcome;

use crate::fixture::{ACCOUNT, Folder, camt, mt940, payment, results, rows_of};

const NORDLICHT: (&str, &str) = ("Nordlicht Handels GmbH", "DE02120300000000202051");
const BRANDT: (&str, &str) = ("Brandt, Soehne AG", "DE02500105170137075030");

/// The rows of the only line.
fn paid(folder: &Folder, cents: i64, payer: (&str, &str), text: &str) -> Vec<String> {
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[payment("B-1", cents, payer.0, payer.1, text)]));
    results(&folder.run()).split_off(1)
}

fn is_said(outcome: &Outcome, parts: &[&str]) -> bool {
    let sentences = || outcome.report.missing.iter().chain(&outcome.report.warnings);
    sentences().any(|sentence| parts.iter().all(|part| sentence.contains(part)))
}

#[test]
fn the_settlement_of_an_account_is_a_customers_payment_and_that_of_a_processor_is_not() {
    for (text, receipts) in [
        ("NORDLICHT SPED Settlement of account", 1),
        ("NORDLICHT SPED Payment", 1),
        ("STRIPE Settlement of account", 0),
        ("Card settlement 0815", 0),
        ("MERCHANT SETTLEMENT 0815", 0),
    ] {
        let folder = Folder::small();
        let file = format!(
            ":20:ST20\r\n:25:{ACCOUNT}\r\n:28C:20/1\r\n:60F:C261120EUR0,00\r\n:61:2611201120C833,00NTRFNONREF//B-1\r\n:86:{text}\r\n:62F:C261120EUR833,00\r\n-\r\n"
        );
        folder.put("statements/day.sta", &file);
        assert_eq!(folder.run().report.receipts.lines, receipts, "{text}");
    }
}
