use crate::fixture::{ACCOUNT, Folder, camt, mt940, payment, results, rows_of};

const OTHER: &str = "DE02120300000000202051";

#[test]
fn the_same_file_again_changes_nothing() {
    let folder = Folder::small();
    let file = camt("08", ACCOUNT, 20, 0, &[payment("B-1", 119_000, "Nordlicht", OTHER, "RX7-2026-44120")]);
    folder.put("statements/a.xml", &file);
    let once = results(&folder.run());
    folder.put("statements/copy of a.xml", &file);
    let outcome = folder.run();
    assert_eq!(results(&outcome), once);
    assert_eq!(outcome.report.duplicates.files, [("copy of a.xml".to_owned(), "a.xml".to_owned())]);
}

#[test]
fn a_line_in_two_statements_is_one_line() {
    let folder = Folder::small();
    let paid = [payment("B-1", 119_000, "Nordlicht", OTHER, "RX7-2026-44120"), payment("B-2", 5_000, "x", "", "y")];
    folder.put("statements/a.xml", &camt("08", ACCOUNT, 20, 0, &paid));
    folder.put("statements/b.sta", &mt940(ACCOUNT, 20, 0, &paid));
    let outcome = folder.run();
    let rows = results(&outcome);
    assert_eq!((rows_of(&rows, "B-1").len(), rows_of(&rows, "B-2").len()), (1, 1), "{rows:?}");
    assert_eq!(outcome.report.duplicates.lines, 2);
}

#[test]
fn a_statement_in_two_formats_with_other_references_is_one_statement() {
    let folder = Folder::small();
    let paid = |references: [&'static str; 2]| {
        [payment(references[0], 119_000, "Nordlicht", OTHER, "RX7-2026-44120"), payment(references[1], 5_000, "x", "", "y")]
    };
    folder.put("statements/a.xml", &camt("08", ACCOUNT, 20, 1_000, &paid(["T-1", "T-2"])));
    folder.put("statements/b.sta", &mt940(ACCOUNT, 20, 1_000, &paid(["M-1", "M-2"])));
    let outcome = folder.run();
    assert_eq!((results(&outcome).len(), outcome.report.duplicates.lines), (3, 2), "{:?}", results(&outcome));
    folder.put("statements/b.sta", &mt940(ACCOUNT, 20, 2_000, &paid(["M-1", "M-2"])));
    assert_eq!(folder.run().report.duplicates.lines, 0);
}

#[test]
fn equal_lines_of_one_statement_are_two_payments() {
    let folder = Folder::small();
    let same = payment("", 5_000, "Nordlicht", OTHER, "Abschlag");
    let file = mt940(ACCOUNT, 20, 0, &[same, same]);
    folder.put("statements/a.sta", &file);
    folder.put("statements/b.sta", &file.replace(":20:ST20", ":20:AGAIN"));
    let outcome = folder.run();
    let rows = results(&outcome);
    let lines: std::collections::BTreeSet<&str> = rows.iter().skip(1).filter_map(|row| row.split(',').next()).collect();
    assert_eq!(lines.len(), 2, "{rows:?}");
    assert_eq!(outcome.report.duplicates.lines, 2);
}

#[test]
fn a_file_that_is_no_bank_file_stops_nobody() {
    let folder = Folder::small();
    folder.put("statements/a.xml", &camt("02", ACCOUNT, 20, 0, &[payment("B-1", 119_000, "Nordlicht", OTHER, "RX7-2026-44120")]));
    folder.put("statements/notes.txt", "remember the milk");
    folder.put("statements/broken.xml", "<Document><BkToCstmrStmt><Stmt>");
    folder.put("statements/.hidden", "x");
    folder.put("statements/deeper/b.sta", &mt940(ACCOUNT, 21, 119_000, &[payment("B-2", 100, "x", "", "y")]));
    let outcome = folder.run();
    let failed: Vec<&str> = outcome.report.statements.failures.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(failed, ["broken.xml", "notes.txt"]);
    assert_eq!(results(&outcome).len(), 3);
}

#[test]
fn accounts_of_no_seller_are_named_and_left_alone() {
    let folder = Folder::small();
    let two = format!("seller_id,name,country,currency,iban\nS1,Rexa GmbH,DE,EUR,{ACCOUNT}\nS2,Rexa Ltd,GB,GBP,GB82WEST12345698765432\n");
    folder.put("sellers.csv", &two);
    folder.put("statements/a.xml", &camt("08", ACCOUNT, 20, 0, &[payment("B-1", 119_000, "Nordlicht", OTHER, "RX7-2026-44120")]));
    folder.put("statements/b.xml", &camt("08", "FR1420041010050500013M02606", 20, 0, &[payment("B-2", 1_00, "x", "", "y")]));
    let outcome = folder.run();
    assert_eq!(outcome.report.statements.unassigned, 1);
    assert_eq!(results(&outcome).last().unwrap(), "B-2,,none,,0.000000,,,".replace(",,none", ",,,none").as_str());
    assert!(
        outcome.report.warnings.iter().any(|sentence| sentence.contains("FR1420041010050500013M02606")),
        "{:?}",
        outcome.report.warnings
    );
}

