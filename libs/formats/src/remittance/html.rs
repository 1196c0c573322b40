//! HTML: innermost tables as tables, everything else as lines.

use scraper::Html;
use scraper::node::Node;

use super::page::{MAX_COLUMNS, Page};
use crate::budget::Budget;
use crate::error::FormatError;

mod attributes;
mod formatting;
mod nesting;
mod pieces;

use attributes::Attributes;
use pieces::PIECE;

/// Bytes an honest page spends on a tag of which all are held at a time.
const TAG: usize = 32;
/// The same for an attribute with a value.
const ATTRIBUTE: usize = 2;
/// Open elements that are looked at in vain for an end tag in the time an honest byte takes.
const STEPS: usize = 16;
/// Attributes of a tag.
const MAX_ATTRIBUTES: u64 = 1000;
/// Elements open at the same time. Word lists some 400 styles in a comment, as tags that are never closed.
const MAX_DEPTH: u32 = 1_000;

/// Adds the texts of a page.
///
/// # Errors
/// `XML_LIMIT` for more tags than the bytes may honestly hold and for tags opened into each other without end: such
/// pages would cost a parser far more than their size.
pub(crate) fn read(text: &str, page: &mut Page, budget: &mut Budget) -> Result<(), FormatError> {
    check(text)?;
    let mut writer =
        Writer { page, budget, line: 0, tables: 0, continues: false, text: String::new(), stack: Vec::new(), preformatted: 0, skipped: 0 };
    for piece in pieces::pieces(text) {
        writer.continues = piece.continues;
        if piece.text.len() > 3 * PIECE {
            writer.budget.spend(held(&piece.text), 0)?;
        }
        let most = writer.budget.most(1).saturating_mul(STEPS);
        writer.budget.spend(nesting::steps(&piece.text, most) / STEPS, 0)?;
        let document = Html::parse_document(&formatting::renamed(&piece.text));
        for edge in document.tree.root().traverse() {
            match edge {
                ego_tree::iter::Edge::Open(node) => writer.open(&node)?,
                ego_tree::iter::Edge::Close(node) => writer.close(&node)?,
            }
        }
        writer.flush()?;
    }
    Ok(())
}

/// What the tags and attributes of a long piece cost.
fn held(piece: &str) -> usize {
    let count = |letter: u8| piece.bytes().filter(|byte| *byte == letter).count();
    count(b'<').saturating_mul(TAG).saturating_add(count(b'=').saturating_mul(ATTRIBUTE))
}

/// Looks at tags before the parser builds anything.
fn check(text: &str) -> Result<(), FormatError> {
    let mut depth = 0u32;
    let mut attributes = Attributes::default();
    for (index, byte) in text.bytes().enumerate() {
        if byte == b'<' {
            let rest = text.get(index + 1..).unwrap_or_default();
            if rest.starts_with('/') {
                depth = depth.saturating_sub(1);
            } else if nests(rest) {
                depth += 1;
            }
        }
        if attributes.after(byte) > MAX_ATTRIBUTES {
            return Err(FormatError::Limit { what: "attributes of a tag", allowed: MAX_ATTRIBUTES, line: 0 });
        }
        if depth > MAX_DEPTH {
            return Err(FormatError::Limit { what: "tags opened into each other", allowed: u64::from(MAX_DEPTH), line: 0 });
        }
    }
    Ok(())
}

/// Elements that are not closed, or need not be.
#[rustfmt::skip]
const OPEN_ENDED: [&str; 25] = [
    "br", "hr", "img", "meta", "link", "input", "col", "p", "li", "td", "tr", "th", "tbody", "thead", "tfoot", "colgroup", "dt", "dd",
    "option", "base", "wbr", "area", "html", "body", "head",
];

/// Letters and digits in the name of an element that means something here.
const MAX_NAME: usize = 12;

/// The name behind a `<` or `</`; empty when it is none of those known here.
fn tag_name(rest: &str) -> &str {
    let length = rest.bytes().take(MAX_NAME).take_while(u8::is_ascii_alphanumeric).count();
    let (name, behind) = rest.split_at_checked(length).unwrap_or_default();
    let ends = behind.bytes().next().is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
    if ends { name } else { "" }
}

/// True for the name behind a `<` or `</`.
fn is_tag(rest: &str, name: &str) -> bool {
    tag_name(rest).eq_ignore_ascii_case(name)
}

/// True for one of the names behind a `<` or `</`.
fn is_one_of(rest: &str, names: &[&str]) -> bool {
    let found = tag_name(rest);
    names.iter().any(|name| found.eq_ignore_ascii_case(name))
}

/// True for the beginning of a tag that is usually closed.
fn nests(rest: &str) -> bool {
    rest.starts_with(|first: char| first.is_ascii_alphabetic()) && !is_one_of(rest, &OPEN_ENDED)
}

type NodeRef<'a> = ego_tree::NodeRef<'a, Node>;

/// An innermost table being read.
#[derive(Debug, Default)]
struct Table {
    number: u32,
    cells: Vec<(u32, String)>,
    /// Next free column.
    column: u32,
    /// Rows for which a column is still covered by a cell above.
    covered: Vec<u32>,
    open_cell: Option<(u32, String)>,
}

struct Writer<'p, 'b> {
    page: &'p mut Page,
    budget: &'b mut Budget,
    line: u32,
    tables: u32,
    /// The next table goes on with the last one.
    continues: bool,
    text: String,
    stack: Vec<Table>,
    preformatted: u32,
    skipped: u32,
}

