//! Which part of a text is the number of a document.

use super::calendar::{DayOrder, month_of, parse_date};
use super::lexicon::is_document_word;
use super::number::parse_number;

/// Tells the receiver's own document numbers.
pub(crate) type Known<'k> = Option<&'k (dyn Fn(&str) -> bool + Sync)>;

/// Longest number of a document.
const MAX_LENGTH: usize = 40;

/// The bytes of `text` that are the number of a document: the text without words such as "invoice no." before it and
/// without what follows it (a date, a description).
pub(crate) fn document_in(text: &str, known: Known<'_>) -> Option<(usize, usize)> {
    let whole = trimmed(text, 0, text.len())?;
    if whole.1 - whole.0 <= MAX_LENGTH && is_known(text.get(whole.0..whole.1)?, known) {
        return Some(whole);
    }
    let words: Vec<(usize, usize)> = words(text);
    if let Some(found) = known_among(text, &words, known) {
        return Some(found);
    }
    let word = |index: usize| words.get(index).and_then(|(start, end)| text.get(*start..*end));
    let is_rate = |index: usize| words.get(index).and_then(|(start, _)| text.get(*start..)).is_some_and(begins_with_rate);
    let first = (0..words.len()).find(|index| word(*index).is_some_and(may_begin) && !is_rate(*index))?;
    let last = first + (first..words.len()).take_while(|index| word(*index).is_some_and(may_continue) && !is_rate(*index)).count();
    let (start, end) = (words.get(first)?.0, words.get(last.checked_sub(1)?.max(first))?.1);
    let (start, end) = trimmed(text, start, end)?;
    let found = text.get(start..end)?;
    let fits = found.len() <= MAX_LENGTH && found.bytes().any(|byte| byte.is_ascii_digit());
    fits.then_some((start, end))
}

fn is_known(text: &str, known: Known<'_>) -> bool {
    known.is_some_and(|known| known(text))
}

/// The longest run of words that is a known number.
fn known_among(text: &str, words: &[(usize, usize)], known: Known<'_>) -> Option<(usize, usize)> {
    known?;
    let words = words.get(..words.len().min(12))?;
    for length in (1..=words.len().min(4)).rev() {
        for run in words.windows(length) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let Some((start, end)) = trimmed(text, first.0, last.1) else { continue };
            if text.get(start..end).is_some_and(|run| is_known(run, known)) {
                return Some((start, end));
            }
        }
    }
    None
}

fn words(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut begin = None;
    for (position, letter) in text.char_indices() {
        if letter.is_whitespace() || matches!(letter, ':' | ';' | ',' | '(' | ')' | '=') {
            out.extend(begin.take().map(|start| (start, position)));
        } else if begin.is_none() {
            begin = Some(position);
        }
        if out.len() >= 40 {
            return out;
        }
    }
    out.extend(begin.map(|start| (start, text.len())));
    out
}

/// `text[start..end]` without punctuation and marks at its ends.
fn trimmed(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let part = text.get(start..end)?;
    let head = part.trim_start_matches(|c: char| !c.is_alphanumeric());
    let body = head.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '/');
    let body = body.trim_end_matches(['.', ':']);
    let start = start + (part.len() - head.len());
    (!body.is_empty()).then_some((start, start + body.len()))
}

/// `%`, or a word for it: the number before it is a rate.
pub(crate) fn is_percent(word: &str) -> bool {
    let bare = word.trim_matches([',', '.', ')', '(', ':', ';']);
    bare == "%" || matches!(super::words::fold(bare).as_str(), "percent" | "prozent" | "procent" | "prosenttia" | "pct" | "proc" | "v.h")
}

/// True for `2 %`, `2,5% ...`: such digits are no number of a document.
fn begins_with_rate(text: &str) -> bool {
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    behind.len() < text.len() && (behind.starts_with('%') || behind.split_whitespace().next().is_some_and(is_percent))
}

/// A word with a digit that is no date, or a short prefix in capitals that names nothing.
fn may_begin(word: &str) -> bool {
    let digits = word.chars().any(|c| c.is_ascii_digit());
    if digits {
        return parse_date(word, DayOrder::DayFirst).is_none() && !word.ends_with('%');
    }
    let prefix = word.len() <= 4 && word.chars().all(|c| c.is_ascii_uppercase());
    prefix && !is_document_word(word) && super::currency::of_word(word).is_none()
}

fn may_continue(word: &str) -> bool {
    let money = parse_number(word).is_some_and(|number| number.is_money());
    (may_begin(word) && !money || word.chars().all(|c| matches!(c, '-' | '/' | '.'))) && month_of(word).is_none()
}

/// True when `text` as a whole looks like the number of a document: some digits, few words, no date and no money.
pub(crate) fn looks_like_number(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let sized = digits >= 1 && text.len() <= MAX_LENGTH && text.split_whitespace().count() <= 5;
    let money = parse_number(text).is_some_and(|number| number.is_money() && number.decimals != 0 && number.decimals <= 3);
    sized && !money && parse_date(text, DayOrder::DayFirst).is_none() && !text.ends_with('%')
}

/// The shape of a number: letters as they are, digits as `9`, runs of digits as one.
pub(crate) fn shape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '0'..='9' if out.ends_with('9') => {}
            '0'..='9' => out.push('9'),
            other => out.extend(other.to_uppercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn found<'t>(text: &'t str, known: Known<'_>) -> Option<&'t str> {
        document_in(text, known).map(|(start, end)| text.get(start..end).unwrap())
    }

    #[test]
    fn numbers_of_documents() {
        for (text, document) in [
            ("RE-2026-0017", "RE-2026-0017"),
            ("Rechnung Nr. 4711 vom 12.01.2026", "4711"),
            ("Invoice #INV/2026/15", "INV/2026/15"),
            ("RX7 2026 44 120", "RX7 2026 44 120"),
            ("4711 delivery in May", "4711"),
            ("Facture n° F2026-12, 12/01/2026", "F2026-12"),
            ("Gutschrift GS-17", "GS-17"),
            ("20260115", "20260115"),
            ("Credit note: CN 900", "900"),
            ("2 % auf RE-9", "RE-9"),
        ] {
            assert_eq!(found(text, None), Some(document), "{text}");
        }
        for text in ["Skonto", "./. Skonto 2 %", "2% Skonto", "3 percent", "2,5 % korting"] {
            assert_eq!(found(text, None), None, "{text}");
        }
        let known = |text: &str| text == "RE 4711";
        assert_eq!(found("Rechnung RE 4711 vom 12.01.2026", Some(&known)), Some("RE 4711"));
        assert_eq!(shape("RE-2026/17"), "RE-9/9");
    }
}
