use quittance_backtest::{BacktestError, Options, Silent, run};

use crate::fixture::{ACCOUNT, Folder, camt, payment, results};

fn with_statement(folder: Folder) -> Folder {
    let paid = payment("B-1", 119_000, "Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44120");
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[paid]));
    folder
}

#[test]
fn every_table_may_be_missing() {
    for name in ["sellers.csv", "customers.csv", "open_items.csv", "closed_items.csv", "fx_rates.csv", "policy.json", "history.jsonl"] {
        let folder = with_statement(Folder::small());
        folder.remove(name);
        let outcome = folder.run();
        let starts = format!("{name} is not there:");
        assert!(outcome.report.missing.iter().any(|sentence| sentence.starts_with(&starts)), "{name}: {:?}", outcome.report.missing);
        assert_eq!(results(&outcome).len(), 2, "{name}");
    }
    let bare = with_statement(Folder::new());
    assert_eq!(results(&bare.run()).len(), 2);
}

#[test]
fn without_sellers_the_rows_say_who_they_are() {
    let folder = with_statement(Folder::small());
    folder.remove("sellers.csv");
    let report = folder.run().report;
    assert_eq!(report.sellers.iter().map(|seller| (seller.id.as_str(), seller.items)).collect::<Vec<_>>(), [("S1", 4)]);
}

#[test]
fn a_seller_may_have_a_row_for_each_account() {
    let folder = with_statement(Folder::small());
    let second = "DE12500105170648489890";
    let row = |seller: &str, account: &str| format!("{seller},Rexa GmbH,DE,EUR,{account}\n");
    let rows = [row("S1", ACCOUNT), row("S1", second), row("S1", second), row("S2", "DE89370400440532013999")].concat();
    folder.put("sellers.csv", &format!("seller_id,name,country,currency,iban\n{rows}"));
    let paid = payment("B-2", 83_300, "Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44121");
    folder.put("statements/second.xml", &camt("08", second, 20, 0, &[paid]));
    let outcome = folder.run();
    let rows = results(&outcome);
    for start in ["B-1,RX7-2026-44120,1190.00,auto", "B-2,RX7-2026-44121,833.00,auto"] {
        assert!(rows.iter().any(|row| row.starts_with(start)), "{rows:?}");
    }
    let read = outcome.report.tables.iter().find(|read| read.file == "sellers.csv").unwrap();
    assert_eq!((read.rows, read.refused), (3, 1), "one account in two rows is a mistake");
}

#[test]
fn terms_may_have_several_steps() {
    let folder = Folder::small();
    folder.put(
        "open_items.csv",
        "invoice_number,seller_id,customer_id,doc_type,issue_date,due_date,currency,total,open_amount,terms,discount_pct,discount_days\n\
         RX7-2026-44120,S1,C1,INV,2026-11-03,2026-12-03,EUR,1000.00,1000.00,3/10 2/20 net 30,3,10\n",
    );
    let paid = payment("B-1", 98_000, "Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44120");
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[paid]));
    let rows = results(&folder.run());
    assert!(rows[1].starts_with("B-1,RX7-2026-44120,980.00,auto") && rows[1].ends_with(",20.00,discount"), "{rows:?}");
}

#[test]
fn the_percentage_of_terms_may_have_a_decimal_comma() {
    let header = "invoice_number,customer_id,issue_date,due_date,total,terms";
    for (terms, paid_amount, of) in [
        ("2,5/10 net 30", 97_500, "25.00,discount"),
        ("2,5/10,1,5/20", 98_500, "15.00,discount"),
        ("3/10,2/20", 98_000, "20.00,discount"),
        ("net 30, 2,5/20", 97_500, "25.00,discount"),
        ("net 30,2/10", 98_000, "20.00,discount"),
        ("n30,2/10", 98_000, "20.00,discount"),
        ("2,5/20 net 30", 95_000, "50.00,short_pay"),
    ] {
        let folder = Folder::small();
        folder.put("open_items.csv", &format!("{header}\nRX7-2026-44120,C1,2026-11-10,2026-12-10,1000.00,\"{terms}\"\n"));
        let paid = payment("B-1", paid_amount, "Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44120");
        folder.put("statements/day.xml", &camt("08", ACCOUNT, 20, 0, &[paid]));
        let rows = results(&folder.run());
        assert!(rows[1].starts_with("B-1,RX7-2026-44120,9") && rows[1].ends_with(&format!(",{of}")), "{terms}: {rows:?}");
    }
}

