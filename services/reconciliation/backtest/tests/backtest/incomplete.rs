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
fn a_document_whose_date_is_not_known_is_paid_whenever_it_is_paid() {
    let folder = Folder::small();
    folder.put("open_items.csv", "invoice_number,customer_id,due_date,total\nRX7-2026-44120,C1,2027-01-31,1190.00\n");
    let rows = paid(&folder, 119_000, NORDLICHT, "RX7-2026-44120");
    assert!(rows[0].starts_with("B-1,RX7-2026-44120,1190.00,auto,"), "{rows:?}");
}

#[test]
fn a_discount_without_the_date_of_its_document_needs_a_person_unless_the_terms_say_how_long_before_the_due_date_it_was() {
    for (due, terms, decision, reason) in [
        ("2026-12-15", "", "suggest", ""),
        ("2026-12-15", "2/10 net 30", "auto", "discount"),
        ("2026-11-30", "2/10 net 30", "", "discount_unearned"),
    ] {
        let folder = Folder::small();
        let header = "invoice_number,customer_id,due_date,total,terms,discount_pct,discount_days";
        folder.put("open_items.csv", &format!("{header}\nRX7-2026-44120,C1,{due},1190.00,{terms},2,10\n"));
        let rows = paid(&folder, 116_620, NORDLICHT, "RX7-2026-44120");
        assert!(rows[0].starts_with(&format!("B-1,RX7-2026-44120,1166.20,{decision}")) && rows[0].ends_with(reason), "{due}: {rows:?}");
    }
}

#[test]
fn a_date_that_cannot_be_read_is_left_aside_and_said() {
    let folder = Folder::small();
    folder.put(
        "open_items.csv",
        "invoice_number,customer_id,issue_date,due_date,total\n\
         RX7-2026-44120,C1,2026-02-30,2026-12-31,1190.00\n\
         RX7-2026-44121,C1,03/05/2026,2026-12-31,833.00\n",
    );
    folder.put("closed_items.csv", "invoice_number,customer_id,total,closed_date\nRX7-2026-43999,C2,410.00,soon\n");
    let rows = paid(&folder, 119_000, NORDLICHT, "RX7-2026-44120");
    assert!(rows[0].starts_with("B-1,RX7-2026-44120,1190.00,auto,"), "{rows:?}");
    let outcome = folder.run();
    assert_eq!(outcome.report.tables.iter().map(|read| read.refused).sum::<u64>(), 0);
    assert!(is_said(&outcome, &["open_items.csv", "2 rows", "\"2026-02-30\"", "line 2"]), "{:?}", outcome.report.warnings);
    assert!(is_said(&outcome, &["closed_items.csv", "1 row", "\"soon\""]), "{:?}", outcome.report.warnings);
}

#[test]
fn without_a_seller_the_rows_belong_to_the_seller_of_their_customer() {
    let folder = Folder::small();
    folder.put(
        "sellers.csv",
        &format!("seller_id,name,country,currency,iban\nS1,Rexa GmbH,DE,EUR,{ACCOUNT}\nS2,Rexa Ltd,GB,GBP,GB82WEST12345698765432\n"),
    );
    for name in ["open_items.csv", "closed_items.csv"] {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        folder.put(name, &text.replace("seller_id,", "").replace(",S1,", ","));
    }
    let history = std::fs::read_to_string(folder.path().join("history.jsonl")).unwrap();
    folder.put("history.jsonl", &history.replace("\"seller_id\":\"S1\",", ""));
    let rows = paid(&folder, 119_000, NORDLICHT, "RX7-2026-44120");
    assert!(rows[0].starts_with("B-1,RX7-2026-44120,1190.00,auto,"), "{rows:?}");
    let outcome = folder.run();
    let seller = &outcome.report.sellers[0];
    assert_eq!((seller.items, seller.closed, seller.confirmed), (4, 1, 1));
    assert!(is_said(&outcome, &["open_items.csv has no column or field seller_id", "their customer"]), "{:?}", outcome.report.missing);
}

#[test]
fn a_bank_file_whose_account_nobody_names_belongs_to_the_seller_whose_documents_it_pays() {
    const OTHER: &str = "GB82WEST12345698765432";
    let folder = Folder::small();
    folder.put("sellers.csv", "seller_id,name,currency\nS1,Rexa GmbH,EUR\nS2,Rexa Ltd,EUR\n");
    folder.put("statements/other.xml", &camt("08", OTHER, 20, 0, &[payment("B-2", 100, "Irgendwer", BRANDT.1, "unbekannt")]));
    let rows = paid(&folder, 119_000, NORDLICHT, "RX7-2026-44120");
    assert!(rows_of(&rows, "B-1")[0].starts_with("B-1,RX7-2026-44120,1190.00,auto,"), "{rows:?}");
    assert!(rows_of(&rows, "B-2")[0].starts_with("B-2,,,none,"), "{rows:?}");
    let outcome = folder.run();
    assert!(is_said(&outcome, &["no row of sellers.csv", ACCOUNT, "1 line", "S1"]), "{:?}", outcome.report.warnings);
    assert!(is_said(&outcome, &["1 line on accounts of no seller", OTHER]), "{:?}", outcome.report.warnings);

    folder.put("sellers.csv", &format!("seller_id,name,currency,iban\nS1,Rexa GmbH,EUR,{OTHER}\nS2,Rexa Ltd,EUR,\n"));
    assert!(rows_of(&results(&folder.run()), "B-1")[0].starts_with("B-1,,,none,"), "an account is known of the seller");
}

