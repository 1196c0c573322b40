//! Advices whose stated total decides how they are read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/advice_lines.rs"]
mod advice_lines;

use advice_lines::lines;
use quittance_formats::remittance::{Advice, Hints, ReviewReason, Verdict, read_with};

fn read(text: &str, known: &[&str]) -> Vec<Advice> {
    let is_known = |text: &str| known.contains(&text);
    let is_known_document = Some(&is_known as &(dyn Fn(&str) -> bool + Sync)).filter(|_| !known.is_empty());
    read_with(text.as_bytes(), &Hints { name: Some("a.txt"), is_known_document, expected_total: None }).unwrap()
}

/// Reads `text` with and without its numbers known: the lines are as expected and proven.
#[track_caller]
fn proves(text: &str, expected: &[&str]) {
    let known: Vec<&str> = expected.iter().filter_map(|line| line.split(' ').next()).collect();
    for known in [&[][..], &known] {
        let advices = read(text, known);
        assert_eq!(lines(&advices), expected, "{text}\nknown {known:?}");
        assert!(advices.iter().all(Advice::is_proven), "{text}\n{:?}", advices.iter().map(|advice| &advice.verdict).collect::<Vec<_>>());
    }
}

#[test]
fn the_number_of_the_advice_ends_with_its_colon() {
    let text =
        "Dear all,\n\nRemittance advice PX-77-12: 618201 (40.10 GBP), 618344 (1,200.00 GBP) and 618399 (9.90 GBP). Total: 1,250.00 GBP.\n";
    proves(text, &["618201 40.1 0", "618344 1200 0", "618399 9.9 0"]);
    proves("Hallo,\n\nZahlungsavis 5512873: 700418 (88,20 EUR). Summe: 88,20 EUR.\n", &["700418 88.2 0"]);
    proves("Hoi,\n\nBetaalspecificatie 5512873: 70041800231 (4.088,20 EUR). Totaal: 4.088,20 EUR.\n", &["70041800231 4088.2 0"]);
}

#[test]
fn thousands_parted_by_a_blank_behind_a_bracket() {
    for blank in [' ', '\u{a0}', '\u{202f}'] {
        let text = "Avis 8812: FA/3/2026 (1 250,75 EUR), FA/4/2026 (49,25 EUR) et AV/1/2026 (-1 100,00 EUR). Total: 200,00 EUR.\n";
        let text = text.replace("1 250", &format!("1{blank}250")).replace("1 100", &format!("1{blank}100"));
        proves(&text, &["FA/3/2026 1250.75 0", "FA/4/2026 49.25 0", "AV/1/2026 -1100 0"]);
    }
    proves("Razem 23 461,78 PLN: FV/9/2026 (23 461,78 PLN).\n", &["FV/9/2026 23461.78 0"]);
}

#[test]
fn a_bracket_in_a_bracket_is_a_minus() {
    let text = "Avviso 771: 73/B/2026 (310,00 EUR) e 5/N/2026 ((20,50) EUR). Totale: 289,50 EUR.\n";
    proves(text, &["73/B/2026 310 0", "5/N/2026 -20.5 0"]);
}

#[test]
fn a_credit_note_that_is_taken_off_is_a_line() {
    for amount in ["-44.00 GBP", "44.00- GBP", "(44.00) GBP", "GBP 44.00"] {
        let text = format!(
            "our payment:\n\n- Invoice IN5501 dated 3 May 2026: GBP 150.00\n- Invoice IN5502 dated 9 May 2026: GBP 20.00\n- less credit CR118: {amount}\n\nTotal: GBP 126.00\n"
        );
        proves(&text, &["IN5501 150 0", "IN5502 20 0", "CR118 -44 0"]);
    }
    let text =
        "notre règlement :\n\n- Facture 880071 du 04/05/2026: EUR 700,00\n- déduction avoir 910012: -60,50 EUR\n\nTotal: EUR 639,50\n";
    proves(text, &["880071 700 0", "910012 -60.5 0"]);
}

