//! References and text of an entry.

use super::texts::END;

/// References and text of an entry as they are kept: only those there are, in one text, each behind the letter of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryTexts {
    pub(super) packed: Box<str>,
}

/// What a text says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// The bank's entry reference.
    Reference,
    /// The bank's reference of the booking.
    Servicer,
    /// Further text.
    Additional,
}

impl Kind {
    fn letter(self) -> char {
        match self {
            Kind::Reference => 'r',
            Kind::Servicer => 's',
            Kind::Additional => 'a',
        }
    }
}

impl EntryTexts {
    /// The same with this entry reference of the bank's.
    #[must_use]
    pub fn with_reference(self, text: Option<&str>) -> EntryTexts {
        self.with(Kind::Reference, text)
    }

    /// The same with this reference of the bank's for the booking.
    #[must_use]
    pub fn with_servicer_reference(self, text: Option<&str>) -> EntryTexts {
        self.with(Kind::Servicer, text)
    }

    /// The same with this further text.
    #[must_use]
    pub fn with_additional_information(self, text: Option<&str>) -> EntryTexts {
        self.with(Kind::Additional, text)
    }

    fn with(self, kind: Kind, text: Option<&str>) -> EntryTexts {
        let before = || self.packed.split_inclusive(END).filter(|known| !known.starts_with(kind.letter()));
        let known: usize = before().map(str::len).sum();
        let mut packed = String::with_capacity(text.map_or(0, |text| text.len() + 2) + known);
        packed.extend(before());
        if let Some(text) = text {
            packed.push(kind.letter());
            packed.extend(text.split(END));
            packed.push(END);
        }
        EntryTexts { packed: packed.into_boxed_str() }
    }

    /// The text of a kind.
    pub(super) fn get(&self, kind: Kind) -> Option<&str> {
        self.packed.split_terminator(END).find_map(|text| text.strip_prefix(kind.letter()))
    }
}

#[cfg(test)]
mod tests {
    use super::{EntryTexts, Kind};

    #[test]
    fn what_was_kept_is_what_is_read() {
        let texts =
            EntryTexts::default().with_servicer_reference(Some("rA\u{0}1")).with_reference(None).with_additional_information(Some(""));
        assert_eq!(texts.get(Kind::Servicer), Some("rA1"));
        assert_eq!((texts.get(Kind::Reference), texts.get(Kind::Additional)), (None, Some("")));
        let texts = texts.with_servicer_reference(None).with_additional_information(Some("B")).with_additional_information(Some("C"));
        assert_eq!((texts.get(Kind::Servicer), texts.get(Kind::Additional)), (None, Some("C")));
    }
}
