//! X12 and EDIFACT files of the corpora, held against what a partner's system answered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_samples::corpora;
use std::path::Path;

use quittance_formats::edi::{Interchange, Known};
use quittance_formats::remittance::LineKind;
use quittance_formats::{Document, Format, detect, inspect, read_document};
use quittance_types::{BusinessDate, Decimal};
use serde_json::Value;

fn interchange(bytes: &[u8]) -> Interchange {
    match read_document(bytes).unwrap() {
        Document::Interchange(file) => file,
        other => panic!("no interchange: {other:?}"),
    }
}

/// Currency of a partner's document.
type CurrencyOf = fn(&str, &str) -> Option<String>;

/// What the partner knew when it answered: its invoices, the advices and payments it had, its clock.
fn expected_to_know(test: &str) -> (CurrencyOf, BusinessDate, u64) {
    fn currency(partner: &str, document: &str) -> Option<String> {
        let code = match (partner, document) {
            ("ACME", "INV9000000") | ("EURODIS", "INV9000002") => "USD",
            ("EURODIS", "INV9000001") => "EUR",
            _ => return None,
        };
        Some(code.to_string())
    }
    // The names of these tests say that the clock was put forward past the day of payment.
    let advanced = test.contains("after_an_advance") || test.contains("mocks_clock_decides");
    let today = BusinessDate::parse(if advanced { "2026-12-31" } else { "2026-11-22" }).unwrap();
    let open = if test.contains("same_mistake_3") { 0 } else { 2 };
    (currency, today, open)
}