#[test]
fn two_lines_for_each_document() {
    let text = "Cobalt Foods Limited\n\nRemittance advice 3310071\n\n\
        7700012   Invoice 61801   03/08/2026\n      Gross 85.99   Discount 0.00   Net paid 85.99\n\
        7700019   Invoice 61877   04/08/2026\n      Gross 100.00   Discount 2.00   Net paid 98.00\n\
        7700026   Invoice 61902   07/08/2026\n      Gross 744.06   Discount 0.00   Net paid 744.06\n\nTotal GBP   928.05\n";
    proves(text, &["61801 85.99 0", "61877 98 2", "61902 744.06 0"]);
}

/// A list of `count` documents of 10.50 each, in two lines, nothing taken off.
fn in_two_lines([document, gross, discount, paid]: [&str; 4], count: usize) -> (String, Vec<String>) {
    let row =
        |index: usize| format!("77000{index}   {document} 6180{index}   03/08/2026\n   {gross} 10.50   {discount} 0.00   {paid} 10.50\n");
    let total = quittance_types::Decimal::new(1050, 2) * quittance_types::Decimal::from(count as u64);
    let text = format!("Cobalt Foods Limited\n\n{}\nTotal GBP   {total}\n", (0..count).map(row).collect::<String>());
    (text, (0..count).map(|index| format!("6180{index} 10.5 0")).collect())
}

