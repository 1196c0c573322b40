//! Lines of a text with their positions, for formats made of lines and records.

/// One line without its line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextLine<'a> {
    /// From 1.
    pub number: u64,
    /// Byte position of its first character.
    pub offset: usize,
    /// Text; blanks at its end are kept.
    pub text: &'a str,
}

/// The lines of `text`; they end with LF, CR LF or CR.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = TextLine<'_>> {
    let mut offset = 0;
    let mut number = 0;
    std::iter::from_fn(move || {
        let rest = text.get(offset..).filter(|rest| !rest.is_empty())?;
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, tail) = rest.split_at_checked(end)?;
        let terminator = match tail.as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        number += 1;
        let found = TextLine { number, offset, text: line };
        offset += end + terminator;
        Some(found)
    })
}

/// Records of `width` characters, each on a line of its own or one after the other without line ends. Their numbers are
/// those of their lines, or count on where a line holds several.
pub(crate) fn records(text: &str, width: usize) -> impl Iterator<Item = TextLine<'_>> {
    let mut shifted = 0;
    lines(text).flat_map(move |line| {
        let parts = fixed(line, width);
        let first = line.number + shifted;
        shifted += parts.len() as u64 - 1;
        parts.into_iter().zip(first..).map(|(part, number)| TextLine { number, ..part })
    })
}

/// The parts of a line that holds several records; at least one.
fn fixed(line: TextLine<'_>, width: usize) -> Vec<TextLine<'_>> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((end, _)) = rest.text.char_indices().nth(width) {
        let Some((part, behind)) = rest.text.split_at_checked(end) else { break };
        parts.push(TextLine { text: part, ..rest });
        rest = TextLine { text: behind, offset: rest.offset + end, ..rest };
    }
    if parts.is_empty() || !rest.text.trim().is_empty() {
        parts.push(rest);
    }
    parts
}

/// Characters `from..to` of a line; as many as there are where it is shorter.
pub(crate) fn columns(text: &str, from: usize, to: usize) -> &str {
    if text.is_ascii() {
        return text.get(from.min(text.len())..to.min(text.len())).unwrap_or_default();
    }
    let position = |number: usize| text.char_indices().nth(number).map_or(text.len(), |(position, _)| position);
    text.get(position(from)..position(to)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{columns, lines, records};

    #[test]
    fn records_with_and_without_line_ends() {
        let found = |text| records(text, 3).map(|line| (line.number, line.offset, line.text)).collect::<Vec<_>>();
        assert_eq!(found("abc\ndé  \nf"), [(1, 0, "abc"), (2, 4, "dé "), (3, 10, "f")]);
        assert_eq!(found("abcdéfg\nh"), [(1, 0, "abc"), (2, 3, "déf"), (3, 7, "g"), (4, 9, "h")]);
        assert_eq!(found(""), []);
    }

    #[test]
    fn all_line_ends() {
        let found: Vec<(u64, usize, &str)> = lines("a\r\nb\n\nc\rd").map(|line| (line.number, line.offset, line.text)).collect();
        assert_eq!((columns("añb", 1, 2), columns("añb", 2, 9), columns("ab", 5, 9)), ("ñ", "b", ""));
        assert_eq!(found, [(1, 0, "a"), (2, 3, "b"), (3, 5, ""), (4, 6, "c"), (5, 8, "d")]);
    }
}
