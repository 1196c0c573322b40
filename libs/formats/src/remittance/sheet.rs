//! Delimited text: delimiter and quotes as found.

use csv::{ReaderBuilder, StringRecord};

use super::page::Page;
use crate::budget::Budget;
use crate::error::FormatError;
use crate::finding::count_lines;
use crate::lines::{TextLine, lines};

/// Lines looked at to find the delimiter.
const SAMPLE: usize = 60;

/// Longest field read.
const MAX_FIELD: usize = 64 << 10;

/// Fields of a line; a reader holds the place of each.
const MAX_FIELDS: usize = 50_000;

const DELIMITERS: [u8; 4] = [b';', b'\t', b'|', b','];

/// True for a text most of whose lines have the same number of fields.
pub(crate) fn looks_like(head: &str) -> bool {
    let best = best(head);
    best.is_some_and(|(delimiter, score)| {
        let fields = if delimiter == b',' { 4 } else { 3 };
        score.lines >= 2 && score.same * 10 >= score.lines * 8 && score.fields >= fields && !score.spaced && !score.decimal
    })
}

/// The delimiter of `text`: the one that cuts most lines into equally many fields.
pub(crate) fn delimiter_of(text: &str) -> u8 {
    best(text).map_or(b';', |(delimiter, _)| delimiter)
}

#[derive(Debug, Clone, Copy)]
struct Score {
    /// Lines that hold something.
    lines: usize,
    /// Lines with the usual number of fields.
    same: usize,
    /// That number.
    fields: usize,
    /// True when a blank follows most delimiters, as in sentences.
    spaced: bool,
    /// True when most delimiters part an amount from its cents, as in a table of columns.
    decimal: bool,
}

fn best(text: &str) -> Option<(u8, Score)> {
    let scored = DELIMITERS.iter().filter_map(|delimiter| score(text, *delimiter).map(|score| (*delimiter, score)));
    // Of equals the first: a comma is more often a decimal one.
    scored.rev().max_by_key(|(_, score)| (score.same * score.fields.min(6), score.same))
}

fn score(text: &str, delimiter: u8) -> Option<Score> {
    let letter = char::from(delimiter);
    let (mut counts, mut spaces, mut decimals, mut all): (Vec<usize>, usize, usize, usize) = (Vec::new(), 0, 0, 0);
    for line in lines(text).take(SAMPLE).map(|line| line.text).filter(|line| !line.trim().is_empty()) {
        let mut quoted = false;
        let mut fields = 1;
        for (at, found) in line.char_indices() {
            quoted ^= found == '"';
            if found == letter && !quoted {
                let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default());
                fields += 1;
                all += 1;
                spaces += usize::from(after.starts_with(' '));
                decimals += usize::from(parts_cents(before, after));
            }
        }
        counts.push(fields);
    }
    let usual = counts
        .iter()
        .copied()
        .filter(|fields| *fields >= 2)
        .max_by_key(|fields| (counts.iter().filter(|other| *other == fields).count(), *fields))?;
    let same = counts.iter().filter(|fields| **fields == usual).count();
    Some(Score { lines: counts.len(), same, fields: usual, spaced: spaces * 2 > all, decimal: decimals * 2 > all })
}

/// Whether an amount ends `before` and its cents, then white, begin `after`.
fn parts_cents(before: &str, after: &str) -> bool {
    let cents = after.bytes().take_while(u8::is_ascii_digit).count();
    before.ends_with(|c: char| c.is_ascii_digit()) && cents == 2 && after.as_bytes().get(2).is_none_or(u8::is_ascii_whitespace)
}

/// Adds the records of `text` as the rows of one table; a record's number is that of its first line.
pub(crate) fn read(text: &str, page: &mut Page, budget: &mut Budget) -> Result<(), FormatError> {
    for_each(text, delimiter_of(text), |line, record| {
        let cells = (1u32..).zip(record.iter());
        page.table_row(u32::try_from(line).unwrap_or(u32::MAX), 1, cells, budget)
    })
}

/// Calls `take` with line number and fields of every record.
pub(crate) fn for_each(
    text: &str,
    delimiter: u8,
    mut take: impl FnMut(u64, &StringRecord) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // `sep=;` tells spreadsheets the delimiter and is no record.
    let first = text.lines().next().unwrap_or_default();
    let body = if first.starts_with("sep=") { text.get(first.len()..).unwrap_or_default() } else { text };
    let is_wide = |line: &TextLine<'_>| line.text.bytes().filter(|byte| *byte == delimiter).count() > MAX_FIELDS;
    if let Some(line) = lines(body).find(is_wide) {
        return Err(FormatError::Limit { what: "fields of a line", allowed: MAX_FIELDS as u64, line: line.number });
    }
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut record = StringRecord::new();
    let (mut line, mut counted) = (1u64, 0usize);
    loop {
        let more = reader.read_record(&mut record);
        let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        // Empty lines before a record are no records.
        let blank = body.as_bytes().get(start..).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = start.saturating_add(blank).min(body.len());
        line += count_lines(body.as_bytes(), counted, start);
        counted = counted.max(start);
        match more {
            Ok(false) => return Ok(()),
            Ok(true) if record.iter().any(|field| field.len() > MAX_FIELD) => {
                return Err(FormatError::Malformed {
                    path: "record".to_string(),
                    line,
                    why: "a field without end: is a quote unbalanced?".to_string(),
                });
            }
            Ok(true) => take(line, &record)?,
            Err(error) => return Err(FormatError::Malformed { path: "record".to_string(), line, why: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters() {
        for (text, delimiter) in [
            ("a;b;c\n1;2,5;3\n", b';'),
            ("a,b,c\n1,2.5,3\n", b','),
            ("a\tb\n1\t2,5\n", b'\t'),
            ("\"x;y\",b\n\"1;2\",3\n", b','),
            ("Rechnung;Betrag\nRE-1;12,50\nRE-2;13,50\n", b';'),
        ] {
            assert_eq!(char::from(delimiter_of(text)), char::from(delimiter), "{text}");
        }
        assert!(!looks_like("Number      Gross   Less     Net\nRE-1       12,50   0,00   12,50\nRE-2    1.113,50   0,00   1.113,50\n"));
        assert!(looks_like("invoice,date,qty,net\nRE-1,2026-01-02,12,12.50\nRE-2,2026-01-03,13,13.50\n"));
        assert!(looks_like("a;b;c\n1;2,5;3\n") && !looks_like("Dear Sirs, we paid\ninvoice 4711, thank you, bye\n"));
    }
}
