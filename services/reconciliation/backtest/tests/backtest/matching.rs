use crate::fixture::{ACCOUNT, Folder, camt, mt940, payment, results, rows_of};

const HEADER: &str = "line_id,invoice_number,applied_amount,decision,candidate,confidence,customer_id,adjust_amount,adjust_reason";
const NORDLICHT: (&str, &str) = ("Nordlicht Handels GmbH", "DE02120300000000202051");
const BRANDT: (&str, &str) = ("Brandt, Soehne AG", "DE02500105170137075030");

#[test]
fn a_full_reference_with_the_exact_amount_is_applied_whatever_the_format() {
    for format in ["02", "08", "mt940"] {
        let folder = Folder::small();
        let paid = [
            payment("B-1", 119_000, NORDLICHT.0, NORDLICHT.1, "RG RX7-2026-44120"),
            payment("B-2", 250_000, BRANDT.0, BRANDT.1, "Rechnung RX7-2026-44122"),
        ];
        let file = if format == "mt940" { mt940(ACCOUNT, 20, 0, &paid) } else { camt(format, ACCOUNT, 20, 0, &paid) };
        folder.put("statements/day", &file);
        let rows = results(&folder.run());
        assert_eq!(rows[0], HEADER);
        let (first, second) = (rows_of(&rows, "B-1"), rows_of(&rows, "B-2"));
        assert!(first[0].starts_with("B-1,RX7-2026-44120,1190.00,auto,1,") && first[0].ends_with(",C1,,"), "{format}: {rows:?}");
        assert!(second[0].starts_with("B-2,RX7-2026-44122,2500.00,auto,1,") && second[0].ends_with(",C2,,"), "{format}: {rows:?}");
        assert_eq!(rows.len(), 3, "{format}: {rows:?}");
    }
}

#[test]
fn a_discount_is_the_difference_and_says_so() {
    let folder = Folder::small();
    folder.put(
        "statements/day.xml",
        &camt("08", ACCOUNT, 9, 0, &[payment("B-1", 116_620, NORDLICHT.0, NORDLICHT.1, "RX7-2026-44120 abzgl. 2% Skonto")]),
    );
    // The day of the discount is over in November.
    folder
        .put("open_items.csv", &std::fs::read_to_string(folder.path().join("open_items.csv")).unwrap().replace("2026-10-01", "2026-11-01"));
    let rows = results(&folder.run());
    assert!(rows[1].starts_with("B-1,RX7-2026-44120,1166.20,") && rows[1].ends_with(",C1,23.80,discount"), "{rows:?}");
}

#[test]
fn credit_notes_are_negative() {
    let folder = Folder::small();
    let paid = payment("B-1", 110_000, NORDLICHT.0, NORDLICHT.1, "RX7-2026-44120 abzgl. CN-2026-0031");
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[paid]));
    let rows = results(&folder.run());
    assert!(rows.iter().any(|row| row.starts_with("B-1,RX7-2026-44120,1190.00,")), "{rows:?}");
    assert!(rows.iter().any(|row| row.starts_with("B-1,CN-2026-0031,-90.00,")), "{rows:?}");
}

#[test]
fn money_above_the_item_is_kept_on_account_of_its_customer() {
    let folder = Folder::small();
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[payment("B-1", 200_000, NORDLICHT.0, NORDLICHT.1, "RX7-2026-44120")]));
    let rows = results(&folder.run());
    let own = rows_of(&rows, "B-1");
    assert!(own.iter().any(|row| row.starts_with("B-1,RX7-2026-44120,1190.00,")), "{rows:?}");
    assert!(own.iter().any(|row| row.starts_with("B-1,,810.00,") && row.contains(",C1,")), "{rows:?}");
}

#[test]
fn what_nobody_knows_is_one_row_without_a_candidate() {
    let folder = Folder::small();
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[payment("B-9", 77_700, "Irgendwer", "", "danke")]));
    let rows = results(&folder.run());
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[1].starts_with("B-9,,,none,,"), "{rows:?}");
    assert_eq!(rows[1].split(',').count(), 9, "{rows:?}");
}

#[test]
fn the_history_is_left_aside_when_asked() {
    let folder = Folder::small();
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[payment("B-1", 119_000, NORDLICHT.0, NORDLICHT.1, "RX7-2026-44120")]));
    let (with, without) = (folder.run_with(true, 1), folder.run_with(false, 1));
    assert_eq!(with.report.sellers[0].confirmed, 1);
    assert_eq!(without.report.sellers[0].confirmed, 0);
    assert!(
        without.report.missing.iter().any(|sentence| sentence.starts_with("history.jsonl was left aside")),
        "{:?}",
        without.report.missing
    );
}
