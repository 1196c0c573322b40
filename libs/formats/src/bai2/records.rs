//! Logical records: a record with its continuations (88).
//!
//! Files in the field break the rules in four ways that are read all the same: several records on one line, a record that
//! goes on in a line without code, records that end with the line instead of `/`, and `/` inside a text.

use crate::budget::Budget;
use crate::error::FormatError;
use crate::finding::excerpt;
use crate::lines::{TextLine, lines};
use crate::short_date::yymmdd;
use crate::statement::{Few, Moment};

const CODES: [&str; 8] = ["01", "02", "03", "16", "49", "88", "98", "99"];

/// Fields looked at of a record other than account and detail: more than any of them has.
const MAX_FIELDS: usize = 16;

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
        self.first.split(',').take(MAX_FIELDS).map(str::trim).collect()
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

/// Walks the logical records of a file.
pub(super) struct Records<'a, 'b> {
    text: &'a str,
    /// What is between line ends, or between records on one line.
    pieces: Box<dyn Iterator<Item = TextLine<'a>> + 'a>,
    /// The record that comes next: it may still be continued.
    open: Option<Record<'a>>,
    /// The line looked at last.
    line: u64,
    /// Up to where details were counted, and where the line ends that was looked at for them last.
    counted: usize,
    line_end: usize,
    pub budget: &'b mut Budget,
}

impl<'a, 'b> Records<'a, 'b> {
    /// Of a file, up to its first record.
    pub fn new(text: &'a str, budget: &'b mut Budget) -> Result<Records<'a, 'b>, FormatError> {
        let mut records = Records { text, pieces: Box::new(all_pieces(text)), open: None, line: 1, counted: 0, line_end: 0, budget };
        records.next()?;
        Ok(records)
    }

    /// The line looked at last, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The next record.
    pub fn next(&mut self) -> Result<Option<Record<'a>>, FormatError> {
        while let Some(piece) = self.pieces.next() {
            if let Some(begun) = self.piece(piece)? {
                return Ok(self.open.replace(begun));
            }
        }
        Ok(self.open.take())
    }

    /// The next record when it has this code.
    pub fn next_if(&mut self, code: &str) -> Result<Option<Record<'a>>, FormatError> {
        let is_next = self.open.as_ref().is_some_and(|record| record.code == code);
        if is_next { self.next() } else { Ok(None) }
    }

    /// How many accounts may come, as far as the budget allows them: room to read them without growing.
    pub fn count_accounts(&self) -> usize {
        let begun = self.text.matches("\n03,").count() + self.text.matches("/ 03,").count();
        begun.min(self.budget.most(ACCOUNT))
    }

    /// How many details follow an account: room to read them without growing. No text is looked through twice.
    pub fn count_details(&mut self, account: &Record<'_>) -> usize {
        let Some(rest) = self.text.get(account.offset..).filter(|_| account.offset >= self.counted) else { return 0 };
        // The end of a line of many accounts is looked for once.
        if account.offset >= self.line_end {
            self.line_end = account.offset + lines(rest).next().map_or(0, |line| line.text.len());
        }
        let Some((line, behind)) = rest.split_at_checked(self.line_end - account.offset) else { return 0 };
        let later = all_pieces(behind).map(|piece| (line.len() + piece.offset, piece.text));
        let (mut count, mut end) = (0, 0);
        for (index, (start, piece)) in pieces(line).chain(later).enumerate() {
            let text = piece.trim_start();
            if index > 0 && ["03,", "49,", "98,"].iter().any(|code| text.starts_with(code)) {
                break;
            }
            count += usize::from(text.starts_with("16,"));
            end = start + piece.len();
        }
        self.counted = account.offset + end;
        count
    }

    /// Takes a piece, and returns the record it begins, if it does.
    fn piece(&mut self, piece: TextLine<'a>) -> Result<Option<Record<'a>>, FormatError> {
        let line = piece.number;
        self.line = line;
        let malformed = |why: String| FormatError::Malformed { path: "record".to_string(), line, why };
        let text = piece.text.trim_start();
        let Some((code, rest)) = code_of(text) else {
            if !text.trim_end().is_empty() {
                let open = self.open.as_mut().ok_or_else(|| malformed(format!("no record: \"{}\"", excerpt(text, 30))))?;
                open.more.push(unterminated(text));
                self.budget.spend(CONTINUATION, line)?;
            }
            return Ok(None);
        };
        if code != "88" {
            self.budget.spend(cost(code, rest), line)?;
            let (offset, first) = (piece.offset, unterminated(rest));
            return Ok(Some(Record { code, offset, line, first, more: Few::default(), physical: 1 }));
        }
        let open = self.open.as_mut().ok_or_else(|| malformed("a continuation of nothing".to_string()))?;
        open.more.push(unterminated(rest));
        open.physical += 1;
        self.budget.spend(CONTINUATION + if open.code == "03" { summaries(rest) } else { 0 }, line)?;
        Ok(None)
    }
}

