//! Segments: a tag and elements, elements of components, with the separators the interchange declares.

use std::borrow::Cow;

use quittance_types::{BusinessDate, Decimal};

use crate::Text;
use crate::budget::{self, Budget};
use crate::error::FormatError;
use crate::finding::count_lines;
use crate::remittance::{Field, Span};
use crate::statement::parse_exact;

/// The separators of an interchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    pub element: u8,
    pub component: u8,
    pub terminator: u8,
    /// Takes the meaning of the character behind it; X12 has none.
    pub release: Option<u8>,
    /// True when amounts have a decimal comma.
    pub comma: bool,
}

/// A segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    pub text: &'a str,
    syntax: Syntax,
    /// From 1, in the interchange.
    pub number: u32,
    /// Line it begins in, from 1.
    pub line: u64,
}

/// Walks the segments of an interchange.
pub(super) struct Segments<'a> {
    text: &'a str,
    syntax: Syntax,
    position: usize,
    number: u32,
    line: u64,
    /// Up to where segments were counted beforehand.
    counted: usize,
    budget: Budget,
}

impl<'a> Segments<'a> {
    /// Begins at byte `position` of `text`.
    pub fn new(text: &'a str, syntax: Syntax, position: usize) -> Segments<'a> {
        let line = count_lines(text.as_bytes(), 0, position) + 1;
        Segments { text, syntax, position, number: 0, line, counted: 0, budget: Budget::of(text.len()) }
    }

    /// Line the reader stands in, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many segments of a tag may stand before the next one of tag `end`, as far as the budget allows them: room to read
    /// them without growing. A tag inside a text makes this a little wrong, and nothing else. No text is looked through twice.
    pub fn count_before(&mut self, tag: &str, end: &str) -> usize {
        let Some(rest) = self.text.get(self.position..).filter(|_| self.position >= self.counted) else { return 0 };
        let separator = char::from(self.syntax.element);
        let set = rest.find(&format!("{end}{separator}")).and_then(|length| rest.get(..length)).unwrap_or(rest);
        self.counted = self.position + set.len();
        set.matches(&format!("{tag}{separator}")).count().min(set.len() / LINE + 1)
    }

    /// Charges a set with the advice it holds.
    pub fn spend_set(&mut self) -> Result<(), FormatError> {
        self.budget.spend(budget::SET, self.line)
    }

    /// Charges a line of an advice that carries so many `names`, and so many amounts beside the one that is paid.
    pub fn spend_line(&mut self, names: usize, amounts: usize) -> Result<(), FormatError> {
        self.budget.spend(LINE + names * NAME + amounts * AMOUNT, self.line)
    }

    /// The next segment with anything in it.
    pub fn next(&mut self) -> Result<Option<Segment<'a>>, FormatError> {
        loop {
            let rest = self.text.get(self.position..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(None);
            }
            let end = end_of(rest.as_bytes(), self.syntax);
            let whole = rest.get(..end).unwrap_or(rest);
            let lead = whole.len() - whole.trim_start().len();
            let start = self.position;
            self.position = start + end + usize::from(end < rest.len());
            let line = self.line + count_lines(self.text.as_bytes(), start, start + lead);
            self.line = line + count_lines(self.text.as_bytes(), start + lead, self.position);
            let text = whole.trim();
            if text.is_empty() {
                continue;
            }
            if end == rest.len() && self.syntax.terminator != b'\n' {
                let path = text.get(..3).unwrap_or(text).to_string();
                return Err(FormatError::Malformed { path, line, why: "the last segment is not ended: the file is cut".to_string() });
            }
            self.number = self.number.saturating_add(1);
            self.budget.spend(cost(text), line)?;
            return Ok(Some(Segment { text, syntax: self.syntax, number: self.number, line }));
        }
    }
}

/// What a line of an advice costs.
const LINE: usize = 28;
/// What an amount costs beside the one that is paid.
const AMOUNT: usize = 7;
/// What a name costs that the line of an advice carries.
const NAME: usize = 5;

/// What a segment costs: amounts may be deductions and references are kept, the others fill what is there already.
fn cost(text: &str) -> usize {
    match text.get(..3) {
        Some("ADX") => 40,
        Some("AJT") => 12,
        Some("MOA") => 18,
        Some("REF" | "RFF") => 12,
        _ => 2,
    }
}

fn end_of(bytes: &[u8], syntax: Syntax) -> usize {
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        if Some(*byte) == syntax.release {
            index += 2;
            continue;
        }
        if *byte == syntax.terminator {
            return index;
        }
        index += 1;
    }
    bytes.len()
}

/// Parts of `text` between `separator`s that are not released.
fn parts(text: &str, separator: u8, release: Option<u8>) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let bytes = text.as_bytes();
        let mut index = 0;
        while let Some(byte) = bytes.get(index) {
            if Some(*byte) == release {
                index += 2;
                continue;
            }
            if *byte == separator {
                rest = text.get(index + 1..);
                return text.get(..index);
            }
            index += 1;
        }
        rest = None;
        Some(text)
    })
}

