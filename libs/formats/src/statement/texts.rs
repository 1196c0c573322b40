//! Texts of a transaction: mostly one, and short.

/// Texts one after the other, as one: each would take more room than it is long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(String);

/// Ends a text. The character itself is no text and is left out of one.
pub(super) const END: char = '\0';

impl Texts {
    /// Adds a text at the end.
    pub fn push(&mut self, text: &str) {
        self.0.reserve_exact(if self.0.is_empty() { text.len() + 1 } else { 0 });
        self.0.extend(text.split(END));
        self.0.push(END);
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split_terminator(END)
    }

    /// All of them with `separator` between.
    pub fn join(&self, separator: &str) -> String {
        self.0.strip_suffix(END).unwrap_or_default().replace(END, separator)
    }

    /// Bytes held beside its own.
    pub(super) fn size(&self) -> usize {
        self.0.capacity()
    }

    /// Gives back unused room.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl<T: AsRef<str>> Extend<T> for Texts {
    fn extend<I: IntoIterator<Item = T>>(&mut self, texts: I) {
        texts.into_iter().for_each(|text| self.push(text.as_ref()));
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Texts {
        let mut all = Texts::default();
        all.extend(texts);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn what_was_added_is_what_is_read() {
        let texts: Texts = ["RE 1", "", "VOM\u{0} 5."].into_iter().collect();
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["RE 1", "", "VOM 5."]);
        assert_eq!(texts.join("+"), "RE 1++VOM 5.");
        assert!(Texts::default().is_empty() && Texts::default().iter().next().is_none() && Texts::default().join("+").is_empty());
    }
}