/// What an account costs, but for its summaries.
const ACCOUNT: usize = 36;
/// What a further part of a record costs.
const CONTINUATION: usize = 10;
/// What any other record costs. A detail is charged when it is read.
const OTHER: usize = 1;

/// What a record costs; of an account with its balances.
fn cost(code: &str, fields: &str) -> usize {
    if code == "03" { ACCOUNT + summaries(fields) } else { OTHER }
}

/// What the summaries of an account cost, of four fields each: a balance, `,010,0,,`.
fn summaries(fields: &str) -> usize {
    fields.matches(',').count() * 2
}

/// The records on all lines, and what they go on with.
fn all_pieces(text: &str) -> impl Iterator<Item = TextLine<'_>> {
    lines(text).flat_map(|line| pieces(line.text).map(move |(start, piece)| TextLine { offset: line.offset + start, text: piece, ..line }))
}

/// The records on one line: a `/`, white space and another record end one and begin the next. A text may hold all of that,
/// so the fields behind the code must have the form of its record.
fn pieces(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut slashes = line.match_indices('/');
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let end = slashes.by_ref().map(|(slash, _)| slash + 1).find(|end| begins_record(line.get(*end..).unwrap_or_default()));
        start = end;
        Some((from, line.get(from..end.unwrap_or(line.len())).unwrap_or_default()))
    })
}

/// True for what follows a `/` when another record begins there.
fn begins_record(after: &str) -> bool {
    let next = after.trim_start();
    next.len() < after.len() && code_of(next).is_some_and(|(code, rest)| has_form(code, rest))
}

/// True when the fields behind a code could be that record's.
fn has_form(code: &str, rest: &str) -> bool {
    let record = rest.split_once('/').map_or(rest, |(record, _)| record);
    let fields: Vec<&str> = record.split(',').take(MAX_FIELDS).map(str::trim).collect();
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
    Some(timed.filter(|moment| moment.date() == date).unwrap_or(Moment::from(date)))
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

    fn split(text: &str) -> Vec<Record<'_>> {
        let mut budget = Budget::of(text.len());
        let mut records = Records::new(text, &mut budget).unwrap();
        std::iter::from_fn(|| records.next().unwrap()).collect()
    }

    #[test]
    fn records_however_they_are_written() {
        let text = "01,A,B/   02,C,A,1,260105,/\n16,142,2500,Z,,,TEXT 08/18/23\n more text /\n88,last 1/2/ 49,00,2/\n88:EREF: 1";
        let records = split(text);
        let shown: Vec<(&str, String, u64)> =
            records.iter().map(|record| (record.code, record.text().replace(CONTINUED, "|"), record.physical())).collect();
        assert_eq!(shown[0], ("01", "A,B".to_string(), 1));
        assert_eq!(shown[1], ("02", "C,A,1,260105,".to_string(), 1));
        assert_eq!(shown[2], ("16", "142,2500,Z,,,TEXT 08/18/23|more text |last 1/2".to_string(), 2));
        assert_eq!(shown[3], ("49", "00,2|EREF: 1".to_string(), 2));
        assert!(Records::new("88,x/", &mut Budget::of(5)).is_err());
        assert!(Records::new("hello", &mut Budget::of(5)).is_err());
    }

    #[test]
    fn texts_that_look_like_records() {
        for text in ["16,142,1,,,,ACH CO: ACME / 16,500 PIECES", "16,142,1,,,,A / 49,95 EUR", "16,142,1,,,,A / 03,x y"] {
            assert_eq!(split(text).len(), 1, "{text}");
        }
        assert_eq!(split("16,142,1,,,,A/ 16,475,,,,1/ 49,+1,3/").len(), 3);
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
