//! A long page cut into pieces, between the rows of its tables and the paragraphs of its text where that can be: a parser
//! needs many times the size of what it parses, and time for each tag as long as tags are open, so it gets a piece at a time.

use std::borrow::Cow;

use super::{is_block, is_one_of, is_tag, tag_name};

/// Bytes after which the end of a row, or a paragraph outside tables, ends the piece. After twice as many any tag does that
/// opens an element, as the end of a paragraph does where none is open.
pub(super) const PIECE: usize = 12 << 10;

/// A part of a page.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    /// Well enough formed to be parsed alone.
    pub text: Cow<'t, str>,
    /// True when it goes on with the table the piece before ended in.
    pub continues: bool,
}

/// Elements of which nothing is read, or nothing but text: tags in them are none.
const HIDDEN: [&str; 10] = ["script", "style", "template", "noscript", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/// What is open where a piece begins.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    tables: usize,
    preformatted: usize,
}

impl Open {
    fn after(&mut self, name: &str, closes: bool) {
        let count = match name {
            _ if name.eq_ignore_ascii_case("table") => &mut self.tables,
            _ if name.eq_ignore_ascii_case("pre") => &mut self.preformatted,
            _ => return,
        };
        *count = if closes { count.saturating_sub(1) } else { *count + 1 };
    }

    /// True when a piece of `length` bytes may end at what begins with this `rest` behind its `<`.
    fn may_end(self, length: usize, rest: &str) -> bool {
        if length < PIECE {
            return false;
        }
        let opens = rest.starts_with(|first: char| first.is_ascii_alphabetic());
        let name = tag_name(rest.strip_prefix('/').unwrap_or(rest)).to_ascii_lowercase();
        let is_paragraph = self.preformatted == 0 && opens && (is_block(&name) || name == "br");
        let is_between = if self.tables > 0 { name == "tr" } else { is_paragraph };
        is_between || length >= 2 * PIECE && (opens || name == "p")
    }
}

/// The pieces of `text` in order.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut begin, mut open, mut inherited) = (0usize, Open::default(), Open::default());
    let mut position = 0;
    while let Some(index) = text.get(position..).and_then(|rest| rest.find('<')).map(|length| position + length) {
        let hidden = hidden(text.get(index + 1..).unwrap_or_default());
        position = index + 1 + hidden;
        if hidden > 0 {
            continue;
        }
        let rest = text.get(index + 1..).unwrap_or_default();
        let (name, closes) = rest.strip_prefix('/').map_or((rest, false), |name| (name, true));
        if open.may_end(index - begin, rest) {
            // The beginning of a row ends one that is not closed.
            let end = if closes { rest.find('>').map_or(text.len(), |length| index + 1 + length + 1) } else { index };
            out.extend(text.get(begin..end).map(|text| piece(text, inherited)));
            (begin, inherited, position) = (end, open, position.max(end));
        }
        open.after(tag_name(name), closes);
    }
    out.extend(text.get(begin..).map(|text| piece(text, inherited)));
    out
}

/// Bytes behind a `<` that belong to a comment or a [`HIDDEN`] element, up to its end; one that is not ended hides all that
/// follows.
pub(super) fn hidden(rest: &str) -> usize {
    if rest.starts_with("!--") {
        // The dashes that open a comment may close it too: `<!-->`.
        let closes = |end: &usize| {
            let ends_with = |from: usize, dashes: &str| rest.get(from..*end).is_some_and(|comment| comment.ends_with(dashes));
            ends_with(1, "--") || ends_with(3, "--!")
        };
        return rest.match_indices('>').map(|(index, _)| index).find(closes).unwrap_or(rest.len());
    }
    if !is_one_of(rest, &HIDDEN) {
        return 0;
    }
    let name = tag_name(rest);
    // Of these only templates may stand in each other.
    let mut depth = 1;
    for (index, _) in rest.match_indices('<') {
        let behind = rest.get(index + 1..).unwrap_or_default();
        if behind.strip_prefix('/').is_some_and(|end| is_tag(end, name)) {
            depth -= 1;
        } else if is_tag(rest, "template") && is_tag(behind, name) {
            depth += 1;
        }
        if depth == 0 {
            return index + 1;
        }
    }
    rest.len()
}

/// `text` inside as many tables as were open before it, and preformatted if it was.
fn piece(text: &str, open: Open) -> Piece<'_> {
    let preformatted = if open.preformatted > 0 { "<pre>\n" } else { "" };
    let Some(outer) = open.tables.checked_sub(1) else {
        let text = if preformatted.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("{preformatted}{text}")) };
        return Piece { text, continues: false };
    };
    let outer = "<table><tr><td>".repeat(outer.min(50));
    Piece { text: Cow::Owned(format!("{outer}<table>{preformatted}{text}")), continues: true }
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

    #[test]
    fn rows_however_they_are_written() {
        for (open, close) in [("<tr>", "</tr>"), ("<tr\n>", ""), ("<TR class=a>", "</TR >"), ("<tr>", "</tr\n>")] {
            let text = format!("<table>{}</table>", format!("{open}<td>a</td>{close}").repeat(10_000));
            let pieces = pieces(&text);
            assert!(pieces.iter().all(|piece| piece.text.len() < 2 * PIECE), "{open:?}");
            let rows: usize = pieces.iter().map(|piece| piece.text.matches("<td>a").count()).sum();
            assert_eq!(rows, 10_000, "{open:?}");
        }
    }

    #[test]
    fn an_end_of_a_row_that_does_not_end() {
        for tail in ["</tr <td>y", "</tr <b"] {
            let text = format!("<table><tr><td>{}{tail}", "x".repeat(PIECE));
            assert_eq!(pieces(&text).iter().map(|piece| piece.text.matches('x').count()).sum::<usize>(), PIECE, "{tail}");
        }
    }

    #[test]
    fn what_is_hidden_is_not_cut() {
        let rows = "<tr><td>a</td></tr>".repeat(PIECE / 20);
        let hidden = "<tr><td>RE-OLD</td></tr>".repeat(PIECE / 20);
        for (open, close) in [
            ("<!-- ", " -->"),
            ("<!--[if mso]>", "<![endif]-->"),
            ("<!-- ", "--!>"),
            ("<!-->", "<!---->"),
            ("<script>", "</script>"),
            ("<STYLE type=a>", "</Style >"),
            ("<template>", "</template>"),
            ("<template><template></template>", "</template>"),
            ("<!-- <script> ", "-->"),
        ] {
            let text = format!("<table>{rows}{open}{hidden}{close}{rows}</table>");
            let pieces = pieces(&text);
            let whole = pieces.iter().any(|piece| piece.text.contains(&hidden));
            assert_eq!(whole, open != "<!-->", "{open}");
            assert!(pieces.len() > 1, "{open}");
        }
        assert_eq!(pieces(&format!("<table>{rows}<!-- {hidden}{rows}")).len(), 1);
    }
}
