//! Logical records: a record with its continuations (88).
//!
//! Files in the field break the rules in four ways that are read all the same: several records on one line, a record that
//! goes on in a line without code, records that end with the line instead of `/`, and `/` inside a text.

use crate::budget::{self, Budget};
use crate::error::FormatError;
use crate::finding::excerpt;
use crate::lines::lines;
use crate::short_date::yymmdd;
use crate::statement::{Few, Moment};

const CODES: [&str; 8] = ["01", "02", "03", "16", "49", "88", "98", "99"];

/// Stands between the parts of a record that was continued.
pub(super) const CONTINUED: char = '\u{1F}';

/// A logical record.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub code: &'a str,
    pub offset: usize,
    pub line: u64,
    first: &'a str,
    /// What it is continued with.
    more: Few<&'a str>,
    physical: u32,
}

impl<'a> Record<'a> {
    /// All parts, with [`CONTINUED`] between them.
    pub fn text(&self) -> String {
        let mut text = self.first.to_string();
        for part in &self.more {
            text.push(CONTINUED);
            text.push_str(part);
        }
        text
    }

    /// Fields of the first part. Enough for headers and trailers, which fit on a line.
    pub fn fields(&self) -> Vec<&'a str> {
        self.first.split(',').map(str::trim).collect()
    }

    /// Records it takes in the file, continuations included.
    pub fn physical(&self) -> u64 {
        u64::from(self.physical)
    }

    /// An error at this record.
    pub fn malformed(&self, why: &str) -> FormatError {
        FormatError::Malformed { path: self.code.to_string(), line: self.line, why: why.to_string() }
    }
}

/// Splits a file into logical records.
pub(super) fn split(text: &str) -> Result<Vec<Record<'_>>, FormatError> {
    let most = text.len() / budget::RECORD + 1;
    let mut records: Vec<Record<'_>> = Vec::with_capacity(text.lines().count().min(most));
    let mut budget = Budget::of(text.len());
    for line in lines(text) {
        for (start, piece) in pieces(line.text) {
            let offset = line.offset + start;
            let malformed = |why: String| FormatError::Malformed { path: "record".to_string(), line: line.number, why };
            let trimmed = piece.trim_start();
            let Some((code, rest)) = code_of(trimmed) else {
                if trimmed.trim_end().is_empty() {
                    continue;
                }
                let last = records.last_mut().ok_or_else(|| malformed(format!("no record: \"{}\"", excerpt(trimmed, 30))))?;
                last.more.push(unterminated(trimmed));
                budget.spend(2, line.number)?;
                continue;
            };
            if code == "88" {
                let last = records.last_mut().ok_or_else(|| malformed("a continuation of nothing".to_string()))?;
                last.more.push(unterminated(rest));
                last.physical += 1;
                budget.spend(4 + if last.code == "03" { summaries(rest) } else { 0 }, line.number)?;
                continue;
            }
            budget.spend(cost(code, rest), line.number)?;
            records.push(Record { code, offset, line: line.number, first: unterminated(rest), more: Few::default(), physical: 1 });
        }
    }
    Ok(records)
}

/// What an account costs, but for its summaries.
const ACCOUNT: usize = 24;

/// What a record costs: about the bytes of the shortest one banks send, `16,475,100,,,/`; of an account with its balances.
fn cost(code: &str, fields: &str) -> usize {
    match code {
        "03" => ACCOUNT + summaries(fields),
        "16" => 14,
        _ => budget::RECORD,
    }
}

/// What the summaries of an account cost, of four fields each: the shortest one banks send is `,010,500,,`.
fn summaries(fields: &str) -> usize {
    fields.matches(',').count() * 3
}

/// The records on one line: a `/`, white space and another record end one and begin the next. A text may hold all of that,
/// so the fields behind the code must have the form of its record.
fn pieces(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for (slash, _) in line.match_indices('/') {
        let after = line.get(slash + 1..).unwrap_or_default();
        let next = after.trim_start();
        if next.len() < after.len() && code_of(next).is_some_and(|(code, rest)| has_form(code, rest)) {
            found.push((start, line.get(start..=slash).unwrap_or_default()));
            start = slash + 1;
        }
    }
    found.push((start, line.get(start..).unwrap_or_default()));
    found
}

