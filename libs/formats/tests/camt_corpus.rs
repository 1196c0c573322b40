//! The other files of `corpora/camt`: Swiss and Finnish bank samples, returned debits, damaged files, odd roots.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::references::{StructuredReference, parse_creditor_reference};
use quittance_formats::statement::{Direction, Line, Split};
use quittance_formats::{BankFile, FindingKind, Format, detect, read};
use quittance_samples::corpora;
use quittance_types::Reason;

fn kinds(file: &BankFile) -> Vec<&'static str> {
    file.findings.iter().map(|finding| finding.kind.code()).collect()
}

fn open(path: &str) -> Option<BankFile> {
    let folder = corpora::folder("camt")?;
    Some(read(&std::fs::read(folder.join(path)).unwrap()).unwrap())
}

fn minor(line: &Line<'_>) -> i64 {
    line.signed_amount().unwrap().money().unwrap().minor()
}

#[test]
fn every_file_reads_or_is_refused_for_its_reason() {
    let Some(folder) = corpora::folder("camt") else { return };
    let files = corpora::files(&folder, &["xml"]);
    assert!(files.len() >= 35, "{}", files.len());
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let refused = match name.as_str() {
            "valid_camt_v09.xml" => Some(Reason::FormatUnknown),
            "test-camt-parse-invalid.xml" | "test-camt-parse-none.xml" => Some(Reason::StatementMalformed),
            _ => None,
        };
        match (read(&bytes), refused) {
            (Ok(file), None) => {
                assert_eq!(detect(&bytes).unwrap(), file.format, "{name}");
                assert!(file.version.starts_with(file.format.code()), "{name}");
                assert_eq!(file.source_bytes, bytes.len() as u64);
                for line in file.statements.iter().flat_map(|statement| statement.lines()) {
                    assert!(line.amount().money().is_some() && line.direction().is_some(), "{name}");
                }
            }
            (Err(fault), Some(reason)) => assert_eq!(fault.reason(), reason, "{name}"),
            (outcome, _) => panic!("{name}: {outcome:?}"),
        }
    }
}

#[test]
fn swiss_credit_notification_splits_its_batch_and_knows_its_qr_references() {
    let Some(file) = open("moov-iso20022/200519_camt.054_P_CH2909000000250094239_1111091335_0_2020061900081727.xml") else { return };
    assert_eq!((file.format, file.version.as_str()), (Format::Camt054, "camt.054.001.04"));
    assert!(file.findings.is_empty(), "{:?}", file.findings);
    let statement = &file.statements[0];
    assert_eq!(statement.account.iban(), Some("CH2909000000250094239"));
    assert_eq!(statement.entries[0].split, Split::Lines);
    let lines: Vec<Line<'_>> = statement.lines().collect();
    assert_eq!(lines.iter().map(minor).collect::<Vec<_>>(), [77829, 91393]);
    assert_eq!(lines[0].bank_reference(), Some("2000000000000000"));
    assert_eq!(lines[0].end_to_end_id(), Some("1006265-aic5dL-75dzf3jk9-cf2d5e9"));
    assert_eq!(lines[0].counterparty().name(), Some("Bernasconi Maria"));
    assert_eq!(lines[0].counterparty().bic(), Some("POFICHBEXXX"));
    for line in &lines {
        let reference = line.creditor_references().next().unwrap();
        assert_eq!(reference.kind.as_deref(), Some("QRR"));
        assert!(matches!(parse_creditor_reference(&reference.value), Some(StructuredReference::Swiss(_))));
    }
}

#[test]
fn swiss_statement_keeps_its_own_figures_and_says_they_do_not_add_up() {
    let Some(file) = open("moov-iso20022/camt.053_P_CH2909000000250094239_1110092698_0_2020112503071366.xml") else { return };
    let statement = &file.statements[0];
    assert_eq!(statement.entries.len(), 5);
    assert_eq!(statement.opening_balance().unwrap().amount.to_string(), "211993.19 CHF");
    assert_eq!(statement.closing_balance().unwrap().amount.to_string(), "215112.21 CHF");
    assert_eq!(kinds(&file), ["detail_direction_mismatch", "balance_mismatch", "reference_duplicate"]);
    assert!(file.findings[1].text.contains("difference -1537.00"));
    assert_eq!(statement.lines().map(|line| minor(&line)).collect::<Vec<_>>(), [450, -7770, 150_000, 153_700, 169_222]);
}

