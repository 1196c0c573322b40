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
fn one_reference_for_several_payments_is_said() {
    let first = [payment("B-1", 119_000, NORDLICHT.0, NORDLICHT.1, "RX7-2026-44120")];
    let second = [payment("B-1", 83_300, NORDLICHT.0, NORDLICHT.1, "RX7-2026-44121")];
    let folder = Folder::small();
    folder.put("statements/1.xml", &camt("08", ACCOUNT, 20, 0, &first));
    assert!(!is_said(&folder.run(), &["line id"]));
    folder.put("statements/2.xml", &camt("08", ACCOUNT, 21, 119_000, &second));
    let outcome = folder.run();
    assert!(is_said(&outcome, &["1 line id", "B-1"]), "{:?}", outcome.report.warnings);
    assert_eq!(rows_of(&results(&outcome), "B-1").len(), 2);
}

#[test]
fn a_second_payment_of_nobodys_document_is_the_payers_or_waits() {
    let folder = Folder::small();
    folder.put("closed_items.csv", "invoice_number,seller_id,currency,total\nRX7-2026-43999,S1,EUR,410.00\n");
    let customer_of = |rows: &[String]| rows[0].split(',').nth(6).map(str::to_owned);
    let known = paid(&folder, 41_000, BRANDT, "RX7-2026-43999");
    assert_eq!(customer_of(&known).as_deref(), Some("C2"), "{known:?}");
    folder.remove("history.jsonl");
    let known = paid(&folder, 41_000, BRANDT, "RX7-2026-43999");
    assert_eq!(customer_of(&known).as_deref(), Some("C2"), "{known:?}");
    let unknown = paid(&folder, 41_000, ("Irgendwer", "DE91100000000123456789"), "RX7-2026-43999");
    assert!(!unknown[0].contains(",auto,"), "{unknown:?}");
}

#[test]
fn a_return_takes_back_the_discount_that_history_granted() {
    let folder = Folder::small();
    folder.put(
        "closed_items.csv",
        "invoice_number,seller_id,customer_id,currency,total,closed_date\nRX7-2026-43990,S1,C1,EUR,1190.00,2026-11-02\n",
    );
    folder.put(
        "history.jsonl",
        "{\"date\":\"2026-11-02\",\"seller_id\":\"S1\",\"amount\":1166.20,\"currency\":\"EUR\",\"payer_name\":\"Nordlicht Handels GmbH\",\
         \"payer_account\":\"DE02120300000000202051\",\"text\":\"RX7-2026-43990\",\"customer_id\":\"C1\",\
         \"applied\":[{\"invoice\":\"RX7-2026-43990\",\"amount\":1166.20}],\"differences\":[{\"kind\":\"discount\",\"amount\":23.80}]}\n",
    );
    let lines = [
        payment("B-1", -116_620, NORDLICHT.0, NORDLICHT.1, "zurueck"),
        payment("B-2", 119_000, NORDLICHT.0, NORDLICHT.1, "RX7-2026-43990"),
    ];
    let file = mt940(ACCOUNT, 12, 0, &lines).replace("166?00GUTSCHRIFT?20zurueck", "159?00RETOURE?20zurueck");
    folder.put("statements/day.sta", &file);
    let rows = results(&folder.run());
    assert!(rows_of(&rows, "B-1")[0].starts_with("B-1,RX7-2026-43990,-1166.20,auto,"), "{rows:?}");
    assert_eq!(rows_of(&rows, "B-2").len(), 1, "{rows:?}");
    assert!(rows_of(&rows, "B-2")[0].starts_with("B-2,RX7-2026-43990,1190.00,auto,"), "{rows:?}");
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
