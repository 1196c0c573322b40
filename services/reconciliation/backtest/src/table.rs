//! A table of the folder, read row by row: any of the usual delimiters, with or without byte order mark, quoted or not.
//!
//! Columns are found by name in the header; those that are not there read as empty, those nobody asked for are skipped.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use crate::error::BacktestError;
use crate::intake::{AbsentColumn, Odd, Refused, TableRead, Tally};
use crate::progress::Progress;

/// Bytes read at once.
const BUFFER: usize = 1 << 20;

/// A table the folder may hold.
pub(crate) struct Layout<const N: usize> {
    /// File name.
    pub file: &'static str,
    /// Columns, in the order the values are handed out, each with what is done without it.
    pub columns: [(&'static str, &'static str); N],
}

/// Hands out every row of a table as the values of its columns. A file that is not there gives no row.
///
/// # Errors
/// A file that is there and cannot be read.
pub(crate) fn read<const N: usize>(
    folder: &Path,
    layout: &Layout<N>,
    progress: &dyn Progress,
    mut each: impl FnMut([&str; N]) -> Result<Odd, Refused>,
) -> Result<TableRead, BacktestError> {
    let path = folder.join(layout.file);
    let mut tally = Tally::of(layout.file);
    let Some(file) = open(&path)? else { return Ok(tally.finish()) };
    tally.read.present = true;
    let mut source = BufReader::with_capacity(BUFFER, Counted { file, progress });
    let delimiter = delimiter_of(source.fill_buf().map_err(|cause| BacktestError::unreadable(&path, cause))?);
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(true).from_reader(source);
    let header = reader.byte_headers().map_err(|cause| BacktestError::unreadable(&path, cause))?;
    let (width, places) = (header.len(), places(header, layout));
    let absent = layout.columns.iter().zip(&places).filter(|(_, place)| place.is_none());
    tally.read.absent = absent.map(|((column, consequence), _)| AbsentColumn { column, consequence }).collect();

    let mut record = ByteRecord::new();
    let mut scratch = String::new();
    while reader.read_byte_record(&mut record).map_err(|cause| BacktestError::unreadable(&path, cause))? {
        let line = record.position().map_or(0, csv::Position::line);
        let outcome = match extra_value(&record, width) {
            Some(value) => Err(Refused::new("", "stands behind the last column of the header", &value)),
            None => each(values(&record, &places, &mut scratch)),
        };
        tally.row(line, outcome);
    }
    Ok(tally.finish())
}

/// Opens a file; none when it is not there.
pub(crate) fn open(path: &Path) -> Result<Option<File>, BacktestError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(BacktestError::unreadable(path, cause)),
    }
}

/// Tells progress what is read.
pub(crate) struct Counted<'p> {
    pub file: File,
    pub progress: &'p dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.progress.advance(count as u64);
        Ok(count)
    }
}

/// The delimiter that stands most often in the first line, a comma when none does.
fn delimiter_of(start: &[u8]) -> u8 {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    let mut best = b',';
    for delimiter in [b';', b'\t', b'|'] {
        if count(delimiter) > count(best) {
            best = delimiter;
        }
    }
    best
}

fn places<const N: usize>(header: &ByteRecord, layout: &Layout<N>) -> [Option<usize>; N] {
    let names: Vec<String> = header.iter().map(|name| folded(&String::from_utf8_lossy(name))).collect();
    layout.columns.map(|(column, _)| names.iter().position(|name| name == column))
}

/// A name of a column without case, marks around it and blanks in it: ` Invoice Number ` is `invoice_number`.
fn folded(name: &str) -> String {
    let bare = name.trim_start_matches('\u{feff}').trim().trim_matches('"').trim();
    bare.replace([' ', '-'], "_").to_ascii_lowercase()
}

/// A value behind the last named column: a delimiter that should have been quoted has moved everything after it.
fn extra_value(record: &ByteRecord, width: usize) -> Option<String> {
    if record.len() <= width {
        return None;
    }
    let extra = record.iter().skip(width).find(|value| !value.trim_ascii().is_empty())?;
    Some(String::from_utf8_lossy(extra).into_owned())
}

/// The values of the columns without outer blanks. Text that is not UTF-8 is taken for Windows-1252, which old exports use.
fn values<'r, const N: usize>(record: &'r ByteRecord, places: &[Option<usize>; N], scratch: &'r mut String) -> [&'r str; N] {
    if std::str::from_utf8(record.as_slice()).is_ok() {
        let value = |place: &Option<usize>| place.and_then(|index| record.get(index)).and_then(|bytes| std::str::from_utf8(bytes).ok());
        return places.each_ref().map(|place| value(place).unwrap_or_default().trim());
    }
    scratch.clear();
    let ranges = places.map(|place| {
        let start = scratch.len();
        scratch.extend(place.and_then(|index| record.get(index)).unwrap_or_default().iter().map(|byte| char::from(*byte)));
        start..scratch.len()
    });
    let text = &*scratch;
    ranges.map(|range| text.get(range).unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::progress::Silent;

    const LAYOUT: Layout<3> = Layout { file: "t.csv", columns: [("id", ""), ("name", ""), ("city", "no city is known")] };

    fn rows(bytes: &[u8]) -> (Vec<[String; 3]>, TableRead) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.csv"), bytes).unwrap();
        let mut rows = Vec::new();
        let read = read(folder.path(), &LAYOUT, &Silent, |values| {
            rows.push(values.map(str::to_owned));
            Ok(Vec::new())
        });
        (rows, read.unwrap())
    }

    #[test]
    fn every_usual_way_to_write_a_table() {
        let expected = [["1".to_owned(), "Ürün, Söhne".to_owned(), "Köln".to_owned()]];
        for text in [
            "id,name,city\n1,\"Ürün, Söhne\",Köln\n",
            "\u{feff}id;name;city\r\n1;Ürün, Söhne;Köln\r\n",
            "\u{feff}\"id\";\"name\";\"city\"\r\n\"1\";\"Ürün, Söhne\";\"Köln\"",
            "city\tunknown\tID\tname \nKöln\tx\t 1\tÜrün, Söhne",
        ] {
            assert_eq!(rows(text.as_bytes()).0, expected, "{text}");
        }
        let latin: Vec<u8> = "id,name,city\n1,\"Ürün, Söhne\",Köln\n".chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(rows(&latin).0, expected);
    }

    #[test]
    fn short_rows_read_as_empty_and_long_ones_are_refused() {
        let (rows, read) = rows(b"id,name\n1\n2,a,b\n3,c,\n");
        assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!((read.rows, read.refused, read.reasons[0].examples[0].line), (2, 1, 3));
        assert_eq!(read.absent, [AbsentColumn { column: "city", consequence: "no city is known" }]);
    }
}
