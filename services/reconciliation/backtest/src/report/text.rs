//! The report as text.

use comfy_table::{CellAlignment, Color, ContentArrangement, LineStyle, TableStyle, presets::UTF8_HORIZONTAL_ONLY};

use super::Report;
use super::sections::{Cell, Section, Table, sections};

/// Rules above, below and under the head; rows stand close.
const STYLE: TableStyle = UTF8_HORIZONTAL_ONLY.header_separator(LineStyle::none().fill('─').junction('─')).row_separator(LineStyle::none());
/// Columns of a text that is not for a terminal.
const WIDTH: u16 = 150;

/// Renders everything.
pub(super) fn render(report: &Report, colour: bool, width: Option<u16>) -> String {
    let mut out = String::new();
    for sentence in &report.summary {
        out.push_str(&strong(sentence, colour));
        out.push('\n');
    }
    list(&mut out, "What was missing", &report.missing, colour);
    list(&mut out, "What to look at", &report.warnings, colour);
    for section in sections(report) {
        out.push('\n');
        out.push_str(&strong(section.title, colour));
        if !section.note.is_empty() {
            out.push_str(&format!(" ({})", section.note));
        }
        out.push('\n');
        out.push_str(&table(&section, colour, width.unwrap_or(WIDTH)));
        out.push('\n');
    }
    out
}

fn list(out: &mut String, title: &str, sentences: &[String], colour: bool) {
    if sentences.is_empty() {
        return;
    }
    out.push('\n');
    out.push_str(&strong(title, colour));
    out.push('\n');
    sentences.iter().for_each(|sentence| out.push_str(&format!("- {sentence}\n")));
}

fn strong(text: &str, colour: bool) -> String {
    if colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn table(section: &Section, colour: bool, width: u16) -> String {
    let Table { head, rows, total, .. } = &section.table;
    let shown: Vec<usize> = head.iter().enumerate().filter(|(_, head)| !head.name.is_empty()).map(|(index, _)| index).collect();
    let cells = |row: &[Cell]| -> Vec<comfy_table::Cell> {
        shown.iter().filter_map(|index| row.get(*index)).map(|found| cell(found, colour)).collect()
    };
    let mut table = comfy_table::Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    if colour {
        table.enforce_styling();
    }
    table.set_header(shown.iter().filter_map(|index| head.get(*index)).map(|head| head.name));
    for row in rows {
        table.add_row(cells(row));
    }
    if !total.is_empty() {
        table.add_row(cells(total));
    }
    for (place, index) in shown.iter().enumerate() {
        if let Some(column) = table.column_mut(place).filter(|_| head.get(*index).is_some_and(|head| head.figure)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn cell(cell: &Cell, colour: bool) -> comfy_table::Cell {
    match cell {
        Cell::Text(text) | Cell::Figure(text) => comfy_table::Cell::new(text),
        Cell::Two(text, small) if small.is_empty() => comfy_table::Cell::new(text),
        Cell::Two(text, small) => comfy_table::Cell::new(format!("{text}\n{small}")),
        Cell::Status(good, text) if colour => comfy_table::Cell::new(text).fg(if *good { Color::Green } else { Color::Red }),
        Cell::Status(_, text) => comfy_table::Cell::new(text),
        Cell::Strip(_) => comfy_table::Cell::new(""),
    }
}
