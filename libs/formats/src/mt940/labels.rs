//! Plain lines with words that say what follows them: `IBAN: ... BIC: ... NAAM: ... OMSCHRIJVING: ...` (ABN AMRO, Knab),
//! `Z RACH.: ... OD: ... TYT.: ...` (banks in Poland).
//!
//! Lines are as long as the bank's page and cut anywhere, but a word with its colon is never cut, so lines are looked at one
//! by one and a line without a word goes on with the value before it.

use super::field86::{Side, Text86, some};
use crate::identifiers::parse_iban;

/// Words banks use, in upper case.
const WORDS: [&str; 15] = [
    "IBAN",
    "REK",
    "REKENING",
    "BIC",
    "NAAM",
    "OMSCHRIJVING",
    "KENMERK",
    "MACHTIGING",
    "INCASSANT",
    "BETALINGSKENM.",
    "Z RACH.",
    "OD",
    "TYT.",
    "TYTUL",
    "REF. KLIENTA",
];

/// Words whose value may go on in the next line.
const WRAPPED: [&str; 5] = ["NAAM", "OMSCHRIJVING", "OD", "TYT.", "TYTUL"];

/// Reads the lines; none unless they name the other side: a name, or a valid IBAN.
pub(super) fn read(lines: &[&str]) -> Option<Text86> {
    let mut text = Text86::default();
    let mut open: Option<&str> = None;
    let mut values: Vec<(&str, String)> = Vec::new();
    for line in lines {
        let words = words_in(line);
        let before = line.get(..words.first().map_or(line.len(), |(start, _, _)| *start)).unwrap_or_default();
        match (values.last_mut().filter(|_| open.is_some()), before.trim().is_empty()) {
            (_, true) => {}
            (Some((word, value)), false) => {
                value.push_str(if is_title(word) { "\n" } else { "" });
                value.push_str(before);
            }
            (None, false) => text.unstructured.extend(some(before)),
        }
        let ends = words.iter().skip(1).map(|(start, _, _)| *start).chain([line.len()]);
        for ((_, behind, word), end) in words.iter().zip(ends) {
            values.push((word, line.get(*behind..end).unwrap_or_default().to_string()));
        }
        open = values.last().map(|(word, _)| *word).filter(|word| WRAPPED.contains(word));
    }
    for (word, value) in values {
        value_of(word, value.trim().trim_end_matches(['/', ';']).trim_end(), &mut text);
    }
    text.further = some(&lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n"));
    let account = text.other.account.as_deref().is_some_and(|number| parse_iban(number).is_ok());
    (text.other.name.is_some() || account).then_some(text)
}

/// Words of a line: where they start, where their value starts, and which they are.
fn words_in(line: &str) -> Vec<(usize, usize, &'static str)> {
    let found = line.match_indices(':').filter_map(|(colon, _)| {
        let before = line.get(..colon)?;
        let word = WORDS.into_iter().filter(|word| before.ends_with(word)).max_by_key(|word| word.len())?;
        let start = colon - word.len();
        let free = line.get(..start).is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '/']));
        free.then_some((start, colon + 1, word))
    });
    found.collect()
}

/// The title of a transfer keeps its lines: a new one may be a new word or go on with the last.
fn is_title(word: &str) -> bool {
    matches!(word, "TYT." | "TYTUL")
}

fn value_of(word: &str, value: &str, text: &mut Text86) {
    match word {
        "IBAN" | "REK" | "REKENING" | "Z RACH." => {
            text.other = std::mem::take(&mut text.other).or(Side { account: some(value), ..Side::default() })
        }
        "BIC" => text.other.bank = some(value),
        "NAAM" => text.other.name = some(value),
        // `ZA OKRES OD: 01.09.2026` is the beginning of a time.
        "OD" => text.other.name = some(value).filter(|name| !name.starts_with(|first: char| first.is_ascii_digit())),
        "OMSCHRIJVING" => text.unstructured.extend(some(value)),
        word if is_title(word) => text.unstructured.extend(value.lines().filter_map(some)),
        "KENMERK" | "REF. KLIENTA" => text.end_to_end_id = some(value),
        "MACHTIGING" => text.mandate_id = some(value),
        "INCASSANT" => text.creditor_id = some(value),
        "BETALINGSKENM." => text.creditor_reference = some(value),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_of_dutch_banks() {
        let text = read(&[
            "SEPA OVERBOEKING                 IBAN: NL40ABNA0517552264",
            "BIC: ABNANL2A                    NAAM: PAYER BV",
            "OMSCHRIJVING: FACTUUR 2026-0815, VERVOLG 2026-08",
            "16  KENMERK: E2E-1",
        ])
        .unwrap();
        let side = Side { name: some("PAYER BV"), account: some("NL40ABNA0517552264"), bank: some("ABNANL2A") };
        assert_eq!((text.other, text.end_to_end_id.as_deref()), (side, Some("E2E-1")));
        assert_eq!(text.unstructured, ["SEPA OVERBOEKING", "FACTUUR 2026-0815, VERVOLG 2026-0816"]);
        let text = read(&["FACTUUR 201403110, 201403113", "REK: NL65INGB0123456789/NAAM: PICQER"]).unwrap();
        assert_eq!((text.other.name.as_deref(), text.other.account.as_deref()), (Some("PICQER"), Some("NL65INGB0123456789")));
        assert_eq!(text.unstructured, ["FACTUUR 201403110, 201403113"]);
    }

    #[test]
    fn texts_of_polish_banks() {
        let account = "PL61109010140000071219812874";
        let lines = [
            "PRZELEW PRZYCHODZACY",
            "Z RACH.: PL61109010140000071219812874",
            "OD: Hurtownia Wisla",
            " Sp. z o.o.",
            "TYT.: FV 11372, FV 113",
            "73",
            "REF. KLIENTA: ZL-77",
        ];
        let text = read(&lines).unwrap();
        let side = Side { name: some("Hurtownia Wisla Sp. z o.o."), account: some(account), bank: None };
        assert_eq!((text.other, text.end_to_end_id.as_deref()), (side.clone(), Some("ZL-77")));
        assert_eq!(text.unstructured, ["PRZELEW PRZYCHODZACY", "FV 11372, FV 113", "73"]);
        let one = read(&["911 PRZELEW; Z RACH.: PL61109010140000071219812874; OD: Hurtownia Wisla Sp. z o.o.; TYT.: FV 11372"]).unwrap();
        assert_eq!(one.other, side);
    }

    #[test]
    fn other_texts_are_not_of_this_form() {
        for text in ["", "FACTUUR 1", "KENMERK: 4711", "ZA OKRES OD: 01.09.2026", "IBAN: siehe unten", "12:30"] {
            assert_eq!(read(&[text]), None, "{text}");
        }
    }
}
