//! Every file of `corpora/bai2`, and the ways a BAI2 file may be broken.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::statement::{BalanceKind, Line};
use quittance_formats::{BankFile, FindingKind, Format, detect, read};
use quittance_samples::corpora;
use quittance_types::Reason;

fn open(name: &str) -> Option<BankFile> {
    let folder = corpora::folder("bai2/moov-bai2")?;
    Some(read(&std::fs::read(folder.join(name)).unwrap()).unwrap())
}

fn count(file: &BankFile, kind: FindingKind) -> usize {
    file.findings.iter().filter(|finding| finding.kind == kind).count()
}

#[test]
fn counts_and_control_totals_of_the_samples() {
    let Some(folder) = corpora::folder("bai2/moov-bai2") else { return };
    for (name, entries, control_errors) in [
        ("sample1.txt", vec![11, 6], 0),
        ("sample2.txt", vec![1, 1, 2, 0, 0], 0),
        ("sample3.txt", vec![6, 0, 0, 2, 0, 0, 0, 6, 4, 8, 0, 0, 0, 0, 0], 0),
        // The figures of these two were changed by hand and add up nowhere.
        ("sample4-continuations-newline-delimited.txt", vec![0, 3, 14, 0, 0], 8),
        ("sample5-issue113.txt", vec![0, 3, 17, 0, 0], 8),
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        assert_eq!(detect(&bytes).unwrap(), Format::Bai2);
        let file = read(&bytes).unwrap();
        assert_eq!(file.statements.iter().map(|statement| statement.entries.len()).collect::<Vec<_>>(), entries, "{name}");
        let of_trailers = file.findings.iter().filter(|finding| matches!(finding.path.rsplit('/').next(), Some("49" | "98" | "99")));
        assert_eq!(of_trailers.count(), control_errors, "{name}: {:?}", file.findings);
        assert!(
            file.statements
                .iter()
                .flat_map(|statement| statement.lines())
                .all(|line| line.amount().money().is_some() && line.direction().is_some())
        );
    }
    let bytes = std::fs::read(folder.join("errors/sample-parseError.txt")).unwrap();
    assert_eq!(read(&bytes).unwrap_err().reason(), Reason::FormatUnknown);
}

#[test]
fn funds_types_and_value_dates() {
    let Some(file) = open("sample1.txt") else { return };
    let line = file.statements[0].lines().next().unwrap();
    assert_eq!((line.signed_amount().unwrap().to_string(), line.text().as_ref()), ("-25.00 CAD".to_string(), "RETURNED CHEQUE"));
    assert_eq!(
        (line.booking_date().unwrap().to_string(), line.value_date().unwrap().to_string()),
        ("2006-03-17".into(), "2006-03-16".into())
    );
    assert_eq!(count(&file, FindingKind::TotalMismatch), 0);
    let file = open("sample2.txt").unwrap();
    let lines: Vec<Line<'_>> = file.statements.iter().flat_map(|statement| statement.lines()).collect();
    assert_eq!(
        lines.iter().map(|line| line.signed_amount().unwrap().to_string()).collect::<Vec<_>>(),
        ["4500.00 USD", "5000.00 USD", "200000.00 USD", "100000.00 USD"]
    );
    assert_eq!(lines[1].text(), "LOCK BOX NO.68751");
    assert_eq!((lines[2].bank_reference(), lines[2].value_date().unwrap().to_string()), (Some("SP4738"), "2004-06-22".into()));
    assert_eq!(lines[2].detail.unwrap().refs().owner_reference, Some("YRC065321"));
    assert_eq!(lines[2].text(), "PROCEEDS OF LETTER OF CREDIT FROM THE ARAMCO OIL CO");
    let balance = file.statements[1].balance(&BalanceKind::OpeningBooked).unwrap();
    assert_eq!(balance.amount.to_string(), "-5000.00 USD");
}

#[test]
fn several_records_on_a_line_and_texts_over_lines() {
    let Some(file) = open("sample3.txt") else { return };
    assert_eq!(count(&file, FindingKind::BalanceMismatch), 0, "{:?}", file.findings);
    let line = file.statements[0].lines().nth(3).unwrap();
    assert_eq!(line.signed_amount().unwrap().to_string(), "-25.00 USD");
    assert!(line.text().ends_with("1111111111"));
    assert!(file.statements[3].lines().all(|line| line.entry.additional_information().unwrap().starts_with("Visa Billing")));
}