#[test]
fn swiss_return_names_its_reason_and_no_false_counterparty() {
    let Some(file) = open("moov-iso20022/200519_camt054-returns_p_ch2909000000250094239_1109800798_0_2019052023472022.xml") else { return };
    let line = file.statements[0].lines().next().unwrap();
    assert!(line.is_return());
    assert_eq!(line.return_reason(), Some("AC01"));
    assert_eq!(line.direction(), Some(Direction::Credit));
    assert_eq!(line.counterparty().name(), None, "the debtor of the returned payment is the account's own owner");
}

#[test]
fn finnish_credit_advice_has_thirteen_lines_and_its_credit_note() {
    let Some(file) = open("moov-iso20022/FI_camt_054_sample.xml.xml") else { return };
    let statement = &file.statements[0];
    assert_eq!((statement.entries.len(), statement.lines().count()), (6, 13));
    assert_eq!(statement.account.owner.as_ref().unwrap().name.as_deref(), Some("BANK ACCOUNT OWNER"));
    let first = statement.lines().next().unwrap();
    assert_eq!(minor(&first), 190_000);
    let blocks = &first.remittance().unwrap().structured;
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].creditor_reference.as_ref().unwrap().value, "3900");
    let net: quittance_types::Decimal = blocks.iter().map(|block| block.net().unwrap()).sum();
    assert_eq!(net.to_string(), "1900.00");
    let rf = statement.lines().flat_map(|line| line.creditor_references().cloned().collect::<Vec<_>>());
    assert!(rf.into_iter().any(|reference| matches!(parse_creditor_reference(&reference.value), Some(StructuredReference::Rf(_)))));
    assert_eq!(kinds(&file), ["total_mismatch"]);
}

#[test]
fn returned_direct_debit_is_the_debtors() {
    let Some(file) = open("hbci4java/test-camt-ruecklastschrift.xml") else { return };
    let line = file.statements[0].lines().next().unwrap();
    assert_eq!((minor(&line), line.return_reason()), (-5300, Some("MS03")));
    assert_eq!(line.counterparty().name(), Some("Sven Schuldner"));
    assert_eq!((line.mandate_id(), line.bank_reference()), (Some("TEST1234"), None));
    let detail = line.detail.unwrap();
    assert_eq!(detail.amounts.as_ref().unwrap().instructed.as_ref().unwrap().to_string(), "50.00 EUR");
    assert_eq!(detail.charges.iter().map(|charge| charge.amount.to_string()).collect::<Vec<_>>(), ["3.00 EUR", "0.00 EUR"]);
}

#[test]
fn damaged_statements_degrade_to_findings() {
    let Some(file) = open("hbci4java/test-camt-parse-5200108-invalid-saldo.xml") else { return };
    let statement = &file.statements[0];
    let opening = &statement.opening_balance().unwrap().amount;
    assert_eq!((opening.money(), opening.text().as_ref()), (None, "100.0000000000005"));
    assert!(kinds(&file).contains(&"amount_precision"));
    let file = open("hbci4java/test-camt-parse-5200108-missing-date.xml").unwrap();
    assert_eq!(file.findings.iter().filter(|finding| finding.kind == FindingKind::DateMissing).count(), 2);
    assert_eq!(minor(&file.statements[0].lines().next().unwrap()), -3400);
}

#[test]
fn german_reports_read_in_old_and_new_versions() {
    let Some(old) = open("hbci4java/test-camt-parse-05200102.xml") else { return };
    let new = open("hbci4java/test-camt-parse-05200108.xml").unwrap();
    let lines: Vec<Line<'_>> = old.statements[0].lines().chain(new.statements[0].lines()).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line.entry.is_booked() && line.booking_date().is_some() && line.value_date().is_some()));
    assert_eq!(lines[2].counterparty().name(), Some("Beispiel AG"));
    assert_eq!((lines[2].text().as_ref(), lines[2].mandate_id()), ("Verwendungszweck", Some("12345678/001")));
}

#[test]
fn messages_without_document_or_header_read() {
    let Some(file) = open("prowide-iso20022/camt.053.001.07.xml") else { return };
    assert_eq!((file.version.as_str(), file.message_id.as_deref()), ("camt.053.001.07", Some("SDFSDF")));
    assert_eq!(file.statements[0].balances[1].amount.to_string(), "234299.00 USD");
    let file = open("pain001-corpus/camt053_sample.xml").unwrap();
    assert_eq!(file.statements[0].lines().next().unwrap().text(), "Incoming transfer from Jane Subscriber");
    assert_eq!(kinds(&file), ["balance_missing", "identification_missing"]);
}