fn check_folder(name: &str, format: Format) {
    let Some(folder) = corpora::folder(name) else { return };
    let mut wrong = Vec::new();
    let files = corpora::files(&folder, &["edi"]);
    assert!(files.len() > 20);
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(detect(&bytes).unwrap(), format);
        let expected: Value = serde_json::from_slice(&std::fs::read(path.with_extension("expected.json")).unwrap()).unwrap();
        if let Err(why) = agrees(&path, &interchange(&bytes), &expected["response"]) {
            wrong.push(format!("{}: {why}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn agrees(path: &Path, file: &Interchange, expected: &Value) -> Result<(), String> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let partner = expected["partner"].as_str().unwrap();
    assert_eq!(file.sender, partner);
    let (currency, today, open) = expected_to_know(name);
    let currency_of = |document: &str| currency(partner, document);
    let has_advice = |number: &str| number != "RA-NEVER";
    let open_payments = |_: &str| open;
    let known =
        Known { currency_of: Some(&currency_of), today: Some(today), has_advice: Some(&has_advice), open_payments: Some(&open_payments) };
    for (set, wanted) in file.sets.iter().zip(expected["transactionSets"].as_array().unwrap()) {
        if set.code != wanted["code"] || set.control != wanted["control"] || Value::Bool(set.accepted) != wanted["accepted"] {
            return Err(format!("{} {} accepted {}", set.code, set.control, set.accepted));
        }
        // The last of the answers' findings only says that there are others.
        let findings = wanted["findings"].as_array().unwrap();
        if findings.len().saturating_sub(1) != set.findings.len() {
            return Err(format!("findings {:?}, expected {findings:?}", set.findings));
        }
        for (finding, text) in set.findings.iter().zip(findings) {
            if !text.as_str().unwrap().contains(&format!(" {} ", finding.path)) {
                return Err(format!("finding {finding:?}, expected {text}"));
            }
        }
    }
    let found: Vec<(String, Option<Decimal>, String)> =
        file.disagreements(&known).iter().map(|one| (one.rule.code().to_string(), one.expected.parse().ok(), one.found.clone())).collect();
    let wanted: Vec<(String, Option<Decimal>, String)> = expected["disagreements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap().to_string();
            (text("rule"), text("expected").parse().ok(), text("found"))
        })
        .collect();
    let plain = |text: &str| text.parse::<Decimal>().map_or(text.to_string(), |value| value.normalize().to_string());
    let same = |left: &(String, Option<Decimal>, String), right: &(String, Option<Decimal>, String)| {
        let is_history = left.0 == "reversal-of-nothing";
        left.0 == right.0 && (is_history || (left.1 == right.1 && plain(&left.2) == plain(&right.2)))
    };
    if found.len() != wanted.len() || !found.iter().zip(&wanted).all(|(left, right)| same(left, right)) {
        return Err(format!("{found:?}, expected {wanted:?}"));
    }
    Ok(())
}

#[test]
fn x12_820_agrees_with_the_partner() {
    check_folder("x12-820/mock-edi", Format::X12);
}

#[test]
fn remadv_agrees_with_the_partner() {
    check_folder("remadv/mock-edi", Format::Edifact);
}

#[test]
fn a_real_820_adds_up() {
    let Some(folder) = corpora::folder("x12/edi-net") else { return };
    let file = interchange(&std::fs::read(folder.join("x12.820.issue140.edi")).unwrap());
    assert_eq!((file.findings.len(), file.sets[0].findings.len()), (0, 0), "{:?} {:?}", file.findings, file.sets[0].findings);
    let advice = file.advices().next().unwrap();
    assert!(advice.is_proven(), "{:?}", advice.verdict);
    assert_eq!(advice.number.as_ref().unwrap().value, "4529952");
    assert_eq!(advice.payer.name.as_ref().unwrap().value, "MART INC.");
    assert_eq!((advice.lines.len(), advice.net_sum().unwrap().to_string()), (7, "21298.97".to_string()));
    let first = &advice.lines[0];
    assert_eq!(first.document.value, "26801");
    assert_eq!(first.gross_amount().unwrap().to_string(), "4650.41");
    assert_eq!(first.net_amount().unwrap().to_string(), "4408.75");
    let deductions: Vec<String> = first.deductions.iter().map(|deduction| deduction.amount.value.to_string()).collect();
    assert_eq!(deductions, ["97.9", "143.76"]);
    assert_eq!(first.document_date.as_ref().unwrap().value.to_string(), "2019-09-04");
    assert!(first.references.iter().any(|reference| reference.value == "1016071221"));
}

#[test]
fn segment_ends_padding_and_byte_order_marks_differ() {
    let Some(folder) = corpora::folder("x12/edi-net") else { return };
    for (name, code, document) in [
        ("x12.810a.edi", "810", Some("DO091003TESTINV01")),
        ("x12.810b.edi", "810", Some("DO091003TESTINV01TAX")),
        ("x12.810c.edi", "810", Some("DO091003TESTHDRINV01")),
        ("x12.810d.edi", "810", Some("DO091003TESTHDRINV02")),
        ("x12.810.mandatory-conditions.edi", "850", None),
        ("x12.820.issue140.edi", "820", None),
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let file = interchange(&bytes);
        assert_eq!((file.sets[0].code.as_str(), file.sets[0].document.as_deref()), (code, document), "{name}");
        assert!(inspect(&bytes).is_ok());
    }
    let text = String::from_utf8(std::fs::read(folder.join("x12.820.issue140.edi")).unwrap()).unwrap();
    let expected = interchange(text.as_bytes()).advices().next().unwrap().lines.clone();
    let joined = text.trim_end().lines().map(|line| format!("{line}~")).collect::<String>();
    let both = text.trim_end().lines().map(|line| format!("  {line}~\r\n")).collect::<String>();
    let marked = format!("\u{feff}{both}");
    for variant in [joined, both, marked] {
        assert_eq!(interchange(variant.as_bytes()).advices().next().unwrap().lines, expected);
    }
}

#[test]
fn adjustments_that_stand_alone_are_parts_of_the_payment() {
    let Some(folder) = corpora::folder("x12-820/mock-edi") else { return };
    let path = folder.join("test_a_deduction_not_tied_to_one_invoice_is_part_of_the_payment.edi");
    let file = interchange(&std::fs::read(path).unwrap());
    let advice = file.advices().next().unwrap();
    assert!(advice.is_proven(), "{:?}", advice.verdict);
    assert_eq!((advice.lines[0].kind, advice.lines[0].net_amount().unwrap().to_string()), (LineKind::Other, "-50".to_string()));
}

#[test]
fn documents_deductions_and_releases_of_remadv() {
    let text = "UNA:+,? 'UNB+UNOC:3+A:14+B:14+260928:1015+9'UNH+1+REMADV:D:01B:UN'BGM+481+AV?+1+9'DTM+137:20260928:102'\
        NAD+PR+++Müller ?'s GmbH'NAD+PE+++Seller'CUX+2:EUR:11'\
        DOC+380+R-1'MOA+9:100,00'MOA+12:97,00'MOA+52:3,00'DTM+171:20260901:102'RFF+ON:PO1'\
        DOC+381+G-1'MOA+12:-10,00'\
        DOC+380+R-2'MOA+77:50,00'MOA+12:45,50'AJT+Damaged goods'MOA+165:-4,50'\
        UNS+S'MOA+12:132,50'UNT+22+1'UNZ+1+9'";
    let file = interchange(text.as_bytes());
    assert_eq!(file.sets[0].findings, []);
    let advice = file.advices().next().unwrap();
    assert!(advice.is_proven(), "{:?} {:?}", advice.verdict, advice.findings);
    assert_eq!(advice.number.as_ref().unwrap().value, "AV+1");
    assert_eq!(advice.payer.name.as_ref().unwrap().value, "Müller 's GmbH");
    let shown: Vec<(String, LineKind, String, Option<String>)> = advice
        .lines
        .iter()
        .map(|line| {
            let deduction = line.deduction().map(|deduction| deduction.to_string());
            (line.document.value.to_string(), line.kind, line.net_amount().unwrap().to_string(), deduction)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("R-1".to_string(), LineKind::Invoice, "97".to_string(), Some("3".to_string())),
            ("G-1".to_string(), LineKind::CreditNote, "-10".to_string(), None),
            ("R-2".to_string(), LineKind::Invoice, "45.5".to_string(), Some("4.5".to_string())),
        ]
    );
    assert_eq!(advice.lines[2].reason_kind().map(|kind| kind.code()), Some("damaged"));
}

#[test]
fn credit_notes_without_a_sign_are_settled_by_the_total() {
    let x12 = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~GS*RA*A*B*20261122*0306*126*X*004010~ST*820*0001~BPR*I*90*C*NON~RMR*IV*I1**100*100~RMR*CM*C1**10*10~SE*5*0001~GE*1*126~IEA*1*000000126~";
    let remadv = "UNB+UNOC:3+A+B+260928:1015+9'UNH+1+REMADV:D:96A:UN'BGM+481+A+9'DOC+380+I1'MOA+12:100'DOC+381+C1'MOA+12:10'UNS+S'MOA+12:90'UNT+9+1'UNZ+1+9'";
    for text in [x12, remadv] {
        let file = interchange(text.as_bytes());
        assert_eq!(file.sets[0].findings, []);
        let advice = file.advices().next().unwrap();
        assert!(advice.is_proven(), "{:?}", advice.verdict);
        assert_eq!(advice.lines[1].net_amount().unwrap().to_string(), "-10");
        // Where the total asks for the sum as written, nothing is negated.
        let other = interchange(text.replace("*90*", "*110*").replace(":90'", ":110'").as_bytes());
        assert_eq!(other.advices().next().unwrap().lines[1].net_amount().unwrap().to_string(), "10");
    }
}

#[test]
fn cut_interchanges_are_refused() {
    let text = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261122*0306*U*00401*000000126*0*P*>~\nGS*RA*A*B*20261122*0306*126*X*004010~\nST*820*0001~\nBPR*I*1*C*NON~\nSE*3*0001~\nGE*1*126~\nIEA*1*000000126~\n";
    assert_eq!(interchange(text.as_bytes()).sets.len(), 1);
    for (cut, line) in [("IEA*1", "7"), ("IEA", "7"), ("GE*1*126~\n", "7"), ("SE*3", "5"), ("BPR*I*1", "4")] {
        let end = text.find(cut).unwrap();
        let fault = read_document(&text.as_bytes()[..end + cut.len().min(3)]).unwrap_err();
        assert!(fault.get("line").is_some(), "{cut}: {fault}");
        let _ = line;
    }
    for broken in [text.replace("ST*820*0001~\n", ""), text.replace("SE*3*0001~\n", ""), format!("{text}ST*820*1~")] {
        assert!(read_document(broken.as_bytes()).is_err());
    }
    let wrong = text.replace("SE*3*0001", "SE*4*0001").replace("IEA*1*000000126", "IEA*2*000000127");
    let file = interchange(wrong.as_bytes());
    assert_eq!((file.sets[0].findings.len(), file.findings.len()), (1, 2));
}
