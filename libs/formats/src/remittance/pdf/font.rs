//! Fonts: from codes to text and widths.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

use super::{inflated_beyond, is_limit};
use crate::error::FormatError;

/// Fonts of a page.
const MAX_FONTS: usize = 200;

/// A font of a page.
pub(crate) struct Font<'a> {
    encoding: Encoding<'a>,
    /// Two bytes a code.
    wide: bool,
    /// Last code and width, in thousandths of the size, by the first code they are for.
    widths: Widths,
    default: f64,
}

type Widths = BTreeMap<u32, (u32, f64)>;

impl Font<'_> {
    /// The text of `bytes`, and whether that is all of it.
    pub fn text(&self, bytes: &[u8]) -> (String, bool) {
        let Ok(text) = Document::decode_text(&self.encoding, bytes) else { return (String::new(), false) };
        let is_whole = !text.contains(char::REPLACEMENT_CHARACTER);
        (text.chars().filter(|letter| !letter.is_control() && *letter != char::REPLACEMENT_CHARACTER).collect(), is_whole)
    }

    /// Codes of `bytes`.
    pub fn codes<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = u32> + use<'b> {
        let size = if self.wide { 2 } else { 1 };
        bytes.chunks(size).map(|code| code.iter().fold(0u32, |sum, byte| (sum << 8) | u32::from(*byte)))
    }

    /// Width of a code, in thousandths of the size.
    pub fn width(&self, code: u32) -> f64 {
        width_of(&self.widths, code).unwrap_or(self.default)
    }

    /// True when a blank is a code of one byte, to which word spacing applies.
    pub fn is_blank(&self, code: u32) -> bool {
        !self.wide && code == 32
    }
}

/// The fonts of a document, each read once.
pub(super) struct Fonts<'a> {
    document: &'a Document,
    known: HashMap<*const Dictionary, Option<Rc<Font<'a>>>>,
    /// Bytes the tables of characters that are used may inflate to.
    allowed: usize,
    /// What is left of them.
    left: usize,
}

impl<'a> Fonts<'a> {
    /// Those of a document, of which the tables of characters that are used inflate to at most `left` bytes together.
    pub fn of(document: &'a Document, left: usize) -> Fonts<'a> {
        Fonts { document, known: HashMap::new(), allowed: left, left }
    }

    /// The fonts of a page.
    pub fn of_page(&mut self, page: ObjectId) -> PageFonts<'_, 'a> {
        let found = self.document.get_page_fonts(page).unwrap_or_default();
        PageFonts { names: found.into_iter().take(MAX_FONTS).collect(), fonts: self }
    }

    fn font(&mut self, dictionary: &'a Dictionary) -> Result<Option<Rc<Font<'a>>>, FormatError> {
        let key = std::ptr::from_ref(dictionary);
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let read = self.read(dictionary)?.map(Rc::new);
        self.known.insert(key, read.clone());
        Ok(read)
    }

    fn read(&mut self, dictionary: &'a Dictionary) -> Result<Option<Font<'a>>, FormatError> {
        let encoding = match dictionary.get_font_encoding_with_limit(self.document, self.left) {
            Ok(encoding) => encoding,
            Err(error) if is_limit(&error) => return Err(inflated_beyond(self.allowed)),
            Err(_) => return Ok(None),
        };
        // How much was inflated is not told: it is inflated once more to be counted.
        if matches!(encoding, Encoding::UnicodeMapEncoding(_)) {
            let table = dictionary.get_deref(b"ToUnicode", self.document).and_then(Object::as_stream);
            let table = table.and_then(|table| table.get_plain_content_with_limit(self.left));
            self.left -= table.map_or(0, |table| table.len().min(self.left));
        }
        Ok(Some(font(self.document, dictionary, encoding)))
    }
}

/// The fonts of a page, each read when it is used.
pub(super) struct PageFonts<'f, 'a> {
    names: BTreeMap<Vec<u8>, &'a Dictionary>,
    fonts: &'f mut Fonts<'a>,
}

impl<'a> PageFonts<'_, 'a> {
    /// The font of that name; none when it is not there or cannot be read.
    ///
    /// # Errors
    /// `XML_LIMIT` when its table of characters inflates beyond what the fonts of a document may take.
    pub fn named(&mut self, name: &[u8]) -> Result<Option<Rc<Font<'a>>>, FormatError> {
        let dictionary = self.names.get(name).copied();
        Ok(dictionary.map(|dictionary| self.fonts.font(dictionary)).transpose()?.flatten())
    }
}

fn font<'a>(document: &'a Document, dictionary: &'a Dictionary, encoding: Encoding<'a>) -> Font<'a> {
    let descendant = dictionary
        .get_deref(b"DescendantFonts", document)
        .and_then(Object::as_array)
        .ok()
        .and_then(|fonts| fonts.first())
        .and_then(|font| document.dereference(font).ok())
        .and_then(|(_, font)| font.as_dict().ok());
    match descendant {
        Some(inner) => {
            let default = inner.get(b"DW").and_then(Object::as_float).map_or(1000.0, f64::from);
            Font { encoding, wide: true, widths: wide_widths(document, inner), default }
        }
        None => Font { encoding, wide: false, widths: simple_widths(document, dictionary), default: 500.0 },
    }
}