#[test]
fn a_discount_of_nothing_is_no_total() {
    for words in [["Invoice", "Gross", "Discount", "Net paid"], ["Rechnung", "Brutto", "Skonto", "Zahlbetrag"]] {
        for count in 1..=9 {
            let (text, expected) = in_two_lines(words, count);
            proves(&text, &expected.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}

#[test]
fn an_advice_may_pay_nothing() {
    let taken_off = "Document;Gross;Deduction;Net\n61801;10.50;10.50;0.00\n61802;20.00;20.00;0.00\nTotal;;;0.00\n";
    proves(taken_off, &["61801 0 10.5", "61802 0 20"]);
    let netted = "Document;Gross;Deduction;Net\n61801;10.50;0.00;10.50\n61802;-10.50;0.00;-10.50\nTotal;;;0.00\n";
    proves(netted, &["61801 10.5 0", "61802 -10.5 0"]);
}

#[test]
fn rows_that_do_not_add_up_are_never_proven() {
    for text in [
        "Payment: 618201 (40.10 GBP), 618344 (1,200.00 GBP). Total: 1,250.00 GBP.\n",
        "- Invoice IN5501: GBP 150.00\n- less credit CR118: -44.00 GBP\n\nTotal: GBP 100.00\n",
        "7700012   Invoice 61801\n   Gross 85.99   Discount 0.00   Net paid 85.99\n\nTotal GBP   90.00\n",
    ] {
        assert!(!read(text, &[]).iter().all(Advice::is_proven), "{text}");
    }
}

#[test]
fn numbers_of_two_words_in_a_column() {
    let text = "Horn & Lange KG\nStuttgart\n\nZahlungsavis 22078   04.06.2026\nNordwerk Antriebstechnik GmbH\n\n\
        Rechnungsnr.        Datum           Bruttobetrag         Abzug      Zahlbetrag\n\
        ------------------------------------------------------------------------------\n\
        RE26 117825         29.04.2026         10.291,14                     10.291,14\n\
        RE26 117962         01.05.2026          8.187,39                      8.187,39\n\
        ------------------------------------------------------------------------------\n\
        Summe                                                            18.478,53 EUR\n";
    let expected = ["RE26 117825 10291.14 0", "RE26 117962 8187.39 0"];
    assert_eq!(lines(&read(text, &[])), expected);
    let text = text.replace("RE26 117", "2671 0");
    assert_eq!(lines(&read(&text, &[])), ["2671 0825 10291.14 0", "2671 0962 8187.39 0"]);
    let list = "Betaalspecificatie 69198   05-06-2026\nTulpen Verpakkingen B.V.\n\n\
        2671 0166   1111,20 EUR\n2671 0181   2061,69 EUR\nTotaal                                   3172,89 EUR\n";
    assert_eq!(lines(&read(list, &[])), ["2671 0166 1111.2 0", "2671 0181 2061.69 0"]);
}

#[test]
fn a_sum_that_does_not_fit_leaves_thousands_whole() {
    let text = "Awizo płatności 23101   26.06.2026\nBałtyk Hurtownia Sp. z o.o.\n\n\
        Faktura             Data            Kwota brutto    Potrącenie     Kwota netto\n\
        ------------------------------------------------------------------------------\n\
        FV/1431/05/2026     15.05.2026          4 327,48                      4 327,48\n\
        ------------------------------------------------------------------------------\n\
        Razem                                                             4 370,75 PLN\n";
    assert_eq!(lines(&read(text, &[])), ["FV/1431/05/2026 4327.48 0"]);
    assert_eq!(lines(&read(text, &["FV/1431/05/2026"])), ["FV/1431/05/2026 4327.48 0"]);
}

#[test]
fn rows_of_a_mail_that_is_passed_on() {
    let text = "Hello,\n\nplease note our payment PMT-117221 of EUR 408,97 for\n\n---------- Forwarded message ----------\n\
        > From: Accounts <ap@x.example>\n>\n> - 412439 249,00 EUR\n> 415508 159,97 EUR\n\nKind regards\n";
    assert_eq!(lines(&read(text, &[])), ["412439 249 0", "415508 159.97 0"]);
    let answer = "Sorry, we pay instead\n415508 159,97 EUR\n\n> 412439 249,00 EUR\n> 415508 159,00 EUR\n";
    assert_eq!(lines(&read(answer, &[])), ["415508 159.97 0"]);
    let passed_on = format!("---------- Forwarded message ---------\nFrom: C\n\n{answer}");
    assert_eq!(lines(&read(&passed_on, &[])), ["415508 159.97 0"]);
    let history = "We pay 412439 249,00 EUR\n\n> ---------- Forwarded message ---------\n> 415508 159,00 EUR\n";
    assert_eq!(lines(&read(history, &[])), ["412439 249 0"]);
}

#[test]
fn an_order_number_before_the_document() {
    let text = "We pay\n4500012345 RX7-2026-44120   1190,00\n4500012399 RX7-2026-44121   10,00\nTotal   1200,00\n";
    let unknown = lines(&read(text, &[]));
    assert!(unknown.iter().all(|line| !line.contains(" RX7-")), "{unknown:?}");
    let known = ["RX7-2026-44120", "RX7-2026-44121"];
    assert_eq!(lines(&read(text, &known)), ["RX7-2026-44120 1190 0", "RX7-2026-44121 10 0"]);
}

/// Tables without heads of eight columns of amounts, which may mean much.
fn unheaded(count: usize) -> String {
    let cells = ["1.00", "-2.00", "3.00 CR", "4.00 DR", "1.234", "5.00", "6.00", "7.00"];
    let row = |table: usize| cells[..8 - table % 2].iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>();
    let rows = |table: usize| (0..20).map(|number| format!("<tr><td>RE-{table}{number}</td>{}</tr>", row(table))).collect::<String>();
    (0..count).map(|table| format!("<p>Part {table}</p><table>{}</table>", rows(table))).collect()
}

#[test]
fn what_was_not_tried_may_add_up_as_well() {
    let cells = |amounts: &[&str]| amounts.iter().map(|amount| format!("<td>{amount}</td>")).collect::<String>();
    let rows = [["618201", "50.10", "10.00", "40.10", "1.111"], ["618344", "65.20", "-5.00", "60.20", "1.20"]];
    let paid: String = rows.iter().map(|row| format!("<tr>{}</tr>", cells(row))).collect();
    let verdict = |others: &str, count: usize, total: &str| {
        let paid = format!("<p>Paid</p><table>{paid}</table>").repeat(count);
        let advices = read(&format!("<html><body>{others}{paid}<p>Total: {total} EUR</p></body></html>"), &[]);
        advices[0].verdict.clone()
    };
    let ambiguous = Verdict::Review { why: vec![ReviewReason::Ambiguous] };
    assert_eq!([verdict("", 1, "100.30"), verdict(&unheaded(7), 1, "100.30")], [Verdict::Proven, ambiguous.clone()]);
    assert_eq!([verdict(&unheaded(5), 16, "2004.80"), verdict(&unheaded(6), 16, "2084.80")], [Verdict::Proven, ambiguous]);
}
