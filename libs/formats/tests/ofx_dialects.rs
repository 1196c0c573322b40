//! OFX as programs write it: unclosed, lower case, character data, with errors of one account among others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::statement::{BookingStatus, Line};
use quittance_formats::{BankFile, FindingKind, read};

const LEDGER: &str = "<LEDGERBAL><BALAMT>100.00<DTASOF>20260105</LEDGERBAL>";

fn transaction(amount: &str, date: &str, rest: &str) -> String {
    format!("<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{date}<TRNAMT>{amount}{rest}</STMTTRN>")
}

fn with_balance(transactions: &str, balance: &str) -> String {
    format!(
        "OFXHEADER:100\nVERSION:102\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260105</SONRS></SIGNONMSGSRSV1>\
         <BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>77\
         <ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>20260105{transactions}</BANKTRANLIST>{balance}</STMTRS>\
         </STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
}

fn file(transactions: &str) -> String {
    with_balance(transactions, LEDGER)
}

fn open(text: &str) -> BankFile {
    read(text.as_bytes()).unwrap()
}

fn lines(file: &BankFile) -> Vec<Line<'_>> {
    file.statements.iter().flat_map(|statement| statement.lines()).collect()
}

fn amounts(file: &BankFile) -> Vec<String> {
    lines(file).iter().map(|line| line.signed_amount().unwrap().to_string()).collect()
}