#[test]
fn continuations_with_keys() {
    let Some(file) = open("sample5-issue113.txt") else { return };
    let lines: Vec<Line<'_>> = file.statements[2].lines().collect();
    let incoming = lines.iter().find(|line| line.bank_reference() == Some("GI2229300000187")).unwrap();
    assert_eq!((incoming.end_to_end_id(), incoming.signed_amount().unwrap().to_string()), (Some("GS0D9VGMP1IWPLW"), "11.25 USD".into()));
    let outgoing = lines.iter().find(|line| line.bank_reference() == Some("GI2323300009168")).unwrap();
    assert_eq!(outgoing.counterparty().name(), Some("TEST AND COMPANY"));
    assert_eq!(outgoing.counterparty().account_number().unwrap(), "609873838");
    assert!(outgoing.texts().any(|text| text == "08/18/23 Invoice - Sample"), "a slash inside a text does not end it");
    let returned = lines.iter().find(|line| line.bank_reference() == Some("SB2225800001203")).unwrap();
    assert!(returned.is_return());
    assert_eq!(returned.counterparty().name(), Some("TEST INC"));
}

#[test]
fn a_rejected_credit_comes_back_from_whom_it_was_sent_to() {
    let Some(file) = open("sample4-continuations-newline-delimited.txt") else { return };
    let rejected = file.statements[1].lines().find(|line| line.bank_reference() == Some("SB2322600000404")).unwrap();
    assert_eq!((rejected.is_return(), rejected.counterparty().name()), (true, Some("Test")));
    assert_eq!(rejected.signed_amount().unwrap().to_string(), "1435.00 USD");
}

#[test]
fn broken_files_name_their_line() {
    let good = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,EUR,2/\n03,1,EUR,010,100,,,015,150,,/\n16,115,50,0,X,Y,T/\n49,300,3/\n98,300,1,5/\n99,300,1,7/\n";
    let file = read(good.as_bytes()).unwrap();
    assert!(file.findings.is_empty(), "{:?}", file.findings);
    for (text, line) in [
        (good.replace("99,300,1,7/\n", ""), "6"),
        (good.replace("03,1,EUR,010,100,,,015,150,,/\n", ""), "3"),
        (good.replace("02,B,A,1,260105,,EUR,2/\n", ""), "2"),
        (format!("{good}02,B,A,1,260105,,EUR,2/\n"), "8"),
    ] {
        let fault = read(text.as_bytes()).unwrap_err();
        assert_eq!((fault.reason(), fault.get("line")), (Reason::StatementMalformed, Some(line)), "{text}");
    }
    for (old, new, kind) in [
        ("49,300,3/", "49,301,3/", FindingKind::TotalMismatch),
        ("49,300,3/", "49,300,4/", FindingKind::CountMismatch),
        ("49,300,3/\n", "", FindingKind::TrailerMissing),
        ("16,115,50,", "16,115,5x,", FindingKind::AmountMalformed),
        ("16,115,", "16,890,", FindingKind::DirectionUnknown),
        ("015,150", "015,151", FindingKind::BalanceMismatch),
        ("1,260105,,EUR", "1,260230,,EUR", FindingKind::DateMalformed),
    ] {
        let file = read(good.replacen(old, new, 1).as_bytes()).unwrap();
        assert!(count(&file, kind) > 0, "{new}: {:?}", file.findings);
    }
}

#[test]
fn summaries_that_end_early_and_texts_like_records() {
    let text = "01,S,R,260105,0800,1,80,,2/\n02,R,A,1,260104,,USD,2/\n03,1234,USD,010,500/\n88,015,600,,,100,100,1,0/\n88,400,0,0,/\n\
                16,301,100,0,REF1,CUST1,DEPOSIT / 16,500\n88,INV 4711 AND 88,4712/\n49,1300,6/\n98,1300,1,8/\n99,1300,1,10/\n";
    let file = quittance_formats::read(text.as_bytes()).unwrap();
    let statement = &file.statements[0];
    assert_eq!(statement.entries.len(), 1);
    assert_eq!(statement.opening_balance().unwrap().amount.to_string(), "5.00 USD");
    assert_eq!(statement.closing_balance().unwrap().amount.to_string(), "6.00 USD");
    assert_eq!(statement.lines().next().unwrap().text(), "DEPOSIT / 16,500 INV 4711 AND 88,4712");
    assert_eq!(file.findings, []);
}

#[test]
fn amounts_in_no_currency_are_told() {
    let text = "01,A,B,260105,0800,1,80,1,2/\n02,B,A,1,260105,,,2/\n03,1,XXQ/\n16,115,100,0,1,,/\n49,100,3/\n98,100,1,5/\n99,100,1,7/\n";
    let file = read(text.as_bytes()).unwrap();
    assert!(file.findings.iter().any(|finding| finding.kind == FindingKind::CurrencyUnknown), "{:?}", file.findings);
    assert_eq!(file.statements[0].entries[0].amount.money(), None);
}
