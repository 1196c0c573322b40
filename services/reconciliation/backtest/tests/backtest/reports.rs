use crate::fixture::{ACCOUNT, Folder, camt, payment};

fn folder() -> Folder {
    let folder = Folder::small();
    let paid = [
        payment("B-1", 119_000, "Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44120"),
        payment("B-2", 4_711, "&lt;script&gt;alert(1)&lt;/script&gt;", "", "whatever"),
        payment("B-3", -350, "Bank", "", "Entgelt"),
    ];
    folder.put("statements/a.xml", &camt("08", ACCOUNT, 20, 0, &paid));
    folder
}

#[test]
fn counts_of_all_bands_are_all_lines() {
    let report = folder().run().report;
    let receipts = &report.receipts;
    assert_eq!(receipts.auto.lines + receipts.suggest.lines + receipts.none.lines, receipts.lines);
    assert_eq!(report.line_classes.iter().map(|row| row.bands.lines).sum::<u64>(), 3);
    assert_eq!(report.statements.lines, 3);
    assert!(report.unconserved.is_empty());
}

#[test]
fn the_page_needs_nothing_else_and_shows_names_as_text() {
    let page = folder().run().report.html();
    for outside in ["http://", "https://", "src=", "<script", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("&#60;script&#62;") || page.contains("&lt;script&gt;"));
    assert!(page.contains("<svg") && page.contains("light-dark("));
}

#[test]
fn a_report_goes_to_a_file_by_its_ending_or_to_a_folder() {
    let (folder, target) = (folder(), tempfile::tempdir().unwrap());
    let report = folder.run().report;
    for name in ["one.json", "two.html", "three.txt"] {
        report.write(&target.path().join(name)).unwrap();
    }
    report.write(&target.path().join("all")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(target.path().join("one.json")).unwrap()).unwrap();
    assert_eq!(json["receipts"]["lines"], 2);
    for name in ["two.html", "three.txt", "all/report.json", "all/report.html", "all/report.txt"] {
        assert!(std::fs::metadata(target.path().join(name)).unwrap().len() > 500, "{name}");
    }
    let text = report.text(false, Some(100));
    assert!(text.contains("What becomes of the receipts") && !text.contains('\u{1b}'));
}

#[test]
fn cents_taken_as_income_belong_to_the_money_of_the_line() {
    let folder = Folder::small();
    let paid = payment("B-1", 119_002, "Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44120");
    folder.put("statements/a.xml", &camt("08", ACCOUNT, 20, 0, &[paid]));
    let outcome = folder.run();
    assert_eq!(outcome.report.receipts.auto.lines, 1);
    assert!(outcome.report.unconserved.is_empty(), "{:?}", outcome.report.unconserved);
}
