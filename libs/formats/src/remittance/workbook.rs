//! XLSX: every sheet as a table.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, open_workbook_from_rs};
use quittance_types::BusinessDate;

use super::page::{MAX_COLUMNS, Page};
use crate::budget::Budget;
use crate::error::FormatError;

mod inflate;

/// Sheets looked at.
const MAX_SHEETS: usize = 40;

/// One cell with its place, both from 1.
pub(crate) struct SheetCell {
    /// Row.
    pub row: u32,
    /// Column.
    pub column: u32,
    /// Text; numbers with a decimal point, dates as ISO 8601.
    pub text: String,
}

/// The sheets of a workbook as pages, with their names.
///
/// # Errors
/// `XML_LIMIT` when its parts inflate to more than an honest workbook holds, `FORMAT_UNKNOWN` for other archives,
/// `STATEMENT_MALFORMED` for a damaged one.
pub(crate) fn read(bytes: &[u8], part: u16, budget: &mut Budget) -> Result<Vec<(String, Page)>, FormatError> {
    let mut pages = Vec::new();
    for (name, cells) in sheets(bytes, budget)? {
        let index = part.saturating_add(u16::try_from(pages.len()).unwrap_or(u16::MAX));
        let mut page = Page::of(index);
        let mut rest = cells.as_slice();
        while let Some(first) = rest.first() {
            let length = rest.iter().position(|cell| cell.row != first.row).unwrap_or(rest.len());
            let (row, tail) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            rest = tail;
            page.table_row(first.row, 1, row.iter().map(|cell| (cell.column, cell.text.as_str())), budget)?;
        }
        pages.push((format!("sheet {name}"), page));
    }
    Ok(pages)
}

/// The visible cells of every sheet, row by row.
pub(crate) fn sheets(bytes: &[u8], budget: &mut Budget) -> Result<Vec<(String, Vec<SheetCell>)>, FormatError> {
    inflate::check(bytes)?;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(|error| damaged("workbook", &error))?;
    let mut out = Vec::new();
    for name in book.sheet_names().into_iter().take(MAX_SHEETS) {
        let mut cells = Vec::new();
        let mut reader = book.worksheet_cells_reader(&name).map_err(|error| damaged(&name, &error))?;
        while let Some(cell) = reader.next_cell().map_err(|error| damaged(&name, &error))? {
            let (row, column) = cell.get_position();
            budget.spend(6, u64::from(row) + 1)?;
            if column >= MAX_COLUMNS {
                continue;
            }
            if let Some(text) = text_of(cell.get_value()) {
                cells.push(SheetCell { row: row.saturating_add(1), column: column + 1, text });
            }
        }
        out.push((name, cells));
    }
    Ok(out)
}

fn damaged(path: &str, error: &calamine::XlsxError) -> FormatError {
    FormatError::Malformed { path: path.to_string(), line: 0, why: error.to_string() }
}

fn text_of(value: &DataRef<'_>) -> Option<String> {
    let text = match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => plain(*number)?,
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            BusinessDate::from_ymd(i32::from(year), u32::from(month), u32::from(day)).ok()?.to_string()
        }
        DataRef::DateTimeIso(text) => text.clone(),
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
