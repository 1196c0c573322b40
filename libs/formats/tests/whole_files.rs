//! What concerns a file as a whole: statements that stand in it twice, and bytes that are left out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::mapped::{self, Mapping};
use quittance_formats::{BankFile, Document, Finding, FindingKind, read, read_document, remittance};
use quittance_samples::archive::zip;

fn kinds(file: &BankFile) -> Vec<FindingKind> {
    file.findings.iter().map(|finding| finding.kind).collect()
}

const OFX: &str = "<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>1</BANKACCTFROM><BANKTRANLIST>\
    <STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260105<TRNAMT>1.00<FITID>F1<NAME>A</STMTTRN></BANKTRANLIST></STMTRS>";
const BAI2: &str = "03,1,EUR,010,0,,,015,100,,/\n16,115,100,0,B1,C1,TEXT/\n49,200,3/\n";

fn ofx(statements: &[&str]) -> String {
    format!("OFXHEADER:100\n\n<OFX>{}</OFX>", statements.concat())
}

fn bai2(accounts: &[&str]) -> String {
    let count = accounts.len();
    let (sum, records) = (200 * count, 3 * count + 2);
    let head = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n";
    format!("{head}{}98,{sum},{count},{records}/\n99,{sum},1,{}/\n", accounts.concat(), records + 2)
}

#[test]
fn statements_without_identification_that_say_the_same_are_noticed() {
    for (once, twice, other) in [
        (ofx(&[OFX]), ofx(&[OFX, OFX]), ofx(&[OFX, &OFX.replace("F1", "F2")])),
        (bai2(&[BAI2]), bai2(&[BAI2, BAI2]), bai2(&[BAI2, &BAI2.replace("B1", "B2")])),
    ] {
        assert_eq!(kinds(&read(once.as_bytes()).unwrap()), []);
        let file = read(twice.as_bytes()).unwrap();
        assert_eq!((kinds(&file), file.statements.len()), (vec![FindingKind::StatementDuplicate], 2));
        assert_eq!(file.findings[0].text, "statement 2 says the same as statement 1");
        assert_eq!((file.findings[0].path.as_str(), file.findings[0].line), ("", 0));
        assert_eq!(kinds(&read(other.as_bytes()).unwrap()), []);
    }
}

#[test]
fn a_statement_that_is_repeated_behind_others_is_noticed() {
    let second = BAI2.replace("49,200,3", "16,115,100,0,B2,C2,TEXT/\n49,300,4");
    let other = second.replace("C2,TEXT", "C2,OTHER");
    let file = |accounts: &[&str]| {
        let (sum, records) = (300 * accounts.len(), 4 * accounts.len() + 2);
        let head = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n";
        let text = format!("{head}{}98,{sum},{},{records}/\n99,{sum},1,{}/\n", accounts.concat(), accounts.len(), records + 2);
        read(text.as_bytes()).unwrap()
    };
    let found = |accounts: &[&str]| {
        let repeats = file(accounts).findings.into_iter().filter(|finding| finding.kind == FindingKind::StatementDuplicate);
        repeats.map(|finding| finding.text).collect::<Vec<_>>()
    };
    assert_eq!(found(&[&second, &other]), Vec::<String>::new());
    assert_eq!(found(&[&second, &other, &second]), ["statement 3 says the same as statement 1"]);
    assert_eq!(found(&[&second, &other, &other]), ["statement 3 says the same as statement 2"]);
}

#[test]
fn what_concerns_several_statements_is_told_once_of_an_archive() {
    let text = ":20:A\n:25:1\n:28C:1/1\n:60F:C260101EUR0,\n:62F:C260105EUR0,\n-\n\
        :20:B\n:25:1\n:28C:2/1\n:60F:C260106EUR5,\n:62F:C260106EUR5,\n-\n";
    assert_eq!(kinds(&read(text.as_bytes()).unwrap()), [FindingKind::StatementGap]);
    let file = read(&zip(&[("a.sta", text.as_bytes(), true)])).unwrap();
    assert_eq!((kinds(&file), file.findings[0].statement), (vec![FindingKind::StatementGap], Some(1)));
    assert_eq!(file.findings[0].path, "a.sta/:60:/:62:");
}

