//! What end tags cost a parser: for each it looks through the elements that are open, and further the less is closed.

use super::pieces::hidden;
use super::{is_block, tag_name};

/// Elements that hold nothing.
const EMPTY: [&str; 10] = ["br", "hr", "img", "meta", "link", "input", "col", "wbr", "area", "base"];

/// Longest name compared.
const MAX_NAME: usize = 32;

/// An element that is open.
#[derive(Debug, Clone, Copy)]
struct Element<'t> {
    name: &'t str,
    is_block: bool,
}

/// Elements looked at for all end tags of a piece; little more than `most` where it is more.
pub(super) fn steps(piece: &str, most: usize) -> usize {
    let mut open: Vec<Element<'_>> = Vec::new();
    let (mut steps, mut position) = (0, 0);
    while let Some(index) = piece.get(position..).and_then(|rest| rest.find('<')).map(|length| position + length) {
        let rest = piece.get(index + 1..).unwrap_or_default();
        position = index + 1 + hidden(rest);
        let (behind, closes) = rest.strip_prefix('/').map_or((rest, false), |behind| (behind, true));
        let element = Element { name: name_of(behind), is_block: is_block(&tag_name(behind).to_ascii_lowercase()) };
        if element.name.is_empty() || position > index + 1 || EMPTY.iter().any(|empty| element.name.eq_ignore_ascii_case(empty)) {
            continue;
        }
        if closes {
            steps += close(element, &mut open);
        } else {
            open.push(element);
        }
        if steps > most {
            break;
        }
    }
    steps
}

/// Closes an element, and gives how many were looked at in vain.
fn close(element: Element<'_>, open: &mut Vec<Element<'_>>) -> usize {
    let is_same = |other: &Element<'_>| other.name.eq_ignore_ascii_case(element.name);
    // A block ends what is open in it, another element nothing beyond the block it stands in.
    let is_end = |other: &Element<'_>| if element.is_block { other.name.eq_ignore_ascii_case("table") } else { other.is_block };
    let looked_at = open.iter().rev().position(|other| is_same(other) || is_end(other)).unwrap_or(open.len());
    let found = open.len().checked_sub(looked_at + 1).filter(|place| open.get(*place).is_some_and(is_same));
    match found {
        Some(place) => {
            open.truncate(place);
            0
        }
        None => looked_at,
    }
}

fn name_of(rest: &str) -> &str {
    let is_end = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let length = rest.bytes().take(MAX_NAME).position(is_end).unwrap_or(MAX_NAME);
    rest.get(..length).filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn what_is_closed_in_order_costs_nothing() {
        for (page, expected) in [
            ("<table><tr><td>1</td><td><b>2</td></tr></table>".repeat(100), 0),
            ("<div><span>a<br></div>".repeat(100), 0),
            ("<!-- <w></x> --><script>if (a<b) '</x>'</script>".repeat(100), 0),
            ("<w></x>".repeat(100), 5_050),
        ] {
            assert_eq!(steps(&page, usize::MAX), expected, "{}", &page[..20]);
        }
        assert!(steps(&"<w></x>".repeat(1_000), 100) < 200);
    }
}
