//! Statements in CSV by a declared mapping.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::FindingKind;
use quittance_formats::mapped::{Mapping, read};
use quittance_formats::statement::{Direction, Format};

const GERMAN: &str = r#"{
    "skip_rows": 2, "booked_on": "Buchungstag", "value_on": "Valuta", "date_format": "DD.MM.YYYY", "decimals": "comma",
    "sign": { "kind": "signed", "amount": "Betrag" }, "currency_column": "Währung", "account": "DE02120300000000202051",
    "name": "Name", "counterparty_account": "IBAN", "texts": ["Verwendungszweck"], "reference": 8
}"#;

fn mapping(text: &str) -> Mapping {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_german_export() {
    let csv = "Kontoauszug;Januar\r\n\r\nBuchungstag;Valuta;Name;IBAN;Verwendungszweck;Betrag;Währung;Ref\r\n\
        05.01.2026;06.01.2026;Muster AG;DE89370400440532013000;\"Rechnung; RE-1\";1.234,56;EUR;A1\r\n\
        07.01.2026;;Bank;;Gebühr;-5,00;EUR;A2\r\n\
        32.01.2026;;X;;kaputt;1,00;EUR;A3\r\n\
        08.01.2026;;Y;;kaputt;12.34;EUR;A4\r\n\
        Summe;;;;;;;\r\n";
    let file = read(csv.as_bytes(), &mapping(GERMAN)).unwrap();
    assert_eq!((file.format, file.statements.len(), file.entry_count()), (Format::Csv, 1, 4));
    let statement = &file.statements[0];
    assert_eq!(statement.account.iban(), Some("DE02120300000000202051"));
    let lines: Vec<_> = statement.lines().collect();
    assert_eq!(lines[0].signed_amount().unwrap().to_string(), "1234.56 EUR");
    assert_eq!((lines[0].counterparty().name(), lines[0].text().as_ref()), (Some("Muster AG"), "Rechnung; RE-1"));
    assert_eq!(lines[0].bank_reference(), Some("A1"));
    assert_eq!(lines[1].direction(), Some(Direction::Debit));
    let findings: Vec<(FindingKind, u64)> = file.findings.iter().map(|finding| (finding.kind, finding.line)).collect();
    assert_eq!(findings, [(FindingKind::DateMalformed, 6), (FindingKind::AmountMalformed, 7), (FindingKind::FieldMalformed, 8)]);
}

#[test]
fn two_columns_and_an_indicator() {
    let two = r#"{ "booked_on": 1, "date_format": "M/D/YY", "sign": { "kind": "two_columns", "credit": 3, "debit": 2 },
        "currency": "USD", "account": "123456", "texts": [4], "heads": false }"#;
    let file = read(b"1/5/26,,\"1,000.00\",ACME\n1/6/26,20.00,,Fee\n1/7/26,1.00,2.00,Both\n", &mapping(two)).unwrap();
    let shown: Vec<String> = file.statements[0].entries.iter().map(|entry| format!("{:?} {}", entry.direction, entry.amount)).collect();
    assert_eq!(shown, ["Some(Credit) 1000.00 USD", "Some(Debit) 20.00 USD", "None 2.00 USD"]);
    let word = r#"{ "booked_on": "date", "date_format": "YYYY-MM-DD", "currency": "EUR", "account": "1",
        "sign": { "kind": "indicator", "amount": "amount", "indicator": "dc", "credit": ["C"], "debit": ["D"] } }"#;
    let file = read(b"date;amount;dc\n2026-01-05;10.00;C\n2026-01-06;5.00;D\n2026-01-07;5.00;Q\n", &mapping(word)).unwrap();
    let directions: Vec<Option<Direction>> = file.statements[0].entries.iter().map(|entry| entry.direction).collect();
    assert_eq!(directions, [Some(Direction::Credit), Some(Direction::Debit), None]);
    assert_eq!(file.findings[0].kind, FindingKind::DirectionUnknown);
}

#[test]
fn a_mapping_that_does_not_fit_is_refused() {
    let error = read(b"a;b\n1;2\n", &mapping(GERMAN)).unwrap_err();
    assert!(error.to_string().contains("booked_on") || error.to_string().contains("amount"), "{error}");
    let bad = GERMAN.replace("DD.MM.YYYY", "DD.MM");
    assert!(read(b"x", &mapping(&bad)).unwrap_err().to_string().contains("date_format"));
}
