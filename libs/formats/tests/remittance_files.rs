//! Workbooks and PDF files as advices, and files that are no advice or cost too much.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/corpora.rs"]
mod corpora;

use quittance_formats::FormatError;
use quittance_formats::remittance::{Advice, AdviceFormat, Hints, ReviewReason, Verdict, read, read_with};

fn lines(advices: &[Advice]) -> Vec<String> {
    let all = advices.iter().flat_map(|advice| &advice.lines);
    let shown = |line: &quittance_formats::remittance::AdviceLine| {
        format!("{} {} {}", line.document.value, line.net_amount().unwrap().normalize(), line.deduction().unwrap_or_default().normalize())
    };
    all.map(shown).collect()
}

const SHEET: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Zahlungsavis ZA-9</t></is></c></row>
<row r="3"><c r="A3" t="inlineStr"><is><t>Rechnung</t></is></c><c r="B3" t="inlineStr"><is><t>Datum</t></is></c>
<c r="C3" t="inlineStr"><is><t>Brutto</t></is></c><c r="D3" t="inlineStr"><is><t>Skonto</t></is></c><c r="E3" t="inlineStr"><is><t>Zahlbetrag</t></is></c></row>
<row r="4"><c r="A4"><v>4711</v></c><c r="B4" s="1"><v>46054</v></c><c r="C4"><v>1234.56</v></c><c r="D4"><v>24.69</v></c><c r="E4"><v>1209.8699999999999</v></c></row>
<row r="5"><c r="A5"><v>4712</v></c><c r="B5" s="1"><v>46055</v></c><c r="C5"><v>100</v></c><c r="D5"/><c r="E5"><v>100</v></c></row>
<row r="6"><c r="A6" t="inlineStr"><is><t>Summe</t></is></c><c r="E6"><v>1309.87</v></c></row>"#;

#[test]
fn a_workbook() {
    let advices = read(&archive::workbook(SHEET), Some("avis.xlsx")).unwrap();
    assert_eq!(lines(&advices), ["4711 1209.87 24.69", "4712 100 0"]);
    assert!(advices[0].is_proven(), "{:?}", advices[0]);
    assert_eq!(advices[0].format, AdviceFormat::Xlsx);
    let line = &advices[0].lines[0];
    assert_eq!(line.document_date.as_ref().unwrap().value.to_string(), "2026-02-01");
    assert_eq!((line.document.span.line, line.document.span.column), (4, 1));
    assert_eq!(advices[0].parts, ["sheet Tabelle1"]);
}

#[test]
fn a_pdf() {
    let text = [
        (60, 780, "Remittance advice RA-5"),
        (60, 740, "Invoice"),
        (200, 740, "Date"),
        (330, 740, "Gross"),
        (400, 740, "Discount"),
        (480, 740, "Net"),
        (60, 720, "INV-100"),
        (200, 720, "01.02.2026"),
        (330, 720, "1,000.00"),
        (400, 720, "20.00"),
        (480, 720, "980.00"),
        (60, 700, "INV-101"),
        (200, 700, "03.02.2026"),
        (330, 700, "500.00"),
        (400, 700, "0.00"),
        (480, 700, "500.00"),
        (60, 680, "Total"),
        (480, 680, "1,480.00"),
    ];
    let advices = read(&archive::pdf(&text), None).unwrap();
    assert_eq!(lines(&advices), ["INV-100 980 20", "INV-101 500 0"]);
    assert!(advices[0].is_proven(), "{:?}", advices[0].verdict);
}

#[test]
fn real_pdf_files_give_text_and_no_panic() {
    let Some(folder) = corpora::folder("zugferd") else { return };
    let files = corpora::files(&folder, &["pdf"]);
    assert!(!files.is_empty());
    for path in files {
        let advices = read(&std::fs::read(&path).unwrap(), None).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(advices.iter().all(|advice| advice.format == AdviceFormat::Pdf));
        // An invoice is no advice: nothing in it may pass as proven.
        assert!(advices.iter().all(|advice| !advice.is_proven() || advice.lines.len() <= 1), "{}", path.display());
    }
}

#[test]
fn what_the_caller_knows_helps() {
    let text = "Order 900   RE 17 4   100,00\nOrder 901   RE 17 5   200,00\n";
    let known = |number: &str| matches!(number, "RE 17 4" | "RE 17 5");
    let hints = Hints { name: None, is_known_document: Some(&known), expected_total: Some("300".parse().unwrap()) };
    let advices = read_with(text.as_bytes(), &hints).unwrap();
    assert_eq!(lines(&advices), ["RE 17 4 100 0", "RE 17 5 200 0"]);
    assert!(advices[0].is_proven());
    let without = read(text.as_bytes(), None).unwrap();
    assert!(matches!(&without[0].verdict, Verdict::Review { why } if why.contains(&ReviewReason::TotalNotStated)));
}

#[test]
fn every_field_knows_its_place() {
    let text = "Rechnung     Datum         Betrag\nRE-1         01.02.2026    100,00\nSumme                      100,00\n";
    let advices = read(text.as_bytes(), None).unwrap();
    let line = &advices[0].lines[0];
    let cut = |span: quittance_formats::remittance::Span| -> String {
        let source = text.lines().nth(span.line as usize - 1).unwrap();
        source.chars().skip(span.from as usize - 1).take((span.to - span.from + 1) as usize).collect()
    };
    let net = line.net.as_ref().unwrap();
    assert_eq!((cut(line.document.span), cut(net.span)), ("RE-1".to_string(), "100,00".to_string()));
    assert_eq!(cut(line.document_date.as_ref().unwrap().span), "01.02.2026");
    assert_eq!(cut(advices[0].total.as_ref().unwrap().span), "100,00");
}

#[test]
fn what_is_no_advice_is_refused_or_empty() {
    for bytes in [
        &b""[..],
        b"  \n ",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....",
        b"\x78\x9F\x3E\x22....",
        b"MZ\0\0\0\0",
        b"PK\x03\x04garbage",
        b"%PDF-1.7 garbage",
    ] {
        assert!(read(bytes, None).is_err(), "{bytes:?}");
    }
    let advices = read(b"Hello, thank you for your call.", None).unwrap();
    assert!(advices[0].lines.is_empty() && !advices[0].is_proven());
}

#[test]
fn what_costs_too_much_is_refused() {
    let limit = |bytes: &[u8]| matches!(read(bytes, None), Err(FormatError::Limit { .. }));
    assert!(limit(format!("<html>{}", "<div>".repeat(5_000)).as_bytes()));
    assert!(limit(format!("<html>{}", "<b></b>".repeat(900_000)).as_bytes()));
    assert!(limit(format!("a;b;c\n{}", "1;2;3\n".repeat(600_000)).as_bytes()));
    assert!(limit(&archive::bomb()));
    let mail = format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(400_000));
    assert!(limit(mail.as_bytes()));
}

#[test]
fn a_mail_inside_a_mail_inside_a_mail() {
    let mut mail = "Subject: x\nMIME-Version: 1.0\n\nInvoice RE-1 10.00\nTotal 10.00\n".to_string();
    for _ in 0..30 {
        mail = format!("Subject: Fwd\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{mail}");
    }
    let advices = read(mail.as_bytes(), None).unwrap();
    assert!(!advices.is_empty());
}
