//! A long page cut between the rows of its tables: a parser needs many times the size of what it parses, so it gets a
//! piece at a time.

use std::borrow::Cow;

/// Bytes after which the end of a row ends the piece.
pub(super) const PIECE: usize = 48 << 10;

/// A part of a page.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    /// Well enough formed to be parsed alone.
    pub text: Cow<'t, str>,
    /// True when it goes on with the table the piece before ended in.
    pub continues: bool,
}

/// The pieces of `text` in order.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut begin, mut tables, mut inherited) = (0usize, 0usize, 0usize);
    for (index, _) in text.match_indices('<') {
        let rest = text.as_bytes().get(index + 1..).unwrap_or_default();
        if starts_with(rest, b"table") {
            tables += 1;
        } else if starts_with(rest, b"/table") {
            tables = tables.saturating_sub(1);
        } else if index - begin >= PIECE && tables > 0 && ends_row(rest) {
            let end = if rest.starts_with(b"/") { index + b"</tr>".len() } else { index };
            out.extend(text.get(begin..end).map(|text| piece(text, inherited)));
            (begin, inherited) = (end, tables);
        }
    }
    out.extend(text.get(begin..).map(|text| piece(text, inherited)));
    out
}

/// True for the end of a row, and for the beginning of one, which ends a row that is not closed.
fn ends_row(rest: &[u8]) -> bool {
    starts_with(rest, b"/tr>") || starts_with(rest, b"tr>") || starts_with(rest, b"tr ")
}

fn starts_with(rest: &[u8], tag: &[u8]) -> bool {
    rest.get(..tag.len()).is_some_and(|head| head.eq_ignore_ascii_case(tag))
}

/// `text` inside as many tables as were open before it.
fn piece(text: &str, tables: usize) -> Piece<'_> {
    if tables == 0 {
        return Piece { text: Cow::Borrowed(text), continues: false };
    }
    let outer = "<table><tr><td>".repeat((tables - 1).min(50));
    Piece { text: Cow::Owned(format!("{outer}<table>{text}")), continues: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_between_rows() {
        let row = "<TR><td>a</td></TR>".replace("TR", "tr");
        let text = format!("<table>{}</table><p>end", row.repeat(10_000));
        let pieces = pieces(&text);
        assert!(pieces.len() > 3 && !pieces[0].continues && pieces[1].continues);
        let rows: usize = pieces.iter().map(|piece| piece.text.matches("</tr>").count()).sum();
        assert_eq!(rows, 10_000);
        assert!(pieces.iter().all(|piece| piece.text.len() < 2 * PIECE));
    }
}
