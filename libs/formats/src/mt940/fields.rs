//! Fields of a message: a tag at a line's start and everything up to the next one.

use crate::budget::Budget;
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, count_lines, excerpt};
use crate::lines::{TextLine, lines};

/// Tags a statement may hold. Anything else at a line's start is text that happens to look like a tag.
const TAGS: [&str; 22] = [
    "20", "21", "25P", "25", "28C", "28", "60F", "60M", "61", "62F", "62M", "64", "65", "86", "13D", "13", "34F", "90D", "90C", "NS",
    "940", "942",
];

/// A field: a span of the file, so that a file of many small fields costs little.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    /// From behind the tag to the end of its last line.
    value: &'a str,
    /// Byte positions of its line and its value: the largest file read is smaller than their type holds.
    line: u32,
    start: u32,
    /// Index in [`Fields::senders`], from 1.
    sender: u32,
    /// Index in [`TAGS`].
    tag: u8,
    /// The message's text block had ended before this field.
    pub after_end: bool,
}

impl<'a> Field<'a> {
    /// Its tag.
    pub fn tag(&self) -> &'static str {
        TAGS.get(usize::from(self.tag)).copied().unwrap_or_default()
    }

    /// Byte position of the line it begins on.
    pub fn offset(&self) -> usize {
        usize::try_from(self.line).unwrap_or_default()
    }

    /// Lines of its value, without the tag.
    pub fn lines(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        lines(self.value)
            .map(|line| without_frame(line.text))
            .enumerate()
            .filter(|(index, text)| *index == 0 || !is_envelope(text))
            .map(|(_, text)| text)
    }

    /// First line of the value.
    pub fn first(&self) -> &'a str {
        self.lines().next().unwrap_or_default()
    }
}

/// Fields of a file.
pub(super) struct Fields<'a> {
    /// The file.
    pub text: &'a str,
    pub fields: Vec<Field<'a>>,
    /// BICs of the banks in the envelopes, in file order.
    senders: Vec<Option<&'a str>>,
    /// The envelope names message type 942.
    pub interim: bool,
}

impl<'a> Fields<'a> {
    /// Line a field begins in, from 1.
    pub fn line(&self, field: &Field<'_>) -> u64 {
        count_lines(self.text.as_bytes(), 0, field.offset()) + 1
    }

    /// BIC of the bank in the envelope before a field, if there was one.
    pub fn sender(&self, field: &Field<'_>) -> Option<&'a str> {
        let index = usize::try_from(field.sender).ok()?.checked_sub(1)?;
        self.senders.get(index).copied().flatten()
    }
}

/// A line without the control characters that frame a transmission.
fn without_frame(line: &str) -> &str {
    line.trim_matches(['\u{1}', '\u{3}'])
}

/// Bytes of framing characters at a line's end.
fn trailing(line: &str) -> usize {
    line.len() - line.trim_end_matches(['\u{1}', '\u{3}']).len()
}

fn is_envelope(line: &str) -> bool {
    line.contains("{1:") || line.contains("{2:") || line.contains("{4:")
}

/// The tag a line starts with.
pub(super) fn tag_of(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start_matches('\u{1}');
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let tag = TAGS.into_iter().find(|tag| *tag == name)?;
    Some((tag, value))
}

/// Splits a file into fields. Text before the first field and between messages is left out.
pub(super) fn split<'a>(text: &'a str, recorder: &mut Recorder, budget: &mut Budget) -> Result<Fields<'a>, FormatError> {
    let count = text.lines().filter(|line| line.starts_with(':')).count().min(text.len() / FIELD + 1);
    let mut state = State {
        text,
        fields: Vec::with_capacity(count),
        senders: Vec::new(),
        interim: false,
        ended: false,
        goes_on: false,
        open_block: None,
    };
    for line in lines(text) {
        budget.spend(state.line(line), line.number)?;
    }
    if let Some((number, offset)) = state.open_block.filter(|_| !state.ended) {
        // A file that opens its text block and never closes it was cut on the way.
        let closed = state.fields.last().is_some_and(|field| matches!(field.tag(), "62F" | "62M" | "64" | "65" | "90C" | "90D"));
        if !closed {
            return Err(FormatError::Malformed {
                path: "{4:".to_string(),
                line: number,
                why: "the text block is not closed: the file is cut".to_string(),
            });
        }
        recorder.note(FindingKind::TrailerMissing, "{4:", offset, "the text block is not closed");
    }
    if state.fields.is_empty() {
        let start = excerpt(text.trim(), 40);
        return Err(FormatError::Unknown { why: format!("no SWIFT field in \"{start}\"") });
    }
    Ok(Fields { text, fields: state.fields, senders: state.senders, interim: state.interim })
}

