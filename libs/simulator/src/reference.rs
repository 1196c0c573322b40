//! The words on a transfer, as payers write them.

use quittance_types::BusinessDate;

use crate::dice::Dice;
use crate::persona::ReferenceStyle;

/// The longest remittance text of a SEPA credit transfer.
pub const MAX_TEXT: usize = 140;

/// What the payer has in front of it.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Numbers of the documents paid, at least one, in the order of the payer's list.
    pub numbers: &'a [&'a str],
    /// Structured reference printed on the only document.
    pub creditor_reference: Option<&'a str>,
    /// The payer's own order number of the first document.
    pub purchase_order: &'a str,
    /// Issue date of the first document.
    pub issued_on: BusinessDate,
    /// The payer's number with the company.
    pub customer_number: &'a str,
    /// Number of another document of this payer.
    pub other_number: Option<&'a str>,
    /// Words about a deduction.
    pub note: Option<&'static str>,
}

/// What travels with the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remittance {
    /// Free text, at most [`MAX_TEXT`] characters; may be empty.
    pub text: String,
    /// Structured creditor reference.
    pub creditor_reference: Option<String>,
    /// The style that came out: a payer without a structured reference writes the number.
    pub style: ReferenceStyle,
}

/// Writes the words for a transfer in the given style, as far as the facts allow it.
pub fn write(wanted: ReferenceStyle, facts: &Facts<'_>, dice: &mut Dice) -> Remittance {
    let style = possible(wanted, facts);
    if style == ReferenceStyle::Structured {
        let text = facts.note.unwrap_or_default().to_owned();
        return Remittance { text, creditor_reference: facts.creditor_reference.map(str::to_owned), style };
    }
    let mut text = if facts.numbers.len() > 1 { several(style, facts, dice) } else { one(style, facts, dice) };
    if let Some(note) = facts.note {
        text.push(' ');
        text.push_str(note);
    }
    text.truncate(MAX_TEXT);
    Remittance { text: text.trim().to_owned(), creditor_reference: None, style }
}

fn possible(wanted: ReferenceStyle, facts: &Facts<'_>) -> ReferenceStyle {
    let several = facts.numbers.len() > 1;
    match wanted {
        ReferenceStyle::Structured if several || facts.creditor_reference.is_none() => ReferenceStyle::Exact,
        ReferenceStyle::WrongDocument if several || facts.other_number.is_none() => ReferenceStyle::Exact,
        ReferenceStyle::PurchaseOrder | ReferenceStyle::Truncated | ReferenceStyle::Typo | ReferenceStyle::Wordy if several => {
            ReferenceStyle::Exact
        }
        ReferenceStyle::Advice if !several => ReferenceStyle::Exact,
        style => style,
    }
}

fn one(style: ReferenceStyle, facts: &Facts<'_>, dice: &mut Dice) -> String {
    let number = facts.numbers.first().copied().unwrap_or_default();
    match style {
        ReferenceStyle::Exact | ReferenceStyle::Structured => number.to_owned(),
        ReferenceStyle::Wordy => wordy(number, facts, dice),
        ReferenceStyle::Spaced => spaced(number, dice),
        ReferenceStyle::DigitsOnly => digits_only(number, dice),
        ReferenceStyle::PurchaseOrder => match dice.below(2) {
            0 => format!("PO {}", facts.purchase_order),
            _ => format!("Bestellung {}", facts.purchase_order),
        },
        ReferenceStyle::Typo => typo(number, dice),
        ReferenceStyle::Truncated => truncated(number, facts, dice),
        ReferenceStyle::WrongDocument => facts.other_number.unwrap_or(number).to_owned(),
        ReferenceStyle::Advice => advice(dice),
        ReferenceStyle::Nothing => dice.pick(&["Zahlung", "Ueberweisung", "Danke", "", "Rechnung", "Warenlieferung"]).to_owned(),
    }
}

