//! Texts of a workbook.

use quick_xml::events::Event;

use super::package::{Part, attribute};
use crate::budget::grow;
use crate::error::FormatError;

/// Bytes of texts shared by all sheets that may always be there, and times the size of the workbook: they are held in memory.
const SLACK: usize = 2 << 20;
const TIMES: usize = 6;
/// What a text costs beside its letters.
const EACH: usize = 8;

/// Texts shared by all sheets.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    /// Where each text ends; it begins where the one before ends.
    ends: Vec<usize>,
}

impl Strings {
    /// Reads the texts of a workbook of `size` bytes.
    pub fn read(mut part: Part<'_>, size: usize) -> Result<Strings, FormatError> {
        let allowed = SLACK + size.saturating_mul(TIMES);
        let mut strings = Strings::default();
        let mut one = String::new();
        loop {
            let is_text = match part.next()? {
                Event::Start(start) => start.local_name().into_inner() == "si",
                Event::End(end) if end.local_name().into_inner() == "sst" => return Ok(strings),
                Event::Eof => return Err(part.malformed("it ends inside the texts")),
                _ => false,
            };
            if !is_text {
                continue;
            }
            one.clear();
            rich(&mut part, "si", &mut one)?;
            if strings.text.len() + one.len() + EACH * strings.ends.len() > allowed {
                return Err(FormatError::Limit { what: "bytes of shared texts", allowed: allowed as u64, line: 0 });
            }
            strings.push(&one);
        }
    }

    fn push(&mut self, text: &str) {
        if self.text.capacity() - self.text.len() < text.len() {
            self.text.reserve_exact(text.len() + self.text.len() / 4);
        }
        self.text.push_str(text);
        grow(&mut self.ends);
        self.ends.push(self.text.len());
    }

    /// The text with this index.
    pub fn get(&self, index: usize) -> Option<&str> {
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(index)?)
    }
}

/// Adds the text of all runs up to the end of the element called `closing`; how it is spoken is no part of it.
pub(super) fn rich(part: &mut Part<'_>, closing: &str, into: &mut String) -> Result<(), FormatError> {
    let (mut is_spoken, mut run) = (false, String::new());
    loop {
        let is_kept = match part.next()? {
            Event::Start(start) if start.local_name().into_inner() == "rPh" => {
                is_spoken = true;
                continue;
            }
            Event::Start(start) if start.local_name().into_inner() == "t" && !is_spoken => {
                attribute(&start, "xml:space").is_some_and(|space| space == "preserve")
            }
            Event::End(end) if end.local_name().into_inner() == "rPh" => {
                is_spoken = false;
                continue;
            }
            Event::End(end) if end.local_name().into_inner() == closing => return Ok(()),
            Event::Eof => return Err(part.malformed("it ends inside a text")),
            _ => continue,
        };
        run.clear();
        part.text("t", &mut run)?;
        unescape(if is_kept { &run } else { run.trim_matches([' ', '\t', '\r', '\n']) }, into);
    }
}

/// Adds `text`, in which `_x000D_` stands for the character of that code.
pub(super) fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some((before, unit, behind)) = escaped(rest) {
        into.push_str(before);
        // A character may take two codes.
        let second = escaped(behind).filter(|(between, ..)| between.is_empty() && (0xD800..0xDC00).contains(&unit));
        rest = second.map_or(behind, |(_, _, behind)| behind);
        let units = [Some(unit), second.map(|(_, unit, _)| unit)].into_iter().flatten();
        into.extend(char::decode_utf16(units).map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    into.push_str(rest);
}

/// The first character that is written as its code: what stands before it, the code, what stands behind it.
fn escaped(text: &str) -> Option<(&str, u16, &str)> {
    text.match_indices("_x").find_map(|(at, _)| {
        let digits = text.get(at + 2..at + 6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let behind = text.get(at + 6..)?.strip_prefix('_')?;
        Some((text.get(..at)?, u16::from_str_radix(digits, 16).ok()?, behind))
    })
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn codes_of_characters() {
        for (written, text) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDCF7_!", "\u{1F4F7}!"),
            ("_xDCF7_", "\u{FFFD}"),
            ("_x00_ _x000G_ _x_", "_x00_ _x000G_ _x_"),
        ] {
            let mut out = String::new();
            unescape(written, &mut out);
            assert_eq!(out, text);
        }
    }
}
