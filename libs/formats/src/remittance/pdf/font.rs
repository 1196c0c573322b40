//! Fonts: from codes to text and widths.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

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
    /// The text of `bytes`.
    pub fn text(&self, bytes: &[u8]) -> String {
        let text = Document::decode_text(&self.encoding, bytes).unwrap_or_default();
        text.chars().filter(|letter| !letter.is_control() && *letter != '\u{FFFD}').collect()
    }

    /// Codes of `bytes`.
    pub fn codes<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = u32> + use<'b> {
        let size = if self.wide { 2 } else { 1 };
        bytes.chunks(size).map(|code| code.iter().fold(0u32, |sum, byte| (sum << 8) | u32::from(*byte)))
    }

    /// Width of a code, in thousandths of the size.
    pub fn width(&self, code: u32) -> f64 {
        let range = self.widths.range(..=code).next_back();
        range.filter(|(_, (last, _))| code <= *last).map_or(self.default, |(_, (_, width))| *width)
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
    /// Bytes their tables of characters may still inflate to.
    left: usize,
}

impl<'a> Fonts<'a> {
    /// Those of a document, whose tables of characters inflate to at most `left` bytes together.
    pub fn of(document: &'a Document, left: usize) -> Fonts<'a> {
        Fonts { document, known: HashMap::new(), left }
    }

    /// The fonts of a page by their names; one that cannot be read is left out.
    pub fn of_page(&mut self, page: ObjectId) -> BTreeMap<Vec<u8>, Rc<Font<'a>>> {
        let found = self.document.get_page_fonts(page).unwrap_or_default();
        let found = found.into_iter().take(MAX_FONTS);
        found.filter_map(|(name, dictionary)| Some((name, self.font(dictionary)?))).collect()
    }

    fn font(&mut self, dictionary: &'a Dictionary) -> Option<Rc<Font<'a>>> {
        let key = std::ptr::from_ref(dictionary);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let read = self.read(dictionary).map(Rc::new);
        self.known.insert(key, read.clone());
        read
    }

    fn read(&mut self, dictionary: &'a Dictionary) -> Option<Font<'a>> {
        let encoding = dictionary.get_font_encoding_with_limit(self.document, self.left).ok()?;
        let table = dictionary.get_deref(b"ToUnicode", self.document).and_then(Object::as_stream);
        let table = table.and_then(|table| table.decompressed_content_with_limit(self.left));
        self.left -= table.map_or(0, |table| table.len().min(self.left));
        Some(font(self.document, dictionary, encoding))
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
    let first = dictionary.get(b"FirstChar").and_then(Object::as_i64).ok().and_then(|first| u32::try_from(first).ok()).unwrap_or(0);
    let widths = dictionary.get_deref(b"Widths", document).and_then(Object::as_array);
    let Ok(widths) = widths else { return Widths::new() };
    let number = |object: &Object| object.as_float().map(f64::from).ok();
    (first..).zip(widths.iter().take(256)).filter_map(|(code, width)| number(width).map(|width| (code, (code, width)))).collect()
}

/// `/W`: `first [w w w]` or `first last w`.
fn wide_widths(document: &Document, dictionary: &Dictionary) -> Widths {
    let mut out = Widths::new();
    let Ok(list) = dictionary.get_deref(b"W", document).and_then(Object::as_array) else { return out };
    let number = |object: Option<&Object>| object.and_then(|object| object.as_float().ok()).map(f64::from);
    let code = |object: Option<&Object>| object.and_then(|object| object.as_i64().ok()).and_then(|code| u32::try_from(code).ok());
    let mut index = 0;
    while let Some(first) = code(list.get(index)) {
        let next = list.get(index + 1).and_then(|object| document.dereference(object).ok()).map(|(_, object)| object);
        if let Some(widths) = next.and_then(|object| object.as_array().ok()) {
            out.extend((first..).zip(widths.iter()).filter_map(|(code, width)| number(Some(width)).map(|width| (code, (code, width)))));
            index += 2;
            continue;
        }
        let (Some(last), Some(width)) = (code(list.get(index + 1)), number(list.get(index + 2))) else { break };
        out.insert(first, (last, width));
        index += 3;
    }
    out
}
