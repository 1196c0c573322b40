//! Rows cut into columns: from the cells of a table, or from the white between the words of a text.

use super::lexicon::{Role, role_of};
use super::number::parse_number;
use super::page::{Page, Row};
use super::token::{Kind, Style, Token, tokens};

mod white;

pub(crate) use white::Layout;

/// A text in a row of a grid.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot<'a> {
    /// The text; empty when the row has nothing in the column.
    pub text: &'a str,
    /// First character in the line or cell, from 1.
    pub from: u32,
    /// Column of the table, from 1; 0 in a text.
    pub column: u32,
}

/// A row cut into columns.
#[derive(Debug)]
pub(crate) struct GridRow<'a> {
    /// Line or row number.
    pub line: u32,
    /// One slot for each column.
    pub slots: Vec<Slot<'a>>,
}

impl<'a> GridRow<'a> {
    /// Slots that hold something, with their columns.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &Slot<'a>)> {
        self.slots.iter().enumerate().filter(|(_, slot)| !slot.text.is_empty())
    }

    /// The texts of the row that are no numbers, with a blank between them.
    pub fn words(&self) -> String {
        let texts = self.filled().map(|(_, slot)| slot.text).filter(|text| parse_number(text).is_none());
        texts.collect::<Vec<_>>().join(" ")
    }

    /// True when nothing but rules and blanks stands in it.
    pub fn is_blank(&self) -> bool {
        self.slots.iter().all(|slot| slot.text.chars().all(|c| !c.is_alphanumeric()))
    }
}

/// A table.
#[derive(Debug)]
pub(crate) struct Grid<'a> {
    /// Part it stands in.
    pub part: u16,
    /// Head of each column; empty where there is none.
    pub heads: Vec<String>,
    /// Rows below the head, carried sums and totals included.
    pub rows: Vec<GridRow<'a>>,
}

impl Grid<'_> {
    /// Number of columns.
    pub fn width(&self) -> usize {
        self.heads.len()
    }

    /// True when the columns have heads.
    pub fn has_heads(&self) -> bool {
        self.heads.iter().any(|head| !head.is_empty())
    }
}

/// Tables of a page; more are no advice.
const MAX_TABLES: usize = 200;

/// The grids of the tables of `page`; none when there are too many. Tables one below the other with as many columns are one,
/// the later one's head being equal or missing.
pub(crate) fn from_tables(page: &Page) -> Option<Vec<Grid<'_>>> {
    let mut grids: Vec<Grid<'_>> = Vec::new();
    let rows: Vec<Row<'_>> = page.rows().collect();
    for group in rows.chunk_by(|one, next| one.table == next.table) {
        if group.first().is_none_or(|first| first.table.is_none()) {
            continue;
        }
        let grid = from_rows(page.part, group);
        let count = grids.len();
        match grids.last_mut() {
            Some(last) if continues(last, &grid) => last.rows.extend(grid.rows),
            _ if count == MAX_TABLES => return None,
            _ => grids.push(grid),
        }
    }
    Some(grids)
}

/// True when `next` is more of the same table.
fn continues(last: &Grid<'_>, next: &Grid<'_>) -> bool {
    let same_heads = !next.has_heads() || next.heads == last.heads;
    last.width() == next.width() && same_heads && last.width() >= 2
}

/// The rows of all tables of `page`, cut into `width` columns, one after the other.
pub(crate) fn table_rows(page: &Page, width: usize) -> impl Iterator<Item = GridRow<'_>> {
    page.rows().filter(|row| row.table.is_some()).map(move |row| cells_of(row, width))
}

fn cells_of(row: Row<'_>, width: usize) -> GridRow<'_> {
    let mut slots = vec![Slot::default(); width];
    for cell in row.cells() {
        if let Some(slot) = slots.get_mut((cell.column as usize).saturating_sub(1)) {
            *slot = Slot { text: cell.text, from: 1, column: cell.column };
        }
    }
    GridRow { line: row.number, slots }
}

fn from_rows<'a>(part: u16, group: &[Row<'a>]) -> Grid<'a> {
    let width = group.iter().flat_map(|row| row.cells()).map(|cell| cell.column).max().unwrap_or(0) as usize;
    let mut rows: Vec<GridRow<'a>> = group.iter().map(|row| cells_of(*row, width)).collect();
    let mut heads = vec![String::new(); width];
    if let Some(at) = head_of(&rows) {
        let mut last = at;
        add_heads(&mut heads, rows.get(at));
        // The second line of a head: words only, below or beside the first.
        if rows.get(at + 1).is_some_and(|row| continues_head(row, width)) {
            last = at + 1;
            add_heads(&mut heads, rows.get(last));
        }
        // A line above that says more about some columns only.
        if at > 0 && rows.get(at - 1).is_some_and(|row| continues_head(row, width)) {
            add_heads(&mut heads, rows.get(at - 1));
        }
        rows.drain(..=last);
    }
    Grid { part, heads, rows }
}

