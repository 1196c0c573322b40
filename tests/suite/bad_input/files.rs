//! Rows 80 to 89: bank files, uploads and identifiers.

use base64::{Engine, prelude::BASE64_STANDARD};
use quittance_testkit::fact_of;
use quittance_types::Reason;
use serde_json::{Value, json};

use super::stage::{OUR_IBAN, Stage, customer, seller};

const IMPORT: &str = "reconciliation.StatementService/ImportStatement";

pub async fn send(stage: &Stage) {
    xml(stage).await;
    statements(stage).await;
    tables(stage).await;
    uploads(stage).await;
    identifiers(stage).await;
}

fn file(content: &[u8]) -> Value {
    json!({"content": BASE64_STANDARD.encode(content), "file_name": "statement.xml"})
}

async fn xml(stage: &Stage) {
    let laughs = "<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">";
    for declared in [
        "<!DOCTYPE Document>".to_owned(),
        "<!DOCTYPE Document SYSTEM \"http://127.0.0.1:1/x.dtd\">".to_owned(),
        "<!DOCTYPE Document [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>".to_owned(),
        "<!DOCTYPE Document [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>".to_owned(),
        format!("<!DOCTYPE Document [{laughs}]>"),
    ] {
        let text = statement("S-DTD", 0, 1_000, "a").replacen("<Document", &format!("{declared}<Document"), 1);
        stage.refused(80, IMPORT, file(text.as_bytes()), Reason::XmlDtdForbidden).await;
    }
    let sound = statement("S-LIMIT", 0, 1_000, "a");
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=\"\"")).collect();
    stage.refused(81, IMPORT, file(sound.replacen("<Stmt>", &format!("<Stmt{attributes}>"), 1).as_bytes()), Reason::XmlLimit).await;
    let spaces: String = (0..100_000).map(|number| format!(" xmlns:n{number}=\"urn:x\"")).collect();
    stage.refused(81, IMPORT, file(sound.replacen("<Stmt>", &format!("<Stmt{spaces}>"), 1).as_bytes()), Reason::XmlLimit).await;
    let deep = format!("<Stmt>{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    stage.refused(81, IMPORT, file(sound.replacen("<Stmt>", &deep, 1).as_bytes()), Reason::XmlLimit).await;
    let lie = [sound.as_bytes(), b"<!-- \xff\xfe -->"].concat();
    stage.refused(81, IMPORT, file(&lie), Reason::XmlEncoding).await;
    let seven = sound.replacen("UTF-8", "UTF-7", 1);
    stage.refused(81, IMPORT, file(seven.as_bytes()), Reason::XmlEncoding).await;
    let sixteen: Vec<u8> = [0xfeff].into_iter().chain(sound.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    stage.refused(81, IMPORT, file(&sixteen), Reason::XmlEncoding).await;
    let long = statement("S-LONG", 0, 1_000, &"x".repeat(12 * 1_024 * 1_024));
    stage.refused(81, IMPORT, file(long.as_bytes()), Reason::XmlLimit).await;
}

async fn statements(stage: &Stage) {
    let first = statement("S-1", 100_000, 4_200, "first");
    let answer = stage.allowed(85, IMPORT, file(first.as_bytes())).await;
    stage.check(85, answer["lines_imported"] == 1 && answer["already_imported"] == false, || format!("{answer}"));
    let again = stage.allowed(85, IMPORT, file(first.as_bytes())).await;
    let same = again["already_imported"] == true && again["statements"] == answer["statements"];
    stage.check(85, same, || format!("the same file again: {again}"));
    let changed = statement("S-1", 100_000, 4_201, "first");
    stage.refused(85, IMPORT, file(changed.as_bytes()), Reason::StatementDuplicate).await;
    stage.refused(82, IMPORT, file(changed.as_bytes()), Reason::StatementDuplicate).await;

    let foreign = first.replace("BkToCstmrStmt", "CstmrCdtTrfInitn");
    stage.refused(82, IMPORT, file(foreign.as_bytes()), Reason::FormatUnknown).await;
    let space = statement("S-NS", 100_000, 4_200, "first").replacen("camt.053.001.08", "pain.001.001.09", 1);
    let answer = stage.allowed(82, IMPORT, file(space.as_bytes())).await;
    stage.check(82, has_findings(&answer), || format!("a namespace unlike the message: {answer}"));
    // Banks do send sums that do not add up; the file is kept and the difference is told, not lost.
    let totals = statement("S-2", 104_200, 100, "totals").replacen(
        "<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1043",
        "<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">9943",
        1,
    );
    let answer = stage.allowed(82, IMPORT, file(totals.as_bytes())).await;
    stage.check(82, has_findings(&answer), || format!("totals unlike the sum: {answer}"));
    for cut in [
        "{1:F01INGBNL2AXXXX00001}{2:I940INGBNL2AXXXN}{4:\n:20:A\n:25:1\n:28C:1\n:60F:C260101EUR1,\n:61:260102C1,NTRFX\n",
        "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1,EUR,010,100,,/\n88,",
    ] {
        let status = stage.refused_on_the_wire(83, IMPORT, &file(cut.as_bytes()), Reason::StatementMalformed).await;
        let line = status.and_then(|status| fact_of(&status, "line"));
        stage.check(83, line.is_some(), || format!("the line of {cut}"));
        stage.refused(83, IMPORT, file(cut.as_bytes()), Reason::StatementMalformed).await;
    }
    let gap = statement("S-3", 777_700, 100, "gap").replace("2026-01-15", "2026-01-20");
    let answer = stage.allowed(84, IMPORT, file(gap.as_bytes())).await;
    stage.check(84, has_findings(&answer), || format!("an opening balance unlike the last closing: {answer}"));
}

fn has_findings(answer: &Value) -> bool {
    answer["statements"][0]["findings"].as_array().is_some_and(|findings| !findings.is_empty())
}

async fn tables(stage: &Stage) {
    let mapping = json!({"booked_on": "Date", "date_format": "YYYY-MM-DD", "sign": {"kind": "signed", "amount": "Amount"},
        "currency": "EUR", "account": OUR_IBAN, "texts": ["Text"], "delimiter": ";"});
    let table = |rows: &[u8], mapping: &Value| {
        let content = [b"Date;Amount;Text\n2026-02-02;1.00;first\n", rows].concat();
        json!({"content": BASE64_STANDARD.encode(content), "file_name": "table.csv", "mapping": mapping.to_string()})
    };
    let long = [b"2026-02-03;2.00;".to_vec(), vec![b'x'; 10 * 1_024 * 1_024]].concat();
    for rows in [b"2026-02-03;2.00;\"open\n2026-02-04;3.00;lost\n".as_slice(), b"2026-02-03;2.00;a\0b\n", &long] {
        let status = stage.refused_on_the_wire(86, IMPORT, &table(rows, &mapping), Reason::CsvMalformed).await;
        let place = status.map(|status| (fact_of(&status, "row"), fact_of(&status, "column")));
        stage.check(86, matches!(&place, Some((Some(row), Some(_))) if row == "3"), || format!("the place: {place:?}"));
        stage.refused(86, IMPORT, table(rows, &mapping), Reason::CsvMalformed).await;
    }
    let mut wrong = mapping.clone();
    wrong["delimiter"] = ",".into();
    stage.refused(86, IMPORT, table(b"", &wrong), Reason::CsvMalformed).await;
    // What banks do send is read, and told.
    let odd = b"2026-02-05;4.00\r\n2026-02-06;5.00;M\xfcller;more\r2026-02-07;x;y\n";
    let answer = stage.allowed(86, IMPORT, table(odd, &mapping)).await;
    stage.check(86, answer["lines_imported"] == 3 && has_findings(&answer), || format!("ragged rows, Latin-1: {answer}"));
}

async fn uploads(stage: &Stage) {
    let sound = statement("S-9", 0, 100, "a");
    for name in ["../../x", "/etc/passwd", "a\\b.xml", "..", "C:\\x.xml"] {
        let mut upload = file(sound.as_bytes());
        upload["file_name"] = name.into();
        stage.refused(88, IMPORT, upload, Reason::FileTypeUnsupported).await;
    }
    stage.refused(88, IMPORT, file(b"PK\x03\x04 a workbook, or so it says"), Reason::FileTypeUnsupported).await;
    for foreign in [b"%PDF-1.7 <Document/>".as_slice(), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"MZ\x90", b"\x1f\x8b\x08"] {
        stage.refused(88, IMPORT, file(foreign), Reason::FileTypeUnsupported).await;
    }
    // What begins as a statement and goes on as an archive is a statement that does not end.
    let two_faced = [sound.as_bytes(), b"PK\x03\x04"].concat();
    stage.refused(88, IMPORT, file(&two_faced), Reason::StatementMalformed).await;
    stage.refused(88, IMPORT, file(&vec![b' '; 16 * 1_024 * 1_024 + 1]), Reason::FileTooLarge).await;
    stage.refused(88, IMPORT, file(b""), Reason::FieldRequired).await;
}

async fn identifiers(stage: &Stage) {
    let create = "reconciliation.BankService/CreateBankAccount";
    for iban in ["DE00370400440532013000", "DE8937040044053201300", "XX89370400440532013000"] {
        stage.refused(89, create, json!({"bank_account": {"iban": iban, "currency": "EUR"}}), Reason::IbanInvalid).await;
        let mut named = customer("I-1");
        named["ibans"] = json!([iban]);
        stage.refused(89, "credit.CustomerService/CreateCustomer", json!({"customer": named}), Reason::IbanInvalid).await;
    }
    for vat in ["DE136695977", "XX1", "DE"] {
        let mut entity = seller("VAT");
        entity["vat_id"] = vat.into();
        stage.refused(89, "invoicing.LegalEntityService/CreateLegalEntity", json!({"legal_entity": entity}), Reason::VatIdInvalid).await;
        let mut taxed = customer("V-1");
        taxed["vat_id"] = vat.into();
        stage.refused(89, "credit.CustomerService/CreateCustomer", json!({"customer": taxed}), Reason::VatIdInvalid).await;
    }
}

/// A camt.053 with one credit; amounts in cents.
fn statement(id: &str, opening: i64, credit: i64, text: &str) -> String {
    let amount = |minor: i64| format!("<Amt Ccy=\"EUR\">{}.{:02}</Amt><CdtDbtInd>CRDT</CdtDbtInd>", minor / 100, minor % 100);
    let balance = |code: &str, minor: i64| {
        format!("<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>2026-01-15</Dt></Dt></Bal>", amount(minor))
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>M-{id}</MsgId><CreDtTm>2026-01-15T18:00:00Z</CreDtTm></GrpHdr><Stmt><Id>{id}</Id><CreDtTm>2026-01-15T18:00:00Z</CreDtTm>\
         <FrToDt><FrDtTm>2026-01-15T00:00:00Z</FrDtTm><ToDtTm>2026-01-15T23:59:59Z</ToDtTm></FrToDt>\
         <Acct><Id><IBAN>{OUR_IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}\
         <Ntry>{}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-15</Dt></BookgDt><ValDt><Dt>2026-01-15</Dt></ValDt>\
         <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>\
         <Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{}<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\
         </Stmt></BkToCstmrStmt></Document>\n",
        balance("OPBD", opening),
        balance("CLBD", opening + credit),
        amount(credit),
        amount(credit),
    )
}
