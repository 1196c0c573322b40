//! Columns of a text by the white between them.

use super::super::lexicon::{is_carry, is_subtotal, is_total};
use super::super::reason::DeductionReason;
use super::super::token::{Kind, Token};
use super::{Grid, GridRow, Slot, TokenLine, is_head_of};

/// Columns looked at on a page; wider lines are no tables.
const MAX_WIDTH: usize = 400;
/// Lines between two rows of a table that may belong to it.
const MAX_GAP: usize = 12;

/// Extent of a column: first position, and the one after the last.
type Extent = (usize, usize);

/// The columns of a text.
#[derive(Debug)]
pub(crate) struct Layout {
    columns: Vec<Extent>,
    heads: Vec<String>,
    /// Two heads of one line stand over the same column.
    is_crowded: bool,
    /// Indexes of the lines the rows stand in.
    rows: std::ops::Range<usize>,
}

impl Layout {
    /// Columns parted by at least `white` blanks in (nearly) all of the rows.
    pub fn of(lines: &[TokenLine<'_>], white: usize) -> Option<Layout> {
        let head = lines.iter().position(is_head_line);
        let rows = record_rows(lines, head);
        let (first, last) = (*rows.first()?, *rows.last()?);
        let columns = columns(lines, &rows, white);
        if columns.len() < 2 {
            return None;
        }
        let heads = heads(lines, first, &columns);
        let is_crowded = lines.iter().take(first).rfind(|line| is_head_line(line)).is_some_and(|line| crowds(line, &columns));
        let end = (last + 1 + MAX_GAP).min(lines.len());
        // A number may stand in a line of its own between the head and its amounts.
        let above = first.saturating_sub(2);
        let headed = heads.iter().any(|head| !head.is_empty());
        let start = head.filter(|head| *head < first && headed).map_or(first, |head| above.max(head + 1));
        Some(Layout { columns, heads, is_crowded, rows: start..end })
    }

    /// True when two heads stand over what is taken for one column.
    pub fn is_crowded(&self) -> bool {
        self.is_crowded
    }

    /// Index of the first line that may be a row.
    pub fn first(&self) -> usize {
        self.rows.start
    }

    /// The line as a row; none when it is empty or a head.
    pub fn row<'a>(&self, line: &TokenLine<'a>) -> Option<GridRow<'a>> {
        let is_row = !line.tokens.is_empty() && !is_head_line(line);
        is_row.then(|| GridRow { line: line.number, slots: cut(line, &self.columns) })
    }

    /// The table of the lines the layout was found in.
    pub fn grid<'a>(&self, part: u16, lines: &[TokenLine<'a>]) -> Grid<'a> {
        let inside = lines.get(self.rows.clone()).unwrap_or_default();
        Grid { part, heads: self.heads.clone(), rows: inside.iter().filter_map(|line| self.row(line)).collect() }
    }
}

/// True when two heads of the line lie over the same column.
fn crowds(line: &TokenLine<'_>, columns: &[Extent]) -> bool {
    let segments = line.segments();
    let over = |(start, end): &Extent| segments.iter().filter(|(left, right, _)| left < end && start < right).count();
    columns.iter().any(|column| over(column) > 1)
}

fn is_head_line(line: &TokenLine<'_>) -> bool {
    if line.has_money() || line.tokens.len() > 24 {
        return false;
    }
    let segments: Vec<&str> = line.segments().into_iter().map(|(_, _, text)| text).collect();
    if segments.len() >= 2 {
        return is_head_of(&segments);
    }
    let words: Vec<&str> = line.tokens.iter().map(|token| token.text).collect();
    words.len() >= 3 && words.len() <= 10 && !line.text.trim_end().ends_with([':', '.', ',']) && is_head_of(&words)
}

