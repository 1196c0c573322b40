//! The scorer: the truth itself scores full marks, and each kind of mistake is counted where it belongs.

use std::fmt::Write;
use std::path::Path;

use quittance_simulator::ledger::Profile;
use quittance_simulator::ledger::score::{self, Measures};

use super::{folder, rows};

const HEADER: &str = "line_id,invoice_number,applied_amount,decision,candidate,confidence,customer_id,adjust_amount,adjust_reason\n";

fn scored(truth: &Path, result: &str) -> Measures {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("result.csv");
    std::fs::write(&path, format!("{HEADER}{result}")).unwrap();
    score::measure(&score::read_truth(truth).unwrap(), &score::read_result(&path).unwrap())
}

#[test]
fn the_truth_scores_full_marks() {
    let (directory, counts) = folder(21, Profile::Base);
    let truth = directory.path().join("truth.csv");
    let mut result = String::new();
    for row in rows(&truth) {
        let of = |name: &str| row[name].as_str();
        let decision = if matches!(of("class"), "receipt" | "return") { "auto" } else { "none" };
        writeln!(
            result,
            "{},{},{},{decision},1,1.0,{},{},{}",
            of("line_id"),
            of("invoice_number"),
            of("applied_amount"),
            of("customer_id"),
            of("adjust_amount"),
            of("adjust_reason")
        )
        .unwrap();
    }
    let measures = scored(&truth, &result);
    assert_eq!(measures.lines, counts.lines);
    assert_eq!((measures.straight, measures.false_applies, measures.wrong_customers), (measures.receipts, 0, 0));
    assert_eq!((measures.over_applied, measures.double_processed, measures.not_receivable_autos), (0, 0, 0));
    assert_eq!((measures.missing, measures.unknown, measures.returns_right), (0, 0, measures.returns));
    assert_eq!((measures.first_right, measures.kinds_right, measures.precision_amount), (1.0, 1.0, 1.0));
    assert_eq!((measures.calibration_error, measures.brier), (0.0, 0.0));
}

#[test]
fn mistakes_are_counted() {
    let directory = tempfile::tempdir().unwrap();
    let truth = directory.path().join("truth.csv");
    let header = "line_id,class,customer_id,invoice_number,applied_amount,adjust_amount,adjust_reason,scenario,line_amount,line_currency\n";
    let lines = "a,receipt,C1,R1,100.00,,,exact/full/known,100.00,EUR\n\
                 b,receipt,C1,R2,98.00,2.00,discount,discount/full/known,98.00,EUR\n\
                 c,receipt,C2,R3,50.00,,,exact/nothing/known,60.00,EUR\n\
                 c,receipt,C2,,10.00,,,exact/nothing/known,60.00,EUR\n\
                 d,fee,,,,,,no_receipt/fee/-,-5.00,EUR\n\
                 e,receipt,C3,R5,10.00,,,exact/full/known,10.00,EUR\n";
    std::fs::write(&truth, format!("{header}{lines}")).unwrap();
    let open = "customer_id,invoice_number,open_amount\nC1,R1,100.00\nC1,R2,100.00\nC2,R3,50.00\nC3,R5,10.00\n";
    std::fs::write(directory.path().join("open_items.csv"), open).unwrap();
    let result = "a,R1,100.00,auto,1,0.9,C1,,\n\
                  b,R2,98.00,auto,1,0.9,C1,2.00,short_pay\n\
                  c,R3,50.00,auto,1,0.9,C2,,\n\
                  d,R1,5.00,auto,1,0.9,C1,,\n\
                  e,R9,10.00,suggest,1,0.6,C3,,\n\
                  e,R5,10.00,suggest,2,0.3,C3,,\n\
                  x,,,none,,,,,\n";
    let measures = scored(&truth, result);
    assert_eq!((measures.receipts, measures.autos, measures.straight, measures.incomplete), (4, 4, 2, 1));
    assert_eq!((measures.false_applies, measures.not_receivable_autos, measures.over_applied), (1, 1, 1));
    assert_eq!((measures.first_right, measures.five_right), (0.5, 0.75));
    assert_eq!((measures.kinds, measures.kinds_right), (1, 0.0));
    assert_eq!((measures.missing, measures.unknown), (0, 1));
    let table = score::table(&measures, None, None);
    assert!(table.contains("straight through, lines") && table.contains("discount"), "{table}");
}

#[test]
fn advices_are_compared_by_number_and_net() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let truth = write("truth.csv", "advice,invoice,net,deduction\nA,RX7-1,98.00,2.00\nA,RX7-2,50.00,0.00\nB,9,1.00,0.00\n");
    let found = write("found.csv", "advice,invoice,net,deduction\nA,RX7 1,98.00,2.00\nA,RX72,50.00,\nB,8,1.00,\n");
    let measures = score::measure_remit(&truth, &found).unwrap();
    assert_eq!((measures.documents, measures.lines, measures.found), (2, 3, 3));
    assert_eq!((measures.exact, measures.deductions_right), (0.5, 1.0));
    assert!((measures.line_f1 - 2.0 / 3.0).abs() < 1e-9);
}
