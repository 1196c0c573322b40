//! Parts of a workbook, inflated as they are read: sizes written in an archive may lie.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor, Error, Read, Write};

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;

use crate::error::FormatError;

/// Bytes a workbook may always inflate to.
const SLACK: u64 = 2 << 20;
/// How many times its size the parts of a workbook may inflate to. Repetitive sheets of real programs stay below twenty.
const RATIO: u64 = 30;
/// Members of an archive.
const MAX_MEMBERS: usize = 1_000;
/// Bytes of a tag, or of a text between two.
const MAX_EVENT: usize = 256 << 10;

/// The parts of a workbook.
pub(super) struct Package<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    /// Place of a part by its name in small letters: some programs write others than they refer to.
    places: HashMap<String, usize>,
    /// Bytes that may still be inflated, of so many.
    left: u64,
    allowed: u64,
}

impl<'b> Package<'b> {
    pub fn open(bytes: &'b [u8]) -> Result<Package<'b>, FormatError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| malformed("archive", &error))?;
        if archive.len() > MAX_MEMBERS {
            return Err(FormatError::Limit { what: "members of an archive", allowed: MAX_MEMBERS as u64, line: 0 });
        }
        let names = archive.file_names().enumerate().filter_map(|(place, name)| Some((plain(&name.ok()?), place)));
        let places: HashMap<String, usize> = names.collect();
        if !places.keys().any(|name| name.starts_with("xl/")) {
            return Err(FormatError::Unknown { why: "an archive that is no XLSX workbook".to_string() });
        }
        let allowed = SLACK + (bytes.len() as u64).saturating_mul(RATIO);
        Ok(Package { archive, places, left: allowed, allowed })
    }

    /// The part of this name.
    pub fn part(&mut self, name: &str) -> Result<Option<Part<'_>>, FormatError> {
        let Some(place) = self.places.get(&plain(name)).copied() else { return Ok(None) };
        let member = self.archive.by_index(place).map_err(|error| malformed(name, &error))?;
        // What inflates to nothing takes time as well.
        self.left = self.left.saturating_sub(member.compressed_size());
        let content = Inflated { member: Box::new(BufReader::new(member)), left: &mut self.left, event: 0 };
        let mut reader = Reader::from_reader(content);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Ok(Some(Part { reader, buffer: Vec::new(), name: name.to_string(), allowed: self.allowed }))
    }
}

fn plain(name: &str) -> String {
    name.replace('\\', "/").to_ascii_lowercase()
}

pub(super) fn malformed(path: &str, why: &impl ToString) -> FormatError {
    FormatError::Malformed { path: path.to_string(), line: 0, why: why.to_string() }
}

/// What a part inflates to, as far as it may.
struct Inflated<'p> {
    member: Box<dyn BufRead + 'p>,
    left: &'p mut u64,
    /// Bytes of the tag or text that is being read.
    event: usize,
}

impl Read for Inflated<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Inflated<'_> {
    fn fill_buf(&mut self) -> Result<&[u8], Error> {
        let is_refused = *self.left == 0 || self.event > MAX_EVENT;
        if is_refused { Err(Error::other("more than a workbook holds")) } else { self.member.fill_buf() }
    }

    fn consume(&mut self, amount: usize) {
        self.member.consume(amount);
        self.event += amount;
        *self.left = self.left.saturating_sub(amount as u64);
    }
}

/// The XML of a part, a tag or text at a time.
pub(super) struct Part<'p> {
    reader: Reader<Inflated<'p>>,
    buffer: Vec<u8>,
    name: String,
    allowed: u64,
}

impl Part<'_> {
    pub fn next(&mut self) -> Result<Event<'_>, FormatError> {
        self.buffer.clear();
        self.reader.get_mut().event = 0;
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(event),
            Err(_) if self.reader.get_ref().event > MAX_EVENT => {
                Err(FormatError::Limit { what: "bytes of a tag or a text", allowed: MAX_EVENT as u64, line: 0 })
            }
            Err(_) if *self.reader.get_ref().left == 0 => {
                Err(FormatError::Limit { what: "bytes inflated from an archive", allowed: self.allowed, line: 0 })
            }
            Err(error) => Err(malformed(&self.name, &error)),
        }
    }

    /// An error in this part.
    pub fn malformed(&self, why: &str) -> FormatError {
        malformed(&self.name, &why)
    }

    /// Adds the text up to the end of the element called `name`.
    pub fn text(&mut self, name: &str, into: &mut String) -> Result<(), FormatError> {
        let begin = into.len();
        loop {
            match self.next()? {
                Event::Text(text) => into.push_str(&text.xml10_content()),
                Event::CData(text) => into.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => into.push(resolved(&reference).ok_or_else(unresolved)?),
                Event::End(end) if end.local_name().into_inner() == name => return Ok(()),
                Event::Eof => return Err(self.malformed("it ends inside a text")),
                _ => {}
            }
            if into.len() - begin > MAX_EVENT {
                return Err(FormatError::Limit { what: "bytes of a text", allowed: MAX_EVENT as u64, line: 0 });
            }
        }
    }
}

fn unresolved() -> FormatError {
    malformed("workbook", &"an entity that is not predefined")
}

fn resolved(reference: &BytesRef<'_>) -> Option<char> {
    let character = reference.resolve_char_ref().ok()?;
    character.or_else(|| resolve_xml_entity(&reference.borrow().into_inner())?.chars().next())
}

/// Calls `take` with name and raw value of every attribute.
pub(super) fn attributes(start: &BytesStart<'_>, mut take: impl FnMut(&str, &str)) -> Result<(), FormatError> {
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| malformed("workbook", &error))?;
        take(attribute.key.into_inner(), &attribute.value);
    }
    Ok(())
}

/// The value of an attribute, its entities resolved.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = start.attributes();
    let found = all.with_checks(false).filter_map(Result::ok).find(|attribute| attribute.key.into_inner() == name);
    Some(found?.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// What all parts of an archive inflate to; little more than `allowed` where it is more.
pub(crate) fn inflated_size(bytes: &[u8], allowed: u64) -> u64 {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return 0 };
    let mut counted = Counted(0);
    for place in 0..archive.len() {
        let Ok(member) = archive.by_index(place) else { continue };
        // A damaged member has cost what came before the damage.
        let _ = std::io::copy(&mut member.take((allowed + 1).saturating_sub(counted.0)), &mut counted);
        if counted.0 > allowed {
            break;
        }
    }
    counted.0
}

/// Counts what is written to it.
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