impl Writer<'_, '_> {
    fn open(&mut self, node: &NodeRef<'_>) -> Result<(), FormatError> {
        match node.value() {
            Node::Text(text) if self.skipped == 0 => self.push(text),
            Node::Element(element) => return self.open_element(node, element.name()),
            _ => {}
        }
        Ok(())
    }

    fn open_element(&mut self, node: &NodeRef<'_>, name: &str) -> Result<(), FormatError> {
        match name {
            "script" | "style" | "head" | "template" | "noscript" => self.skipped += 1,
            "pre" => {
                self.flush()?;
                self.preformatted += 1;
            }
            "br" => self.line_break()?,
            "table" if is_data_table(node) => {
                self.flush()?;
                self.tables += u32::from(!std::mem::take(&mut self.continues));
                self.stack.push(Table { number: self.tables, ..Table::default() });
            }
            "tr" if self.in_table() => self.open_row(),
            "td" | "th" if self.in_table() => self.open_cell(node),
            "span" | formatting::LINK | "label" => self.push(" "),
            _ if is_block(name) => self.line_break()?,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, node: &NodeRef<'_>) -> Result<(), FormatError> {
        let Node::Element(element) = node.value() else { return Ok(()) };
        match element.name() {
            "script" | "style" | "head" | "template" | "noscript" => self.skipped = self.skipped.saturating_sub(1),
            "pre" => {
                self.flush()?;
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            "table" if is_data_table(node) => drop(self.stack.pop()),
            "tr" if self.in_table() => self.close_row()?,
            "td" | "th" if self.in_table() => self.close_cell(),
            "span" | formatting::LINK | "label" => self.push(" "),
            name if is_block(name) => self.line_break()?,
            _ => {}
        }
        Ok(())
    }

    fn in_table(&self) -> bool {
        !self.stack.is_empty()
    }

    fn open_row(&mut self) {
        let Some(table) = self.stack.last_mut() else { return };
        table.column = 1;
        for rows in &mut table.covered {
            *rows = rows.saturating_sub(1);
        }
    }

    fn open_cell(&mut self, node: &NodeRef<'_>) {
        let (columns, rows) = (attribute(node, "colspan"), attribute(node, "rowspan"));
        let Some(table) = self.stack.last_mut() else { return };
        while table.covered.get(table.column as usize).is_some_and(|rows| *rows > 0) {
            table.column += 1;
        }
        table.open_cell = Some((table.column, String::new()));
        if rows > 1 {
            let end = (table.column + columns).min(MAX_COLUMNS) as usize;
            table.covered.resize(table.covered.len().max(end), 0);
            for slot in table.covered.iter_mut().take(end).skip(table.column as usize) {
                *slot = rows;
            }
        }
        table.column = table.column.saturating_add(columns).min(MAX_COLUMNS + 1);
    }

    fn close_cell(&mut self) {
        let Some(table) = self.stack.last_mut() else { return };
        if let Some(cell) = table.open_cell.take() {
            table.cells.push(cell);
        }
    }

    fn close_row(&mut self) -> Result<(), FormatError> {
        self.close_cell();
        let Some(table) = self.stack.last_mut() else { return Ok(()) };
        let cells = std::mem::take(&mut table.cells);
        let number = table.number;
        self.line += 1;
        match cells.as_slice() {
            [] => Ok(()),
            // A table of one column is a way to write lines.
            [(1, text)] => self.page.line(self.line, text.trim(), self.budget),
            cells => self.page.table_row(self.line, number, cells.iter().map(|(column, text)| (*column, text.as_str())), self.budget),
        }
    }

    fn push(&mut self, text: &str) {
        if self.skipped > 0 {
            return;
        }
        let preformatted = self.preformatted > 0;
        let in_table = self.in_table();
        let target = match self.stack.last_mut() {
            Some(table) => match &mut table.open_cell {
                Some((_, text)) => text,
                None => return,
            },
            None => &mut self.text,
        };
        for letter in text.chars() {
            let blank = letter.is_ascii_whitespace();
            if !blank || (preformatted && !in_table) {
                target.push(letter);
            } else if !target.ends_with(' ') && !target.is_empty() {
                target.push(' ');
            }
        }
    }

    /// A new line; inside a cell only a blank.
    fn line_break(&mut self) -> Result<(), FormatError> {
        if self.in_table() {
            self.push(" ");
            return Ok(());
        }
        if self.preformatted > 0 {
            self.text.push('\n');
            return Ok(());
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), FormatError> {
        let text = std::mem::take(&mut self.text);
        if self.preformatted > 0 {
            for line in crate::lines::lines(&text) {
                self.line += 1;
                self.page.line(self.line, line.text, self.budget)?;
            }
            return Ok(());
        }
        if !text.trim().is_empty() {
            self.line += 1;
            self.page.line(self.line, text.trim(), self.budget)?;
        }
        Ok(())
    }
}

fn attribute(node: &NodeRef<'_>, name: &str) -> u32 {
    let element = node.value().as_element();
    let value = element.and_then(|element| element.attr(name)).and_then(|value| value.trim().parse::<u32>().ok());
    value.unwrap_or(1).clamp(1, MAX_COLUMNS)
}

/// True for a table with no table in it.
fn is_data_table(node: &NodeRef<'_>) -> bool {
    let is_table = |node: NodeRef<'_>| node.value().as_element().is_some_and(|element| element.name() == "table");
    !node.descendants().skip(1).any(is_table)
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "table"
            | "tr"
            | "td"
            | "th"
            | "li"
            | "ul"
            | "ol"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "blockquote"
            | "dt"
            | "dd"
            | "dl"
            | "address"
            | "center"
            | "main"
            | "form"
            | "fieldset"
            | "caption"
    )
}