fn several(style: ReferenceStyle, facts: &Facts<'_>, dice: &mut Dice) -> String {
    match style {
        ReferenceStyle::Advice => advice(dice),
        ReferenceStyle::Nothing => dice.pick(&["Sammelzahlung", "Zahlung offene Posten", ""]).to_owned(),
        ReferenceStyle::DigitsOnly => tails(facts.numbers),
        ReferenceStyle::Spaced => {
            let spaced: Vec<String> = facts.numbers.iter().map(|number| number.replace('-', " ")).collect();
            spaced.join(", ")
        }
        _ => facts.numbers.join(dice.pick(&[", ", " + ", " / ", " "])),
    }
}

fn wordy(number: &str, facts: &Facts<'_>, dice: &mut Dice) -> String {
    let date = german_date(facts.issued_on);
    let customer = facts.customer_number;
    match dice.below(8) {
        0 => format!("RG {number}"),
        1 => format!("Rechnung {number} vom {date}"),
        2 => format!("Re.-Nr. {number}, Kd-Nr. {customer}"),
        3 => format!("Invoice no. {number}"),
        4 => format!("RE{number}"),
        5 => format!("{number} v. {date}"),
        6 => format!("Kundennr. {customer} Beleg {number} PO {}", facts.purchase_order),
        _ => format!("INV {number} / {date}"),
    }
}

fn german_date(date: BusinessDate) -> String {
    let (year, month, day) = date.ymd();
    format!("{day:02}.{month:02}.{year}")
}

fn spaced(number: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => number.replace('-', " "),
        1 => number.replace('-', ""),
        _ => {
            let (head, tail) = number.split_at(last_run(number));
            let middle = tail.len() / 2;
            format!("{head}{} {}", &tail[..middle], &tail[middle..])
        }
    }
}

fn digits_only(number: &str, dice: &mut Dice) -> String {
    let (head, tail) = number.split_at(last_run(number));
    let year: String = head.chars().filter(char::is_ascii_digit).collect();
    match dice.below(4) {
        0 => tail.to_owned(),
        1 => format!("Rg {}", without_zeros(tail)),
        2 if !year.is_empty() => format!("{year}/{}", without_zeros(tail)),
        _ => format!("{year}{tail}"),
    }
}

/// The first number in full, of the others only the last digits.
fn tails(numbers: &[&str]) -> String {
    let mut text = String::new();
    for number in numbers {
        let tail = &number[last_run(number)..];
        match text.is_empty() {
            true => text.push_str(number),
            false => {
                text.push('/');
                text.push_str(without_zeros(tail));
            }
        }
    }
    text
}

/// One slip of the keyboard in the last run of digits.
fn typo(number: &str, dice: &mut Dice) -> String {
    let start = last_run(number);
    let mut digits: Vec<u8> = number[start..].bytes().collect();
    if digits.is_empty() {
        return number.to_owned();
    }
    let place = dice.below(digits.len() as u64) as usize;
    let next = (place + 1).min(digits.len() - 1);
    match dice.below(4) {
        0 if digits.len() > 3 => {
            digits.remove(place);
        }
        1 => digits.insert(place, digits[place]),
        2 if digits[place] != digits[next] => digits.swap(place, next),
        _ => digits[place] = b'0' + (digits[place] - b'0' + 1 + dice.below(9) as u8) % 10,
    }
    let tail: String = digits.into_iter().map(char::from).collect();
    format!("{}{tail}", &number[..start])
}

/// A long text, cut one to three characters before the number ends.
fn truncated(number: &str, facts: &Facts<'_>, dice: &mut Dice) -> String {
    let date = german_date(facts.issued_on);
    let text = format!("Nordwerk Industriebedarf GmbH, Ihre Rechnung vom {date}, Nr. {number}");
    let keep = text.len() - dice.between(1, 3) as usize;
    text[..keep].to_owned()
}

