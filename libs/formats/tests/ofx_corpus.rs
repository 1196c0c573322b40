//! Every file of `corpora/ofx`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::statement::{BalanceKind, Line};
use quittance_formats::{BankFile, FindingKind, Format, detect, read};
use quittance_samples::corpora;
use quittance_types::{Fault, Reason};

fn outcome(name: &str) -> Option<Result<BankFile, Fault>> {
    let bytes = std::fs::read(corpora::folder("ofx/ofxparse")?.join(name)).unwrap();
    assert_eq!(detect(&bytes).unwrap(), Format::Ofx, "{name}");
    Some(read(&bytes))
}

fn open(name: &str) -> Option<BankFile> {
    outcome(name).map(|outcome| outcome.unwrap_or_else(|fault| panic!("{name}: {fault:?}")))
}

#[test]
fn sgml_bank_statement() {
    let Some(file) = open("bank_medium.ofx") else { return };
    assert_eq!((file.format, file.version.as_str()), (Format::Ofx, "102"));
    let statement = &file.statements[0];
    assert_eq!(statement.account.id.as_ref().unwrap().value, "12300 000012345678");
    assert_eq!(statement.balance(&BalanceKind::ClosingBooked).unwrap().amount.to_string(), "382.34 CAD");
    assert_eq!(statement.balance(&BalanceKind::ClosingAvailable).unwrap().amount.to_string(), "682.34 CAD");
    let lines: Vec<Line<'_>> = statement.lines().collect();
    assert_eq!(
        lines.iter().map(|line| line.signed_amount().unwrap().to_string()).collect::<Vec<_>>(),
        ["-6.60 CAD", "-316.67 CAD", "-22.00 CAD"]
    );
    assert_eq!(lines[0].counterparty().name(), Some("MCDONALD'S #112"));
    assert_eq!(
        (lines[0].bank_reference(), lines[0].text().as_ref()),
        (Some("0000123456782009040100001"), "POS MERCHANDISE;MCDONALD'S #112")
    );
    assert_eq!(lines[0].booking_date().unwrap().to_string(), "2009-04-01");
    assert!(file.findings.is_empty(), "{:?}", file.findings);
}

#[test]
fn xml_header_over_sgml_body_and_several_accounts() {
    let Some(file) = open("anzcc.ofx") else { return };
    assert_eq!(file.version, "203");
    let line = file.statements[0].lines().next().unwrap();
    assert_eq!((line.signed_amount().unwrap().to_string(), line.text().as_ref()), ("-5.50 AUD".to_string(), "SOME MEMO"));
    let file = open("multiple_accounts.ofx").unwrap();
    let balances: Vec<String> = file.statements.iter().map(|statement| statement.closing_balance().unwrap().amount.to_string()).collect();
    assert_eq!(balances, ["111.00 USD", "222.00 USD"]);
}

#[test]
fn brokers_statements_give_their_cash_only() {
    let Some(file) = open("investment_medium.ofx") else { return };
    let amounts: Vec<String> = file.statements[0].lines().map(|line| line.signed_amount().unwrap().to_string()).collect();
    assert_eq!(amounts, ["-3.65 USD", "3.35 USD", "-3.65 USD"]);
    for name in ["fidelity.ofx", "investment_401k.ofx", "vanguard401k.ofx"] {
        let file = open(name).unwrap();
        assert!(file.findings.iter().any(|finding| finding.kind == FindingKind::FieldUnknown), "{name}");
    }
}

#[test]
fn files_without_statement_say_why() {
    for (name, text) in [
        ("bank_small.ofx", "no statement"),
        ("signon_success.ofx", "no statement"),
        ("signon_success_no_message.ofx", "no statement"),
        ("account_listing_aggregation.ofx", "no statement"),
        ("error_message.ofx", "the bank answered 2000 General Server Error"),
    ] {
        let Some(outcome) = outcome(name) else { return };
        let fault = outcome.unwrap_err();
        assert_eq!(fault.reason(), Reason::StatementMalformed, "{name}");
        assert!(fault.message().contains(text), "{name}: {fault}");
    }
}

#[test]
fn missing_fields_are_named() {
    for (name, path) in [("fail_nice/date_missing.ofx", "STMTTRN[1]/DTPOSTED"), ("fail_nice/empty_balance.ofx", "LEDGERBAL/BALAMT")] {
        let Some(outcome) = outcome(name) else { return };
        let fault = outcome.unwrap_err();
        assert_eq!((fault.reason(), fault.get("path")), (Reason::StatementMalformed, Some(path)), "{name}");
        assert!(fault.get("line").unwrap().parse::<u32>().unwrap() > 10);
    }
    let fault = read(b"OFXHEADER:100\n<!DOCTYPE x [<!ENTITY a \"b\">]><OFX></OFX>").unwrap_err();
    assert_eq!(fault.reason(), Reason::XmlDtdForbidden);
}
