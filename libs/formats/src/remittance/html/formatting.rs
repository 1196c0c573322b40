//! Formatting elements (WHATWG HTML, 13.2.4.3): one that is not closed is opened again in every block behind it, so that
//! a few bytes would cost a parser hundreds of elements. Nothing is read from them; they get names that mean nothing.

/// Names of formatting elements, but for links.
const FORMATTING: [&str; 13] = ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
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
    let length = rest.bytes().take(7).take_while(u8::is_ascii_alphanumeric).count();
    let (name, behind) = rest.split_at_checked(length)?;
    let ends = behind.is_empty() || behind.starts_with(['>', '/']) || behind.starts_with(|c: char| c.is_ascii_whitespace());
    if !ends {
        return None;
    }
    let is_link = name.eq_ignore_ascii_case("a");
    let is_formatting = FORMATTING.iter().any(|known| name.eq_ignore_ascii_case(known));
    if is_link { LINK.bytes().next() } else { is_formatting.then_some(PLAIN) }
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