#[test]
fn every_column_but_the_keys_may_be_missing() {
    let folder = with_statement(Folder::small());
    folder.put("open_items.csv", "\u{feff}invoice_number;customer_id;total;colour\r\nRX7-2026-44120;C1;1190.00;red\r\n");
    folder.put("customers.csv", "customer_id\tname\nC1\tNordlicht Handels GmbH\n");
    let outcome = folder.run();
    let read = outcome.report.tables.iter().find(|read| read.file == "open_items.csv").unwrap();
    assert_eq!((read.rows, read.refused, read.absent.len()), (1, 0, 12));
    let sentence = "open_items.csv has no column or field open_amount: the total is taken to be open.";
    assert!(outcome.report.missing.iter().any(|own| own == sentence), "{:?}", outcome.report.missing);
    assert!(results(&outcome)[1].starts_with("B-1,RX7-2026-44120,1190.00,"), "{:?}", results(&outcome));
}

#[test]
fn bad_rows_are_counted_with_line_column_and_reason_and_the_others_used() {
    let folder = with_statement(Folder::small());
    folder.put(
        "open_items.csv",
        "invoice_number,seller_id,customer_id,doc_type,issue_date,due_date,currency,total,open_amount\n\
         RX7-2026-44120,S1,C1,INV,2026-10-01,2026-10-31,EUR,1190.00,1190.00\n\
         A-1,S1,C1,INV,2026-10-01,2026-10-31,EUR,\"1,190\",10.00\n\
         A-2,S1,C1,INV,03/04/2026,2026-10-31,EUR,10.00,10.00\n\
         A-3,S1,C1,INV,2026-10-01,2026-10-31,XXX,10.00,10.00\n\
         A-4,S9,C1,INV,2026-10-01,2026-10-31,EUR,10.00,10.00\n\
         A-5,S1,C1,DEBIT,2026-10-01,2026-10-31,EUR,10.00,10.00\n\
         A-6,S1,C1,INV,2026-10-01,2026-10-31,EUR,10.001,10.00\n\
         A-7,S1,C1,INV,2026-10-01,2026-10-31,EUR,10.00,10.01\n\
         ,S1,C1,INV,2026-10-01,2026-10-31,EUR,10.00,10.00\n\
         A-8,S1,C1,INV,2026-10-01,2026-10-31,EUR,10.00,1,000.00\n\
         A-9,S1,C1,INV,2026-02-30,2026-10-31,EUR,10.00,10.00\n",
    );
    let report = folder.run().report;
    let read = report.tables.iter().find(|read| read.file == "open_items.csv").unwrap();
    assert_eq!((read.rows, read.refused, read.oddities.iter().map(|odd| odd.count).sum::<u64>()), (3, 8, 2));
    let found = |column: &str, line: u64| {
        let of_column = read.reasons.iter().chain(&read.oddities).filter(|reason| reason.column == column);
        of_column.flat_map(|reason| &reason.examples).any(|example| example.line == line)
    };
    for (column, line) in [
        ("total", 3),
        ("issue_date", 4),
        ("currency", 5),
        ("seller_id", 6),
        ("doc_type", 7),
        ("total", 8),
        ("open_amount", 9),
        ("invoice_number", 10),
        ("", 11),
        ("issue_date", 12),
    ] {
        assert!(found(column, line), "{column} in line {line}: {:?}", read.reasons);
    }
    assert!(report.warnings.iter().any(|sentence| sentence.starts_with("open_items.csv: 8 of 11 rows not used.")), "{:?}", report.warnings);
}

