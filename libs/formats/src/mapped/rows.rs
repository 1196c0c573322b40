//! Rows of a CSV file or of a sheet.

use csv::StringRecord;

use super::Mapping;
use crate::budget::Budget;
use crate::charset::decode_plain;
use crate::error::FormatError;
use crate::remittance::{MAX_COLUMNS, Workbook, delimiter_of, for_each_record};
use crate::statement::Format;

/// A row with its number, from 1.
#[derive(Debug)]
pub(super) struct SourceRow<'r> {
    /// Line of a CSV file, row of a sheet.
    pub number: u64,
    /// Cells; those behind the last one are empty.
    pub cells: &'r StringRecord,
    /// Rows with a digit there are, as far as the source tells.
    pub of: usize,
}

impl SourceRow<'_> {
    /// The cell at `place`, without blanks around it.
    pub fn get(&self, place: usize) -> &str {
        self.cells.get(place).map(str::trim).unwrap_or_default()
    }

    /// True when every cell is blank.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// What room for a row of a sheet may cost: twice what it does, so that half of the bytes are left when no row fills it.
const MOST_OF_SHEET: usize = 20;

/// Calls `take` with every row. Returns what a text was taken for that is not UTF-8.
pub(super) fn for_each(
    bytes: &[u8],
    format: Format,
    mapping: &Mapping,
    budget: &mut Budget,
    take: impl FnMut(&SourceRow<'_>, &mut Budget) -> Result<(), FormatError>,
) -> Result<Option<&'static str>, FormatError> {
    if format == Format::Xlsx { of_sheet(bytes, mapping, budget, take).map(|()| None) } else { of_text(bytes, mapping, budget, take) }
}

fn of_text(
    bytes: &[u8],
    mapping: &Mapping,
    budget: &mut Budget,
    mut take: impl FnMut(&SourceRow<'_>, &mut Budget) -> Result<(), FormatError>,
) -> Result<Option<&'static str>, FormatError> {
    let (text, charset) = decode_plain(bytes);
    if let Some((before, _)) = text.split_once('\0') {
        let line = before.lines().count().max(1) as u64;
        return Err(FormatError::Malformed { path: "record".to_string(), line, why: "a NUL is no text".to_string() });
    }
    let delimiter = match mapping.delimiter.map(u8::try_from) {
        None => delimiter_of(&text),
        Some(Ok(delimiter)) if delimiter.is_ascii() => delimiter,
        Some(_) => {
            return Err(FormatError::Malformed {
                path: "mapping/delimiter".to_string(),
                line: 0,
                why: "not an ASCII character".to_string(),
            });
        }
    };
    if let Some(line) = open_quote(&text, delimiter) {
        return Err(FormatError::Malformed { path: "record".to_string(), line, why: "a quote that is not closed".to_string() });
    }
    let is_filled = |line: &&str| line.bytes().any(|byte| byte.is_ascii_digit());
    let of = text.split('\n').filter(is_filled).count();
    for_each_record(&text, delimiter, |number, cells| take(&SourceRow { number, cells, of }, budget))?;
    Ok(charset)
}

/// The line of a field whose quote is never closed: it would swallow all rows behind it.
fn open_quote(text: &str, delimiter: u8) -> Option<u64> {
    let (mut line, mut opened, mut is_start) = (1, None, true);
    for byte in text.bytes() {
        match (byte, opened) {
            // A doubled quote closes and opens again.
            (b'"', Some(_)) => (opened, is_start) = (None, true),
            (b'"', None) if is_start => opened = Some(line),
            (_, Some(_)) => {}
            (byte, None) => is_start = byte == delimiter || matches!(byte, b'\r' | b'\n'),
        }
        line += u64::from(byte == b'\n');
    }
    opened
}

fn of_sheet(
    bytes: &[u8],
    mapping: &Mapping,
    budget: &mut Budget,
    mut take: impl FnMut(&SourceRow<'_>, &mut Budget) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let mut book = Workbook::open(bytes)?;
    let wanted = |name: &String| mapping.sheet.as_ref().is_none_or(|sheet| sheet == name);
    let Some(sheet) = book.sheets().into_iter().find(wanted) else {
        let why = format!("no sheet {}", mapping.sheet.as_deref().unwrap_or_default());
        return Err(FormatError::Malformed { path: "mapping/sheet".to_string(), line: 0, why });
    };
    let mut cells = StringRecord::new();
    book.for_each_row(&sheet, budget, |row, budget| {
        let mut places = [""; MAX_COLUMNS as usize];
        let mut length = 0;
        for (column, text) in row.cells() {
            if let Some(place) = places.get_mut(column as usize - 1) {
                *place = text;
                length = length.max(column as usize);
            }
        }
        cells.clear();
        places.iter().take(length).for_each(|text| cells.push_field(text));
        // Sheets have rows that are only formatted.
        let of = row.of.min(budget.most(MOST_OF_SHEET));
        take(&SourceRow { number: row.number.into(), cells: &cells, of }, budget)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_quotes() {
        for (text, line) in [
            ("a;b\n1;2\n", None),
            ("a;\"b;\n\"\"c\"\n1;2\n", None),
            ("a;5\" disk\n1;2\n", None),
            ("a;b\n1;\"2\n3;4\n", Some(2)),
            ("\"", Some(1)),
        ] {
            assert_eq!(open_quote(text, b';'), line, "{text}");
        }
    }
}
