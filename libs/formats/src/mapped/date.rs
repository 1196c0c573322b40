//! Dates by a declared pattern.

use quittance_types::BusinessDate;

use crate::error::FormatError;

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Day(usize),
    Month(usize),
    Year(usize),
    Letter(char),
}

/// A date format such as `DD.MM.YYYY`.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Piece>);

impl Pattern {
    /// Reads a pattern; it must hold day, month and year once each.
    pub fn parse(text: &str) -> Result<Pattern, FormatError> {
        let mut pieces: Vec<Piece> = Vec::new();
        for letter in text.trim().chars() {
            let next = match letter.to_ascii_uppercase() {
                'D' => Piece::Day(1),
                'M' => Piece::Month(1),
                'Y' => Piece::Year(1),
                _ => Piece::Letter(letter),
            };
            match (pieces.last_mut(), next) {
                (Some(Piece::Day(count)), Piece::Day(_))
                | (Some(Piece::Month(count)), Piece::Month(_))
                | (Some(Piece::Year(count)), Piece::Year(_)) => {
                    *count += 1;
                }
                _ => pieces.push(next),
            }
        }
        let count = |wanted: fn(&Piece) -> bool| pieces.iter().filter(|piece| wanted(piece)).count();
        let complete = count(|piece| matches!(piece, Piece::Day(1 | 2))) == 1
            && count(|piece| matches!(piece, Piece::Month(1 | 2))) == 1
            && count(|piece| matches!(piece, Piece::Year(2 | 4))) == 1;
        let parts = count(|piece| !matches!(piece, Piece::Letter(_)));
        if !complete || parts != 3 {
            let why = format!("\"{text}\" is no date format: day, month and year once each, such as DD.MM.YYYY");
            return Err(FormatError::Malformed { path: "mapping/date_format".to_string(), line: 0, why });
        }
        Ok(Pattern(pieces))
    }

    /// The date `text` begins with; a time after it is left out. A date cell of a workbook comes as ISO 8601 and is read
    /// whatever the pattern.
    pub fn read(&self, text: &str) -> Option<BusinessDate> {
        if text.len() == 10
            && let Ok(date) = BusinessDate::parse(text)
        {
            return Some(date);
        }
        let mut rest = text;
        let (mut day, mut month, mut year) = (0, 0, 0i32);
        for piece in &self.0 {
            match piece {
                Piece::Letter(letter) => rest = rest.strip_prefix(*letter)?,
                Piece::Day(width) => (day, rest) = number(rest, *width)?,
                Piece::Month(width) => (month, rest) = number(rest, *width)?,
                Piece::Year(width) => {
                    let (value, tail) = number(rest, *width)?;
                    let value = i32::try_from(value).ok()?;
                    year = if *width == 2 { 2000 + value } else { value };
                    rest = tail;
                }
            }
        }
        let ends = rest.is_empty() || rest.starts_with([' ', 'T']);
        ends.then(|| BusinessDate::from_ymd(year, month, day).ok()).flatten()
    }
}

/// Exactly `width` digits; one or two for a width of one.
fn number(text: &str, width: usize) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let taken = if width == 1 { digits.min(2) } else { width };
    if taken == 0 || digits < taken {
        return None;
    }
    let (head, tail) = text.split_at_checked(taken)?;
    Some((head.parse().ok()?, tail))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn by_pattern() {
        for (pattern, text) in [
            ("DD.MM.YYYY", "31.01.2026"),
            ("M/D/YY", "1/31/26"),
            ("YYYYMMDD", "20260131"),
            ("YYYY-MM-DD", "2026-01-31T10:00:00"),
            ("DD/MM/YYYY", "2026-01-31"),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().read(text).unwrap().to_string(), "2026-01-31", "{pattern} {text}");
        }
        for (pattern, text) in [("DD.MM.YYYY", "31.02.2026"), ("DD.MM.YYYY", "1.1.2026"), ("YYYYMMDD", "2026013"), ("DD.MM.YYYY", "")] {
            assert_eq!(Pattern::parse(pattern).unwrap().read(text), None, "{pattern} {text}");
        }
        for pattern in ["", "DD.MM", "DD.MM.YYY", "DD.DD.YYYY", "DD.MM.YYYY.D"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