fn kinds(file: &BankFile) -> Vec<FindingKind> {
    file.findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn what_is_not_closed_is_read_and_named() {
    let two = file(&(transaction("100.00", "20260102", "<FITID>1") + &transaction("-5.00", "20260103", "<FITID>2<NAME>ACME")));
    for (end, findings) in [("</STMTTRN>", 2), ("</LEDGERBAL>", 1), ("</BANKACCTFROM>", 1), ("</BANKTRANLIST>", 0), ("</STMTRS>", 1)] {
        let file = open(&two.replace(end, ""));
        assert_eq!(amounts(&file), ["100.00 USD", "-5.00 USD"], "{end}");
        assert_eq!(file.statements[0].account.id.as_ref().unwrap().value, "77", "{end}");
        assert_eq!(file.statements[0].closing_balance().unwrap().amount.to_string(), "100.00 USD", "{end}");
        assert_eq!(file.findings.len(), findings, "{end}: {:?}", file.findings);
        assert_eq!(file.has_warnings(), findings > 0, "{end}");
    }
    let last = two.replacen("</STMTTRN></BANKTRANLIST>", "</BANKTRANLIST>", 1);
    let file = open(&last);
    assert_eq!((amounts(&file).len(), kinds(&file)), (2, vec![FindingKind::FieldMalformed]));
    assert_eq!(file.findings[0].path, "statement[1]/STMTTRN");
}

#[test]
fn a_second_statement_does_not_fall_into_the_first() {
    let one = transaction("1.00", "20260102", "<FITID>1");
    let text = file(&one);
    let second = text[text.find("<STMTTRNRS>").unwrap()..].split("</BANKMSGSRSV1>").next().unwrap().replace(">77", ">78");
    let both = text.replace("</STMTRS></STMTTRNRS>", &second);
    let file = open(&both);
    let accounts: Vec<_> = file.statements.iter().map(|one| (one.account.id.as_ref().unwrap().value.clone(), one.entries.len())).collect();
    assert_eq!(accounts, [("77".to_string(), 1), ("78".to_string(), 1)]);
    assert!(file.has_warnings());
}

#[test]
fn empty_values_swallow_nothing() {
    for rest in [
        "<FITID><NAME>ACME<MEMO>X",
        "<FITID>1<EXTDNAME><NAME>ACME<MEMO>X",
        "<FITID>1<PAYEE><NAME>ACME<CITY>B<MEMO>X",
        "<FOO.BAR><NAME>ACME<MEMO>X",
    ] {
        let file = open(&file(&transaction("1.00", "20260102", rest)));
        let line = lines(&file)[0];
        assert_eq!((line.counterparty().name(), line.text().as_ref()), (Some("ACME"), "X"), "{rest}");
    }
    // Ten thousand transactions without a bank reference are nothing unusual.
    let many = transaction("1.00", "20260102", "<FITID><NAME>ACME").repeat(12_000);
    assert_eq!(open(&file(&many)).entry_count(), 12_000);
}

#[test]
fn character_data_lower_case_and_lone_signs() {
    let one = file(&transaction("1.00", "20260102", "<FITID>1</FITID><NAME><![CDATA[A & B]]></NAME><MEMO>5 < 6 & 7"));
    for text in
        [one.clone(), one.replace("<STMT", "<stmt").replace("NAME>", "name>"), one.to_lowercase().replace("![cdata[a & b", "![CDATA[A & B")]
    {
        let file = open(&text);
        let line = lines(&file)[0];
        assert_eq!((line.counterparty().name(), line.text().as_ref()), (Some("A & B"), "5 < 6 & 7"), "{text}");
        assert_eq!(kinds(&file), []);
    }
}

#[test]
fn impossible_dates_are_findings() {
    let file = open(&with_balance(
        &(transaction("1.00", "20260229", "<FITID>1<DTAVAIL>x") + &transaction("2.00", "00000000", "")),
        "<LEDGERBAL><BALAMT>1<DTASOF>20261301</LEDGERBAL>",
    ));
    assert_eq!(amounts(&file), ["1.00 USD", "2.00 USD"]);
    assert!(lines(&file).iter().all(|line| line.booking_date().is_none()));
    assert_eq!(kinds(&file), [FindingKind::DateMalformed; 4]);
}

#[test]
fn pending_transactions_foreign_currency_and_names() {
    let pending =
        "<BANKTRANLISTP><DTASOF>20260105<STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20260104<TRNAMT>-7.00<NAME>PEND</STMTTRNP></BANKTRANLISTP>";
    let foreign = "<FITID>1<NAME>Cafe<EXTDNAME>Cafe Central<ORIGCURRENCY><CURRATE>1.1<CURSYM>EUR</ORIGCURRENCY>";
    let text = with_balance(&transaction("-11.00", "20260102", foreign), &format!("{LEDGER}{pending}"));
    let file = open(&text.replace("<ACCTID>77", "<ACCTID>DE89 3704 0044 0532 0130 00"));
    assert_eq!(file.statements[0].account.iban(), Some("DE89370400440532013000"));
    let lines = lines(&file);
    assert_eq!((lines[0].counterparty().name(), lines[1].counterparty().name()), (Some("Cafe Central"), Some("PEND")));
    let rate = &lines[0].detail.unwrap().amounts.as_ref().unwrap().exchange_rates[0];
    assert_eq!((rate.source_currency.as_deref(), rate.rate.unwrap().to_string()), (Some("EUR"), "1.1".to_string()));
    assert_eq!((&lines[1].entry.status, lines[1].entry.is_booked()), (&BookingStatus::Pending, false));
    assert_eq!(kinds(&file), []);
}

#[test]
fn an_account_the_bank_refuses_is_named() {
    let text = file(&transaction("1.00", "20260102", "<FITID>1"));
    let refused = "</STMTTRNRS><STMTTRNRS><STATUS><CODE>2003<SEVERITY>ERROR<MESSAGE>Account not found</STATUS></STMTTRNRS>";
    let file = open(&text.replace("</STMTTRNRS>", refused));
    assert_eq!((file.statements.len(), kinds(&file)), (1, vec![FindingKind::StatementRefused]));
    assert_eq!(file.findings[0].text, "the bank answered 2003 Account not found");
}

#[test]
fn what_a_damaged_name_hides_is_named() {
    let three = [("1.00", "<FITID>1"), ("-2.00", "<FITID>2"), ("3.00", "<FITID>3")];
    let text = file(&three.map(|(amount, rest)| transaction(amount, "20260102", rest)).concat());
    let second = text.match_indices("<STMTTRN>").nth(1).unwrap().0;
    let damaged = format!("{}<STMTTR>{}", &text[..second], &text[second + "<STMTTRN>".len()..]);
    let found = open(&damaged);
    assert_eq!((amounts(&found).len(), kinds(&found), found.has_warnings()), (2, vec![FindingKind::FieldMalformed], true));
    let one = &text[text.find("<STMTTRNRS>").unwrap()..text.find("</BANKMSGSRSV1>").unwrap()];
    let lost = one.replace("<STMTRS>", "<STDTRS>").replace(">77", ">78");
    let both = text.replace("</BANKMSGSRSV1>", &format!("{lost}</BANKMSGSRSV1>"));
    let found = open(&both);
    assert_eq!((found.statements.len(), kinds(&found), found.has_warnings()), (1, vec![FindingKind::FieldMalformed], true));
    // An account without a transaction has a balance.
    let empty = lost.split("<BANKTRANLIST>").next().unwrap().to_string() + LEDGER + "</STMTRS></STMTTRNRS>";
    let found = open(&text.replace("</BANKMSGSRSV1>", &format!("{empty}</BANKMSGSRSV1>")));
    assert_eq!(kinds(&found), [FindingKind::FieldMalformed]);
    // A transfer that was ordered has an amount, and is no transaction of a statement.
    let order =
        "<INTRATRNRS><INTRARS><CURDEF>USD<XFERINFO><BANKACCTFROM><ACCTID>77</BANKACCTFROM><TRNAMT>5.00</XFERINFO></INTRARS></INTRATRNRS>";
    assert_eq!(kinds(&open(&text.replace("</BANKMSGSRSV1>", &format!("{order}</BANKMSGSRSV1>")))), []);
}
