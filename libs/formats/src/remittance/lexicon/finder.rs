//! Finds all words of a list in a text at once, however long the list is.

use aho_corasick::AhoCorasick;

/// Where a word may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere: signs.
    Anywhere,
    /// At the beginning of a word.
    Begins,
    /// As a whole word or words.
    Whole,
}

#[derive(Debug, Clone, Copy)]
struct Rule {
    group: usize,
    place: Place,
}

/// A word that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Index of its list.
    pub group: usize,
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
}

/// Lists of folded words, ready to be looked for. A word of up to four letters, or one that ends with a point, must stand
/// alone; a longer one may begin a word; a sign may stand anywhere.
#[derive(Debug)]
pub(crate) struct Finder {
    automaton: Option<AhoCorasick>,
    rules: Vec<Rule>,
}

impl Finder {
    /// Each list is a group, numbered from 0.
    pub fn new<'w>(lists: impl IntoIterator<Item = &'w [&'w str]>) -> Finder {
        Finder::with(lists, place_of)
    }

    /// As [`Finder::new`], but every word may begin a word.
    pub fn of_beginnings<'w>(lists: impl IntoIterator<Item = &'w [&'w str]>) -> Finder {
        Finder::with(lists, |_| Place::Begins)
    }

    fn with<'w>(lists: impl IntoIterator<Item = &'w [&'w str]>, place: impl Fn(&str) -> Place) -> Finder {
        let (mut words, mut rules) = (Vec::new(), Vec::new());
        for (group, list) in lists.into_iter().enumerate() {
            for word in list {
                let place = place(word);
                words.push(if place == Place::Whole { word.trim_end_matches('.') } else { word });
                rules.push(Rule { group, place });
            }
        }
        // Only more words than numbers have room for could fail here: then nothing is found.
        Finder { automaton: AhoCorasick::new(words).ok(), rules }
    }

    /// The words in `folded`, those that end first before others.
    pub fn hits<'t>(&'t self, folded: &'t str) -> impl Iterator<Item = Hit> + 't {
        let found = self.automaton.iter().flat_map(move |automaton| automaton.find_overlapping_iter(folded));
        found.filter_map(move |found| {
            let rule = self.rules.get(found.pattern().as_usize())?;
            let hit = Hit { group: rule.group, start: found.start(), end: found.end() };
            stands(folded, rule.place, hit.start, hit.end).then_some(hit)
        })
    }

    /// The first group one of whose words stands in `folded`.
    pub fn first_group(&self, folded: &str) -> Option<usize> {
        self.hits(folded).map(|hit| hit.group).min()
    }

    /// True when any word stands in `folded`.
    pub fn is_in(&self, folded: &str) -> bool {
        self.hits(folded).next().is_some()
    }
}

fn place_of(word: &str) -> Place {
    if !word.starts_with(char::is_alphanumeric) {
        return Place::Anywhere;
    }
    if word.len() <= 4 || word.ends_with('.') { Place::Whole } else { Place::Begins }
}

fn stands(folded: &str, place: Place, start: usize, end: usize) -> bool {
    let begins = || folded.get(..start).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    let ends = || folded.get(end..).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
    match place {
        Place::Anywhere => true,
        Place::Begins => begins(),
        Place::Whole => begins() && ends(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_begin_and_short_ones_stand_alone() {
        let finder = Finder::new([&["net", "amount"][..], &["inv.", "%"][..]]);
        let groups = |text: &str| finder.hits(text).map(|hit| hit.group).collect::<Vec<_>>();
        assert_eq!(groups("net amounts"), [0, 0]);
        assert_eq!(groups("network, tantamount, inv, 2%"), [1, 1]);
        assert!(!finder.is_in("invoice nets") && finder.first_group("inv net") == Some(0));
    }
}