/// The row of heads: of those that may be it, one that names documents and amounts, and then the one that says most.
fn head_of(rows: &[GridRow<'_>]) -> Option<usize> {
    let merit = |row: &GridRow<'_>| {
        let roles: Vec<Role> = row.filled().filter_map(|(_, slot)| role_of(slot.text)).collect();
        let document = roles.iter().any(|role| matches!(role, Role::Document(_)));
        let amount = roles.iter().any(|role| matches!(role, Role::Net | Role::Gross | Role::Amount | Role::Deduction));
        (document && amount, roles.len())
    };
    let heads = rows.iter().take(40).enumerate().filter(|(_, row)| is_head(row));
    heads.max_by_key(|(index, row)| (merit(row), std::cmp::Reverse(*index))).map(|(index, _)| index)
}

fn add_heads(heads: &mut [String], row: Option<&GridRow<'_>>) {
    let Some(row) = row else { return };
    for (head, slot) in heads.iter_mut().zip(&row.slots) {
        if !slot.text.is_empty() {
            if !head.is_empty() {
                head.push(' ');
            }
            head.push_str(slot.text);
        }
    }
}

/// True for a row of heads: at least two known ones, one of them of a document or an amount, and no amounts.
pub(crate) fn is_head(row: &GridRow<'_>) -> bool {
    let texts: Vec<&str> = row.filled().map(|(_, slot)| slot.text).collect();
    is_head_of(&texts)
}

/// As [`is_head`], for the texts of a row.
pub(crate) fn is_head_of(texts: &[&str]) -> bool {
    if texts.iter().any(|text| is_value(text)) {
        return false;
    }
    let mut roles: Vec<Role> = texts.iter().filter_map(|text| role_of(text)).collect();
    let known = roles.len();
    roles.dedup();
    let telling = roles.iter().any(|role| matches!(role, Role::Document(_) | Role::Net | Role::Gross | Role::Deduction | Role::Amount));
    known >= 2 && roles.len() >= 2 && telling && known * 2 >= texts.len()
}

/// True for a number, a date or a code: no head has them.
fn is_value(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits > 0 && (digits * 3 >= text.chars().count() || parse_number(text).is_some())
}

fn continues_head(row: &GridRow<'_>, width: usize) -> bool {
    let texts: Vec<&str> = row.filled().map(|(_, slot)| slot.text).collect();
    let words_only = texts.iter().all(|text| !text.chars().any(|c| c.is_ascii_digit()) && text.len() <= 24);
    let known = texts.iter().filter(|text| role_of(text).is_some()).count();
    !texts.is_empty() && words_only && texts.len() <= width && known >= 1 && known * 2 >= texts.len() && texts.len() >= 2.min(width)
}

/// Tokens in a line that may still be a row of a table.
const MAX_ROW_TOKENS: usize = 48;

/// A line of text with its tokens.
#[derive(Debug)]
pub(crate) struct TokenLine<'a> {
    /// Line number.
    pub number: u32,
    /// The line.
    pub text: &'a str,
    /// Its tokens.
    pub tokens: Vec<Token<'a>>,
}

impl<'a> TokenLine<'a> {
    /// True when an amount that can only be money stands in it.
    pub fn has_money(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token.kind, Kind::Amount(number) if number.is_money()))
    }

    /// True when two blanks or a tab stand between two bytes of the line.
    fn is_wide(&self, from: usize, to: usize) -> bool {
        let between = self.text.get(from..to).unwrap_or_default();
        between.contains("  ") || between.contains('\t')
    }

    /// Pieces with at least two blanks between them.
    pub fn segments(&self) -> Vec<(usize, usize, &'a str)> {
        let mut out: Vec<(usize, usize, usize, usize)> = Vec::new();
        for token in &self.tokens {
            match out.last_mut() {
                Some((_, right, _, end)) if !self.is_wide(*end, token.start) => (*right, *end) = (token.right, token.end),
                _ => out.push((token.left, token.right, token.start, token.end)),
            }
        }
        out.into_iter().filter_map(|(left, right, start, end)| self.text.get(start..end).map(|text| (left, right, text))).collect()
    }
}

/// The lines of `page` that belong to no table, one after the other.
pub(crate) fn token_lines(page: &Page, style: Style) -> impl Iterator<Item = TokenLine<'_>> {
    page.rows().filter(|row| row.table.is_none()).map(move |row| {
        let mut tokens = tokens(row.text(), style);
        if tokens.len() > MAX_ROW_TOKENS {
            tokens = Vec::new();
        }
        tokens.shrink_to_fit();
        TokenLine { number: row.number, text: row.text(), tokens }
    })
}