fn advice(dice: &mut Dice) -> String {
    let number = dice.digits(5);
    match dice.below(2) {
        0 => format!("lt. Avis {number}"),
        _ => format!("Zahlungsavis {number} siehe E-Mail"),
    }
}

/// Where the last run of ASCII digits begins; the length when there is none.
fn last_run(number: &str) -> usize {
    let tail = number.bytes().rev().take_while(u8::is_ascii_digit).count();
    number.len() - tail
}

fn without_zeros(digits: &str) -> &str {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { digits } else { trimmed }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dice::Purpose;

    fn facts<'a>(numbers: &'a [&'a str]) -> Facts<'a> {
        Facts {
            numbers,
            creditor_reference: Some("RF18539007547034"),
            purchase_order: "4500123456",
            issued_on: BusinessDate::parse("2026-02-03").unwrap(),
            customer_number: "C-10007",
            other_number: Some("INV-NORD-2026-000099"),
            note: None,
        }
    }

    fn all(style: ReferenceStyle, facts: &Facts<'_>) -> Vec<Remittance> {
        (0..200).map(|ordinal| write(style, facts, &mut Dice::new(1, 1, Purpose::Transfer, ordinal))).collect()
    }

    #[test]
    fn each_style_says_what_it_says() {
        let numbers = ["INV-NORD-2026-000123"];
        let facts = facts(&numbers);
        assert!(all(ReferenceStyle::Wordy, &facts).iter().all(|r| r.text.contains(numbers[0])));
        for spaced in all(ReferenceStyle::Spaced, &facts) {
            assert_ne!(spaced.text, numbers[0]);
            let squeezed = spaced.text.replace([' ', '-'], "");
            assert_eq!(squeezed, "INVNORD2026000123");
        }
        for digits in all(ReferenceStyle::DigitsOnly, &facts) {
            assert!(digits.text.ends_with("123") && !digits.text.contains("INV"), "{}", digits.text);
        }
        for typo in all(ReferenceStyle::Typo, &facts) {
            assert!(typo.text.starts_with("INV-NORD-2026-") && typo.text != numbers[0], "{}", typo.text);
        }
        for cut in all(ReferenceStyle::Truncated, &facts) {
            assert!(cut.text.contains("INV-NORD-2026-") && !cut.text.contains(numbers[0]), "{}", cut.text);
        }
        for structured in all(ReferenceStyle::Structured, &facts) {
            assert_eq!(structured.creditor_reference.as_deref(), Some("RF18539007547034"));
            assert_eq!(structured.text, "");
        }
        assert!(all(ReferenceStyle::WrongDocument, &facts).iter().all(|r| r.text == "INV-NORD-2026-000099"));
        assert!(all(ReferenceStyle::Nothing, &facts).iter().all(|r| !r.text.contains("123")));
    }

    #[test]
    fn lists_fit_and_keep_every_number() {
        let numbers = ["INV-NORD-2026-000123", "INV-NORD-2026-000124", "INV-NORD-2026-000200"];
        let facts = facts(&numbers);
        for listed in all(ReferenceStyle::Exact, &facts) {
            assert!(numbers.iter().all(|number| listed.text.contains(number)), "{}", listed.text);
            assert!(listed.text.len() <= MAX_TEXT);
        }
        assert_eq!(all(ReferenceStyle::DigitsOnly, &facts)[0].text, "INV-NORD-2026-000123/124/200");
        assert_eq!(all(ReferenceStyle::Structured, &facts)[0].style, ReferenceStyle::Exact);
        assert!(all(ReferenceStyle::Advice, &facts)[0].text.to_lowercase().contains("avis"));
    }

    #[test]
    fn foreign_number_shapes_do_no_harm() {
        for number in ["", "X", "7", "RE-2026/0042", "Ä-1"] {
            let numbers = [number];
            let facts = facts(&numbers);
            for style in [ReferenceStyle::Typo, ReferenceStyle::Spaced, ReferenceStyle::DigitsOnly] {
                all(style, &facts);
            }
        }
    }
}
