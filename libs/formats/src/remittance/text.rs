//! Plain text: lines, and tables drawn with tabs or bars.

use super::number::parse_number;
use super::page::Page;
use super::words::fold;
use crate::budget::Budget;
use crate::error::FormatError;
use crate::lines::{TextLine, lines};

/// Adds the lines of `text` to `page`. A line with bars, or with tabs in it, becomes a row of a table. Of a mail that quotes
/// another one the quoted lines are left out, unless all amounts stand in them or they are passed on.
pub(crate) fn read(text: &str, page: &mut Page, budget: &mut Budget) -> Result<(), FormatError> {
    let (mut table, mut open) = (0u32, None);
    let pays_behind = |place: u64| lines(text).any(|line| line.number > place && !is_quoted(line.text) && has_cents(line.text));
    let answers = pays_behind(0);
    // What is passed on is what the mail is about, but for what that one quotes.
    let passed_on = lines(text).find(|line| is_passed_on(line.text)).map(|line| line.number);
    let passed_on = passed_on.filter(|place| !pays_behind(*place)).unwrap_or(u64::MAX);
    let is_old = |line: &TextLine<'_>| is_quoted(line.text) && line.number < passed_on;
    for line in lines(text).filter(|line| !answers || !is_old(line)) {
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

/// True for a line of a mail that is answered.
fn is_quoted(line: &str) -> bool {
    line.starts_with('>')
}

/// What mail programs write above a mail that is passed on, folded.
const PASSED_ON: [&str; 8] = [
    "forwarded message",
    "weitergeleitete nachricht",
    "message transfere",
    "doorgestuurd bericht",
    "messaggio inoltrato",
    "mensaje reenviado",
    "vidarebefordrat meddelande",
    "przekazana wiadomosc",
];

fn is_passed_on(line: &str) -> bool {
    let drawn = line.trim_start().starts_with("--");
    drawn && PASSED_ON.iter().any(|words| fold(line).contains(words))
}

/// True when an amount with cents stands in the line.
fn has_cents(line: &str) -> bool {
    line.split_whitespace().any(|word| parse_number(word).is_some_and(|number| number.decimals == 2))
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
