//! How many attributes a tag has, before a parser sees it: a parser compares each with all before it.

/// Where in a page the next byte stands (WHATWG HTML, 13.2.5, as far as attributes need it).
#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Text,
    /// After `<`, or after `</`.
    Opened,
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Value,
    Quoted(u8),
}

/// Follows a page byte by byte.
#[derive(Default)]
pub(super) struct Attributes {
    place: Place,
    count: u64,
}

impl Attributes {
    /// How many attributes the tag has, this byte included.
    pub(super) fn after(&mut self, byte: u8) -> u64 {
        let place = self.place.after(byte);
        match (self.place, place) {
            (Place::Opened, Place::TagName) => self.count = 0,
            (Place::BeforeName | Place::AfterName, Place::Name) => self.count += 1,
            _ => {}
        }
        self.place = place;
        self.count
    }
}

impl Place {
    fn after(self, byte: u8) -> Place {
        match (self, byte) {
            (Place::Quoted(quote), _) if byte == quote => Place::BeforeName,
            (Place::Quoted(_), _) => self,
            (Place::Text | Place::Opened, b'<') => Place::Opened,
            (Place::Opened, b'/') => Place::Opened,
            (Place::Opened, _) if byte.is_ascii_alphabetic() => Place::TagName,
            (Place::Text | Place::Opened, _) | (_, b'>') => Place::Text,
            (Place::BeforeValue, b'"' | b'\'') => Place::Quoted(byte),
            (Place::BeforeValue, _) if byte.is_ascii_whitespace() => Place::BeforeValue,
            (Place::BeforeValue, _) => Place::Value,
            (Place::Value, b'/') => Place::Value,
            (Place::Name | Place::AfterName, b'=') => Place::BeforeValue,
            (Place::Name | Place::AfterName, _) if byte.is_ascii_whitespace() => Place::AfterName,
            (_, b'/') => Place::BeforeName,
            (Place::TagName | Place::Value | Place::BeforeName, _) if byte.is_ascii_whitespace() => Place::BeforeName,
            (Place::BeforeName | Place::AfterName, _) => Place::Name,
            (Place::TagName | Place::Name | Place::Value, _) => self,
        }
    }
}
