//! Workbooks and PDF files as advices, and files that are no advice or cost too much.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/advice_lines.rs"]
mod advice_lines;

use advice_lines::lines;
use quittance_formats::FormatError;
use quittance_formats::remittance::{AdviceFormat, Hints, ReviewReason, Verdict, read, read_with};
use quittance_samples::{archive, corpora};

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

fn mail(attachments: &[(&str, &str)]) -> String {
    let mut mail =
        "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nDear all\n"
            .to_string();
    for (name, content) in attachments {
        mail.push_str(&format!(
            "\n--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename={name}\n\n{content}\n"
        ));
    }
    mail + "\n--b--\n"
}

#[test]
fn attachments_that_contradict_each_other_go_to_review() {
    let rows = |paid: &str| format!("Invoice;Net\nINV-1;{paid}\nINV-2;20.00\nTotal;{}\n", if paid == "10.00" { "30.00" } else { "30.50" });
    let contrary = read(mail(&[("a.csv", &rows("10.00")), ("b.csv", &rows("10.50"))]).as_bytes(), None).unwrap();
    assert!(contrary.iter().all(|advice| !advice.is_proven()), "{contrary:?}");
    let same = read(mail(&[("a.csv", &rows("10.00")), ("b.csv", &rows("10.00"))]).as_bytes(), None).unwrap();
    assert!(same.len() == 1 && same[0].is_proven(), "{same:?}");
}

#[test]
fn structured_advices_are_read_in_mails() {
    let edi = "UNB+UNOC:3+S:ZZ+R:ZZ+260105:1200+1'UNH+1+REMADV:D:96A:UN'BGM+481+RA-77+9'CUX+2:EUR:11'\
        DOC+380+INV-1'MOA+9:1000,00'MOA+12:1000,00'UNS+S'MOA+12:1000,00'UNT+8+1'UNZ+1+1'";
    let advices = read(mail(&[("a.edi", edi)]).as_bytes(), None).unwrap();
    assert_eq!(lines(&advices), ["INV-1 1000 0"]);
    assert!(advices[0].is_proven() && advices[0].format == AdviceFormat::Remadv);
    assert_eq!((advices[0].parts.len(), advices[0].lines[0].document.span.part), (3, 2));
}

#[test]
fn what_a_camt_message_says_its_entries_are_for() {
    let block = |number: &str, amount: &str| {
        format!(
            "<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>{number}</Nb></RfrdDocInf><RfrdDocAmt><RmtdAmt Ccy=\"EUR\">{amount}</RmtdAmt></RfrdDocAmt></Strd>"
        )
    };
    let notification = |blocks: &str| {
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\"><BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-05T10:00:00</CreDtTm></GrpHdr><Ntfctn><Id>N</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct><Ntry><Amt Ccy=\"EUR\">30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-05</Dt></BookgDt><AcctSvcrRef>B-1</AcctSvcrRef><NtryDtls><TxDtls><RmtInf>{blocks}</RmtInf></TxDtls></NtryDtls></Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
        )
    };
    let blocks = block("INV-1", "10.00") + &block("INV-2", "20.00");
    let advices = read(mail(&[("c.xml", &notification(&blocks))]).as_bytes(), None).unwrap();
    assert_eq!(lines(&advices), ["INV-1 10 0", "INV-2 20 0"]);
    assert!(advices[0].is_proven() && advices[0].format == AdviceFormat::Camt, "{advices:?}");
    assert_eq!(advices[0].number.as_ref().unwrap().value, "B-1");
    let none = read(mail(&[("c.xml", &notification("<Ustrd>x</Ustrd>"))]).as_bytes(), None).unwrap();
    assert!(none[0].findings.iter().any(|finding| finding.text.contains("name no documents")), "{none:?}");
}

#[test]
fn what_is_not_read_is_told() {
    let told = |bytes: &[u8]| {
        read(bytes, None).unwrap().iter().flat_map(|advice| &advice.findings).map(|finding| finding.text.clone()).collect::<String>()
    };
    assert!(told(&archive::pdf(&[])).contains("no text"));
    assert!(told(mail(&[("a.mt940", ":20:A\n:25:1\n:28C:1\n:60F:C260101EUR1,\n:62F:C260101EUR1,\n")]).as_bytes()).contains("bank file"));
}

#[test]
fn long_advices_are_read_to_the_last_row() {
    let count = 5_000;
    let amounts = |number: usize| format!("{}.00", number % 900 + 1);
    let total: usize = (0..count).map(|number| number % 900 + 1).sum();
    let rows = |row: &dyn Fn(usize) -> String| (0..count).map(row).collect::<String>();
    let table = rows(&|number| format!("INV-{number:07}   01.02.2026   {:>10}\n", amounts(number)));
    let table = format!("Invoice       Date         Amount paid\n{table}Total                      {total}.00\n");
    let sentences = rows(&|number| format!("Invoice INV-{number:07} of 01.02.2026, amount {} EUR\n", amounts(number)));
    let sheet = rows(&|number| format!("INV-{number:07};01.02.2026;{}\n", amounts(number)));
    let cells = rows(&|number| format!("<tr><td>INV-{number:07}</td><td>01.02.2026</td><td>{}</td></tr>\n", amounts(number)));
    for (name, text) in [
        ("a.txt", table),
        ("b.txt", format!("{sentences}\nTotal: {total}.00 EUR\n")),
        ("c.csv", format!("Invoice;Date;Amount paid\n{sheet}Total;;{total}.00\n")),
        ("d.html", format!("<table><tr><th>Invoice</th><th>Date</th><th>Amount paid</th></tr>{cells}</table><p>Total: {total}.00")),
    ] {
        let advices = read(text.as_bytes(), Some(name)).unwrap();
        assert_eq!((advices.len(), advices[0].lines.len()), (1, count), "{name}");
        assert!(advices[0].is_proven(), "{name}: {:?}", advices[0].verdict);
        assert_eq!(advices[0].lines[count - 1].document.value, format!("INV-{:07}", count - 1), "{name}");
    }
    let endless = "INV-1;1.00;1.00\n".repeat(200_000);
    assert!(matches!(read(endless.as_bytes(), Some("a.csv")), Err(FormatError::Limit { .. })));
}

#[test]
fn rows_that_are_commented_out_are_no_rows() {
    let hidden = "<tr><td>RE-9999</td><td>999,00</td></tr>";
    for (open, close) in [("<!-- ", " -->"), ("<!--[if mso]>", "<![endif]-->"), ("<template>", "</template>")] {
        let row = |number: usize| format!("{open}{}{close}<tr><td>RE-{number}</td><td>1,00</td></tr>", hidden.repeat(4));
        let rows: String = (0..600).map(row).collect();
        let page = format!("<html><body><table><tr><th>Rechnung</th><th>Betrag</th></tr>{rows}</table></body></html>");
        let advices = read(page.as_bytes(), Some("a.html")).unwrap();
        assert!(advices[0].lines.iter().all(|line| line.document.value.as_str() != "RE-9999"), "{open}");
        assert_eq!(advices[0].lines.len(), 600, "{open}");
    }
}
