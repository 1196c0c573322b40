//! camt as single banks write it, and elements of newer versions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::statement::{Direction, Line};
use quittance_formats::{BankFile, FindingKind, Format, detect, inspect, read};
use quittance_samples::archive;
use quittance_types::Reason;

fn document(version: &str, entries: &str) -> String {
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-05T10:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", "0.00"),
        balance("CLBD", "10.00"),
    )
}

fn balance(kind: &str, amount: &str) -> String {
    format!(
        "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>"
    )
}

fn entry(head: &str, transactions: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{head}<BookgDt><Dt>2026-01-05</Dt></BookgDt><NtryDtls>{transactions}</NtryDtls></Ntry>"
    )
}

const BOOKED: &str = "<Sts>BOOK</Sts>";

fn open(text: &str) -> BankFile {
    read(text.as_bytes()).unwrap()
}

fn first(file: &BankFile) -> Line<'_> {
    file.statements[0].lines().next().unwrap()
}

fn kinds(file: &BankFile) -> Vec<FindingKind> {
    file.findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn amounts_with_a_kind() {
    let amount = |kind: &str, text: &str| format!("<RmtAmtAndTp><Tp><Cd>{kind}</Cd></Tp><Amt Ccy=\"EUR\">{text}</Amt></RmtAmtAndTp>");
    let amounts = amount("DUPA", "12.00") + &amount("DSCT", "2.00") + &amount("REMI", "10.00");
    let block = |amounts: &str| {
        format!(
            "<TxDtls><RmtInf><Strd><RfrdDocInf><Nb>RE-1</Nb><LineDtls><Id><Nb>7</Nb></Id><Desc>screws</Desc></LineDtls></RfrdDocInf><RfrdDocAmt>{amounts}</RfrdDocAmt></Strd></RmtInf></TxDtls>"
        )
    };
    let file = open(&document("14", &entry("<Sts><Cd>BOOK</Cd></Sts>", &block(&amounts))));
    let found = &first(&file).remittance().unwrap().structured[0];
    let shown = [&found.due, &found.discount, &found.remitted].map(|amount| amount.as_ref().unwrap().to_string());
    assert_eq!(shown, ["12.00 EUR", "2.00 EUR", "10.00 EUR"]);
    assert_eq!((found.additional.join(" "), kinds(&file)), ("7 screws".to_string(), vec![]));
    let file = open(&document("14", &entry("<Sts><Cd>BOOK</Cd></Sts>", &block(&amount("ABCD", "1.00")))));
    assert_eq!(first(&file).remittance().unwrap().structured[0].adjustments[0].reason.as_deref(), Some("ABCD"));
    assert_eq!(kinds(&file), [FindingKind::FieldUnknown]);
}

#[test]
fn the_only_party_is_the_other_side_when_its_account_is() {
    let party = |iban: &str| {
        format!(
            "<TxDtls><RltdPties><Cdtr><Nm>Customer</Nm></Cdtr><CdtrAcct><Id><IBAN>{iban}</IBAN></Id></CdtrAcct></RltdPties><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
        )
    };
    let debit = |iban: &str| document("08", &entry(BOOKED, &party(iban)).replace("CRDT", "DBIT"));
    assert_eq!(first(&open(&debit("NL44RABO0123456789"))).counterparty().name(), Some("Customer"));
    assert_eq!(first(&open(&debit("DE89370400440532013000"))).counterparty().name(), None);
}

#[test]
fn amounts_that_do_not_add_up_are_found() {
    let part = |amount: &str| format!("<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt></TxDtls>");
    let batch = |total: &str| {
        document("08", &entry(BOOKED, &format!("<Btch><TtlAmt Ccy=\"EUR\">{total}</TtlAmt></Btch>{}{}", part("4.00"), part("6.00"))))
    };
    assert_eq!(kinds(&open(&batch("99.00"))), [FindingKind::TotalMismatch]);
    assert_eq!(kinds(&open(&batch("10.00"))), []);
    let single = "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">9.00</Amt></TxAmt></AmtDtls></TxDtls>";
    assert_eq!(kinds(&open(&document("02", &entry(BOOKED, single)))), [FindingKind::DetailsSumMismatch]);
}

#[test]
fn the_first_of_two_amounts_counts() {
    let file = open(&document("08", &entry(&format!("{BOOKED}<Amt Ccy=\"EUR\">99.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>"), "")));
    assert_eq!((first(&file).amount().to_string(), first(&file).direction()), ("10.00 EUR".to_string(), Some(Direction::Credit)));
    assert_eq!(kinds(&file), [FindingKind::FieldMalformed; 2]);
}

#[test]
fn where_the_advice_is_and_who_else_takes_part() {
    let details = "<TxDtls><Refs><AcctSvcrTxId>T1</AcctSvcrTxId></Refs><RltdPties><InitgPty><Pty><Nm>Agent</Nm></Pty></InitgPty><Prtry><Tp>SHIP</Tp><Pty><Pty><Nm>Carrier</Nm></Pty></Pty></Prtry></RltdPties><RltdRmtInf><RmtId>RA-55</RmtId><RmtLctnDtls><Mtd>EMAL</Mtd><ElctrncAdr>a@b.c</ElctrncAdr></RmtLctnDtls></RltdRmtInf></TxDtls>";
    let text = document("08", &entry(BOOKED, details));
    let file = open(&text);
    let detail = first(&file).detail.unwrap();
    assert_eq!(detail.refs().proprietary, [("AcctSvcrTxId", "T1"), ("RmtId", "RA-55"), ("RmtLctn/EMAL", "a@b.c")]);
    let parties: Vec<_> = detail.parties.further.iter().map(|(role, party)| (role.as_str(), party.name.as_deref().unwrap())).collect();
    assert_eq!(parties, [("InitgPty", "Agent"), ("SHIP", "Carrier")]);
    let shown = inspect(text.as_bytes()).unwrap();
    assert_eq!(shown["statements"][0]["entries"][0]["lines"][0]["further_parties"][1]["name"], "Carrier");
}

#[test]
fn a_statement_holds_booked_entries() {
    let file = open(&document("02", &entry("", "")));
    assert!(file.statements[0].entries[0].is_booked());
    assert_eq!(kinds(&file), [FindingKind::StatusUnknown]);
}

#[test]
fn archives_as_banks_deliver_them() {
    let one = document("08", &entry(BOOKED, ""));
    let two = one.replace("<Id>S</Id>", "<Id>S2</Id>").replace("DE89370400440532013000", "NL44RABO0123456789");
    let bytes =
        archive::zip(&[("2026-01-05_C53_1.xml", one.as_bytes(), true), ("readme.txt", b"hello", false), ("b.xml", two.as_bytes(), false)]);
    assert_eq!(detect(&bytes).unwrap(), Format::Camt053);
    let file = read(&bytes).unwrap();
    assert_eq!((file.statements.len(), file.entry_count(), file.source_bytes), (2, 2, bytes.len() as u64));
    assert_eq!((kinds(&file), file.findings[0].path.as_str()), (vec![FindingKind::PartIgnored], "readme.txt"));
    assert_eq!(inspect(&bytes).unwrap()["accounts"][1]["iban"], "NL44RABO0123456789");
    let twice = archive::zip(&[("a.xml", one.as_bytes(), true), ("b.xml", one.as_bytes(), true)]);
    assert_eq!(kinds(&read(&twice).unwrap()), [FindingKind::StatementDuplicate]);
    let mixed = archive::zip(&[("a.xml", one.as_bytes(), true), ("b.sta", b":20:A\n:25:1\n:60F:C260101EUR1,\n", true)]);
    assert_eq!(read(&mixed).unwrap_err().reason(), Reason::StatementMalformed);
    let bomb = archive::zip(&[("a.xml", (one + &" ".repeat(60 << 20)).as_bytes(), true)]);
    assert_eq!(read(&bomb).unwrap_err().reason(), Reason::XmlLimit);
}

#[test]
fn charges_that_are_included_explain_the_difference() {
    let transaction = "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">6.50</Amt></TxAmt></AmtDtls></TxDtls>";
    let charge = |included: bool, amount: &str| {
        format!(
            "<Chrgs><Rcrd><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>{included}</ChrgInclInd><Tp><Prtry><Id>COLL</Id></Prtry></Tp></Rcrd></Chrgs>"
        )
    };
    let of = |charge: &str, transactions: &str| {
        let text = document("08", &entry(&format!("{BOOKED}{charge}"), transactions));
        open(&text)
    };
    let two = transaction.repeat(2);
    let file = of(&charge(true, "3.00"), &two);
    let lines: Vec<String> = file.statements[0].lines().map(|line| line.signed_amount().unwrap().to_string()).collect();
    assert_eq!((lines, kinds(&file)), (vec!["6.50 EUR".to_string(), "6.50 EUR".to_string(), "-3.00 EUR".to_string()], vec![]));
    // Not marked as included, or another amount: nothing is made up.
    for charge in [charge(false, "3.00"), charge(true, "2.99")] {
        let file = of(&charge, &two);
        assert_eq!((file.statements[0].lines().count(), kinds(&file)), (1, vec![FindingKind::DetailsSumMismatch]));
    }
    let single = "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">13.00</Amt></TxAmt></AmtDtls></TxDtls>";
    let file = of(&charge(true, "3.00"), single);
    assert_eq!((file.statements[0].lines().count(), kinds(&file)), (1, vec![]));
}

#[test]
fn the_tax_in_an_amount_is_shown() {
    let details =
        "<TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">10.00</Amt></TxAmt></AmtDtls><Tax><TtlTaxAmt Ccy=\"EUR\">1.60</TtlTaxAmt></Tax></TxDtls>";
    let file = open(&document("08", &entry(BOOKED, details)));
    let amounts = first(&file).detail.unwrap().amounts.as_deref().unwrap();
    assert_eq!((amounts.proprietary[0].0.as_str(), amounts.proprietary[0].1.to_string()), ("TtlTaxAmt", "1.60 EUR".to_string()));
}

#[test]
fn the_fee_of_a_return_is_part_of_the_entry() {
    let transaction = |instructed: &str| {
        format!(
            "<TxDtls><AmtDtls><InstdAmt><Amt Ccy=\"EUR\">{instructed}</Amt></InstdAmt><TxAmt><Amt Ccy=\"EUR\">10.00</Amt></TxAmt></AmtDtls><Chrgs><Amt Ccy=\"EUR\">2.50</Amt></Chrgs><Chrgs><Amt Ccy=\"EUR\">3.00</Amt></Chrgs><RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf></TxDtls>"
        )
    };
    for (instructed, direction, included) in
        [("4.50", "DBIT", Some(true)), ("4.51", "DBIT", None), ("10.00", "DBIT", None), ("4.50", "CRDT", None)]
    {
        let text = document("02", &entry(BOOKED, &transaction(instructed)).replace("CRDT", direction));
        let file = open(&text);
        let charges: Vec<Option<bool>> = first(&file).detail.unwrap().charges.iter().map(|charge| charge.included).collect();
        assert_eq!(charges, [included; 2], "{instructed} {direction}");
    }
}

#[test]
fn statements_of_italian_banks() {
    for body in ["CBIPrdcStmtReqLogMsg", "CBIDlyStmtReqLogMsg"] {
        let text = document("02", &entry(BOOKED, "<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls>"))
            .replace("BkToCstmrStmt>", &format!("{body}>"))
            .replace("urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", &format!("urn:CBI:xsd:{body}.00.01.02"))
            .replace("Document", "CBIBdyBkToCstmrStmtReq");
        assert_eq!(detect(text.as_bytes()).unwrap(), Format::Camt053, "{body}");
        let file = open(&text);
        assert_eq!((first(&file).end_to_end_id(), kinds(&file)), (Some("E1"), vec![]), "{body}");
    }
}
