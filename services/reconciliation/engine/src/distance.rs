//! One typing error in a number: the only distance at which a mistyped reference is believed.

/// What a person did to a number while copying it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edit {
    /// One character stands for another.
    Substituted,
    /// Two neighbours changed places.
    Swapped,
    /// One character is missing.
    Dropped,
    /// One character was typed twice.
    Doubled,
}

impl Edit {
    /// The word in explanations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Edit::Substituted => "substituted",
            Edit::Swapped => "swapped",
            Edit::Dropped => "dropped",
            Edit::Doubled => "doubled",
        }
    }
}

/// The single typing error that turns `meant` into `written`; none when they are equal or further apart.
///
/// This is the Damerau-Levenshtein distance bounded at one, in one pass and without allocation. A character added out of
/// nowhere is not an error people make in numbers and is refused; one typed twice is not.
pub fn one_edit(meant: &[u8], written: &[u8]) -> Option<Edit> {
    if meant.len().abs_diff(written.len()) > 1 {
        return None;
    }
    let shared = meant.iter().zip(written).take_while(|(left, right)| left == right).count();
    let (meant_rest, written_rest) = (&meant[shared..], &written[shared..]);
    match (meant_rest, written_rest) {
        ([], []) => None,
        ([_, rest @ ..], _) if rest == written_rest => Some(Edit::Dropped),
        (_, [extra, rest @ ..]) if rest == meant_rest => doubled(*extra, &meant[..shared], rest),
        ([_, left @ ..], [_, right @ ..]) if left == right => Some(Edit::Substituted),
        ([first, second, left @ ..], [third, fourth, right @ ..]) if first == fourth && second == third && left == right => {
            Some(Edit::Swapped)
        }
        _ => None,
    }
}

fn doubled(extra: u8, before: &[u8], after: &[u8]) -> Option<Edit> {
    (before.last() == Some(&extra) || after.first() == Some(&extra)).then_some(Edit::Doubled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_the_error() {
        assert_eq!(one_edit(b"43219", b"43291"), Some(Edit::Swapped));
        assert_eq!(one_edit(b"43219", b"43319"), Some(Edit::Substituted));
        assert_eq!(one_edit(b"43219", b"4319"), Some(Edit::Dropped));
        assert_eq!(one_edit(b"43219", b"432219"), Some(Edit::Doubled));
        assert_eq!(one_edit(b"43219", b"432199"), Some(Edit::Doubled));
        assert_eq!(one_edit(b"43219", b"43219"), None);
        assert_eq!(one_edit(b"43219", b"432719"), None);
        assert_eq!(one_edit(b"43219", b"34291"), None);
        assert_eq!(one_edit(b"", b""), None);
        assert_eq!(one_edit(b"4", b""), Some(Edit::Dropped));
        assert_eq!(one_edit(b"", b"4"), None);
    }

    /// Every number one error away, by construction.
    fn one_error_away(meant: &[u8], alphabet: &[u8]) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        for place in 0..meant.len() {
            for letter in alphabet {
                let mut written = meant.to_vec();
                written[place] = *letter;
                all.push(written);
            }
            let mut dropped = meant.to_vec();
            dropped.remove(place);
            all.push(dropped);
            let mut doubled = meant.to_vec();
            doubled.insert(place, meant[place]);
            all.push(doubled);
            if place + 1 < meant.len() {
                let mut swapped = meant.to_vec();
                swapped.swap(place, place + 1);
                all.push(swapped);
            }
        }
        all.retain(|written| written != meant);
        all
    }

    proptest! {
        #[test]
        fn agrees_with_all_numbers_one_error_away(meant in "[0-2]{0,6}", written in "[0-2]{0,7}") {
            let expected = one_error_away(meant.as_bytes(), b"012").iter().any(|one| one == written.as_bytes());
            prop_assert_eq!(one_edit(meant.as_bytes(), written.as_bytes()).is_some(), expected);
        }
    }
}
