//! Heads, sums and tables of the payment outweigh what only happens to add up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/advice_lines.rs"]
mod advice_lines;

use advice_lines::lines;
use quittance_formats::remittance::{Advice, Hints, read_with};

fn read(text: &str, name: &str) -> Vec<Advice> {
    read_with(text.as_bytes(), &Hints { name: Some(name), is_known_document: None, expected_total: None }).unwrap()
}

fn name_of(text: &str) -> &'static str {
    if text.starts_with('<') {
        "a.html"
    } else if text.contains(';') {
        "a.csv"
    } else {
        "a.txt"
    }
}

#[track_caller]
fn proves(text: &str, expected: &[&str]) -> Advice {
    let mut advices = read(text, name_of(text));
    assert_eq!(lines(&advices), expected, "{text}");
    assert!(advices.iter().all(Advice::is_proven), "{text}\n{:?}", advices.iter().map(|advice| &advice.verdict).collect::<Vec<_>>());
    advices.remove(0)
}

#[track_caller]
fn doubts(text: &str, expected: &[&str]) {
    let advices = read(text, name_of(text));
    assert_eq!(lines(&advices), expected, "{text}");
    assert!(!advices.iter().any(Advice::is_proven), "{text}\n{:?}", lines(&advices));
}

const ROWS: &str = "Invoice          Date          Gross        Discount          Net\n\
    90012345         01/22/2024    1,500.00        30.00     1,470.00\n\
    90012346         01/23/2024      250.50         0.00       250.50\n";
const SUMS: &str = "Total                          1,750.50        30.00     1,720.50\n";
const CHECK: &str = "Check Number   Check Date   Check Amount\n0044521        01/25/2024       1,720.50\n";

#[test]
fn a_table_of_the_payment_is_no_row() {
    let expected = ["90012345 1470 30", "90012346 250.5 0"];
    let heading = "REMITTANCE ADVICE\n";
    for text in [
        format!("{heading}{ROWS}{SUMS}\n{CHECK}"),
        format!("{heading}{CHECK}\n{ROWS}{SUMS}"),
        format!("{heading}{CHECK}\n{ROWS}"),
        format!("{heading}{ROWS}\n{CHECK}"),
    ] {
        let advice = proves(&text, &expected);
        assert_eq!(advice.number.unwrap().value, "0044521");
        assert_eq!(advice.date.unwrap().value.to_string(), "2024-01-25");
    }
    let rows = "Invoice;Date;Gross;Discount;Net\n90012345;01/22/2024;1,500.00;30.00;1,470.00\n90012346;01/23/2024;250.50;0.00;250.50\n";
    let check = "Check Number;Check Date;Check Amount\n0044521;01/25/2024;1,720.50\n";
    proves(&format!("{check}\n{rows}Total;;1,750.50;30.00;1,720.50\n"), &expected);
    proves(&format!("{}\n{rows}", check.replace("Check Number;Check Date;Check Amount", "Ref;Date;Total")), &expected);
    let paid = "Beleg;Brutto;Kürzung;Zahlbetrag\nRE10606;3.124,43;27,37;3.097,06\nINV92329;7.112,38;28,49;7.083,89\n\n\
        Zahlungsbeleg;Datum;Zahlungsbetrag\n1783243;28/09/2024;10.180,95\n";
    proves(paid, &["RE10606 3097.06 27.37", "INV92329 7083.89 28.49"]);
    proves(&format!("{rows}Total;;1,750.50;30.00;1,720.50\n\n{check}"), &expected);
}

#[test]
fn the_usual_german_advice() {
    let text = "ZAHLUNGSAVIS                       Seite 1\n\n\
        Beleg        Ihr Beleg     Datum            Abzüge        Bruttobetrag\n\
        1900000123   90012345      02.01.2024       30,00        1.500,00\n\
        1900000124   90012346      03.01.2024        0,00          250,50\n\
        1700000009   GU9000111     04.01.2024        0,00          100,00-\n\n\
        Summe Posten                                30,00        1.650,50\n\
        Zahlungsbelege Zahlungsdatum Währung              Zahlungsbetrag\n\
        2000004711     15.01.2024    EUR                     1.620,50\n";
    let advice = proves(text, &["90012345 1470 30", "90012346 250.5 0", "GU9000111 -100 0"]);
    assert_eq!(advice.total.unwrap().value.normalize().to_string(), "1620.5");
    assert_eq!(advice.number.unwrap().value, "2000004711");
}

#[test]
fn a_payment_that_the_rows_do_not_make() {
    doubts(&format!("{ROWS}{SUMS}\n{}", CHECK.replace("1,720.50", "1,700.50")), &["90012345 1470 30", "90012346 250.5 0"]);
}