/// UTF-16 with its mark, in which `extra` bytes follow.
fn wide(text: &str, extra: &[u8]) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xFF, 0xFE].into_iter().chain(units).chain(extra.iter().copied()).collect()
}

#[test]
fn a_character_set_that_is_not_declared_is_told() {
    let told = |findings: &[Finding]| {
        assert!(findings.iter().all(|finding| finding.kind != FindingKind::PartIgnored), "{findings:?}");
        findings.iter().filter(|finding| finding.kind == FindingKind::EncodingMismatch).count()
    };
    let advice = |bytes: &[u8], name: &str| {
        let advices = remittance::read(bytes, Some(name)).unwrap();
        advices.iter().map(|advice| told(&advice.findings)).sum::<usize>()
    };
    for (letter, times) in [(&b"u"[..], 0), (b"\xFC", 1)] {
        let with = |before: &str, behind: &str| [before.as_bytes(), letter, behind.as_bytes()].concat();
        let statement = with(":20:A\n:25:1\n:28C:1/1\n:60F:C260101EUR0,\n:61:260105C1,NTRFX\n:86:M", "ller\n:62F:C260105EUR1,\n-\n");
        assert_eq!(told(&read(&statement).unwrap().findings), times);
        let (before, behind) = OFX.split_once("<NAME>").unwrap();
        for (head, times) in [("OFXHEADER:100", times), ("OFXHEADER:100\nCHARSET:NONE", times), ("OFXHEADER:100\nCHARSET:1252", 0)] {
            let file = with(&format!("{head}\n\n<OFX>{before}<NAME>M"), &format!("ller {behind}</OFX>"));
            assert_eq!(told(&read(&file).unwrap().findings), times, "{head}");
        }
        let (before, behind) = X12.split_once("GS*RA*A").unwrap();
        let Document::Interchange(file) = read_document(&with(&format!("{before}GS*RA*A"), behind)).unwrap() else {
            panic!("no interchange")
        };
        assert_eq!(told(&file.findings), times);
        for name in ["a.csv", "a.txt", "a.html"] {
            assert_eq!(
                advice(&with("Invoice;Date;Net\nRE-1;01.02.2026;1,00\nRE-2;01.02.2026;2,00\nM", "ller;;3,00\n"), name),
                times,
                "{name}"
            );
        }
        let (letter, boundary) = (if times == 0 { "u" } else { "=FC" }, "--b");
        let mail = format!(
            "From: a@b.c\nSubject: Advice\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n\
            {boundary}\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"a.csv\"\n\
            Content-Transfer-Encoding: quoted-printable\n\nInvoice;Net\nRE-1;1,00\nM{letter}ller;3,00\n{boundary}--\n"
        );
        assert_eq!(advice(mail.as_bytes(), "a.eml"), times);
    }
}

const X12: &str = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~\
    GS*RA*A*B*20261122*0306*126*X*004010~ST*820*1~BPR*I*1*C*NON~SE*3*1~GE*1*126~IEA*1*000000126~";