/// True when the fields behind a code could be that record's.
fn has_form(code: &str, rest: &str) -> bool {
    let record = rest.split_once('/').map_or(rest, |(record, _)| record);
    let fields: Vec<&str> = record.split(',').map(str::trim).collect();
    let numbers = |texts: &[&str]| texts.iter().all(|text| text.is_empty() || number(text).is_some());
    let is_type = |text: &&str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    match code {
        "01" | "02" => fields.len() >= 5,
        "03" => fields.get(1).is_some_and(|currency| currency.bytes().all(|byte| byte.is_ascii_uppercase())),
        "16" => fields.len() >= 2 && fields.first().is_some_and(is_type) && numbers(fields.get(1..2).unwrap_or_default()),
        "49" | "98" | "99" => fields.len() >= 2 && numbers(&fields),
        _ => true,
    }
}

fn code_of(text: &str) -> Option<(&str, &str)> {
    let (code, rest) = text.split_at_checked(2)?;
    let rest = rest.strip_prefix(',').or_else(|| rest.strip_prefix(':').filter(|_| code == "88"))?;
    CODES.contains(&code).then_some((code, rest))
}

fn unterminated(text: &str) -> &str {
    let text = text.trim_end();
    text.strip_suffix('/').unwrap_or(text)
}

/// A whole number with an optional sign.
pub(super) fn number(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.len() <= 30 && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.trim_start_matches('+').parse().ok()).flatten()
}

/// A date with `HHMM`; 2400 and 9999 mean the end of the day and are left out.
pub(super) fn moment(day: &str, clock: &str) -> Option<Moment> {
    let date = yymmdd(day.trim())?;
    let clock = clock.trim();
    let timed = clock.get(..2).zip(clock.get(2..4)).and_then(|(hours, minutes)| Moment::parse_iso(&format!("{date}T{hours}:{minutes}")));
    Some(timed.filter(|moment| moment.date == date).unwrap_or(Moment::from(date)))
}

/// Takes the next field from a continued text.
pub(super) fn next_field<'t>(rest: &mut Option<&'t str>) -> Option<&'t str> {
    next_field_of(rest).map(|(field, _)| field)
}

/// As [`next_field`], with whether its record ended behind it.
pub(super) fn next_field_of<'t>(rest: &mut Option<&'t str>) -> Option<(&'t str, bool)> {
    let text = (*rest)?;
    match text.find([',', CONTINUED]) {
        Some(end) => {
            *rest = text.get(end + 1..);
            Some((text.get(..end)?, text.get(end..)?.starts_with(CONTINUED)))
        }
        None => {
            *rest = None;
            Some((text, true))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn records_however_they_are_written() {
        let text = "01,A,B/   02,C,A,1,260105,/\n16,142,2500,Z,,,TEXT 08/18/23\n more text /\n88,last 1/2/ 49,00,2/\n88:EREF: 1";
        let records = split(text).unwrap();
        let shown: Vec<(&str, String, u64)> =
            records.iter().map(|record| (record.code, record.text().replace(CONTINUED, "|"), record.physical())).collect();
        assert_eq!(shown[0], ("01", "A,B".to_string(), 1));
        assert_eq!(shown[1], ("02", "C,A,1,260105,".to_string(), 1));
        assert_eq!(shown[2], ("16", "142,2500,Z,,,TEXT 08/18/23|more text |last 1/2".to_string(), 2));
        assert_eq!(shown[3], ("49", "00,2|EREF: 1".to_string(), 2));
        assert!(split("88,x/").is_err());
        assert!(split("hello").is_err());
    }

    #[test]
    fn texts_that_look_like_records() {
        for text in ["16,142,1,,,,ACH CO: ACME / 16,500 PIECES", "16,142,1,,,,A / 49,95 EUR", "16,142,1,,,,A / 03,x y"] {
            assert_eq!(split(text).unwrap().len(), 1, "{text}");
        }
        assert_eq!(split("16,142,1,,,,A/ 16,475,,,,1/ 49,+1,3/").unwrap().len(), 3);
    }

    #[test]
    fn numbers_and_dates() {
        assert_eq!(number("+000000000012"), Some(12));
        assert_eq!(number("-5"), Some(-5));
        for text in ["", "+", "1.5", "--5", "1e3"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(moment("060321", "2400").unwrap().to_string(), "2006-03-21");
        assert_eq!(moment("060321", "0829").unwrap().to_string(), "2006-03-21T08:29:00");
    }
}
