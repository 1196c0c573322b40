//! What `inspect` shows, whatever the format.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::{Inspected, inspect};
use quittance_samples::corpora;
use quittance_types::Reason;
use serde_json::{Value, json};

fn shown(path: &str) -> Option<Value> {
    let (folder, name) = path.rsplit_once('/').unwrap();
    Some(inspect(&std::fs::read(corpora::folder(folder)?.join(name)).unwrap()).unwrap())
}

#[test]
fn a_swiss_notification() {
    let Some(file) = shown("camt/moov-iso20022/200519_camt.054_P_CH2909000000250094239_1111091335_0_2020061900081727.xml") else { return };
    assert_eq!((&file["format"], &file["version"]), (&json!("camt.054"), &json!("camt.054.001.04")));
    assert_eq!(file["accounts"][0]["iban"], "CH2909000000250094239");
    assert_eq!((&file["entry_count"], &file["line_count"]), (&json!(1), &json!(2)));
    assert_eq!(file["sums"][0]["credits"], json!({ "count": 1, "amount": "1692.22" }));
    let entry = &file["statements"][0]["entries"][0];
    for (key, value) in [
        ("booking_date", json!("2020-06-18")),
        ("value_date", json!("2020-06-18")),
        ("amount", json!("1692.22")),
        ("currency", json!("CHF")),
        ("minor", json!(169_222)),
        ("sign", json!("credit")),
        ("reversal", json!(false)),
        ("status", json!("BOOK")),
        ("split", json!("lines")),
    ] {
        assert_eq!(entry[key], value, "{key}");
    }
    assert_eq!(entry["references"]["bank_reference"], "1000000000000000");
    let line = &entry["lines"][0];
    assert_eq!((&line["amount"], &line["minor"]), (&json!("778.29"), &json!(77_829)));
    assert_eq!(line["counterparty"]["name"], "Bernasconi Maria");
    let reference = &line["remittance"]["structured"][0]["creditor_reference"];
    assert_eq!(*reference, json!({ "value": "539115429773825311971477453", "type": "QRR", "check_digits_hold": true }));
    assert_eq!(file["findings"], json!([]));
}

#[test]
fn a_statement_with_findings() {
    let Some(file) = shown("camt/genkgo-camt/camt053.v2.five.decimals.xml") else { return };
    let statement = &file["statements"][0];
    assert_eq!(statement["opening_balance"]["amount"], "18.15");
    assert_eq!(
        statement["closing_balance"],
        json!({ "type": "CLBD", "amount": "27.05", "currency": "EUR", "minor": 2705, "sign": "credit", "date": "2014-12-31" })
    );
    let finding = &file["findings"][0];
    assert_eq!((&finding["kind"], &finding["severity"], &finding["statement"]), (&json!("balance_mismatch"), &json!("warning"), &json!(0)));
    let entry = &statement["entries"][0];
    assert_eq!(entry["references"]["end_to_end_id"], "000000001");
    assert_eq!(entry["remittance"]["unstructured"], json!(["Transaction Description"]));
}

#[test]
fn every_format_has_the_same_shape() {
    for (path, format, entries) in [
        ("mt940/hbci4java/test-mt940-001.sta", "mt940", 2),
        ("mt940/wolph-mt940/mBank/mt942.sta", "mt942", 3),
        ("bai2/moov-bai2/sample1.txt", "bai2", 17),
        ("coda/php-coda-parser/sample8.cod", "coda", 2),
        ("cfonb/silarhi-cfonb-parser/complex-test.txt", "cfonb120", 5),
        ("ofx/ofxparse/bank_medium.ofx", "ofx", 3),
    ] {
        let Some(file) = shown(path) else { return };
        assert_eq!((&file["format"], &file["entry_count"]), (&json!(format), &json!(entries)), "{path}");
        let all = file["statements"].as_array().unwrap().iter().flat_map(|statement| statement["entries"].as_array().unwrap());
        for entry in all {
            for key in
                ["booking_date", "value_date", "amount", "minor", "sign", "reversal", "references", "remittance", "counterparty", "lines"]
            {
                assert!(entry.get(key).is_some(), "{path}: {key}");
            }
            assert!(entry["minor"].is_i64() && entry["amount"].is_string(), "{path}");
        }
    }
    assert_eq!(inspect(b"hello").unwrap_err().reason(), Reason::FormatUnknown);
}

#[test]
fn what_is_written_is_what_is_shown() {
    let Some(folder) = corpora::folder("mt940/hbci4java") else { return };
    let bytes = std::fs::read(folder.join("test-mt940-001.sta")).unwrap();
    let mut written = Vec::new();
    Inspected::read(&bytes, None).unwrap().write(&mut written).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), inspect(&bytes).unwrap());
}

#[test]
fn a_file_name_decides_between_kinds_of_text() {
    let text = b"invoice,amount\nRE-2026-0001,100.00\nRE-2026-0002,50.00\n";
    let mut written = Vec::new();
    Inspected::read(text, Some("advice.csv")).unwrap().write(&mut written).unwrap();
    let shown: Value = serde_json::from_slice(&written).unwrap();
    assert_eq!((&shown["format"], &shown["advices"][0]["line_count"]), (&json!("csv"), &json!(2)));
}

#[test]
fn why_nothing_is_shown() {
    let fault = inspect(b"%PDF-1.4\n%%EOF\n").map(|_| ()).unwrap_err();
    assert_ne!(fault.message(), "");
    let fault = inspect(b"Dear all,\nplease find nothing here.\n").unwrap_err();
    assert!(fault.message().contains("read as text"), "{fault}");
}
