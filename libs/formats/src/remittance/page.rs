//! What every container is turned into: rows of texts with their places.

use crate::budget::Budget;
use crate::error::FormatError;

/// Bytes an honest source spends on a cell.
const CELL: usize = 8;

/// Cells in a row that are looked at; wider tables are cut there.
pub(crate) const MAX_COLUMNS: u32 = 64;

/// Rows of a page; a longer list is a ledger and refused.
const MAX_ROWS: usize = 150_000;

/// One part of a source: a text, a table, a sheet, a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Index of the part in the advice's list.
    pub part: u16,
    /// Rows from top to bottom.
    pub rows: Vec<Row>,
}

/// One line of a text or one row of a table.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Line or row number, from 1.
    pub number: u32,
    /// The table it belongs to; none for a line of text.
    pub table: Option<u32>,
    /// Cells that hold something, from left to right. A line of text is one cell.
    pub cells: Box<[Cell]>,
}

/// One text.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    /// Column in the table, from 1; 0 for a line of text.
    pub column: u32,
    /// The text; never blank in a table.
    pub text: Box<str>,
}

impl Page {
    /// The first and last rows, `count` together.
    pub fn sample(&self, count: usize) -> Page {
        let last = (count / 8).min(self.rows.len());
        let first = (count - last).min(self.rows.len() - last);
        let rows = self.rows.iter().take(first).chain(self.rows.iter().skip(self.rows.len() - last));
        Page { part: self.part, rows: rows.cloned().collect() }
    }

    /// Adds a row.
    fn push(&mut self, row: Row) -> Result<(), FormatError> {
        if self.rows.len() >= MAX_ROWS {
            return Err(FormatError::Limit { what: "rows of an advice", allowed: MAX_ROWS as u64, line: u64::from(row.number) });
        }
        self.rows.push(row);
        Ok(())
    }

    /// Adds a line of text.
    pub fn line(&mut self, number: u32, text: &str, budget: &mut Budget) -> Result<(), FormatError> {
        budget.spend(CELL, u64::from(number))?;
        self.push(Row { number, table: None, cells: Box::new([Cell { column: 0, text: text.trim_end().into() }]) })
    }

    /// Adds a row of a table; blank cells are left out.
    pub fn table_row<'a>(
        &mut self,
        number: u32,
        table: u32,
        cells: impl Iterator<Item = (u32, &'a str)>,
        budget: &mut Budget,
    ) -> Result<(), FormatError> {
        let mut kept = Vec::new();
        for (column, text) in cells.take_while(|(column, _)| *column <= MAX_COLUMNS) {
            budget.spend(CELL, u64::from(number))?;
            let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            if !text.is_empty() {
                kept.push(Cell { column, text: text.into() });
            }
        }
        self.push(Row { number, table: Some(table), cells: kept.into_boxed_slice() })
    }
}

impl Row {
    /// The text of a line.
    pub fn text(&self) -> &str {
        self.cells.first().map(|cell| &*cell.text).unwrap_or_default()
    }

    /// True when nothing but blanks and rules stands in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.chars().all(|c| !c.is_alphanumeric()))
    }
}
