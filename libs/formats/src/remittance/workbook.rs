//! XLSX: every sheet as a table, a row at a time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use quick_xml::events::Event;
use quittance_types::BusinessDate;

use super::page::{MAX_COLUMNS, Page};
use crate::budget::Budget;
use crate::error::FormatError;
use cells::{Cell, Cells, Kind};
use package::{Package, attribute, attributes, malformed};
use strings::Strings;

mod cells;
mod package;
mod strings;
mod styles;

pub(crate) use package::inflated_size;

/// Sheets looked at.
const MAX_SHEETS: usize = 40;

/// Parts a part refers to that are looked at, and bytes of their names.
const MAX_RELATIONS: usize = 1_000;
const MAX_NAME: usize = 1_000;

/// Cost of a cell of which nothing is kept: it takes time and no room.
const EMPTY: usize = 1;
/// Bytes of text that deflate to an honest one, but for a long text.
const TEXT: usize = 16;
const LONG: usize = 512;

/// Days from the first day of a sheet to 1970-01-01, by its calendar.
const EPOCH_1900: i32 = 25_569;
const EPOCH_1904: i32 = 24_107;

/// A workbook, of which a row at a time is held.
pub(crate) struct Workbook<'b> {
    package: Package<'b>,
    /// Names and parts of the sheets.
    sheets: Vec<(String, String)>,
    strings: Strings,
    /// For every style, whether it shows a date.
    styles: Vec<bool>,
    epoch: i32,
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
        let package = Package::open(bytes)?;
        let mut book = Workbook { package, sheets: Vec::new(), strings: Strings::default(), styles: Vec::new(), epoch: EPOCH_1900 };
        let root = relations(&mut book.package, "_rels/.rels")?;
        let target = root.values().find(|(kind, _)| kind.ends_with("/officeDocument")).map(|(_, target)| target.trim_start_matches('/'));
        let target = target.ok_or_else(|| malformed("_rels/.rels", &"no workbook in it"))?;
        let (folder, name) = target.split_at(target.rfind('/').map_or(0, |at| at + 1));
        if let Some(part) = book.package.part(&format!("{folder}sharedStrings.xml"))? {
            book.strings = Strings::read(part, bytes.len())?;
        }
        if let Some(part) = book.package.part(&format!("{folder}styles.xml"))? {
            book.styles = styles::read(part)?;
        }
        let relations = relations(&mut book.package, &format!("{folder}_rels/{name}.rels"))?;
        book.read_sheets(&format!("{folder}{name}"), folder, &relations)?;
        Ok(book)
    }

    fn read_sheets(&mut self, name: &str, folder: &str, relations: &Relations) -> Result<(), FormatError> {
        let Some(mut part) = self.package.part(name)? else { return Ok(()) };
        while self.sheets.len() < MAX_SHEETS {
            match part.next()? {
                Event::Start(start) => match start.local_name().into_inner() {
                    "workbookPr" if attribute(&start, "date1904").is_some_and(|is_1904| matches!(is_1904.as_str(), "1" | "true")) => {
                        self.epoch = EPOCH_1904;
                    }
                    "sheet" => {
                        let mut relation = None;
                        attributes(&start, |name, value| {
                            if name == "id" || name.ends_with(":id") {
                                relation = relations.get(value);
                            }
                        })?;
                        // Diagrams and dialogues have no cells.
                        let target = relation.filter(|(kind, _)| kind.ends_with("/worksheet")).map(|(_, target)| target);
                        let path = target.map(|target| match target.strip_prefix('/') {
                            Some(path) => path.to_string(),
                            None => format!("{folder}{target}"),
                        });
                        let name = attribute(&start, "name").filter(|name| name.len() <= MAX_NAME);
                        self.sheets.extend(name.zip(path));
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        Ok(())
    }

    /// Names of the sheets that are looked at.
    pub fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|(name, _)| name.clone()).collect()
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
        let path = self.sheets.iter().find(|(name, _)| name == sheet).map(|(_, path)| path.as_str()).unwrap_or_default();
        let part = self.package.part(path)?.ok_or_else(|| malformed(sheet, &"there is no such part"))?;
        let shown = Shown { strings: &self.strings, styles: &self.styles, epoch: self.epoch };
        let mut cells = Cells::new(part);
        let mut row = SheetRow::default();
        while let Some(cell) = cells.next()? {
            if row.number != cell.row {
                if !row.ends.is_empty() {
                    take(&row, budget)?;
                }
                row.begin(cell.row);
                row.of = cells.rows.map_or(usize::MAX, |rows| rows as usize);
            }
            let is_looked_at = cell.column <= MAX_COLUMNS && row.ends.len() < MAX_COLUMNS as usize;
            let text = shown.text(&cell, &cells.text).ok_or_else(|| malformed(sheet, &"a text that is not there"))?;
            let text = Some(text).filter(|text| is_looked_at && !text.trim().is_empty());
            budget.spend(text.as_ref().map_or(EMPTY, |text| cost(text)), u64::from(cell.row))?;
            text.into_iter().for_each(|text| row.push(cell.column, &text));
        }
        if row.ends.is_empty() { Ok(()) } else { take(&row, budget) }
    }
}

/// What the text of a cell costs. Those of an honest workbook that are long differ from each other.
fn cost(text: &str) -> usize {
    if text.len() > LONG { text.len() } else { text.len() / TEXT }
}

/// Kind and target of what a part refers to, by their ids.
type Relations = BTreeMap<String, (String, String)>;

fn relations(package: &mut Package<'_>, name: &str) -> Result<Relations, FormatError> {
    let mut part = package.part(name)?.ok_or_else(|| malformed(name, &"there is no such part"))?;
    let mut found = Relations::new();
    while found.len() < MAX_RELATIONS {
        match part.next()? {
            Event::Start(start) if start.local_name().into_inner() == "Relationship" => {
                let value = |name| attribute(&start, name).filter(|value| value.len() <= MAX_NAME);
                found.extend(value("Id").zip(value("Type").zip(value("Target"))));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(found)
}

/// How values of cells are shown.
struct Shown<'w> {
    strings: &'w Strings,
    styles: &'w [bool],
    epoch: i32,
}

impl Shown<'_> {
    /// The text of a cell, empty when nothing is shown of it; none when it is a shared one that is not there.
    fn text<'t>(&'t self, cell: &Cell, value: &'t str) -> Option<Cow<'t, str>> {
        match cell.kind {
            Kind::Text => Some(Cow::Borrowed(value)),
            Kind::Other => Some(Cow::Borrowed("")),
            Kind::Shared if value.is_empty() => Some(Cow::Borrowed("")),
            Kind::Shared => self.strings.get(value.trim().parse().ok()?).map(Cow::Borrowed),
            Kind::Number => {
                let Ok(number) = value.trim().parse::<f64>() else { return Some(Cow::Borrowed(value)) };
                let is_date = cell.style.and_then(|style| self.styles.get(style)).is_some_and(|is_date| *is_date);
                let text = if is_date { self.date(number) } else { plain(number) };
                Some(text.map_or(Cow::Borrowed(""), Cow::Owned))
            }
        }
    }

    fn date(&self, number: f64) -> Option<String> {
        // The cast ends at the last number there is.
        let days = (number.floor() as i32).checked_sub(self.epoch)?;
        BusinessDate::from_days(days).ok().map(|date| date.to_string())
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
