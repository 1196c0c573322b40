//! Amount and direction by the declared rule.

use super::columns::Places;
use super::rows::SourceRow;
use super::{DecimalStyle, Mapping, SignRule};
use crate::finding::{FindingKind, excerpt};
use crate::statement::{Amount, Direction};

/// What was noticed, with a sentence.
type Problems = Vec<(FindingKind, String)>;

/// The currency of a row, as written.
pub(super) fn currency<'r>(row: &'r SourceRow<'_>, mapping: &'r Mapping, places: &Places) -> &'r str {
    let of_row = places.currency.map(|place| row.get(place)).unwrap_or_default();
    if of_row.is_empty() { mapping.currency.as_deref().unwrap_or_default() } else { of_row }
}

/// Unsigned amount and direction of a row.
pub(super) fn read(row: &SourceRow<'_>, mapping: &Mapping, places: &Places) -> (Amount, Option<Direction>, Problems) {
    let currency = currency(row, mapping, places);
    let mut problems = Vec::new();
    let (text, direction) = match &mapping.sign {
        SignRule::Signed { debit_is_positive, .. } => {
            let text = row.get(places.amount);
            let minus = is_negative(text);
            (text, Some(if minus != *debit_is_positive { Direction::Debit } else { Direction::Credit }))
        }
        SignRule::TwoColumns { .. } => two_columns(row, mapping, places, &mut problems),
        SignRule::Indicator { credit, debit, .. } => {
            let word = places.second.map(|place| row.get(place)).unwrap_or_default();
            let is = |words: &[String]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
            let direction = if is(credit) { Some(Direction::Credit) } else { is(debit).then_some(Direction::Debit) };
            if direction.is_none() {
                problems.push((FindingKind::DirectionUnknown, format!("\"{}\" is neither credit nor debit", excerpt(word, 20))));
            }
            if is_negative(row.get(places.amount)) {
                problems.push((FindingKind::AmountNegative, "a minus beside a word for the direction".to_string()));
            }
            (row.get(places.amount), direction)
        }
    };
    let Some(plain) = canonical(text, mapping.decimals) else {
        let kind = if text.is_empty() { FindingKind::AmountMissing } else { FindingKind::AmountMalformed };
        problems.push((kind, format!("\"{}\" is no amount", excerpt(text, 30))));
        return (Amount::unread(text, currency, None), None, problems);
    };
    let (amount, problem) = Amount::read(&plain, currency);
    problems.extend(problem.map(|problem| (problem.0, format!("amount \"{}\" in \"{}\"", excerpt(text, 30), excerpt(currency, 10)))));
    (amount, direction, problems)
}

fn two_columns<'r>(row: &'r SourceRow<'_>, mapping: &Mapping, places: &Places, problems: &mut Problems) -> (&'r str, Option<Direction>) {
    let credit = row.get(places.amount);
    let debit = places.second.map(|place| row.get(place)).unwrap_or_default();
    let is_zero = |text: &str| {
        text.is_empty() || canonical(text, mapping.decimals).is_some_and(|plain| plain.bytes().all(|byte| matches!(byte, b'0' | b'.')))
    };
    match (is_zero(credit), is_zero(debit)) {
        (false, true) => (credit, Some(Direction::Credit)),
        (true, false) => (debit, Some(Direction::Debit)),
        (true, true) => (if credit.is_empty() { debit } else { credit }, None),
        (false, false) => {
            problems.push((FindingKind::DirectionUnknown, "both a credit and a debit".to_string()));
            (credit, None)
        }
    }
}

fn is_negative(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(['-', '−', '(']) || text.ends_with('-')
}

/// The unsigned decimal grammar of XML for an amount in the declared style; none for anything else.
fn canonical(text: &str, style: DecimalStyle) -> Option<String> {
    let (decimal, groups): (char, &[char]) = match style {
        DecimalStyle::Comma => (',', &['.', '\'', ' ', '\u{a0}', '\u{202f}']),
        DecimalStyle::Point => ('.', &[',', '\'', ' ', '\u{a0}', '\u{202f}']),
    };
    let body = text.trim().trim_matches(['-', '−', '+', '(', ')', '€', '$', '£']).trim();
    let (whole, fraction) = body.split_once(decimal).unwrap_or((body, ""));
    let pieces: Vec<&str> = whole.split(groups).collect();
    let grouped = pieces.len() > 1;
    let regular = pieces.iter().enumerate().all(|(index, piece)| {
        let digits = piece.bytes().all(|byte| byte.is_ascii_digit());
        digits && (!grouped || if index == 0 { matches!(piece.len(), 1..=3) } else { piece.len() == 3 })
    });
    let fraction_is_digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !regular || !fraction_is_digits || whole.is_empty() {
        return None;
    }
    let whole = pieces.concat();
    Some(if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_declared_style() {
        for (text, style, plain) in [
            ("1.234,56", DecimalStyle::Comma, Some("1234.56")),
            ("-1.234,56", DecimalStyle::Comma, Some("1234.56")),
            ("1,234.56", DecimalStyle::Point, Some("1234.56")),
            ("1'234.50-", DecimalStyle::Point, Some("1234.50")),
            ("1234", DecimalStyle::Point, Some("1234")),
            ("1,234.56", DecimalStyle::Comma, None),
            ("12.34", DecimalStyle::Comma, None),
            ("abc", DecimalStyle::Point, None),
            ("", DecimalStyle::Point, None),
        ] {
            assert_eq!(canonical(text, style).as_deref(), plain, "{text}");
        }
    }
}
