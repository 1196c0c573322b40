//! Candidates for document numbers in free text.
//!
//! A document number is written in many ways: `INV-2026-000123`, `INV 2026 000123`, `Inv.2026/000123`,
//! `invoice2026000123`. Every candidate is therefore given in one normal form, upper-case letters and digits with all
//! separators folded away, to be looked up among the seller's own numbers in the same form ([`normalise`]). Which one is
//! a real document is for the seller's ledger to say, not for this module.

use std::collections::HashSet;

/// How a candidate stands in the text. The less is folded, the stronger the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpanForm {
    /// One unbroken run of letters and digits: `RE20260001`.
    Run,
    /// Runs joined by `-`, `/`, `.` or `_`: `RE-2026/0001`.
    Token,
    /// Runs joined over blanks or line ends: `RE 2026 0001`.
    Joined,
    /// The digits inside a run with letters around them: `20260001` in `RE20260001`.
    Digits,
}

/// A candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Byte position of its first character.
    pub start: usize,
    /// Byte position after its last character.
    pub end: usize,
    /// Normal form.
    pub text: String,
    /// How it stands in the text.
    pub form: SpanForm,
}

/// Candidates per text; a remittance text has at most a few hundred characters.
const MAX_SPANS: usize = 512;
/// Longest document number.
const MAX_LENGTH: usize = 35;
/// Runs joined at most.
const MAX_RUNS: usize = 5;

/// Upper-case letters and digits of `text`, everything else dropped.
pub fn normalise(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// All candidates of `text` in order of position, each normal form once, at most 512. A candidate has at least three
/// characters, two of them digits.
pub fn document_numbers_in(text: &str) -> Vec<Span> {
    let runs = runs_of(text);
    let mut seen = HashSet::new();
    let mut spans = Vec::new();
    for first in 0..runs.len() {
        let Some(run) = runs.get(first) else { break };
        add_digits(text, run, &mut seen, &mut spans);
        add_windows(text, runs.get(first..).unwrap_or_default(), &mut seen, &mut spans);
        if spans.len() >= MAX_SPANS {
            spans.truncate(MAX_SPANS);
            break;
        }
    }
    spans.sort_by_key(|span| span.start);
    spans
}

/// What stands between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Tight,
    Blank,
    Hard,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    /// What stands before it.
    gap: Gap,
}

fn runs_of(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = None;
    let mut last_end = 0;
    for (position, character) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (character.is_alphanumeric(), open) {
            (true, None) => open = Some(position),
            (false, Some(start)) => {
                let gap = gap_of(text.get(last_end..start).unwrap_or_default());
                runs.push(Run { start, end: position, gap });
                last_end = position;
                open = None;
            }
            _ => {}
        }
        if runs.len() >= 1024 {
            break;
        }
    }
    runs
}

fn gap_of(between: &str) -> Gap {
    let is_dash = |c: char| matches!(c, '-' | '/' | '.' | '_' | '–' | '‐');
    let dashes = between.chars().filter(|c| is_dash(*c)).count();
    let blanks = between.chars().filter(|c| c.is_whitespace()).count();
    let all = between.chars().count();
    match (dashes, blanks) {
        (1, 0) if all == 1 => Gap::Tight,
        (0 | 1, 1..) if dashes + blanks == all => Gap::Blank,
        _ => Gap::Hard,
    }
}

fn add_windows(text: &str, runs: &[Run], seen: &mut HashSet<String>, spans: &mut Vec<Span>) {
    let Some(first) = runs.first() else { return };
    let mut joined = String::new();
    let mut form = SpanForm::Run;
    for (index, run) in runs.iter().take(MAX_RUNS).enumerate() {
        if index > 0 {
            match run.gap {
                Gap::Hard => return,
                Gap::Tight if form != SpanForm::Joined => form = SpanForm::Token,
                Gap::Tight => {}
                Gap::Blank => form = SpanForm::Joined,
            }
        }
        joined.push_str(&normalise(text.get(run.start..run.end).unwrap_or_default()));
        if joined.len() > MAX_LENGTH {
            return;
        }
        add(Span { start: first.start, end: run.end, text: joined.clone(), form }, seen, spans);
    }
}

/// The longest run of at least four digits inside a run that also has letters.
fn add_digits(text: &str, run: &Run, seen: &mut HashSet<String>, spans: &mut Vec<Span>) {
    let word = text.get(run.start..run.end).unwrap_or_default();
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let mut start = None;
    for (position, byte) in word.bytes().chain(std::iter::once(b' ')).enumerate() {
        match (byte.is_ascii_digit(), start) {
            (true, None) => start = Some(position),
            (false, Some(from)) => {
                if let Some(digits) = word.get(from..position).filter(|digits| (4..=MAX_LENGTH).contains(&digits.len())) {
                    let span =
                        Span { start: run.start + from, end: run.start + position, text: digits.to_string(), form: SpanForm::Digits };
                    add(span, seen, spans);
                }
                start = None;
            }
            _ => {}
        }
    }
}

fn add(span: Span, seen: &mut HashSet<String>, spans: &mut Vec<Span>) {
    let digits = span.text.bytes().filter(u8::is_ascii_digit).count();
    if span.text.len() >= 3 && digits >= 2 && seen.insert(span.text.clone()) {
        spans.push(span);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        document_numbers_in(text).into_iter().map(|span| span.text).collect()
    }

    #[test]
    fn every_way_to_write_a_number_has_one_form() {
        for text in [
            "INV-2026-000123",
            "inv 2026 000123",
            "Inv.2026/000123",
            "invoice INV2026000123, thanks",
            "INV-2026-\n000123",
            "Zahlung zu INV-2026-000123.",
        ] {
            assert!(texts(text).contains(&"INV2026000123".to_string()), "{text}");
        }
        assert!(texts("Rechnung4711").contains(&"4711".to_string()));
        assert!(texts("Rg.Nr.:12345").contains(&"12345".to_string()));
    }

    #[test]
    fn several_numbers_stay_apart() {
        let found = texts("RE-1001, RE-1002;RE-1003");
        for number in ["RE1001", "RE1002", "RE1003"] {
            assert!(found.contains(&number.to_string()), "{found:?}");
        }
        assert!(!found.iter().any(|text| text.contains("RE1001RE")));
    }

    #[test]
    fn spans_point_into_the_text() {
        let text = "für Rechnung RE-77/2026 €";
        let span = document_numbers_in(text).into_iter().find(|span| span.text == "RE772026").unwrap();
        assert_eq!(text.get(span.start..span.end), Some("RE-77/2026"));
        assert_eq!(span.form, SpanForm::Token);
    }

    #[test]
    fn words_and_long_texts_cost_little() {
        assert!(document_numbers_in("thank you for your business").is_empty());
        assert!(document_numbers_in(&"A1B2-".repeat(100_000)).len() <= MAX_SPANS);
    }
}
