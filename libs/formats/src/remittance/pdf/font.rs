//! Fonts: from codes to text and widths.

use std::collections::{BTreeMap, HashMap};

use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

/// A font of a page.
pub(crate) struct Font<'a> {
    encoding: Encoding<'a>,
    /// Two bytes a code.
    wide: bool,
    /// Widths by code, in thousandths of the size.
    widths: HashMap<u32, f64>,
    default: f64,
}

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
        self.widths.get(&code).copied().unwrap_or(self.default)
    }

    /// True when a blank is a code of one byte, to which word spacing applies.
    pub fn is_blank(&self, code: u32) -> bool {
        !self.wide && code == 32
    }
}

/// The fonts of a page by their names.
pub(crate) fn fonts<'a>(document: &'a Document, page: ObjectId, limit: usize) -> BTreeMap<Vec<u8>, Font<'a>> {
    let found = document.get_page_fonts(page).unwrap_or_default();
    let read = |(name, dictionary): (Vec<u8>, &'a Dictionary)| {
        let encoding = dictionary.get_font_encoding_with_limit(document, limit).ok()?;
        Some((name, font(document, dictionary, encoding)))
    };
    found.into_iter().take(200).filter_map(read).collect()
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

fn simple_widths(document: &Document, dictionary: &Dictionary) -> HashMap<u32, f64> {
    let first = dictionary.get(b"FirstChar").and_then(Object::as_i64).ok().and_then(|first| u32::try_from(first).ok()).unwrap_or(0);
    let widths = dictionary.get_deref(b"Widths", document).and_then(Object::as_array);
    let Ok(widths) = widths else { return HashMap::new() };
    let number = |object: &Object| object.as_float().map(f64::from).ok();
    (first..).zip(widths.iter().take(256)).filter_map(|(code, width)| number(width).map(|width| (code, width))).collect()
}

/// `/W`: `first [w w w]` or `first last w`.
fn wide_widths(document: &Document, dictionary: &Dictionary) -> HashMap<u32, f64> {
    let mut out = HashMap::new();
    let Ok(list) = dictionary.get_deref(b"W", document).and_then(Object::as_array) else { return out };
    let number = |object: Option<&Object>| object.and_then(|object| object.as_float().ok()).map(f64::from);
    let code = |object: Option<&Object>| object.and_then(|object| object.as_i64().ok()).and_then(|code| u32::try_from(code).ok());
    let mut index = 0;
    while let Some(first) = code(list.get(index)) {
        let next = list.get(index + 1).and_then(|object| document.dereference(object).ok()).map(|(_, object)| object);
        if let Some(widths) = next.and_then(|object| object.as_array().ok()) {
            out.extend((first..).zip(widths.iter()).filter_map(|(code, width)| number(Some(width)).map(|width| (code, width))));
            index += 2;
            continue;
        }
        let (Some(last), Some(width)) = (code(list.get(index + 1)), number(list.get(index + 2))) else { break };
        out.extend((first..=last.min(first.saturating_add(0xFFFF))).map(|code| (code, width)));
        index += 3;
        if out.len() > 0x2_0000 {
            break;
        }
    }
    out
}