const THREE: &str = "Invoice      Gross      Disc     Net\n\
    7001         1,000.00   20.00    980.00\n\
    7002           500.00   10.00    490.00\n\
    7003           300.00    6.00    294.00\n";

#[test]
fn every_sum_in_the_row_of_sums_holds() {
    let sums = "Total        1,800.00   36.00  1,764.00\n";
    let expected = ["7001 980 20", "7002 490 10", "7003 294 6"];
    proves(&format!("Remittance Advice\n{THREE}{sums}"), &expected);
    for (right, wrong) in [("1,764.00", "1,746.00"), ("36.00", "63.00"), ("1,800.00", "1,900.00")] {
        doubts(&format!("Remittance Advice\n{THREE}{}", sums.replace(right, wrong)), &expected);
        let csv = "Invoice;Gross;Disc;Net\n7001;1,000.00;20.00;980.00\n7002;500.00;10.00;490.00\n7003;300.00;6.00;294.00\nTotal;1,800.00;36.00;1,764.00\n";
        doubts(&csv.replace(&format!("{right}\n"), &format!("{wrong}\n")).replace(&format!(";{right};"), &format!(";{wrong};")), &expected);
    }
}

#[test]
fn what_a_row_states_is_not_put_aside() {
    doubts(
        &format!("Remittance Advice\n{}Total        1,800.00   36.00  1,764.00\n", THREE.replace("980.00", "970.00")),
        &["7001 970 20", "7002 490 10", "7003 294 6"],
    );
    doubts(
        &format!("Remittance Advice\n{}Total        1,800.00   36.00  1,774.00\n", THREE.replace("980.00", "990.00")),
        &["7001 990 20", "7002 490 10", "7003 294 6"],
    );
}

#[test]
fn a_gross_amount_and_what_is_taken_off_are_no_payment() {
    let text = "Remittance\n\
        Document         Date              Gross amount          Discount\n\
        90012345         22/01/2024            1,500.00            30.00\n\
        90012346         23/01/2024              250.50             0.00\n\
        Total                                  1,750.50            30.00\n";
    doubts(text, &["90012345 1470 30", "90012346 250.5 0"]);
    doubts(
        "<table><tr><td>Ihre Rechnung</td><td>Abzüge</td><td>Bruttobetrag</td></tr><tr><td>90012345</td><td>30,00</td><td>1.500,00</td></tr>\
        <tr><td>90012346</td><td>0,00</td><td>250,50</td></tr><tr><td>Summe</td><td>30,00</td><td>1.750,50</td></tr></table>",
        &["90012345 1470 30", "90012346 250.5 0"],
    );
    let paid = text.replace("Total  ", "Net paid 1,720.50\nTotal  ");
    proves(&paid, &["90012345 1470 30", "90012346 250.5 0"]);
}

#[test]
fn what_is_paid_is_stated_last() {
    let rows = "Remittance Advice\nInvoice      Amount\nINV-1        1,000.00\nINV-2          500.00\n";
    doubts(
        &format!("{rows}Total invoices        1,500.00\nLess: prior overpayment  -100.00\nTotal payment         1,400.00\n"),
        &["INV-1 1000 0", "INV-2 500 0"],
    );
    doubts(
        &format!("{rows}Total                 1,500.00\nLess: prior overpayment  -100.00\nNet total             1,400.00\n"),
        &["INV-1 1000 0", "INV-2 500 0"],
    );
    proves(&format!("{rows}Total invoices        1,500.00\nTotal payment         1,500.00\n"), &["INV-1 1000 0", "INV-2 500 0"]);
}

#[test]
fn what_is_taken_off_a_subtotal_is_of_no_row() {
    doubts(
        "Zahlungsavis\nRE-1     1.000,00\nRE-2       500,00\nZwischensumme 1.500,00\nabzgl. 2% Skonto -30,00\nÜberweisungsbetrag 1.470,00\n",
        &["RE-1 1000 0", "RE-2 500 0"],
    );
    doubts(
        "<table><tr><th>Invoice</th><th>Amount</th></tr><tr><td>A-1</td><td>1,000.00</td></tr><tr><td>A-2</td><td>500.00</td></tr>\
        <tr><td>Subtotal</td><td>1,500.00</td></tr><tr><td>Bank charges</td><td>-15.00</td></tr><tr><td>Total</td><td>1,485.00</td></tr></table>",
        &["A-1 1000 0", "A-2 500 0"],
    );
}

