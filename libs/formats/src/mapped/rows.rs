//! Rows of a CSV file or of a sheet.

use super::Mapping;
use crate::budget::Budget;
use crate::charset::decode_plain;
use crate::error::FormatError;
use crate::remittance::{delimiter_of, for_each_record, sheets};
use crate::statement::Format;

/// Bytes an honest file spends on a cell.
const CELL: usize = 4;

/// A row with its number, from 1.
#[derive(Debug)]
pub(super) struct SourceRow {
    /// Line of a CSV file, row of a sheet.
    pub number: u64,
    /// Cells; those behind the last one are empty.
    pub cells: Vec<Box<str>>,
}

impl SourceRow {
    /// The cell at `place`, without blanks around it.
    pub fn get(&self, place: usize) -> &str {
        self.cells.get(place).map(|cell| cell.trim()).unwrap_or_default()
    }

    /// True when every cell is blank.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Rows, and what a text was taken for that is not UTF-8.
type Decoded = (Vec<SourceRow>, Option<&'static str>);

pub(super) fn read(bytes: &[u8], format: Format, mapping: &Mapping, budget: &mut Budget) -> Result<Decoded, FormatError> {
    if format == Format::Xlsx { Ok((of_sheet(bytes, mapping, budget)?, None)) } else { of_text(bytes, mapping, budget) }
}

fn of_text(bytes: &[u8], mapping: &Mapping, budget: &mut Budget) -> Result<Decoded, FormatError> {
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
    let mut rows = Vec::new();
    for_each_record(&text, delimiter, |number, record| {
        budget.spend(CELL * record.len(), number)?;
        rows.push(SourceRow { number, cells: record.iter().map(Box::from).collect() });
        Ok(())
    })?;
    Ok((rows, charset))
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

fn of_sheet(bytes: &[u8], mapping: &Mapping, budget: &mut Budget) -> Result<Vec<SourceRow>, FormatError> {
    let sheets = sheets(bytes, budget)?;
    let wanted = |name: &str| mapping.sheet.as_deref().is_none_or(|sheet| sheet == name);
    let Some((_, cells)) = sheets.into_iter().find(|(name, _)| wanted(name)) else {
        let why = format!("no sheet {}", mapping.sheet.as_deref().unwrap_or_default());
        return Err(FormatError::Malformed { path: "mapping/sheet".to_string(), line: 0, why });
    };
    let mut rows: Vec<SourceRow> = Vec::new();
    for cell in cells {
        let number = u64::from(cell.row);
        if rows.last().is_none_or(|row| row.number != number) {
            rows.push(SourceRow { number, cells: Vec::new() });
        }
        let place = (cell.column as usize).saturating_sub(1);
        if let Some(row) = rows.last_mut() {
            budget.spend(CELL, number)?;
            row.cells.resize(row.cells.len().max(place + 1), Box::default());
            if let Some(slot) = row.cells.get_mut(place) {
                *slot = cell.text.into();
            }
        }
    }
    Ok(rows)
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
