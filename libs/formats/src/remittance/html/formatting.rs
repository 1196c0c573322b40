//! Formatting elements (WHATWG HTML, 13.2.4.3): one that is not closed is opened again in every block behind it, so that
//! a few bytes would cost a parser hundreds of elements. Nothing is read from them; they get names that mean nothing.

use super::{is_one_of, is_tag};

/// Names of formatting elements, but for links, and of drawings and formulas, in which rows and cells of tables are elements like
/// any other: opened into each other without end.
const FORMATTING: [&str; 15] = ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u", "svg", "math"];
/// First letter of the names that stand for theirs.
const PLAIN: u8 = b'x';
/// What a link becomes.
pub(super) const LINK: &str = "y";

/// `text` with other names for its formatting elements.
pub(super) fn renamed(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (index, _) in text.match_indices('<') {
        let rest = text.get(index + 1..).unwrap_or_default();
        let at = index + 1 + usize::from(rest.starts_with('/'));
        if let Some(letter) = replacement(text.get(at..).unwrap_or_default())
            && let Some(slot) = bytes.get_mut(at)
        {
            *slot = letter;
        }
    }
    // One ASCII letter took the place of another.
    String::from_utf8(bytes).unwrap_or_default()
}

/// What the first letter of a name becomes, when it is that of a formatting element.
fn replacement(rest: &str) -> Option<u8> {
    if is_tag(rest, "a") {
        return LINK.bytes().next();
    }
    is_one_of(rest, &FORMATTING).then_some(PLAIN)
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn names_of_formatting_elements() {
        let text = "<b>é</B><a href=b>1<b</a><font/><strong\n><abbr><br><body>a<i";
        assert_eq!(renamed(text), "<x>é</x><y href=b>1<b</y><xont/><xtrong\n><abbr><br><body>a<x");
    }
}