#[test]
fn a_customer_of_several_sellers_does_not_say_whose_item_it_is() {
    let folder = Folder::small();
    folder.put("sellers.csv", &format!("seller_id,currency,iban\nS1,EUR,{ACCOUNT}\nS2,GBP,GB82WEST12345698765432\n"));
    folder.put("customers.csv", "customer_id,seller_id,name\nC1,S1,Nordlicht Handels GmbH\nC1,S2,Southlight Ltd\n");
    folder.put("open_items.csv", "invoice_number,customer_id,total\nRX7-2026-44120,C1,1190.00\n");
    paid(&folder, 119_000, NORDLICHT, "RX7-2026-44120");
    assert!(is_said(&folder.run(), &["open_items.csv", "1 of 1 row not used", "several sellers"]));
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
fn money_of_another_currency_that_pays_the_document_in_full_does_not_pay_it_short() {
    let folder = Folder::small();
    folder.put("open_items.csv", "invoice_number,customer_id,issue_date,total\nRX7-2026-44122,C2,2026-10-02,2500.00\n");
    let paid = [payment("B-1", 225_000, BRANDT.0, BRANDT.1, "RX7-2026-44122")];
    let plain = camt("08", ACCOUNT, 20, 0, &paid);
    let instructed = plain.replace("</Refs>", "</Refs><AmtDtls><InstdAmt><Amt Ccy=\"USD\">2500.00</Amt></InstdAmt></AmtDtls>");
    let written = plain.replace("<Ustrd>RX7-2026-44122", "<Ustrd>RX7-2026-44122 USD 2500,00");
    for file in [instructed, written] {
        folder.put("statements/day.xml", &file);
        let rows = results(&folder.run());
        assert!(rows[1].starts_with("B-1,RX7-2026-44122,") && !rows[1].contains(",auto,"), "{rows:?}");
    }
    folder.put("statements/day.xml", &plain);
    let rows = results(&folder.run());
    assert!(rows[1].starts_with("B-1,RX7-2026-44122,2250.00,auto,") && rows[1].ends_with(",250.00,short_pay"), "{rows:?}");
}

#[test]
fn a_customer_of_another_seller_is_said() {
    let folder = Folder::small();
    folder.put("sellers.csv", &format!("seller_id,currency,iban\nS1,EUR,{ACCOUNT}\nS2,GBP,GB82WEST12345698765432\n"));
    folder.put("customers.csv", "customer_id,seller_id,name\nC1,S2,Nordlicht Handels GmbH\nC2,S1,Brandt AG\n");
    folder.put("open_items.csv", "invoice_number,seller_id,customer_id,total\nRX7-2026-44120,S1,C1,1190.00\nRX7-2026-44121,S1,C2,1.00\n");
    paid(&folder, 119_000, NORDLICHT, "RX7-2026-44120");
    let outcome = folder.run();
    assert!(is_said(&outcome, &["open_items.csv", "1 row", "\"C1\"", "another seller"]), "{:?}", outcome.report.warnings);
}

#[test]
fn an_invoice_below_zero_is_a_credit_note_and_signs_that_differ_are_not_used() {
    let folder = Folder::small();
    folder.put(
        "open_items.csv",
        "invoice_number,customer_id,doc_type,issue_date,total,open_amount\n\
         RX7-2026-44120,C1,INV,2026-10-01,1190.00,1190.00\n\
         RX7-2026-44121,C1,INV,2026-10-01,-190.00,-190.00\n\
         RX7-2026-44122,C1,INV,2026-10-01,250.55,-250.55\n\
         CN-2026-0031,C1,CN,2026-10-01,-90.00,-90.00\n",
    );
    let rows = paid(&folder, 100_000, NORDLICHT, "RX7-2026-44120 RX7-2026-44121");
    assert!(rows.iter().any(|row| row.starts_with("B-1,RX7-2026-44121,-190.00,")), "{rows:?}");
    let outcome = folder.run();
    assert!(is_said(&outcome, &["open_items.csv", "\"-190.00\"", "credit note", "line 3"]), "{:?}", outcome.report.warnings);
    assert!(is_said(&outcome, &["open_items.csv", "1 of 4 rows not used", "\"-250.55\"", "line 4"]), "{:?}", outcome.report.warnings);
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