struct State<'a> {
    text: &'a str,
    fields: Vec<Field<'a>>,
    senders: Vec<Option<&'a str>>,
    interim: bool,
    ended: bool,
    /// The last field may go on in the next line.
    goes_on: bool,
    open_block: Option<(u64, usize)>,
}

/// What the shortest field costs, and a line that is blank or ends a message.
const FIELD: usize = 4;
/// What a further line of a field costs.
const LINE: usize = 13;

/// What a field costs. Statements and entries are charged when they are built.
fn cost(tag: &str) -> usize {
    match tag {
        "20" | "61" => FIELD,
        "60F" | "60M" | "62F" | "62M" | "64" | "65" => 12,
        _ => 6,
    }
}

impl<'a> State<'a> {
    /// Takes a line and returns what it costs.
    fn line(&mut self, line: TextLine<'a>) -> usize {
        let text = without_frame(line.text);
        if let Some((tag, value)) = tag_of(text) {
            return self.field(tag, value, line);
        }
        if text.trim_end() == "-" || text.starts_with("-}") || text.trim_end() == "-XXX" {
            (self.ended, self.goes_on) = (true, false);
        }
        if is_envelope(text) {
            self.envelope(text, line);
            // The first field may stand behind the envelope.
            let behind = text.split_once("{4:").and_then(|(_, behind)| tag_of(behind));
            return behind.map_or(0, |(tag, value)| self.field(tag, value, line));
        }
        let end = line.offset + line.text.len();
        if let Some(field) = self.fields.last_mut().filter(|_| self.goes_on) {
            let start = usize::try_from(field.start).unwrap_or_default();
            field.value = self.text.get(start..end).unwrap_or(field.value);
        }
        if text.trim_matches([' ', '-']).is_empty() { FIELD } else { LINE }
    }

    /// Keeps a field whose value reaches to the end of `line`, and returns what it costs.
    fn field(&mut self, tag: &'static str, value: &'a str, line: TextLine<'a>) -> usize {
        self.fields.push(Field {
            tag: TAGS.iter().position(|known| *known == tag).and_then(|index| u8::try_from(index).ok()).unwrap_or_default(),
            line: u32::try_from(line.offset).unwrap_or_default(),
            value,
            start: u32::try_from(line.offset + line.text.len() - trailing(line.text) - value.len()).unwrap_or_default(),
            after_end: self.ended && tag != "20",
            sender: u32::try_from(self.senders.len()).unwrap_or_default(),
        });
        (self.ended, self.goes_on) = (false, true);
        cost(tag)
    }

    fn envelope(&mut self, text: &'a str, line: TextLine<'a>) {
        if let Some(sender) = text.split("{1:").nth(1).and_then(|block| block.get(3..11)) {
            self.senders.push(Some(sender));
        }
        if let Some(kind) = text.split("{2:").nth(1) {
            // In an output message the first block names the receiver, not the bank.
            if kind.starts_with('O') {
                self.senders.push(None);
            }
            self.interim |= kind.get(1..4) == Some("942");
        }
        if text.contains("{4:") {
            self.open_block = Some((line.number, line.offset));
            self.ended = false;
        }
    }
}