#[test]
fn rows_behind_a_subtotal_are_rows() {
    let four = ["RE-1001 119.5 0", "RE-1002 300.25 0", "RE-1003 500 0", "RE-1004 200 0"];
    let rows = "Invoice;Amount\nRE-1001;119,50\nRE-1002;300,25\nSubtotal;419,75\nRE-1003;500\nRE-1004;200\n";
    proves(&format!("{rows}Total;1.119,75\n"), &four);
    proves(&format!("Remittance Advice\n{rows}Total;1.119,75\n").replace(';', "            "), &four);
    proves(
        "Invoice;Amount\nRE-1;12,000\nSubtotal;12,000\nRE-2;500\nRE-3;700\nTotal;13,200\n",
        &["RE-1 12000 0", "RE-2 500 0", "RE-3 700 0"],
    );
    let in_two_rows = "Invoice;Date;Amount\nRE-1;01.02.2026;\n;due 01.03.2026;119,50\nSubtotal;;119,50\nRE-2;02.02.2026;\n;due 02.03.2026;300,25\nTotal;;419,75\n";
    proves(in_two_rows, &["RE-1 119.5 0", "RE-2 300.25 0"]);
}

#[test]
fn rows_behind_a_total_do_not_vanish() {
    let rows = "Invoice;Amount\nRE-1;119,50\nTotal;119,50\nRE-2;500\nTotal;500\n";
    doubts(rows, &["RE-1 119.5 0", "RE-2 500 0"]);
    doubts(&format!("Remittance Advice\n{}", rows.replace(';', "            ")), &["RE-1 119.5 0", "RE-2 500 0"]);
}

#[test]
fn the_last_page_of_a_list_is_no_payment() {
    let text = "Document;Date;Total\nRE-1001;01/22/2026;100.00\nRE-1002;01/23/2026;250.00\n \n\
        Document;Date;Total\nRE-1003;01/24/2026;300.00\n \nTotal; ;650.00\n";
    let in_columns = |line: &str| line.split(';').map(|field| format!("{field:14}")).collect::<String>() + "\n";
    for text in [text.to_string(), format!("Remittance Advice\n\n{}", text.lines().map(in_columns).collect::<String>())] {
        assert_eq!(proves(&text, &["RE-1001 100 0", "RE-1002 250 0", "RE-1003 300 0"]).number, None);
    }
}

#[test]
fn several_payments_pay_the_rows_together() {
    let check = |number: usize| format!("Check Number;Check Date;Check Amount\n{number};01/0{number}/2026;{number}00.00\n\n");
    let rows = |letter: &str, number: usize| format!("Invoice;Date;Amount\n{letter}-1;01/01/2026;{number}00.00\n\n");
    let both = ["A-1 100 0", "B-1 200 0"];
    let text = format!("{}{}{}{}Total;;300.00\n", check(1), rows("A", 1), check(2), rows("B", 2));
    let advice = proves(&text, &both);
    assert_eq!((advice.number, advice.date), (None, None));
    doubts(&text.replace("Total;;300.00", "Total;;200.00"), &both);
    doubts(&text.replace("Total;;300.00\n", ""), &both);
    // The same payment above and below its rows is one.
    let advice = proves(&format!("{}{}{}", check(1), rows("A", 1), check(1)), &both[..1]);
    assert_eq!(advice.number.unwrap().value, "1");
    // Of two tables neither is the advice because one of two payments is its sum.
    let html = |csv: String| {
        let row = |line: &str| format!("<tr><td>{}</td></tr>", line.replace(';', "</td><td>"));
        format!("<table>{}</table>", csv.lines().filter(|line| !line.is_empty()).map(row).collect::<String>())
    };
    doubts(&[check(1), rows("A", 1), check(2), rows("B", 2)].map(html).concat(), &both);
}

#[test]
fn the_minus_of_a_total_is_no_matter_of_taste() {
    doubts(
        "Avis de paiement\n\
        Facture     Montant brut  Déduction         Net\n\
        A-2430230      15.810,69     316,21   15.494,48\n\
        RE-8310336    -18.349,79       0,00  -18.349,79\n\
        A-8000561      -2.780,30       0,00   -2.780,30\n\
        Total          -5.319,40     316,21   -5.635,61\n",
        &["A-2430230 -15494.48 -316.21", "RE-8310336 18349.79 0", "A-8000561 2780.3 0"],
    );
}

#[test]
fn the_sign_stands_at_the_net_amount_only() {
    let text = "DOC_NO;DOC_DATE;CURR;AMT;DC;DISC_AMT;PAY_AMT\nAR26/007024;20261001;EUR;5100.00;D;0.00;5100.00\n\
        AR26/007027;20261002;EUR;698.64;D;13.97;684.67\nAR26/007031;20261003;EUR;7.26;C;0.00;-7.26\n";
    assert_eq!(lines(&read(text, "a.csv")), ["AR26/007024 5100 0", "AR26/007027 684.67 13.97", "AR26/007031 -7.26 0"]);
}

