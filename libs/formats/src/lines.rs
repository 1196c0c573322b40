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
    use super::{columns, lines};

    #[test]
    fn all_line_ends() {
        let found: Vec<(u64, usize, &str)> = lines("a\r\nb\n\nc\rd").map(|line| (line.number, line.offset, line.text)).collect();
        assert_eq!((columns("añb", 1, 2), columns("añb", 2, 9), columns("ab", 5, 9)), ("ñ", "b", ""));
        assert_eq!(found, [(1, 0, "a"), (2, 3, "b"), (3, 5, ""), (4, 6, "c"), (5, 8, "d")]);
    }
}
