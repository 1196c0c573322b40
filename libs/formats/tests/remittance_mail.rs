//! Mails of many rows and of many parts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::FormatError;
use quittance_formats::remittance::{Advice, read};

const HEAD: &str = "From: A <a@b.example>\nMIME-Version: 1.0\n";

fn lines(mail: &str) -> usize {
    let advices = read(mail.as_bytes(), Some("a.eml")).unwrap();
    advices.iter().map(|advice| advice.lines.len()).sum()
}

fn rows(row: impl Fn(usize) -> String) -> String {
    (10_000..11_500).map(row).collect()
}

/// A mail of parts, the first of this type and content.
fn mail_of_parts(kind: &str, content: &str, rest: &str) -> String {
    format!("{HEAD}Content-Type: multipart/mixed;\n boundary=\"--=_b1\"\n\n----=_b1\nContent-Type: {kind}\n\n{content}\n{rest}----=_b1--\n")
}

#[test]
fn dashes_in_a_text_begin_no_part() {
    let text = rows(|number| format!("  RE-2026-{number}   1,100.00   0.00   1,100.00\n"));
    let text = format!("  Invoice         Gross      Discount  Net\n{}\n{text}", "-".repeat(50));
    let signed = rows(|number| format!("  RE-2026-{number}; 01.02.2026; 1.100,00; 0,00; 1.100,00\n"));
    let row = "<td style=\"padding:2px;border:1px;font:x;color:#000;\">";
    let page = rows(|number| format!("  <tr>\n    {row}RE-2026-{number}</td>\n    {row}100.00</td>\n  </tr>\n"));
    let page =
        format!("<html><style><!-- p {{}}\n-->\n</style><body>\n<table>\n  <tr><th>Invoice</th><th>Net amount</th></tr>\n{page}</table>");
    for (kind, content) in [("text/plain", text), ("text/plain", format!("-- \nACME\n{signed}")), ("text/html", page)] {
        assert_eq!(lines(&format!("{HEAD}Content-Type: {kind}\n\n{content}")), 1_500, "{kind}");
        assert_eq!(lines(&mail_of_parts(kind, &content, "")), 1_500, "{kind} among others");
    }
}

#[test]
fn headers_of_countless_addresses_are_refused() {
    let addresses = |head: &str| format!("{head}\nFrom: {}\n\nx\n", "a,\n ".repeat(100_000));
    for declared in ["b", "\"b\"", "\n b", "\"b\\\"\"", "(a)b", "\"b", "b;boundary=c"] {
        for field in ["Content-Type: multipart/mixed; boundary=", "Content-Type: multipart/mixed; BOUNDARY*0*=utf-8''"] {
            let refused = read(addresses(&format!("{HEAD}{field}{declared}\n\n--b")).as_bytes(), None);
            assert!(matches!(refused, Err(FormatError::Limit { .. })), "{field}{declared}");
        }
    }
}

fn told(advices: &[Advice]) -> Vec<&str> {
    advices.iter().flat_map(|advice| &advice.findings).map(|finding| finding.text.as_str()).collect()
}

#[test]
fn pictures_in_great_number_hide_no_advice() {
    let picture = "----=_b1\nContent-Type: image/png; name=i.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n";
    let sheet = "----=_b1\nContent-Type: text/csv; name=a.csv\n\nInvoice;Net\nRE-1;100,00\nTotal;100,00\n";
    let pictures = picture.repeat(120);
    assert_eq!(lines(&mail_of_parts("text/plain", "We pay\nRE-2026-1 100,00\nTotal 100,00", &pictures)), 1);
    let behind = mail_of_parts("text/plain", "Dear all", &format!("{pictures}{sheet}"));
    assert!(read(behind.as_bytes(), None).unwrap()[0].is_proven());
}

#[test]
fn parts_beyond_measure_are_left_out_and_told() {
    let sheet =
        |number: usize| format!("----=_b1\nContent-Type: text/csv; name={number}.csv\n\nInvoice;Net\nRE-{number};1,00\nTotal;1,00\n");
    let mail = |count: usize| mail_of_parts("text/plain", "Dear all", &(1_000..1_000 + count).map(sheet).collect::<String>());
    let is_told = |advices: &[Advice]| told(advices).iter().any(|text| text.contains("parts"));
    let advices = read(mail(90).as_bytes(), None).unwrap();
    assert!(advices.len() == 90 && !is_told(&advices));
    let advices = read(mail(150).as_bytes(), None).unwrap();
    assert!((90..150).contains(&advices.len()) && is_told(&advices), "{} {:?}", advices.len(), told(&advices));
}