#[test]
fn history_lines_that_are_no_json_are_refused_one_by_one() {
    let folder = with_statement(Folder::small());
    let good = std::fs::read_to_string(folder.path().join("history.jsonl")).unwrap();
    folder.put("history.jsonl", &format!("{good}not json\n{{\"date\":\"2026-13-01\",\"seller_id\":\"S1\",\"amount\":1}}\n\n{good}"));
    let report = folder.run().report;
    let read = report.tables.iter().find(|read| read.file == "history.jsonl").unwrap();
    assert_eq!((read.rows, read.refused), (2, 2));
}

#[test]
fn a_policy_that_says_something_else_keeps_the_usual_limit() {
    let folder = with_statement(Folder::small());
    folder.put("policy.json", "{\"bank_fee_max\": \"much\", \"overpayment\": \"keep\", \"write_off_max\": 1}");
    let report = folder.run().report;
    let read = report.tables.iter().find(|read| read.file == "policy.json").unwrap();
    assert_eq!((read.rows, read.refused, read.absent.len()), (1, 2, 4));
}

#[test]
fn a_folder_without_bank_files_or_without_anything_is_an_error() {
    let empty = Folder::small();
    let options = |path: &std::path::Path| Options { data: path.to_owned(), history: true, threads: 1 };
    assert!(matches!(run(&options(empty.path()), &Silent), Err(BacktestError::NoStatements { .. })));
    let nowhere = empty.path().join("nowhere");
    assert!(matches!(run(&options(&nowhere), &Silent), Err(BacktestError::Folder { .. })));
}

#[test]
fn any_bytes_in_a_table_are_read_or_refused() {
    for bytes in [b"".as_slice(), b"\xff\xfe\x00", b"\"", b"invoice_number,customer_id\n\xff\xfe,\x00\n\"", b"\n\n\n", &[b','; 4096]] {
        let folder = with_statement(Folder::small());
        for name in ["customers.csv", "open_items.csv", "closed_items.csv", "fx_rates.csv", "history.jsonl"] {
            folder.put_bytes(name, bytes);
        }
        assert_eq!(results(&folder.run()).len(), 2);
    }
}

#[test]
fn customers_without_a_seller_belong_to_those_whose_items_name_them() {
    let folder = with_statement(Folder::small());
    folder.put(
        "sellers.csv",
        &format!("seller_id,name,country,currency,iban\nS1,Rexa GmbH,DE,EUR,{ACCOUNT}\nS2,Rexa Ltd,GB,GBP,GB82WEST12345698765432\n"),
    );
    folder.put("customers.csv", "Customer ID, NAME ,known_ibans\nC1,Nordlicht Handels GmbH,DE02120300000000202051\nC9,Nobody,\n");
    let outcome = folder.run();
    let read = outcome.report.tables.iter().find(|read| read.file == "customers.csv").unwrap();
    assert_eq!((read.rows, read.refused), (1, 1), "{read:?}");
    assert!(results(&outcome)[1].starts_with("B-1,RX7-2026-44120,1190.00,auto,"), "{:?}", results(&outcome));
}

#[test]
fn a_number_in_rows_that_contradict_each_other_is_said_and_left_to_a_person() {
    let folder = with_statement(Folder::small());
    folder.put(
        "open_items.csv",
        "invoice_number,customer_id,total,open_amount\nRX7-2026-44120,C1,1190.00,1190.00\nRX7-2026-44120,C1,1190.00,700.00\n",
    );
    let outcome = folder.run();
    assert!(outcome.report.warnings.iter().any(|sentence| sentence.contains("contradict each other")), "{:?}", outcome.report.warnings);
    assert!(results(&outcome)[1].starts_with("B-1,RX7-2026-44120,1190.00,suggest,"), "{:?}", results(&outcome));
}
