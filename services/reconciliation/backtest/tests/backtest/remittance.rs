use quittance_backtest::Outcome;

use crate::fixture::{ACCOUNT, Folder, camt, payment, results, rows_of};

const TEXT: &str = "Nordlicht Handels GmbH\nRemittance advice 900417\nDate 2026-11-19\n\n\
    Invoice          Gross      Discount   Net\n\
    RX7-2026-44120   1190.00    0.00       1190.00\n\
    RX7-2026-44121   833.00     16.66      816.34\n\
    Total            2023.00    16.66      2006.34\n";
const CSV: &str = "Invoice,Gross,Deduction,Net\nRX7-2026-44122,2500.00,100.00,2400.00\nTotal,2500.00,100.00,2400.00\n";

fn advices(outcome: &Outcome) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    outcome.write_advices(file.path()).unwrap();
    std::fs::read_to_string(file.path()).unwrap().lines().map(str::to_owned).collect()
}

fn folder() -> Folder {
    let folder = Folder::small();
    let paid = payment("B-1", 200_634, "Nordlicht Handels GmbH", "DE02120300000000202051", "advice 900417");
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[paid]));
    folder.put("remittance/nordlicht 900417.txt", TEXT);
    folder.put("remittance/brandt.csv", CSV);
    folder
}

#[test]
fn what_the_advices_say_is_written_as_read() {
    let outcome = folder().run();
    let expected = [
        "advice,invoice,net,deduction",
        "brandt,RX7-2026-44122,2400.00,100.00",
        "nordlicht 900417,RX7-2026-44120,1190.00,0.00",
        "nordlicht 900417,RX7-2026-44121,816.34,16.66",
    ];
    assert_eq!(advices(&outcome), expected);
    assert_eq!((outcome.report.advices.files, outcome.report.advices.proven, outcome.report.advices.unrelated), (2, 2, 0));
}

#[test]
fn an_advice_tells_what_a_payment_without_references_is_for() {
    let rows = results(&folder().run());
    let own = rows_of(&rows, "B-1");
    assert!(own.iter().any(|row| row.starts_with("B-1,RX7-2026-44120,1190.00,") && row.contains(",1,")), "{rows:?}");
    assert!(own.iter().any(|row| row.starts_with("B-1,RX7-2026-44121,816.34,") && row.contains(",1,")), "{rows:?}");
}

#[test]
fn an_advice_that_cannot_be_read_stops_nobody() {
    let folder = folder();
    folder.put_bytes("remittance/scan.pdf", b"%PDF-1.4 nothing");
    folder.put_bytes("remittance/empty.eml", b"");
    let report = folder.run().report;
    assert_eq!((report.advices.files, report.advices.proven), (4, 2));
    assert!(report.advices.failed > 0, "{:?}", report.advices);
}

#[test]
fn numbers_parted_otherwise_than_ours_are_known() {
    let folder = folder();
    folder.put("remittance/blanks.txt", &TEXT.replace("RX7-2026-", "RX7 2026 ").replace("900417", "900418"));
    let read = advices(&folder.run());
    let of_file: Vec<&String> = read.iter().filter(|row| row.starts_with("blanks,")).collect();
    assert_eq!(of_file, ["blanks,RX7 2026 44120,1190.00,0.00", "blanks,RX7 2026 44121,816.34,16.66"]);
}

#[test]
fn numbers_whose_parts_begin_with_zeros_are_known() {
    let folder = folder();
    let items = std::fs::read_to_string(folder.path().join("open_items.csv")).unwrap();
    folder.put("open_items.csv", &items.replace("RX7-2026-44120", "2610044120").replace("RX7-2026-44121", "2610044121"));
    folder.put("remittance/zeros.txt", "We pay\n261 0044120 1190.00\n261 0044121 816.34\nTotal EUR 2006.34\n");
    let read = advices(&folder.run());
    let of_file: Vec<&String> = read.iter().filter(|row| row.starts_with("zeros,")).collect();
    assert_eq!(of_file, ["zeros,261 0044120,1190.00,0.00", "zeros,261 0044121,816.34,0.00"]);
}
