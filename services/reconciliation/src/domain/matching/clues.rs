//! Taking a line apart: structured references, document numbers, payer.

use std::collections::BTreeSet;

use quittance_formats::references::{creditor_references_in, document_numbers_in, normalise};

use crate::domain::item::OpenItem;
use crate::domain::line::Movement;

/// Shorter numbers name too many things.
const SHORTEST_NUMBER: usize = 4;
/// Shorter digits are no document even of a known payer.
const SHORTEST_TAIL: usize = 3;
/// Candidates looked up for one line; a text names a few documents, not more.
const MOST_NUMBERS: usize = 64;
/// Words glued to the front of a number.
const GLUED: [&str; 10] = ["RECHNUNGSNR", "RECHNUNGNR", "RECHNUNG", "INVOICE", "BELEG", "RENR", "RGNR", "RE", "RG", "NR"];

/// What a line says about whom and what it pays, in normal form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clues {
    /// Structured creditor references.
    pub references: BTreeSet<String>,
    /// Candidates for document numbers: upper-case letters and digits.
    pub numbers: BTreeSet<String>,
    /// Digits alone, without leading zeros.
    pub digits: BTreeSet<String>,
    /// Account of the payer; may be empty.
    pub iban: String,
    /// Name of the payer; may be empty.
    pub name: String,
}

/// The clues of a line.
pub fn clues(movement: &Movement) -> Clues {
    let words = movement.words();
    let mut clues = Clues { iban: movement.counterparty_iban.clone(), name: name_key(&movement.counterparty_name), ..Clues::default() };
    if !movement.creditor_reference.is_empty() {
        clues.references.insert(normalise(&movement.creditor_reference));
    }
    clues.references.extend(creditor_references_in(&words).iter().map(|reference| reference.as_str().to_owned()));
    for span in document_numbers_in(&words) {
        if span.text.bytes().all(|byte| byte.is_ascii_digit()) {
            clues.digits.insert(without_zeros(&span.text).to_owned());
        }
        if span.text.len() < SHORTEST_NUMBER || clues.numbers.len() >= MOST_NUMBERS {
            continue;
        }
        let unglued = GLUED.iter().find_map(|word| span.text.strip_prefix(word)).filter(|rest| rest.len() >= SHORTEST_NUMBER);
        clues.numbers.extend(unglued.map(str::to_owned));
        clues.numbers.insert(span.text);
    }
    clues
}

/// The form names are compared in: letters and digits, upper case, umlauts and accents of western Europe spelled out.
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for character in name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_uppercase) {
        match character {
            'Ä' | 'Æ' => key.push_str("AE"),
            'Ö' | 'Œ' | 'Ø' => key.push_str("OE"),
            'Ü' => key.push_str("UE"),
            'À' | 'Á' | 'Â' | 'Ã' | 'Å' => key.push('A'),
            'Ç' => key.push('C'),
            'È' | 'É' | 'Ê' | 'Ë' => key.push('E'),
            'Ì' | 'Í' | 'Î' | 'Ï' => key.push('I'),
            'Ñ' => key.push('N'),
            'Ò' | 'Ó' | 'Ô' | 'Õ' => key.push('O'),
            'Ù' | 'Ú' | 'Û' => key.push('U'),
            other => key.push(other),
        }
    }
    key
}

/// The form document numbers are compared in.
pub fn number_key(number: &str) -> String {
    normalise(number)
}

/// True when a line's words name an item loosely: the last digits or all digits of its number, or the buyer's order.
pub fn names_loosely(clues: &Clues, item: &OpenItem) -> bool {
    let runs: Vec<&str> = item.number.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let tail = without_zeros(runs.last().copied().unwrap_or_default());
    let year_and_tail = runs.iter().rev().nth(1).map(|year| format!("{}{tail}", without_zeros(year)));
    let all = runs.concat();
    let order = number_key(&item.purchase_order);
    (tail.len() >= SHORTEST_TAIL && clues.digits.contains(tail))
        || clues.digits.contains(without_zeros(&all))
        || year_and_tail.is_some_and(|text| clues.digits.contains(&text))
        || (order.len() >= SHORTEST_NUMBER && clues.numbers.contains(&order))
}

fn without_zeros(digits: &str) -> &str {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { digits } else { trimmed }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::classify::tests::movement;
    use crate::domain::item::tests::item;

    fn of_text(text: &str) -> Clues {
        clues(&Movement { remittance_text: text.to_owned(), ..movement(100) })
    }

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for text in [
            "INV-A-2026-000001",
            "Rechnung INV-A-2026-000001 vom 03.02.2026",
            "REINV-A-2026-000001",
            "inv a 2026 000001",
            "INVA2026000001",
            "INV-A-2026-000 001",
            "Re.-Nr. INV-A-2026-000001, Kd-Nr. 77",
        ] {
            assert!(of_text(text).numbers.contains("INVA2026000001"), "{text}: {:?}", of_text(text).numbers);
        }
        assert!(of_text("INV-A-2026-0000011").numbers.iter().all(|number| number != "INVA2026000001"));
        assert!(of_text("RF18 5390 0754 7034").references.contains("RF18539007547034"));
    }

    #[test]
    fn loose_names_are_tails_digits_and_orders() {
        let mut invoice = item(100);
        invoice.number = "INV-A-2026-000123".to_owned();
        invoice.purchase_order = "PO 45-0012".to_owned();
        for text in ["123", "Rg 000123", "2026/123", "2026000123", "PO45-0012", "Bestellung PO 45 0012"] {
            assert!(names_loosely(&of_text(text), &invoice), "{text}");
        }
        for text in ["124", "12", "INV-A-2026", "danke", "1230"] {
            assert!(!names_loosely(&of_text(text), &invoice), "{text}");
        }
    }

    #[test]
    fn names_have_one_form() {
        assert_eq!(name_key("Müller & Söhne GmbH"), name_key("MUELLER SOEHNE GMBH"));
        assert_ne!(name_key("Müller GmbH"), name_key("Müller AG"));
    }
}