#[test]
fn a_row_below_that_names_no_column() {
    let text = "ACME STORES INC\nREMITTANCE STUB    CHECK 558812   DATE 01/15/24\n\n\
        INVOICE     DATE       P.O.      GROSS      DISC       NET\n\
        88101     12/01/23   PO5512    1,500.00    15.00    1,485.00\n\
        88102     12/05/23   PO5518      750.00     7.50      742.50\n \
        SHORTAGE 88102                                       -42.50\n\
        CHECK TOTAL                                         2,185.00\n";
    proves(text, &["88101 1485 15", "88102 700 50"]);
}

#[test]
fn a_telephone_number_below_the_sum() {
    let text = "Remittance Advice\n\n\
        Invoice No        Gross  Deductions        Net\n\
        RE-9441502     12,109.60      363.29  11,746.31\n\
        Total paid     12,109.60      363.29  11,746.31\n\n\
        If you have questions call +1 555 123-4567\n";
    proves(text, &["RE-9441502 11746.31 363.29"]);
}

#[test]
fn numbers_one_blank_apart_under_two_heads() {
    let text = "ZAHLUNGSAVIS\n\n\
        Beleg      Ihr Beleg   Datum        Abzüge       Bruttobetrag\n\
        1900000123 90012345    02.01.2024       30,00        1.500,00\n\
        1900000124 90012346    03.01.2024        0,00          250,50\n\
        Summe                                   30,00        1.750,50\n\nZahlungsbetrag EUR 1.720,50\n";
    proves(text, &["90012345 1470 30", "90012346 250.5 0"]);
}

#[test]
fn one_damaged_amount_moves_no_other() {
    doubts(
        "REMITTANCE ADVICE\nAcme Retail Ltd\nPayment date: 15 January 2024\nPayment reference: BACS 0012345\n\n\
        Invoice        Date         Amount       Discount    Paid\n\
        INV-1001       02/01/2024   £1,200.00    £24.070      £1,176.00\n\
        INV-1002       03/01/2024     £500.00     £0.00        £500.00\n\
        CN-0007        04/01/2024   (£100.00)     £0.00      (£100.00)\n\
        Total                       £1,600.00    £24.00      £1,576.00\n",
        &["INV-1001 1176 24070", "INV-1002 500 0", "CN-0007 -100 0"],
    );
}

#[test]
fn words_of_heads() {
    let table = |discount: &str, paid: &str| {
        format!(
            "Rechnung;Datum;Betrag;{discount};{paid}\nRE-1;02.01.2024;1.210,00;12,10;1.197,90\nRE-2;03.01.2024;605,00;0,00;605,00\n\
            Summe;;1.815,00;12,10;1.802,90\n"
        )
    };
    for (discount, paid) in
        [("Zahlungsabzug", "Zahlung"), ("Betalingskorting", "Betaald"), ("Retenção", "Valor pago"), ("Skonto", "Betrag nach Skonto")]
    {
        proves(&table(discount, paid), &["RE-1 1197.9 12.1", "RE-2 605 0"]);
    }
    let text = "Aviso de pago\nFactura;Base imponible;IVA 21%;Retención 15%;Líquido\nA-1;1.000,00;210,00;150,00;1.060,00\n\
        A-2;500,00;105,00;75,00;530,00\nTotal;1.500,00;315,00;225,00;1.590,00\n";
    proves(text, &["A-1 1060 150", "A-2 530 75"]);
}

#[test]
fn a_portuguese_document_is_no_forint() {
    let text = "AVISO DE PAGAMENTO\n\nDocumento      Data         Valor        Desconto    Valor pago\n\
        FT 2024/101    02/01/2024   1.230,00     12,30       1.217,70\n\
        FT 2024/102    03/01/2024     615,00      0,00         615,00\n\
        Total                                                1.832,70 EUR\n";
    assert_eq!(read(text, "a.txt")[0].currency.as_ref().unwrap().value, "EUR");
}

#[test]
fn the_mail_says_that_another_amount_was_paid() {
    let mail = |paid: &str| {
        format!(
            "From: ap@muster.example\nSubject: Zahlungsavis 4711\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
            --b\nContent-Type: text/plain\n\nWir haben heute {paid} EUR überwiesen, Details anbei.\n\
            --b\nContent-Type: text/csv; name=a.csv\nContent-Disposition: attachment; filename=a.csv\n\n\
            Rechnung;Betrag\nRE-1;100,00\nRE-2;200,00\nSumme;300,00\n--b--\n"
        )
    };
    let is_proven = |paid: &str| read(&mail(paid), "a.eml").iter().all(Advice::is_proven);
    assert!(is_proven("300,00") && !is_proven("350,00"));
}