#[test]
fn control_totals_hold_or_say_by_how_much_they_do_not() {
    let folder = Folder::small();
    let paid = [payment("B-1", 119_000, "Nordlicht", OTHER, "RX7-2026-44120")];
    folder.put("statements/a.xml", &camt("08", ACCOUNT, 19, 100_000, &paid));
    folder.put("statements/b.xml", &camt("08", ACCOUNT, 20, 219_000, &[payment("B-2", -4_000, "x", "", "y")]));
    let report = folder.run().report;
    let control = &report.controls[0];
    assert_eq!(
        (control.opening.as_deref(), control.lines.as_deref(), control.closing.as_deref()),
        (Some("1000.00"), Some("1150.00"), Some("2150.00"))
    );
    assert!(control.holds);

    folder.put("statements/c.xml", &camt("08", ACCOUNT, 22, 300_000, &[payment("B-3", 1_000, "x", "", "y")]));
    let report = folder.run().report;
    assert_eq!((report.controls[0].gaps, report.controls[0].difference.as_deref(), report.controls[0].holds), (1, Some("850.00"), false));
    assert!(report.warnings.iter().any(|sentence| sentence.contains("a bank file may be missing")), "{:?}", report.warnings);
}

#[test]
fn a_statement_that_begins_with_lines_of_the_one_before_leaves_no_gap() {
    let folder = Folder::small();
    let first = payment("B-1", 119_000, "Nordlicht", OTHER, "RX7-2026-44120");
    folder.put("statements/a.xml", &camt("08", ACCOUNT, 20, 100_000, &[first]));
    folder.put("statements/b.xml", &camt("08", ACCOUNT, 20, 100_000, &[first, payment("B-2", 4_000, "x", "", "y")]));
    let report = folder.run().report;
    let control = &report.controls[0];
    assert_eq!((control.gaps, control.lines.as_deref(), control.difference.as_deref()), (0, Some("1230.00"), Some("0.00")));
    assert!(control.holds, "{:?}", report.warnings);
}

#[test]
fn nothing_is_applied_from_a_statement_that_does_not_add_up() {
    let folder = Folder::small();
    let paid = |id, amount, text| payment(id, amount, "Nordlicht Handels GmbH", OTHER, text);
    folder.put("statements/a.sta", &mt940(ACCOUNT, 19, 0, &[paid("B-1", 119_000, "RX7-2026-44120")]));
    let broken = camt("08", ACCOUNT, 20, 119_000, &[paid("B-2", 83_300, "RX7-2026-44121")])
        .replace("<Amt Ccy=\"EUR\">2023.00", "<Amt Ccy=\"EUR\">2020.00");
    folder.put("statements/b.xml", &broken);
    folder.put("statements/c.sta", &mt940(ACCOUNT, 21, 202_300, &[paid("B-3", 100, "y")]));
    let outcome = folder.run();
    let rows = results(&outcome);
    assert!(rows_of(&rows, "B-1")[0].contains(",auto,"), "{rows:?}");
    assert_eq!(rows_of(&rows, "B-2"), ["B-2,,,none,,0.000000,,,"]);
    assert_eq!((outcome.report.statements.held, outcome.report.controls[0].broken), (1, 1));
    assert!(outcome.report.warnings.iter().any(|sentence| sentence.contains("held back")), "{:?}", outcome.report.warnings);
}

#[test]
fn balances_that_never_add_up_are_a_habit_of_the_bank_and_one_that_does_not_is_none() {
    let broken = |day: u32, line: &str| {
        let paid = payment(line, 119_000, "Nordlicht Handels GmbH", OTHER, "RX7-2026-44120");
        camt("08", ACCOUNT, day, 0, &[paid])
            .replace("1190.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>", "0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>")
    };
    let folder = Folder::small();
    folder.put("statements/a.xml", &broken(19, "B-1"));
    assert_eq!(folder.run().report.statements.held, 1);
    folder.put("statements/b.xml", &broken(20, "B-2"));
    assert_eq!(folder.run().report.statements.held, 2);
    folder.put("statements/c.xml", &broken(21, "B-3"));
    assert_eq!(folder.run().report.statements.held, 0);
}