#[test]
fn a_set_that_is_declared_is_read_and_is_no_finding() {
    let interchange = |syntax: &str, name: &[u8]| {
        let head = format!("UNB+{syntax}:3+A+B+260928:1015+9'UNH+1+REMADV:D:96A:UN'BGM+481+A+9'NAD+PR+1++");
        let bytes = [head.as_bytes(), name, b"'DOC+380+1'MOA+12:1'UNS+S'MOA+12:1'UNT+8+1'UNZ+1+9'"].concat();
        let Document::Interchange(file) = read_document(&bytes).unwrap() else { panic!("no interchange") };
        let payer = file.advices().next().unwrap().payer.name.clone().unwrap().value.to_string();
        (payer, file.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>())
    };
    assert_eq!(interchange("UNOC", b"M\xFCller"), ("Müller".to_string(), vec![]));
    assert_eq!(interchange("UNOD", b"\xA3\xF3d\xBC"), ("Łódź".to_string(), vec![]));
    assert_eq!(interchange("UNOE", b"\xB8\xD2\xD0\xDD"), ("Иван".to_string(), vec![]));
    assert_eq!(interchange("UNOF", b"\xCD\xDF\xEA\xEF\xF2"), ("Νίκος".to_string(), vec![]));
    assert_eq!(interchange("UNOA", b"M\xFCller"), ("Müller".to_string(), vec![FindingKind::EncodingMismatch]));
    let page = |charset: &str| {
        let head = format!("<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset={charset}\"></head>");
        let rows = b"<body><table><tr><th>Invoice</th><th>Net</th></tr><tr><td>RE-1</td><td>1,00</td></tr></table><p>\xFC \xB3</p></body>";
        let advices = remittance::read(&[head.as_bytes(), rows].concat(), Some("a.html")).unwrap();
        advices[0].findings.iter().any(|finding| finding.kind == FindingKind::EncodingMismatch)
    };
    assert!(!page("windows-1252") && !page("ISO-8859-2") && page("utf-8"));
}

#[test]
fn what_is_noticed_of_an_interchange_is_told_in_a_mail_too() {
    let cut = X12.replace("IEA*1*", "IEA*2*").replace("BPR*I*1*C*NON~SE*3", "BPR*I*1*C*NON~ENT*1~RMR*IV*RE-1**1~SE*5");
    let mail = format!(
        "From: a@b.c\nSubject: Advice\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n\
        --b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"a.edi\"\n\n{cut}\n--b--\n"
    );
    let advices = remittance::read(mail.as_bytes(), Some("a.eml")).unwrap();
    let kinds: Vec<FindingKind> = advices[0].findings.iter().map(|finding| finding.kind).collect();
    assert!(kinds.contains(&FindingKind::CountMismatch), "{kinds:?}");
}

#[test]
fn a_cut_file_names_its_last_line() {
    let text = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1,EUR/\n16,115,100,0,B1,C1,TEXT/\n16,115,100,0,B2,C2,TEXT/\n";
    let fault = read(text.as_bytes()).unwrap_err();
    assert_eq!(fault.get("line"), Some("5"));
}

#[test]
fn half_a_character_is_no_secret() {
    let said = |findings: &[Finding]| findings.iter().filter(|finding| finding.text.contains("half a character")).count();
    let statement = ":20:A\n:25:1\n:28C:1/1\n:60F:C260101EUR0,\n:61:260105C1,NTRFX\n:62F:C260105EUR1,\n-\n";
    let mapping: Mapping = serde_json::from_str(
        r#"{ "booked_on": 1, "date_format": "YYYY-MM-DD", "heads": false, "sign": { "kind": "signed", "amount": 2 }, "currency": "EUR", "account": "1" }"#,
    )
    .unwrap();
    for (extra, times) in [(&b""[..], 0), (b"\n", 1)] {
        for text in [statement, &ofx(&[OFX]), &bai2(&[BAI2])] {
            assert_eq!(said(&read(&wide(text, extra)).unwrap().findings), times, "{text}");
        }
        let Document::Interchange(file) = read_document(&wide(X12, extra)).unwrap() else { panic!("an interchange") };
        assert_eq!(said(&file.findings), times);
        assert_eq!(said(&mapped::read(&wide("2026-01-05;1.00\n", extra), &mapping).unwrap().findings), times);
        let advice = "Invoice;Date;Net\nRE-1;01.02.2026;1,00\nRE-2;01.02.2026;2,00\nTotal;;3,00\n";
        for name in ["a.csv", "a.txt", "a.html"] {
            assert_eq!(said(&remittance::read(&wide(advice, extra), Some(name)).unwrap()[0].findings), times, "{name}");
        }
    }
}
