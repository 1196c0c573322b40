//! Every file of `corpora/coda` and `corpora/cfonb`, and the ways these files may be broken.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::statement::{Direction, Line, Split};
use quittance_formats::{BankFile, FindingKind, Format, detect, read};
use quittance_samples::corpora;
use quittance_types::Reason;

fn open(path: &str, format: Format) -> Option<BankFile> {
    let (folder, name) = path.rsplit_once('/').unwrap();
    let bytes = std::fs::read(corpora::folder(folder)?.join(name)).unwrap();
    assert_eq!(detect(&bytes).unwrap(), format, "{path}");
    Some(read(&bytes).unwrap())
}

fn coda(name: &str) -> Option<BankFile> {
    open(&format!("coda/php-coda-parser/{name}.cod"), Format::Coda)
}

fn cfonb(name: &str) -> Option<BankFile> {
    open(&format!("cfonb/silarhi-cfonb-parser/{name}.txt"), Format::Cfonb120)
}

fn amounts(file: &BankFile) -> Vec<String> {
    file.statements.iter().flat_map(|statement| statement.lines()).map(|line| line.signed_amount().unwrap().to_string()).collect()
}

fn has(file: &BankFile, kind: FindingKind) -> bool {
    file.findings.iter().any(|finding| finding.kind == kind)
}

#[test]
fn coda_statement_that_adds_up() {
    let Some(file) = coda("sample8") else { return };
    let statement = &file.statements[0];
    assert_eq!(statement.opening_balance().unwrap().amount.to_string(), "1293.45 EUR");
    assert_eq!(statement.closing_balance().unwrap().amount.to_string(), "648.56 EUR");
    assert_eq!(amounts(&file), ["-395.55 EUR", "-249.34 EUR"]);
    assert_eq!(statement.lines().next().unwrap().end_to_end_id(), Some("ACERTA/I/03948039/230306/1"));
    assert_eq!((statement.legal_sequence.as_deref(), statement.electronic_sequence.as_deref()), (Some("006"), Some("002")));
    let kinds: Vec<FindingKind> = file.findings.iter().map(|finding| finding.kind).collect();
    assert!(kinds.is_empty(), "{:?}", file.findings);
}

#[test]
fn coda_batches_are_their_parts() {
    let Some(file) = coda("sample7") else { return };
    assert_eq!(file.statements[0].entries[0].split, Split::Lines);
    assert_eq!(amounts(&file), ["-25.00 EUR", "-20.00 EUR", "-30.00 EUR"]);
    let text = file.statements[0].entries[0].additional_information();
    assert_eq!(text, Some("creditTran/0000\nUITVOERING VAN UW BESTAND/GROEP creditTran/0000"));
    let line = file.statements[0].lines().next().unwrap();
    assert_eq!(line.counterparty().name(), Some("KLANT2 NAAM2"));
    assert_eq!(line.counterparty().bic(), Some("BBRUBEBB"));
    assert_eq!(line.creditor_references().next().unwrap().value, "000003515846");
    assert!(has(&file, FindingKind::ReferenceCheckDigit), "the sample's references were changed by hand");
    let file = coda("sample3").unwrap();
    assert_eq!(amounts(&file), ["-805.73 EUR", "-6.96 EUR"]);
    assert!(has(&file, FindingKind::BalanceMismatch) && has(&file, FindingKind::CountMismatch));
}

#[test]
fn coda_communications_and_parties() {
    let Some(file) = coda("sample5") else { return };
    let lines: Vec<Line<'_>> = file.statements[0].lines().collect();
    assert_eq!(amounts(&file), ["1767.82 EUR", "2767.82 EUR", "1767.82 EUR"]);
    assert_eq!(lines[0].counterparty().name(), Some("BVBA.BAKKER PIET"));
    assert_eq!(lines[0].counterparty().account_number().unwrap(), "BE54805480215856");
    let words: Vec<String> = lines[0].text().split_whitespace().map(str::to_string).collect();
    assert_eq!(words.join(" "), "112/4554/46812 813 ANOTHER MESSAGE MESSAGE");
    assert_eq!(lines[1].creditor_references().next().unwrap().value, "112455446812");
    assert_eq!(file.statements[0].closing_balance().unwrap().direction, Some(Direction::Debit));
    let file = coda("sample9").unwrap();
    assert_eq!(amounts(&file), ["5.00 EUR"]);
    assert_eq!(file.created.unwrap().to_string(), "2017-10-11");
}

