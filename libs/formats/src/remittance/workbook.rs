//! XLSX: every sheet as a table, a row at a time.

use std::borrow::Cow;
use std::io::{BufReader, Cursor, Error, Read, Seek, SeekFrom};

use calamine::{DataRef, Reader, Xlsx, open_workbook_from_rs};
use quittance_types::BusinessDate;

use super::page::{MAX_COLUMNS, Page};
use crate::budget::Budget;
use crate::error::FormatError;

mod inflate;

pub(crate) use inflate::size as inflated_size;

/// Sheets looked at.
const MAX_SHEETS: usize = 40;

/// Cost of a cell of which nothing is kept: it takes time and no room.
const EMPTY: usize = 1;
/// Bytes of text that deflate to an honest one.
const TEXT: usize = 16;

/// A workbook, of which a row at a time is held.
pub(crate) struct Workbook<'b> {
    book: Xlsx<BufReader<Metered<'b>>>,
}

/// Bytes read at a time.
const BUFFER: usize = 512;

/// Times its size, and bytes beside them, that are read of a workbook: all its parts once, and the directory. Several sheets may
/// be one and the same member.
const READ_TIMES: usize = 3;
const READ_SLACK: usize = 64 << 10;

/// The bytes of a workbook, of which only so many are read.
struct Metered<'b> {
    bytes: Cursor<&'b [u8]>,
    left: usize,
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        let read = self.bytes.read(into)?;
        self.left = self.left.checked_sub(read).ok_or_else(|| Error::other("its parts are read again and again"))?;
        Ok(read)
    }
}

impl Seek for Metered<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64, Error> {
        self.bytes.seek(to)
    }
}

/// A row of a sheet.
#[derive(Debug, Default)]
pub(crate) struct SheetRow {
    /// Number, from 1.
    pub number: u32,
    /// Rows there are, as the sheet says, or no end of them when it does not.
    pub of: usize,
    text: String,
    /// Column and end of each text; it begins where the one before ends.
    ends: Vec<(u32, usize)>,
}

impl SheetRow {
    /// Columns, from 1, with their texts: numbers with a decimal point, dates as ISO 8601.
    pub fn cells(&self) -> impl Iterator<Item = (u32, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        self.ends.iter().zip(starts).map(|((column, end), start)| (*column, self.text.get(start..*end).unwrap_or_default()))
    }

    fn push(&mut self, column: u32, text: &str) {
        self.text.push_str(text);
        self.ends.push((column, self.text.len()));
    }

    fn begin(&mut self, number: u32) {
        self.number = number;
        self.text.clear();
        self.ends.clear();
    }
}

impl<'b> Workbook<'b> {
    /// Opens a workbook.
    ///
    /// # Errors
    /// `XML_LIMIT` when its parts inflate to more than an honest workbook holds, `FORMAT_UNKNOWN` for other archives,
    /// `STATEMENT_MALFORMED` for a damaged one.
    pub fn open(bytes: &'b [u8]) -> Result<Workbook<'b>, FormatError> {
        inflate::check(bytes)?;
        let left = bytes.len().saturating_mul(READ_TIMES).saturating_add(READ_SLACK);
        let reader = Metered { bytes: Cursor::new(bytes), left };
        let book = open_workbook_from_rs(BufReader::with_capacity(BUFFER, reader)).map_err(|error| damaged("workbook", &error))?;
        Ok(Workbook { book })
    }

    /// Names of the sheets that are looked at.
    pub fn sheets(&self) -> Vec<String> {
        self.book.sheet_names().into_iter().take(MAX_SHEETS).collect()
    }

    /// Calls `take` with every row of a sheet in which something stands.
    ///
    /// # Errors
    /// What `take` gives, and `XML_LIMIT` for more cells than the bytes may honestly hold.
    pub fn for_each_row(
        &mut self,
        sheet: &str,
        budget: &mut Budget,
        mut take: impl FnMut(&SheetRow, &mut Budget) -> Result<(), FormatError>,
    ) -> Result<(), FormatError> {
        let mut reader = self.book.worksheet_cells_reader(sheet).map_err(|error| damaged(sheet, &error))?;
        let (last, _) = reader.dimensions().end;
        let mut row = SheetRow { of: if last == 0 { usize::MAX } else { last as usize + 1 }, ..SheetRow::default() };
        while let Some(cell) = reader.next_cell().map_err(|error| damaged(sheet, &error))? {
            let (number, column) = cell.get_position();
            let number = number.saturating_add(1);
            if row.number != number {
                if !row.ends.is_empty() {
                    take(&row, budget)?;
                }
                row.begin(number);
            }
            let is_looked_at = column < MAX_COLUMNS && row.ends.len() < MAX_COLUMNS as usize;
            let text = text_of(cell.get_value()).filter(|_| is_looked_at);
            budget.spend(text.as_ref().map_or(EMPTY, |text| text.len() / TEXT), u64::from(number))?;
            text.into_iter().for_each(|text| row.push(column + 1, &text));
        }
        if row.ends.is_empty() { Ok(()) } else { take(&row, budget) }
    }
}

/// The sheets of a workbook as pages, with their names.
///
/// # Errors
/// As [`Workbook::open`] and [`Workbook::for_each_row`].
pub(crate) fn read(bytes: &[u8], part: u16, budget: &mut Budget) -> Result<Vec<(String, Page)>, FormatError> {
    let mut book = Workbook::open(bytes)?;
    let mut pages = Vec::new();
    for name in book.sheets() {
        let index = part.saturating_add(u16::try_from(pages.len()).unwrap_or(u16::MAX));
        let mut page = Page::of(index);
        book.for_each_row(&name, budget, |row, budget| page.table_row(row.number, 1, row.cells(), budget))?;
        pages.push((format!("sheet {name}"), page));
    }
    Ok(pages)
}

fn damaged(path: &str, error: &calamine::XlsxError) -> FormatError {
    FormatError::Malformed { path: path.to_string(), line: 0, why: error.to_string() }
}

fn text_of<'v>(value: &'v DataRef<'_>) -> Option<Cow<'v, str>> {
    let text = match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) => Cow::Borrowed(text.as_str()),
        DataRef::SharedString(text) => Cow::Borrowed(*text),
        DataRef::Int(number) => Cow::Owned(number.to_string()),
        DataRef::Float(number) => Cow::Owned(plain(*number)?),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Cow::Owned(BusinessDate::from_ymd(i32::from(year), u32::from(month), u32::from(day)).ok()?.to_string())
        }
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// A number as a spreadsheet shows it: fifteen significant digits, no exponent.
fn plain(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let whole = format!("{number:.0}");
    let digits = whole.trim_start_matches('-').len();
    if digits > 15 {
        return None;
    }
    let text = format!("{number:.*}", 15 - digits);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    // Three decimals would read as thousands.
    let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    Some(match decimals {
        1 | 3 => format!("{text}0"),
        _ => text.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn numbers_as_shown() {
        for (number, text) in [(1209.87, "1209.87"), (0.1 + 0.2, "0.30"), (4711.0, "4711"), (12.5, "12.50"), (-3.0, "-3"), (1e20, "")] {
            assert_eq!(plain(number).unwrap_or_default(), text);
        }
    }
}
