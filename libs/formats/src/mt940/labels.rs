//! Plain lines with words that say what follows them: `IBAN: ... BIC: ... NAAM: ... OMSCHRIJVING: ...` (ABN AMRO, Knab),
//! `Z RACH.: ... OD: ... TYT.: ...` (banks in Poland).
//!
//! Lines are as long as the bank's page and cut anywhere, but a word with its colon is never cut, so lines are looked at one
//! by one and a line without a word goes on with the value before it. mBank is the exception: one text of parts, cut anywhere.

use super::field86::{Side, Text86, some};
use crate::identifiers::parse_iban;

/// Words banks use, in upper case.
const WORDS: [&str; 10] =
    ["IBAN", "REK", "REKENING", "BIC", "NAAM", "OMSCHRIJVING", "KENMERK", "MACHTIGING", "INCASSANT", "BETALINGSKENM."];

/// Words of banks in Poland. `OD` is a word of many texts: it counts beside one of the others only.
const POLISH: [&str; 5] = ["Z RACH.", "TYT.", "TYTUL", "OD", "REF. KLIENTA"];
const PLAINLY_POLISH: [&str; 3] = ["Z RACH.:", "TYT.:", "TYTUL:"];

/// Words whose value may go on in the next line; the last two are names, which seldom do.
const WRAPPED: [&str; 5] = ["OMSCHRIJVING", "TYT.", "TYTUL", "OD", "NAAM"];

/// Characters of a line that leaves no room for the next word: SWIFT allows 65.
const FULL: usize = 60;

/// Reads the lines, which are the `whole` one behind the other; none unless they name the other side: a name, or a valid IBAN.
pub(super) fn read(lines: &[&str], whole: &str) -> Option<Text86> {
    let is_polish = PLAINLY_POLISH.iter().any(|word| whole.contains(word));
    let is_of_parts = is_polish && ["OD:", "TYT.:"].iter().any(|word| whole.split("; ").skip(1).any(|part| part.starts_with(word)));
    let mut text = if is_of_parts { of_parts(whole) } else { of_lines(lines, is_polish) };
    let account = text.other.account.as_deref().is_some_and(|number| parse_iban(number).is_ok());
    if text.other.name.is_none() && !account {
        return None;
    }
    text.further = some(&lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n"));
    Some(text)
}

fn of_lines(lines: &[&str], is_polish: bool) -> Text86 {
    let mut text = Text86::default();
    let mut open: Option<&str> = None;
    let mut is_full = false;
    let mut values: Vec<(&str, String)> = Vec::new();
    for line in lines {
        let is_name_over = !is_full && !line.starts_with(' ') && matches!(open, Some("OD" | "NAAM"));
        open = open.filter(|_| !is_name_over);
        let words = words_in(line, is_polish, open.is_some_and(is_title));
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
        if let Some((_, _, word)) = words.last() {
            open = Some(*word).filter(|word| WRAPPED.contains(word));
        }
        is_full = line.chars().count() >= FULL;
    }
    for (word, value) in values {
        value_of(word, value.trim().trim_end_matches(['/', ';']).trim_end(), &mut text);
    }
    text
}

/// Words of a line: where they start, where their value starts, and which they are. In a title there is none but at the
/// beginning of a line, and none behind it: `TYT.: CZYNSZ ZA OKRES OD: 01.09.2026`.
fn words_in(line: &str, is_polish: bool, mut is_in_title: bool) -> Vec<(usize, usize, &'static str)> {
    let polish = POLISH.into_iter().filter(|_| is_polish);
    let known: Vec<&str> = WORDS.into_iter().chain(polish).collect();
    let found = line.match_indices(':').filter_map(|(colon, _)| {
        let before = line.get(..colon)?;
        let word = known.iter().copied().filter(|word| before.ends_with(word)).max_by_key(|word| word.len())?;
        let start = colon - word.len();
        let free = line.get(..start).is_some_and(|rest| rest.is_empty() || (rest.ends_with([' ', '/']) && !is_in_title));
        is_in_title |= free && is_title(word);
        free.then_some((start, colon + 1, word))
    });
    found.collect()
}

/// The text of mBank: `911 PRZELEW; Z RACH.: 5611...; OD: JAN NOWAK  UL. NIJAKA 1; TYT.: FV 1; TNR: 1791...`, of a
/// payment out with `NA RACH.` and `DLA`. A name ends where two blanks begin the street. A title may hold a semicolon.
fn of_parts(whole: &str) -> Text86 {
    let mut text = Text86::default();
    let mut title: Option<String> = None;
    for part in whole.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (word, value) = part.split_once(':').map_or(("", part), |(word, value)| (word, value.trim()));
        match (word, &mut title) {
            ("TNR", _) => text.unstructured.extend(title.take().as_deref().and_then(some)),
            (_, Some(title)) => {
                title.push_str("; ");
                title.push_str(part);
            }
            ("TYT.", None) => title = Some(value.to_string()),
            ("Z RACH." | "NA RACH.", None) => value_of("Z RACH.", &with_country(value), &mut text),
            ("OD" | "DLA", None) => value_of("OD", value.split("  ").next().unwrap_or_default(), &mut text),
            _ => text.unstructured.extend(some(part)),
        }
    }
    text.unstructured.extend(title.as_deref().and_then(some));
    text
}

/// An IBAN of Poland may be written without its country.
fn with_country(account: &str) -> String {
    let iban = format!("PL{account}");
    if parse_iban(&iban).is_ok() { iban } else { account.to_string() }
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
        // `OD: 01.09.2026` is the beginning of a time.
        "OD" if value.starts_with(|first: char| first.is_ascii_digit()) => text.unstructured.extend(some(&format!("OD: {value}"))),
        "OD" | "NAAM" => text.other = std::mem::take(&mut text.other).or(Side { name: some(value), ..Side::default() }),
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

    fn read(lines: &[&str]) -> Option<Text86> {
        super::read(lines, &lines.concat())
    }

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
        let rent =
            read(&["Z RACH.: PL61109010140000071219812874", "OD: HURTOWNIA WISLA", "TYT.: CZYNSZ ZA OKRES OD: 01.09.2026 DO 30.09.2026"])
                .unwrap();
        assert_eq!(rent.other.name.as_deref(), Some("HURTOWNIA WISLA"));
        assert_eq!(rent.unstructured, ["CZYNSZ ZA OKRES OD: 01.09.2026 DO 30.09.2026"]);
        let one = read(&["911 PRZELEW; Z RACH.: PL61109010140000071219812874; OD: Hurtownia Wisla Sp. z o.o.; TYT.: FV 11372"]).unwrap();
        assert_eq!(one.other, side);
    }

    #[test]
    fn other_texts_are_not_of_this_form() {
        for text in [
            "",
            "FACTUUR 1",
            "KENMERK: 4711",
            "ZA OKRES OD: 01.09.2026",
            "IBAN: siehe unten",
            "12:30",
            "PRZELEW\nOD: JAN NOWAK\nFAKTURA 11372",
        ] {
            assert_eq!(read(&text.lines().collect::<Vec<_>>()), None, "{text}");
        }
    }
}