#[test]
fn coda_that_is_cut_or_out_of_order_is_refused() {
    let Some(folder) = corpora::folder("coda/php-coda-parser") else { return };
    let text = std::fs::read_to_string(folder.join("sample8.cod")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let without = |number: usize| -> String {
        lines.iter().enumerate().filter(|(index, _)| *index != number).map(|(_, line)| format!("{line}\n")).collect()
    };
    let reason = |text: &str| read(text.as_bytes()).map_err(|fault| fault.reason()).err();
    assert_eq!(reason(&without(6)), Some(Reason::StatementMalformed), "no new balance");
    assert_eq!(reason(&without(1)), Some(Reason::StatementMalformed), "no old balance");
    let file = read(without(7).as_bytes()).unwrap();
    assert!(has(&file, FindingKind::TrailerMissing));
    assert_eq!(reason(lines[0]), Some(Reason::StatementMalformed));
}

#[test]
fn cfonb_statements_add_up() {
    let Some(file) = cfonb("complex-test") else { return };
    assert_eq!(file.statements.len(), 8);
    assert_eq!(amounts(&file), ["-22.79 EUR", "-20.11 EUR", "-5000.00 EUR", "-117.75 EUR", "-50.25 EUR"]);
    // The last two of its statements are of one account and far from each other.
    let kinds: Vec<FindingKind> = file.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::StatementGap]);
    let statement = &file.statements[0];
    assert_eq!(statement.account.id.as_ref().unwrap().value, "10278022040001234560307");
    let line = statement.lines().next().unwrap();
    assert_eq!(line.text(), "PRLV SEPA ONLINE SAS DEDIBOX 3706114");
    assert_eq!(
        (line.booking_date().unwrap().to_string(), line.value_date().unwrap().to_string()),
        ("2020-04-07".into(), "2020-04-07".into())
    );
    let invoice = file.statements[3].lines().next().unwrap();
    assert_eq!((invoice.bank_reference(), invoice.text().as_ref()), (Some("0001692"), "FACTURE SGT20022040001692 DONT TVA 11 39EUR"));
}

#[test]
fn cfonb_in_the_field() {
    let Some(loose) = cfonb("non-strict-test") else { return };
    assert_eq!(amounts(&loose), amounts(&cfonb("complex-test").unwrap()));
    let file = cfonb("simple-test").unwrap();
    assert_eq!(file.statements[0].opening_balance().unwrap().amount.to_string(), "16695.65 EUR");
    let file = cfonb("test-unused-parts").unwrap();
    assert_eq!((file.statements.len(), file.entry_count()), (8, 0));
    let cut = "0110278    02204EUR2 00012345603  030420                                                  0000000166956E030420060420    \n";
    assert_eq!(read(cut.as_bytes()).unwrap_err().reason(), Reason::StatementMalformed);
}

#[test]
fn cfonb_operations_are_information_without_direction() {
    let Some(file) = open("cfonb/silarhi-cfonb-parser/cfonb.240-complex-test.txt", Format::Cfonb240) else { return };
    assert_eq!((file.statements.len(), file.entry_count()), (2, 3));
    let entry = &file.statements[0].entries[0];
    assert_eq!((entry.amount.to_string(), entry.direction, entry.is_booked()), ("1712.00 EUR".to_string(), None, false));
    assert_eq!(entry.details[0].parties.debtor.as_ref().unwrap().name.as_deref(), Some("OFFICE NATL DU AAAAAAAA"));
    assert!(has(&file, FindingKind::DirectionUnknown) && has(&file, FindingKind::TotalMismatch));
}

#[test]
fn records_without_line_ends() {
    for (path, width) in [("coda/php-coda-parser/sample8.cod", 128), ("cfonb/silarhi-cfonb-parser/complex-test.txt", 120)] {
        let (folder, name) = path.rsplit_once('/').unwrap();
        let Some(folder) = corpora::folder(folder) else { return };
        let text = String::from_utf8_lossy(&std::fs::read(folder.join(name)).unwrap()).into_owned();
        let joined: String = text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{line:width$}")).collect();
        let (lined, joined) = (read(text.as_bytes()).unwrap(), read(joined.as_bytes()).unwrap());
        assert_eq!((joined.format, joined.statements), (lined.format, lined.statements), "{path}");
    }
}

#[test]
fn a_value_date_that_does_not_exist() {
    let Some(folder) = corpora::folder("coda/php-coda-parser") else { return };
    let text = String::from_utf8_lossy(&std::fs::read(folder.join("sample8.cod")).unwrap()).into_owned();
    let changed: String = text
        .lines()
        .map(|line| if line.starts_with("21") { format!("{}310299{}\n", &line[..47], &line[53..]) } else { format!("{line}\n") })
        .collect();
    assert!(has(&read(changed.as_bytes()).unwrap(), FindingKind::DateMalformed));
}
