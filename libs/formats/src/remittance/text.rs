//! Plain text: lines, and tables drawn with tabs or bars.

use super::page::Page;
use crate::budget::Budget;
use crate::error::FormatError;
use crate::lines::lines;

/// Adds the lines of `text` to `page`. A line with bars, or with tabs in it, becomes a row of a table.
pub(crate) fn read(text: &str, page: &mut Page, budget: &mut Budget) -> Result<(), FormatError> {
    let (mut table, mut open) = (0u32, None);
    for line in lines(text) {
        let number = u32::try_from(line.number).unwrap_or(u32::MAX);
        let content = unquoted(line.text);
        let separator = separator_of(content);
        if separator != open && !content.trim().is_empty() {
            table += u32::from(separator.is_some());
            open = separator;
        }
        match separator {
            Some(separator) => {
                let cells = (1u32..).zip(content.trim().trim_matches('|').split(separator));
                page.table_row(number, table, cells, budget)?;
            }
            None => page.line(number, content, budget)?,
        }
    }
    Ok(())
}

/// Without the marks of a quoted mail.
fn unquoted(line: &str) -> &str {
    let mut rest = line;
    while let Some(inner) = rest.strip_prefix('>') {
        rest = inner.strip_prefix(' ').filter(|next| next.starts_with('>')).unwrap_or(inner);
    }
    rest
}

fn separator_of(line: &str) -> Option<char> {
    let inner = line.trim();
    let count = |separator: char| inner.matches(separator).count();
    if count('|') >= 2 {
        return Some('|');
    }
    // A single tab often stands between a label and its value; the label readers know that.
    if count('\t') >= 1 && !inner.contains("\t\t\t\t") {
        return Some('\t');
    }
    let fields = count(';');
    (fields >= 2 && !inner.contains("; ")).then_some(';')
}
