//! Advices held against the numbers the receiver knows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/advice_lines.rs"]
mod advice_lines;

use advice_lines::lines;
use quittance_formats::remittance::{Hints, read_with};

/// Lines of the advices, some numbers known.
fn lines_knowing(name: &str, text: &str, known: &[&str]) -> Vec<String> {
    let is_known = |text: &str| known.contains(&text);
    let hints = Hints { name: Some(name), is_known_document: Some(&is_known), expected_total: None };
    lines(&read_with(text.as_bytes(), &hints).unwrap())
}

#[test]
fn rows_stay_whose_numbers_are_written_shorter_than_known() {
    let rows =
        "2026030267;1.457,82;0,00;1.457,82\n2026030268;100,00;2,00;98,00\n2026030269;50,00;0,00;50,00\nAV202600141;-912,33;0,00;-912,33\n";
    let expected = ["2026030267 1457.82 0", "2026030268 98 2", "2026030269 50 0", "AV202600141 -912.33 0"];
    for head in ["Belegnr.;Brutto;Skonto;Netto\n", ""] {
        assert_eq!(lines_knowing("a.csv", &format!("{head}{rows}"), &["AV202600141"]), expected, "{head}");
        assert_eq!(lines_knowing("a.csv", &format!("{head}{rows}Summe;;;693,49\n"), &["AV202600141"]), expected, "{head}");
    }
    let short = "Rechnung;Datum;Betrag\n737;12.08.2026;118,94\n250;13.08.2026;20,00\nBC26.0212;14.08.2026;-432,86\n";
    assert_eq!(lines_knowing("a.csv", short, &["BC26.0212"]), ["737 118.94 0", "250 20 0", "BC26.0212 -432.86 0"]);
}

#[test]
fn the_balance_of_an_invoice_is_paid() {
    let text = "Gentili Signori,\nabbiamo disposto il bonifico:\nsaldo fatt 17890/2026 = 528,47\nsaldo fatt 7680/A = 23,76\nTotale bonifico: 552,23\n";
    assert_eq!(lines_knowing("a.txt", text, &["17890/2026", "7680/A"]), ["17890/2026 528.47 0", "7680/A 23.76 0"]);
    assert_eq!(lines_knowing("a.txt", text, &[]), ["17890/2026 528.47 0", "7680/A 23.76 0"]);
}

#[test]
fn abbreviations_of_discounts() {
    let text = "Rechnung RE-1: 698,40 EUR (Sk. 21,60)\nRechnung RE-2: 100,00 EUR (sc. 3,34)\nGesamt: 798,40 EUR\n";
    assert_eq!(lines_knowing("a.txt", text, &[]), ["RE-1 698.4 21.6", "RE-2 100 3.34"]);
}

#[test]
fn the_letters_before_a_known_number_are_its() {
    let text = "fattura 17/2026: 100,00 EUR\nfattura NC 512/2026: (20,00) EUR\nTotale bonifico: 80,00 EUR\n";
    assert_eq!(lines_knowing("a.txt", text, &["17/2026", "NC 512/2026"]), ["17/2026 100 0", "NC 512/2026 -20 0"]);
}

#[test]
fn of_two_numbers_in_a_line_the_known_one_is_the_document() {
    let text = "we paid\n4711 998877 100.00\n4712 998878 50.00\nTotal: 150.00\n";
    assert_eq!(lines_knowing("a.txt", text, &["4711", "4712"]), ["4711 100 0", "4712 50 0"]);
    let advices = read_with(text.as_bytes(), &Hints { name: Some("a.txt"), ..Hints::default() }).unwrap();
    assert!(advices.iter().all(|advice| !advice.is_proven()), "{advices:?}");
}