/// Indexes of the lines that look like rows: something that may be a number of a document, and an amount.
fn record_rows(lines: &[TokenLine<'_>], head: Option<usize>) -> Vec<usize> {
    let money = lines.iter().any(|line| line.has_money());
    let from = head.unwrap_or(0);
    let is_row = |line: &TokenLine<'_>| {
        let spaced = line.segments().len() >= 2;
        let amounts = line.tokens.iter().filter(|token| is_amount(token, money)).count();
        let others = line.tokens.iter().filter(|token| may_be_document(token)).count();
        let figures = line.tokens.iter().filter(|token| !matches!(token.kind, Kind::Word | Kind::Currency(_))).count();
        let enough = if money { others >= 1 || (head.is_some() && figures >= 2) } else { figures >= 2 && head.is_some() };
        spaced && amounts >= 1 && enough
    };
    // Behind the sum of amounts in money, what has none is no row.
    let mut is_behind = false;
    let mut rows = Vec::new();
    for (index, line) in lines.iter().enumerate().skip(from) {
        let is_label = is_label_line(line);
        is_behind |= is_label && line.has_money();
        if !is_label && is_row(line) && (!is_behind || line.has_money()) {
            rows.push(index);
        }
    }
    rows
}

fn is_amount(token: &Token<'_>, money: bool) -> bool {
    matches!(token.kind, Kind::Amount(_)) || (!money && matches!(token.kind, Kind::Integer(_)))
}

fn may_be_document(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Code | Kind::Integer(_))
}

fn is_label_line(line: &TokenLine<'_>) -> bool {
    let words: Vec<&str> = line.tokens.iter().filter(|token| token.kind == Kind::Word).map(|token| token.text).collect();
    let text = words.join(" ");
    is_total(&text) || is_subtotal(&text) || (is_carry(&text) && line.tokens.iter().all(|token| token.kind != Kind::Code))
}

/// Runs of positions that hold text in more than a few rows, parted by at least `white` that do not.
fn columns(lines: &[TokenLine<'_>], rows: &[usize], white: usize) -> Vec<Extent> {
    let mut used = vec![0usize; MAX_WIDTH];
    let most = rows.iter().filter_map(|row| lines.get(*row)).map(amounts_of).max().unwrap_or(0);
    // A row of fewer amounts that gives a reason says more of the row above, in words that keep to no column.
    let is_row = |line: &&TokenLine<'_>| amounts_of(line) == most || !gives_reason(line);
    for token in rows.iter().filter_map(|row| lines.get(*row)).filter(is_row).flat_map(|line| &line.tokens) {
        for slot in used.iter_mut().take(token.right).skip(token.left) {
            *slot += 1;
        }
    }
    // Between two words of a column one blank may stand in every row: it counts as white only when `white` is one.
    let allowed = rows.len() / 12;
    let mut out: Vec<Extent> = Vec::new();
    for (position, count) in used.iter().enumerate() {
        if *count <= allowed {
            continue;
        }
        match out.last_mut() {
            Some((_, end)) if position < *end + white => *end = position + 1,
            _ => out.push((position, position + 1)),
        }
    }
    let amounts = rows.iter().filter_map(|row| lines.get(*row)).flat_map(|line| &line.tokens);
    for token in amounts.filter(|token| matches!(token.kind, Kind::Amount(_)) && token.right <= MAX_WIDTH) {
        add_rare(&mut out, (token.left, token.right), white);
    }
    out.sort_unstable();
    out
}

fn amounts_of(line: &TokenLine<'_>) -> usize {
    line.tokens.iter().filter(|token| matches!(token.kind, Kind::Amount(_))).count()
}

fn gives_reason(line: &TokenLine<'_>) -> bool {
    line.tokens.first().is_some_and(|token| token.kind == Kind::Word && DeductionReason::of(token.text).is_some())
}

/// An amount that stands in the white between columns has a column of its own, however few rows have one: a discount.
fn add_rare(columns: &mut Vec<Extent>, (left, right): Extent, white: usize) {
    let near = |(start, end): &Extent| left < *end + white && *start < right + white;
    if !columns.iter().any(near) {
        columns.push((left, right));
    }
}

/// Words of the lines of heads above the first row, each over the column it stands over.
fn heads(lines: &[TokenLine<'_>], first: usize, columns: &[Extent]) -> Vec<String> {
    let mut heads = vec![String::new(); columns.len()];
    let above = lines.get(..first).unwrap_or_default();
    let Some(at) = above.iter().rposition(is_head_line).or_else(|| above.iter().position(is_head_line)) else { return heads };
    let mut group: Vec<&TokenLine<'_>> = lines.get(at..=at).into_iter().flatten().collect();
    let neighbour = |line: &&TokenLine<'_>| is_second_head(line);
    let upper = at.checked_sub(1).and_then(|index| lines.get(index)).filter(neighbour);
    group.splice(0..0, upper);
    group.extend(lines.get(at + 1).filter(|line| at + 1 < first && is_second_head(line)));
    for line in group {
        place_heads(line, columns, &mut heads);
    }
    heads
}

fn is_second_head(line: &TokenLine<'_>) -> bool {
    let segments = line.segments();
    let words = segments.iter().all(|(_, _, text)| !text.chars().any(|c| c.is_ascii_digit()));
    let known = segments.iter().filter(|(_, _, text)| super::role_of(text).is_some()).count();
    segments.len() >= 2 && words && known >= 1 && !line.text.contains(": ")
}

fn place_heads(line: &TokenLine<'_>, columns: &[Extent], heads: &mut [String]) {
    let segments = line.segments();
    let overlaps = |(left, right, _): &(usize, usize, &str), (start, end): &Extent| left < end && start < right;
    // Heads may stand a little beside their columns, but over no other one.
    let fits = |(head, own): (&(usize, usize, &str), &Extent)| overlaps(head, own) || !columns.iter().any(|column| overlaps(head, column));
    if segments.len() == columns.len() && segments.iter().zip(columns).all(fits) {
        for (head, (_, _, text)) in heads.iter_mut().zip(segments) {
            append(head, text);
        }
        return;
    }
    let words = || line.tokens.iter().map(|token| (token.left, token.right, token.text));
    let pieces: Vec<(usize, usize, &str)> = if segments.len() >= 2 { split_wide(segments, columns, line) } else { words().collect() };
    for (left, right, text) in pieces.iter().copied() {
        // The head of a column that is empty throughout says nothing of the one beside it.
        let over = nearest(left, right, columns).and_then(|index| columns.get(index));
        let stray = over.is_some_and(|over| !overlaps(&(left, right, text), over) && pieces.iter().any(|other| overlaps(other, over)));
        if stray {
            continue;
        }
        if let Some(head) = nearest(left, right, columns).and_then(|index| heads.get_mut(index)) {
            append(head, text);
        }
    }
}

/// A segment over several columns is taken word by word.
fn split_wide<'a>(segments: Vec<(usize, usize, &'a str)>, columns: &[Extent], line: &TokenLine<'a>) -> Vec<(usize, usize, &'a str)> {
    let mut out = Vec::new();
    for (left, right, text) in segments {
        let over = columns.iter().filter(|(start, end)| left < *end && *start < right).count();
        if over < 2 {
            out.push((left, right, text));
            continue;
        }
        let inside = line.tokens.iter().filter(|token| token.left >= left && token.right <= right);
        out.extend(inside.map(|token| (token.left, token.right, token.text)));
    }
    out
}

