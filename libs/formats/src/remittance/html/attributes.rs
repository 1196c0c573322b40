//! How many attributes a tag has, before a parser sees it: a parser compares each with all before it.
//!
//! Where a tag begins depends on what the parser takes for comments, scripts and quoted values. What begins one is therefore
//! followed wherever it stands, all of them at once: nothing a page says can hide a tag, and only the places a tag can be in
//! are kept, with the most attributes that lead there.

/// Where in a tag the next byte stands (WHATWG HTML, 13.2.5, as far as attributes need it).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After `<`, or after `</`.
    Opened,
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Value,
    DoubleQuoted,
    SingleQuoted,
}

const PLACES: [Place; 9] = [
    Place::Opened,
    Place::TagName,
    Place::BeforeName,
    Place::Name,
    Place::AfterName,
    Place::BeforeValue,
    Place::Value,
    Place::DoubleQuoted,
    Place::SingleQuoted,
];

/// Follows a page byte by byte.
#[derive(Default)]
pub(super) struct Attributes {
    /// Most attributes of a tag of which the next byte stands at that place.
    most: [Option<u64>; PLACES.len()],
}

impl Attributes {
    /// The most attributes a tag may have, this byte included.
    pub(super) fn after(&mut self, byte: u8) -> u64 {
        let before = std::mem::take(&mut self.most);
        for (place, count) in PLACES.into_iter().zip(before) {
            let (Some(count), Some(next)) = (count, place.after(byte)) else { continue };
            let begins = next == Place::Name && matches!(place, Place::BeforeName | Place::AfterName);
            self.reach(next, count + u64::from(begins));
        }
        if byte == b'<' {
            self.reach(Place::Opened, 0);
        }
        self.most.iter().flatten().copied().max().unwrap_or(0)
    }

    fn reach(&mut self, place: Place, count: u64) {
        if let Some(most) = self.most.get_mut(place as usize) {
            *most = (*most).max(Some(count));
        }
    }
}

impl Place {
    /// None behind the end of the tag, and where none begins.
    fn after(self, byte: u8) -> Option<Place> {
        Some(match (self, byte) {
            (Place::DoubleQuoted, b'"') | (Place::SingleQuoted, b'\'') => Place::BeforeName,
            (Place::DoubleQuoted | Place::SingleQuoted, _) => self,
            (Place::Opened, b'/') => Place::Opened,
            (Place::Opened, _) if byte.is_ascii_alphabetic() => Place::TagName,
            (Place::Opened, _) | (_, b'>') => return None,
            (Place::BeforeValue, b'"') => Place::DoubleQuoted,
            (Place::BeforeValue, b'\'') => Place::SingleQuoted,
            (Place::BeforeValue, _) if byte.is_ascii_whitespace() => Place::BeforeValue,
            (Place::BeforeValue, _) => Place::Value,
            (Place::Value, b'/') => Place::Value,
            (Place::Name | Place::AfterName, b'=') => Place::BeforeValue,
            (Place::Name | Place::AfterName, _) if byte.is_ascii_whitespace() => Place::AfterName,
            (_, b'/') => Place::BeforeName,
            (Place::TagName | Place::Value | Place::BeforeName, _) if byte.is_ascii_whitespace() => Place::BeforeName,
            (Place::BeforeName | Place::AfterName, _) => Place::Name,
            (Place::TagName | Place::Name | Place::Value, _) => self,
        })
    }
}
