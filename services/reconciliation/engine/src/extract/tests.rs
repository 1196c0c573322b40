#![allow(clippy::unwrap_used)]
use super::*;
use quittance_types::{BusinessDate, Currency};

fn read(pieces: &[&str]) -> Extract {
    let mut line = Line::bare("1", BusinessDate::parse("2026-03-01").unwrap(), 100, Currency::EUR);
    line.text = pieces.iter().map(|piece| (*piece).to_owned()).collect();
    let mut extract = Extract::default();
    extract.read(&line);
    extract
}

fn forms(extract: &Extract) -> Vec<String> {
    extract.windows.iter().map(|window| String::from_utf8(window.form.as_bytes().to_vec()).unwrap()).collect()
}

#[test]
fn numbers_are_found_however_they_are_written_or_wrapped() {
    for pieces in [
        &["RG RX7-2026-44120 v. 03.02."][..],
        &["Rechnung RX7 2026 44 120"],
        &["rx7/2026/44120 danke"],
        &["Zahlung RX7-2026-44", "120 vom"],
        &["Zahlung RX7-2026-", "44120"],
    ] {
        assert!(forms(&read(pieces)).contains(&"RX7202644120".to_owned()), "{pieces:?}");
    }
    assert!(forms(&read(&["RE70412"])).contains(&"70412".to_owned()));
}

#[test]
fn dates_phones_taxes_accounts_and_amounts_are_marked() {
    let cases = [
        ("vom 03.02.2026", "2026", Mark::Date),
        ("20260203", "20260203", Mark::Date),
        ("Tel 0125819959", "0125819959", Mark::Phone),
        ("USt-IdNr. DE 811907980", "811907980", Mark::Tax),
        ("IBAN DE89 3704 0044 0532 0130 00", "3704", Mark::Account),
        ("Betrag 1.190,00 EUR", "190", Mark::Amount),
        ("Kd-Nr. 20417", "20417", Mark::Customer),
        ("Best. 4500123", "4500123", Mark::Order),
    ];
    for (text, digits, mark) in cases {
        let extract = read(&[text]);
        let atom = (0..extract.atoms.len() as u16).find(|atom| extract.bytes(*atom) == digits.as_bytes()).unwrap();
        assert_eq!(extract.mark(atom, atom), Some(mark), "{text}");
    }
    let extract = read(&["RX7-2026-44120"]);
    assert_eq!(extract.mark(0, 3), None);
}

#[test]
fn amounts_have_either_style_and_their_currency() {
    let amounts =
        |text: &str| read(&[text]).amounts.iter().map(|amount| (amount.minor, amount.currency.map(Currency::code))).collect::<Vec<_>>();
    assert_eq!(amounts("inv 61794 USD 1000,00"), [(100_000, Some("USD"))]);
    assert_eq!(amounts("1,234.56 GBP less 10.00"), [(123_456, Some("GBP")), (1_000, None)]);
    assert_eq!(amounts("JPY 12000"), [(12_000, Some("JPY"))]);
    assert_eq!(amounts("FA2610-02599 4 331,23, FA2610-02602 3 270,88"), [(433_123, None), (327_088, None)]);
    assert_eq!(amounts("EUR 1 042 331,23"), [(104_233_123, Some("EUR"))]);
    assert_eq!(amounts("44120 331,23 12 331"), [(33_123, None)], "a number, and digits without decimals");
    for text in ["Faktura 88 331,23", "Rg.Nr. 88 331,23", "INV12 331,23", "Rate 2 331,23", "Rate 2 von 3 331,23"] {
        assert_eq!(amounts(text), [(33_123, None)], "{text}: a number before it");
    }
    assert_eq!(amounts("Virement de 12 331,23"), [(1_233_123, None)]);
    assert_eq!(amounts("70412/455/491 03.02.26"), []);
    assert_eq!(amounts("Skonto Miete 07.26"), [], "a month");
}

#[test]
fn a_month_far_ahead_is_none() {
    assert!(read(&["Miete 09.26"]).period.is_some());
    for text in ["Zahlung 09.30 Uhr", "Menge 05/99", "11/2044"] {
        assert_eq!(read(&[text]).period, None, "{text}");
    }
}

#[test]
fn deductions_and_instalments_are_remarked() {
    let extract = read(&["RE 70412 abzgl. Fracht 25,00"]);
    assert_eq!(extract.remarks.deduction.map(|(_, amount)| amount), Some(Some(2_500)));
    assert!(read(&["2. Rate RE 70412"]).remarks.instalment);
}

#[test]
fn a_part_is_an_instalment_where_it_is_counted() {
    let counted = ["RE 70412 Teil 2", "TZ 1/3 RE 70412", "deel 1 factuur 70412", "Teil 2 von 3", "Teil von RE 70412", "deel van 70412"];
    for text in counted.into_iter().chain(["1. Teil RE 70412", "2.Teil der Rechnung", "Teil 500,00", "Teil 1.500,00", "Teil EUR 500,00"]) {
        assert!(read(&[text]).remarks.instalment, "{text}");
    }
    for text in ["RE 70412 Teil-Nr. 8812", "Teil 8812", "TZ 44120", "Teil 12-500", "Teil 1/12/500", "RE 70412 Teil"] {
        assert!(!read(&[text]).remarks.instalment, "{text}");
    }
}

#[test]
fn open_items_are_documents_whatever_account_is_named_behind_them() {
    for text in ["open items of account 4711", "offene Posten Kto 4711", "offene Posten IBAN DE89370400440532013000"] {
        assert!(read(&[text]).remarks.says(Meaning::Invoice), "{text}");
    }
    assert!(read(&["down payment of 30%"]).remarks.is_paid_ahead());
    for text in ["on account of damages", "deposit on account NL91ABNA0417164300"] {
        assert!(!read(&[text]).remarks.is_paid_ahead(), "{text}");
    }
}

#[test]
fn a_number_cut_at_the_limit_is_noted() {
    let text = "Zahlung zu Rechnung RX7-202";
    assert_eq!(text.len(), 27);
    assert!(read(&[text]).truncated.is_some());
    assert!(read(&["Zahlung RX7-202"]).truncated.is_none());
}

#[test]
fn spans_point_into_the_field() {
    let extract = read(&["für RX7-2026-44120"]);
    let window = extract.windows.iter().find(|window| window.form.as_bytes() == b"RX7202644120").unwrap();
    let (field, (start, end)) = extract.span(window.first, window.last);
    assert_eq!((field, &"für RX7-2026-44120"[usize::from(start)..usize::from(end)]), (Field::Text, "RX7-2026-44120"));
}