fn append(head: &mut String, text: &str) {
    if !head.is_empty() {
        head.push(' ');
    }
    head.push_str(text);
}

/// The column most of `left..right` lies over, else the one whose nearest end is closest.
fn nearest(left: usize, right: usize, columns: &[Extent]) -> Option<usize> {
    let overlap = |(start, end): &Extent| right.min(*end).saturating_sub(left.max(*start));
    let distance = |(start, end): &Extent| start.saturating_sub(right).max(left.saturating_sub(*end));
    let best = columns
        .iter()
        .enumerate()
        .max_by_key(|(index, column)| (overlap(column), std::cmp::Reverse(distance(column)), std::cmp::Reverse(*index)));
    best.map(|(index, _)| index)
}

/// The tokens of a line in the columns they lie in.
fn cut<'a>(line: &TokenLine<'a>, columns: &[Extent]) -> Vec<Slot<'a>> {
    let mut spans: Vec<Option<(usize, usize)>> = vec![None; columns.len()];
    for token in &line.tokens {
        let Some(span) = nearest(token.left, token.right, columns).and_then(|index| spans.get_mut(index)) else { continue };
        *span = Some(span.map_or((token.start, token.end), |(start, _)| (start, token.end)));
    }
    let slot = |span: Option<(usize, usize)>| {
        let (start, end) = span?;
        let before = line.text.get(..start)?.chars().count();
        Some(Slot { text: line.text.get(start..end)?, from: u32::try_from(before + 1).unwrap_or(u32::MAX), column: 0 })
    };
    spans.into_iter().map(|span| slot(span).unwrap_or_default()).collect()
}