fn simple_widths(document: &Document, dictionary: &Dictionary) -> Widths {
    let first = code(dictionary.get(b"FirstChar").ok()).unwrap_or(0);
    let widths = dictionary.get_deref(b"Widths", document).and_then(Object::as_array);
    let Ok(widths) = widths else { return Widths::new() };
    (first..).zip(widths.iter().take(256)).filter_map(|(code, width)| number(Some(width)).map(|width| (code, (code, width)))).collect()
}

/// `/W`: `first [w w w]` or `first last w`.
fn wide_widths(document: &Document, dictionary: &Dictionary) -> Widths {
    let mut out = Widths::new();
    let Ok(list) = dictionary.get_deref(b"W", document).and_then(Object::as_array) else { return out };
    let mut index = 0;
    while let Some(first) = code(list.get(index)) {
        let next = list.get(index + 1).and_then(|object| document.dereference(object).ok()).map(|(_, object)| object);
        if let Some(widths) = next.and_then(|object| object.as_array().ok()) {
            let widths = (first..).zip(widths).filter_map(|(code, width)| Some((code, number(Some(width))?)));
            widths.for_each(|(code, width)| set(&mut out, code, code, width));
            index += 2;
            continue;
        }
        let (Some(last), Some(width)) = (code(list.get(index + 1)), number(list.get(index + 2))) else { break };
        set(&mut out, first, last, width);
        index += 3;
    }
    out
}

fn number(object: Option<&Object>) -> Option<f64> {
    object?.as_float().ok().map(f64::from)
}

/// A code, which has two bytes at most.
fn code(object: Option<&Object>) -> Option<u32> {
    object?.as_i64().ok().and_then(|code| u16::try_from(code).ok()).map(u32::from)
}

/// The width that is set for a code.
fn width_of(widths: &Widths, code: u32) -> Option<f64> {
    let range = widths.range(..=code).next_back();
    range.filter(|(_, (last, _))| code <= *last).map(|(_, (_, width))| *width)
}

/// Sets the width of the codes from `first` to `last`, whatever it was before: ranges never overlap.
fn set(widths: &mut Widths, first: u32, last: u32, width: f64) {
    if last < first {
        return;
    }
    split(widths, first);
    split(widths, last + 1);
    while let Some(start) = widths.range(first..=last).next().map(|(start, _)| *start) {
        widths.remove(&start);
    }
    widths.insert(first, (last, width));
}

/// Makes two ranges of one in which `code` is not the first.
fn split(widths: &mut Widths, code: u32) {
    let before = widths.range_mut(..code).next_back().filter(|(_, (last, _))| *last >= code);
    let Some((_, range)) = before else { return };
    let (last, width) = *range;
    *range = (code - 1, width);
    widths.insert(code, (last, width));
}

#[cfg(test)]
mod tests {
    use lopdf::{Dictionary, Document, Object};

    use super::{simple_widths, wide_widths, width_of};

    #[test]
    fn widths_of_ranges_that_overlap() {
        let widths = |list: Vec<Object>| {
            let dictionary = Dictionary::from_iter([("W", Object::Array(list))]);
            let widths = wide_widths(&Document::new(), &dictionary);
            [0, 32, 33, 65, 65_535, 65_536].map(|code| width_of(&widths, code))
        };
        let all = || vec![0.into(), 65_535.into(), 500.into()];
        let blank = || vec![32.into(), Object::Array(vec![250.into()])];
        let inner = Some(500.0);
        assert_eq!(widths([all(), blank()].concat()), [inner, Some(250.0), inner, inner, inner, None]);
        assert_eq!(widths([blank(), all()].concat()), [inner, inner, inner, inner, inner, None]);
        let two = vec![30.into(), 40.into(), 1.into(), 33.into(), 70.into(), 2.into()];
        assert_eq!(widths(two), [None, Some(1.0), Some(2.0), Some(2.0), None, None]);
    }

    #[test]
    fn widths_of_codes_that_are_none() {
        let most = i64::from(u32::MAX);
        let list = vec![most.into(), Object::Array(vec![500.into(), 500.into()])];
        let dictionary = Dictionary::from_iter([("W", Object::Array(list.clone())), ("FirstChar", most.into()), ("Widths", list.into())]);
        assert_eq!(wide_widths(&Document::new(), &dictionary).len(), 0);
        assert_eq!(width_of(&simple_widths(&Document::new(), &dictionary), 65), None);
    }
}
