//! What every container is turned into: rows of texts with their places.

use crate::budget::{Budget, grow};
use crate::error::FormatError;

/// Bytes an honest source spends on a cell.
const CELL: usize = 8;

/// Cells in a row that are looked at; wider tables are cut there.
pub(crate) const MAX_COLUMNS: u32 = 64;

/// Rows of a page; a longer list is a ledger and refused.
const MAX_ROWS: usize = 150_000;

/// One part of a source: a text, a table, a sheet, a page. The texts of all its cells stand one behind the other, so that a
/// long list costs little more than its text.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Index of the part in the advice's list.
    pub part: u16,
    /// What of the part is not among the rows.
    pub missing: Option<&'static str>,
    /// What its text was taken for when it is not UTF-8.
    pub charset: Option<&'static str>,
    text: String,
    cells: Vec<CellEnd>,
    rows: Vec<RowEnd>,
}

/// Column and end of a cell; it begins where the one before ends.
#[derive(Debug, Clone, Copy)]
struct CellEnd {
    text: u32,
    column: u8,
}

/// Number, table (0: none) and end of a row; it begins where the one before ends.
#[derive(Debug, Clone, Copy)]
struct RowEnd {
    cells: u32,
    number: u32,
    table: u32,
}

/// One line of a text or one row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'p> {
    /// Line or row number, from 1.
    pub number: u32,
    /// The table it belongs to; none for a line of text.
    pub table: Option<u32>,
    page: &'p Page,
    first: usize,
    end: usize,
}

/// One text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'p> {
    /// Column in the table, from 1; 0 for a line of text.
    pub column: u32,
    /// The text; never blank in a table.
    pub text: &'p str,
}

impl Page {
    /// An empty page of a part.
    pub fn of(part: u16) -> Page {
        Page { part, ..Page::default() }
    }

    /// Makes room for `bytes` of text.
    pub fn expect(&mut self, bytes: usize) {
        self.text.reserve_exact(bytes);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Rows from top to bottom.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator {
        (0..self.rows.len()).map(|index| self.at(index))
    }

    /// The row at `index`.
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        (index < self.rows.len()).then(|| self.at(index))
    }

    fn at(&self, index: usize) -> Row<'_> {
        let before = index.checked_sub(1).and_then(|before| self.rows.get(before));
        let own = self.rows.get(index).copied().unwrap_or(RowEnd { cells: 0, number: 0, table: 0 });
        let table = (own.table > 0).then_some(own.table);
        Row { number: own.number, table, page: self, first: before.map_or(0, |before| before.cells as usize), end: own.cells as usize }
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The first and last rows, at most `count` together, and of little more than so many `bytes`; a row at least.
    pub fn sample(&self, count: usize, bytes: usize) -> Page {
        let fitting = |rows: &mut dyn Iterator<Item = Row<'_>>, count: usize, bytes: usize| {
            let mut left = bytes;
            let fits = |row: &Row<'_>| {
                let is_room = left > 0;
                left = left.saturating_sub(row.bytes());
                is_room
            };
            rows.take(count).take_while(fits).count()
        };
        let last = fitting(&mut self.rows().rev(), count / 8, bytes / 8);
        let first = fitting(&mut self.rows().take(self.len() - last), count - last, bytes - bytes / 8);
        let mut sample = Page::of(self.part);
        for row in self.rows().take(first).chain(self.rows().skip(self.len() - last)) {
            for cell in row.cells() {
                sample.cell(cell.column, cell.text);
            }
            sample.rows.push(RowEnd { cells: sample.ends(), number: row.number, table: row.table.unwrap_or(0) });
        }
        sample
    }

    fn ends(&self) -> u32 {
        u32::try_from(self.cells.len()).unwrap_or(u32::MAX)
    }

    fn cell(&mut self, column: u32, text: &str) {
        self.text.push_str(text);
        grow(&mut self.cells);
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.cells.push(CellEnd { text: end, column: u8::try_from(column).unwrap_or(u8::MAX) });
    }

    /// Ends a row.
    fn end(&mut self, number: u32, table: u32) -> Result<(), FormatError> {
        if self.rows.len() >= MAX_ROWS {
            return Err(FormatError::Limit { what: "rows of an advice", allowed: MAX_ROWS as u64, line: u64::from(number) });
        }
        grow(&mut self.rows);
        self.rows.push(RowEnd { cells: self.ends(), number, table });
        Ok(())
    }

    /// Empties the rows at the indexes that are told.
    pub fn clear(&mut self, is_cleared: impl Fn(usize) -> bool) {
        let mut kept = Page { part: self.part, missing: self.missing, charset: self.charset, ..Page::default() };
        kept.expect(self.bytes());
        for (index, row) in self.rows().enumerate() {
            for cell in row.cells().filter(|_| !is_cleared(index)) {
                kept.cell(cell.column, cell.text);
            }
            grow(&mut kept.rows);
            kept.rows.push(RowEnd { cells: kept.ends(), number: row.number, table: row.table.unwrap_or(0) });
        }
        *self = kept;
    }

    /// Adds a line of text.
    pub fn line(&mut self, number: u32, text: &str, budget: &mut Budget) -> Result<(), FormatError> {
        budget.spend(CELL, u64::from(number))?;
        self.cell(0, text.trim_end());
        self.end(number, 0)
    }

    /// Adds a row of the table with this number, from 1; blank cells are left out.
    pub fn table_row<'a>(
        &mut self,
        number: u32,
        table: u32,
        cells: impl Iterator<Item = (u32, &'a str)>,
        budget: &mut Budget,
    ) -> Result<(), FormatError> {
        for (column, text) in cells.take_while(|(column, _)| *column <= MAX_COLUMNS) {
            budget.spend(CELL, u64::from(number))?;
            let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            if !text.is_empty() {
                self.cell(column, text);
            }
        }
        self.end(number, table)
    }
}

impl<'p> Row<'p> {
    /// Cells that hold something, from left to right. A line of text is one cell.
    pub fn cells(self) -> impl DoubleEndedIterator<Item = Cell<'p>> + ExactSizeIterator {
        (self.first..self.end).map(move |index| self.at(index))
    }

    /// The cell at `index`.
    pub fn cell(self, index: usize) -> Option<Cell<'p>> {
        let index = self.first + index;
        (index < self.end).then(|| self.at(index))
    }

    fn at(self, index: usize) -> Cell<'p> {
        let cells = &self.page.cells;
        let start = index.checked_sub(1).and_then(|before| cells.get(before)).map_or(0, |before| before.text as usize);
        let (end, column) = cells.get(index).map_or((start, 0), |cell| (cell.text as usize, u32::from(cell.column)));
        Cell { column, text: self.page.text.get(start..end).unwrap_or_default() }
    }

    /// Bytes of its texts.
    fn bytes(self) -> usize {
        self.cells().map(|cell| cell.text.len()).sum()
    }

    /// The text of a line.
    pub fn text(self) -> &'p str {
        self.cell(0).map(|cell| cell.text).unwrap_or_default()
    }

    /// True when nothing but blanks and rules stands in it.
    pub fn is_blank(self) -> bool {
        self.cells().all(|cell| cell.text.chars().all(|c| !c.is_alphanumeric()))
    }
}