impl<'a> Segment<'a> {
    /// Its name: `RMR`, `MOA` ...
    pub fn tag(&self) -> &'a str {
        self.raw(0)
    }

    /// Element `number` as written; empty when it is not there.
    pub fn raw(&self, number: usize) -> &'a str {
        parts(self.text, self.syntax.element, self.syntax.release).nth(number).unwrap_or_default().trim()
    }

    /// Component `component` (from 0) of element `number`, without release characters.
    pub fn component(&self, number: usize, component: usize) -> Cow<'a, str> {
        let element = parts(self.text, self.syntax.element, self.syntax.release).nth(number).unwrap_or_default();
        let raw = parts(element, self.syntax.component, self.syntax.release).nth(component).unwrap_or_default().trim();
        match self.syntax.release.map(char::from) {
            Some(release) if raw.contains(release) => Cow::Owned(unreleased(raw, release)),
            _ => Cow::Borrowed(raw),
        }
    }

    /// Element `number` without release characters.
    pub fn element(&self, number: usize) -> Cow<'a, str> {
        self.component(number, 0)
    }

    /// The element as a string, unless it is empty.
    pub fn some(&self, number: usize) -> Option<String> {
        Some(self.element(number).into_owned()).filter(|text| !text.is_empty())
    }

    /// Place of an element.
    pub fn span(&self, number: usize) -> Span {
        let column = u16::try_from(number).unwrap_or_default();
        Span { part: 0, line: self.number, column, from: 1, to: u32::try_from(self.raw(number).len()).unwrap_or_default() }
    }

    /// A component as a field, unless it is empty.
    pub fn text_field(&self, number: usize, component: usize) -> Option<Field<Text>> {
        let text = self.component(number, component);
        (!text.is_empty()).then(|| Field::written(&text, self.span(number)))
    }

    /// A component as an amount: none when it is empty, an error with the text when it is no number.
    pub fn amount_field(&self, number: usize, component: usize) -> Result<Option<Field<Decimal>>, String> {
        let text = self.component(number, component);
        if text.is_empty() {
            return Ok(None);
        }
        let decimal = if self.syntax.comma { text.replacen(',', ".", 1) } else { text.to_string() };
        let value = parse_exact(&decimal).ok_or_else(|| text.to_string())?;
        Ok(Some(Field::new(value, &text, self.span(number))))
    }

    /// A component as a date `CCYYMMDD` or `YYMMDD`: none when it is empty, an error with the text when it is no date.
    pub fn date_field(&self, number: usize, component: usize) -> Result<Option<Field<BusinessDate>>, String> {
        let text = self.component(number, component);
        if text.is_empty() {
            return Ok(None);
        }
        let date = date(&text).ok_or_else(|| text.to_string())?;
        Ok(Some(Field::new(date, &text, self.span(number))))
    }

    /// An error at this segment.
    pub fn malformed(&self, why: impl Into<String>) -> FormatError {
        FormatError::Malformed { path: self.tag().to_string(), line: self.line, why: why.into() }
    }
}

fn unreleased(raw: &str, release: char) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        out.extend(if letter == release { letters.next() } else { Some(letter) });
    }
    out
}

/// `CCYYMMDD` (a time may follow, and a zone of three characters) or `YYMMDD`.
pub(super) fn date(text: &str) -> Option<BusinessDate> {
    if text.len() == 6 {
        return crate::short_date::yymmdd(text);
    }
    let zoned = text.len().checked_sub(3).and_then(|end| text.split_at_checked(end));
    let text = match zoned {
        Some((clock, zone)) if matches!(clock.len(), 12 | 14) && !zone.starts_with(|c: char| c.is_ascii_digit()) => clock,
        _ => text,
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && matches!(text.len(), 8 | 12 | 14);
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let year = digits.then(|| part(0, 4)).flatten()?;
    BusinessDate::from_ymd(i32::try_from(year).ok()?, part(4, 6)?, part(6, 8)?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const EDIFACT: Syntax = Syntax { element: b'+', component: b':', terminator: b'\'', release: Some(b'?'), comma: false };

    #[test]
    fn releases_take_the_meaning_of_separators() {
        let mut segments = Segments::new("A+x?'y?+z:2'\n B+?:??:c'", EDIFACT, 0);
        let first = segments.next().unwrap().unwrap();
        assert_eq!((first.tag(), first.component(1, 0).as_ref(), first.component(1, 1).as_ref()), ("A", "x'y+z", "2"));
        let second = segments.next().unwrap().unwrap();
        assert_eq!((second.component(1, 0).as_ref(), second.component(1, 1).as_ref(), second.line), (":?", "c", 2));
        assert!(segments.next().unwrap().is_none());
        assert!(Segments::new("A+x", EDIFACT, 0).next().is_err());
        assert!(Segments::new("A+x?", EDIFACT, 0).next().is_err());
    }

    #[test]
    fn dates() {
        assert_eq!(date("20261125").unwrap().to_string(), "2026-11-25");
        assert_eq!(date("261125").unwrap().to_string(), "2026-11-25");
        for text in ["202611250830", "202611250830+01", "20261125083000CET"] {
            assert_eq!(date(text).unwrap().to_string(), "2026-11-25", "{text}");
        }
        for text in ["20269999", "2026112", "2026-11-25", "é0261125", "202611250830001", "20261125+01"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
