//! Walking a document.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::{Limits, Tree};
use crate::error::FormatError;
use crate::finding::count_lines;

/// A position in a document.
pub(crate) struct Cursor<'a> {
    reader: Reader<&'a [u8]>,
    source: &'a str,
    limits: Limits,
    /// Local names of the open elements, each preceded by `/`.
    path: String,
    /// Length of `path` before each open element.
    starts: Vec<usize>,
    opened: Option<BytesStart<'a>>,
    ended: bool,
}

/// What comes next inside an element.
enum Step<'a> {
    Open(BytesStart<'a>),
    Text(Cow<'a, str>),
    Close,
    End,
}

impl<'a> Cursor<'a> {
    /// Starts before the root of `source`.
    pub fn new(source: &'a str, limits: Limits) -> Result<Cursor<'a>, FormatError> {
        if source.len() > limits.bytes {
            return Err(FormatError::Limit { what: "bytes in a file", allowed: limits.bytes as u64, line: 0 });
        }
        let mut reader = Reader::from_str(source);
        reader.config_mut().expand_empty_elements = true;
        Ok(Cursor { reader, source, limits, path: String::new(), starts: Vec::new(), opened: None, ended: false })
    }

    /// Local name of the element opened last.
    pub fn name(&self) -> &str {
        let name = self.opened.as_ref().map(|start| start.local_name().into_inner());
        name.unwrap_or_default()
    }

    /// The element opened last.
    pub fn opened(&self) -> Option<&BytesStart<'a>> {
        self.opened.as_ref()
    }

    /// True after the last byte.
    pub fn at_end(&self) -> bool {
        self.ended
    }

    /// Number of open elements.
    pub fn depth(&self) -> usize {
        self.starts.len()
    }

    /// Byte position in the decoded text.
    pub fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.source.len())
    }

    /// Goes to the next child of the innermost open element (before the root: to the root) and opens it. Returns false
    /// when there is none: the element is closed then (at the top level: the document has ended).
    pub fn next_child(&mut self) -> Result<bool, FormatError> {
        loop {
            match self.step()? {
                Step::Open(start) => {
                    self.opened = Some(start);
                    return Ok(true);
                }
                Step::Text(_) => {}
                Step::Close | Step::End => return Ok(false),
            }
        }
    }

    /// Reads the element opened last, with everything in it, into `tree` and leaves it.
    pub fn subtree(&mut self, tree: &mut Tree) -> Result<(), FormatError> {
        tree.clear();
        let Some(root) = self.opened.take() else { return Ok(()) };
        let depth = self.depth();
        self.open_node(tree, &root)?;
        while self.depth() >= depth {
            match self.step()? {
                Step::Open(start) => self.open_node(tree, &start)?,
                Step::Text(text) => {
                    if tree.push_text(&text) > self.limits.text {
                        return Err(self.limit("bytes of text in an element", self.limits.text));
                    }
                }
                Step::Close => tree.close(),
                Step::End => break,
            }
        }
        Ok(())
    }

    fn open_node(&self, tree: &mut Tree, start: &BytesStart<'_>) -> Result<(), FormatError> {
        if tree.open(start.local_name().into_inner(), self.offset()) > self.limits.nodes {
            return Err(self.limit("elements in one transaction", self.limits.nodes));
        }
        if start.attributes_raw().trim_ascii().is_empty() {
            return Ok(());
        }
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| self.malformed(error.to_string()))?;
            let name = attribute.key;
            if name.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| self.malformed(error.to_string()))?;
            if value.len() > self.limits.text {
                return Err(self.limit("bytes of text in an attribute", self.limits.text));
            }
            tree.attribute(name.local_name().into_inner(), &value);
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Step<'a>, FormatError> {
        loop {
            if self.ended {
                return Ok(Step::End);
            }
            match self.reader.read_event() {
                Ok(Event::Start(start)) => {
                    self.enter(&start)?;
                    return Ok(Step::Open(start));
                }
                Ok(Event::End(_)) => {
                    let length = self.starts.pop().unwrap_or_default();
                    self.path.truncate(length);
                    return Ok(Step::Close);
                }
                Ok(Event::Text(text)) => return self.text(text.into_inner()),
                Ok(Event::CData(text)) => return self.text(text.into_inner()),
                Ok(Event::GeneralRef(reference)) => return Ok(Step::Text(self.resolve(&reference)?)),
                Ok(Event::DocType(_)) => return Err(FormatError::DtdForbidden { line: self.line(self.offset()) }),
                Ok(Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => {}
                Ok(Event::Eof) if self.starts.is_empty() => self.ended = true,
                Ok(Event::Eof) => return Err(self.malformed("the file ends inside an element".to_string())),
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }

    fn enter(&mut self, start: &BytesStart<'_>) -> Result<(), FormatError> {
        if self.starts.len() >= self.limits.depth {
            return Err(self.limit("elements inside one another", self.limits.depth));
        }
        let name = start.local_name().into_inner();
        if name.is_empty() || name.len() > 128 {
            return Err(self.limit("bytes in an element's name", 128));
        }
        if !start.attributes_raw().trim_ascii().is_empty() {
            let mut count = 0;
            for attribute in start.attributes().with_checks(false) {
                attribute.map_err(|error| self.malformed(error.to_string()))?;
                count += 1;
                if count > self.limits.attributes {
                    return Err(self.limit("attributes of an element", self.limits.attributes));
                }
            }
        }
        self.starts.push(self.path.len());
        self.path.push('/');
        self.path.push_str(name);
        Ok(())
    }

    /// Character data: outside the root only white space, nowhere a control character XML does not know.
    fn text(&self, text: Cow<'a, str>) -> Result<Step<'a>, FormatError> {
        if self.starts.is_empty() && !text.trim_ascii().is_empty() {
            return Err(self.malformed("text outside the root element".to_string()));
        }
        if text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
            return Err(self.malformed("a control character that XML does not allow".to_string()));
        }
        Ok(Step::Text(text))
    }

    fn resolve(&self, reference: &BytesRef<'_>) -> Result<Cow<'static, str>, FormatError> {
        let character = reference.resolve_char_ref().map_err(|error| self.malformed(error.to_string()))?;
        if let Some(character) = character {
            let allowed = character >= ' ' || matches!(character, '\t' | '\n' | '\r');
            let text = allowed.then(|| Cow::Owned(character.to_string()));
            return text.ok_or_else(|| self.malformed("a character reference that XML does not allow".to_string()));
        }
        match reference.borrow().into_inner().as_ref() {
            "amp" => Ok(Cow::Borrowed("&")),
            "lt" => Ok(Cow::Borrowed("<")),
            "gt" => Ok(Cow::Borrowed(">")),
            "quot" => Ok(Cow::Borrowed("\"")),
            "apos" => Ok(Cow::Borrowed("'")),
            _ => Err(self.malformed("an entity that is not predefined".to_string())),
        }
    }

    /// How often a name stands in an end tag.
    pub fn count_of(&self, name: &str) -> usize {
        let ends = self
            .source
            .match_indices(name)
            .filter(|(index, _)| self.source.get(..*index).is_some_and(|before| before.ends_with(['/', ':'])));
        ends.count()
    }

    /// Line ends between two byte positions.
    pub fn line_ends(&self, from: usize, to: usize) -> u64 {
        count_lines(self.source.as_bytes(), from, to.min(self.source.len()))
    }

    /// Line of a byte position, from 1.
    pub fn line(&self, offset: usize) -> u64 {
        count_lines(self.source.as_bytes(), 0, offset.min(self.source.len())) + 1
    }

    /// An error at the current position.
    pub fn malformed(&self, why: String) -> FormatError {
        self.malformed_at(self.offset(), why)
    }

    fn malformed_at(&self, offset: usize, why: String) -> FormatError {
        let path = if self.path.is_empty() { "/".to_string() } else { self.path.clone() };
        FormatError::Malformed { path, line: self.line(offset), why }
    }

    fn broken(&self, error: &quick_xml::Error) -> FormatError {
        let offset = usize::try_from(self.reader.error_position()).unwrap_or(0);
        let rest = self.source.as_bytes().get(offset..).unwrap_or_default();
        let is_dtd = rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"<!DOCTYPE"));
        if is_dtd {
            return FormatError::DtdForbidden { line: self.line(offset) };
        }
        self.malformed_at(offset, error.to_string())
    }

    fn limit(&self, what: &'static str, allowed: usize) -> FormatError {
        FormatError::Limit { what, allowed: allowed as u64, line: self.line(self.offset()) }
    }
}
