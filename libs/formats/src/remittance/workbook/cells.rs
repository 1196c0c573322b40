//! Cells of a sheet, in the order in which they stand in it.

use quick_xml::events::Event;

use super::package::{Part, attribute, attributes};
use super::strings::{rich, unescape};
use crate::error::FormatError;

/// Rows and columns of the largest sheet a program writes.
const MAX_ROW: u32 = 1 << 20;
const MAX_COLUMN: u32 = 1 << 14;

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number, or a text if it is none.
    Number,
    /// The index of a shared text.
    Shared,
    /// A text.
    Text,
    /// A truth, an error or what is not known here.
    Other,
}

/// Place and kind of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    /// Row and column, from 1.
    pub row: u32,
    pub column: u32,
    pub kind: Kind,
    pub style: Option<usize>,
}

/// The cells of a sheet.
pub(super) struct Cells<'p> {
    part: Part<'p>,
    row: u32,
    column: u32,
    /// Rows there are, as the sheet says.
    pub rows: Option<u32>,
    /// What stands in the cell last given.
    pub text: String,
}

impl<'p> Cells<'p> {
    pub fn new(part: Part<'p>) -> Cells<'p> {
        Cells { part, row: 1, column: 1, rows: None, text: String::new() }
    }

    /// The next cell.
    pub fn next(&mut self) -> Result<Option<Cell>, FormatError> {
        loop {
            match self.part.next()? {
                Event::Start(start) => match start.local_name().into_inner() {
                    "row" => {
                        if let Some(row) = attribute(&start, "r") {
                            self.row = row_of(&row).ok_or_else(|| self.outside(&row))?;
                        }
                    }
                    "c" => {
                        let (mut place, mut style, mut kind) = (None, None, Kind::Number);
                        attributes(&start, |name, value| match name {
                            "r" => place = Some(Place::of(value).ok_or_else(|| value.to_string())),
                            "s" => style = Some(value.parse().unwrap_or_default()),
                            "t" => kind = kind_of(value),
                            _ => {}
                        })?;
                        return self.cell(place, style, kind).map(Some);
                    }
                    "dimension" => {
                        let last = attribute(&start, "ref").and_then(|range| Place::of(range.rsplit(':').next()?));
                        self.rows = last.map(|last| last.row);
                    }
                    _ => {}
                },
                Event::End(end) => match end.local_name().into_inner() {
                    "row" => (self.row, self.column) = (self.row.saturating_add(1), 1),
                    "sheetData" => return Ok(None),
                    _ => {}
                },
                Event::Eof => return Err(self.part.malformed("it ends inside the rows")),
                _ => {}
            }
        }
    }

    fn cell(&mut self, place: Option<Result<Place, String>>, style: Option<usize>, kind: Kind) -> Result<Cell, FormatError> {
        let place = place.transpose().map_err(|reference| self.outside(&reference))?;
        let Place { row, column } = place.unwrap_or(Place { row: self.row, column: self.column });
        self.column = column.saturating_add(1);
        let kind = self.content(kind)?;
        Ok(Cell { row, column, kind, style })
    }

    /// Reads what stands in a cell; a text in itself says what it is, whatever value stands beside it.
    fn content(&mut self, kind: Kind) -> Result<Kind, FormatError> {
        self.text.clear();
        let (mut kind, mut is_inline, mut value) = (kind, false, String::new());
        loop {
            let is_value = match self.part.next()? {
                Event::Start(start) => match start.local_name().into_inner() {
                    "v" => true,
                    "is" => false,
                    _ => continue,
                },
                Event::End(end) if end.local_name().into_inner() == "c" => return Ok(kind),
                Event::Eof => return Err(self.part.malformed("it ends inside a cell")),
                _ => continue,
            };
            value.clear();
            if is_value {
                self.part.text("v", &mut value)?;
            } else {
                rich(&mut self.part, "is", &mut value)?;
                (kind, is_inline) = (Kind::Text, true);
            }
            if is_inline && is_value {
                continue;
            }
            self.text.clear();
            match kind {
                Kind::Text if is_value => unescape(&value, &mut self.text),
                _ => self.text.push_str(&value),
            }
        }
    }

    fn outside(&self, reference: &str) -> FormatError {
        self.part.malformed(&format!("\"{}\" is no place in a sheet", crate::finding::excerpt(reference, 30)))
    }
}

fn kind_of(value: &str) -> Kind {
    match value {
        "n" => Kind::Number,
        "s" => Kind::Shared,
        "str" | "d" | "inlineStr" | "is" => Kind::Text,
        _ => Kind::Other,
    }
}

fn row_of(digits: &str) -> Option<u32> {
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|row| is_number && (1..=MAX_ROW).contains(row))
}

/// Row and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    row: u32,
    column: u32,
}

impl Place {
    /// Of `B7`.
    fn of(reference: &str) -> Option<Place> {
        let digits = reference.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        let letters = reference.strip_suffix(digits)?;
        if letters.is_empty() || letters.len() > 3 {
            return None;
        }
        let value = |letter: u8| u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        let column = letters.bytes().fold(0, |column, letter| column * 26 + value(letter));
        (column <= MAX_COLUMN).then_some(Place { row: row_of(digits)?, column })
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, row_of};

    #[test]
    fn places() {
        for (reference, place) in
            [("A1", Some((1, 1))), ("c107", Some((107, 3))), ("XFD1048576", Some((1 << 20, 1 << 14))), ("AAA1", Some((1, 703)))]
        {
            assert_eq!(Place::of(reference).map(|place| (place.row, place.column)), place, "{reference}");
        }
        for reference in ["", "A", "7", "A0", "XFE1", "AAAA1", "A1048577", "A99999999999", "A1B", "Ä1", "A+1"] {
            assert_eq!(Place::of(reference), None, "{reference}");
        }
        assert_eq!(row_of("4294967295"), None);
    }
}
