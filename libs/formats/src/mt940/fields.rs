//! Fields of a message: a tag at a line's start and everything up to the next one.

use crate::budget::{self, Budget};
use crate::error::FormatError;
use crate::finding::{FindingKind, Recorder, excerpt};
use crate::lines::{TextLine, lines};

/// Tags a statement may hold. Anything else at a line's start is text that happens to look like a tag.
const TAGS: [&str; 22] = [
    "20", "21", "25P", "25", "28C", "28", "60F", "60M", "61", "62F", "62M", "64", "65", "86", "13D", "13", "34F", "90D", "90C", "NS",
    "940", "942",
];

/// A field.
#[derive(Debug)]
pub(super) struct Field<'a> {
    pub tag: &'static str,
    pub offset: usize,
    /// Lines of its value, without the tag.
    pub lines: Vec<&'a str>,
    /// The message's text block had ended before this field.
    pub after_end: bool,
    /// BIC of the bank in the envelope before this field, if there was one.
    pub sender: Option<&'a str>,
}

impl<'a> Field<'a> {
    /// First line of the value.
    pub fn first(&self) -> &'a str {
        self.lines.first().copied().unwrap_or_default()
    }
}

/// Fields of a file.
pub(super) struct Fields<'a> {
    pub fields: Vec<Field<'a>>,
    /// The envelope names message type 942.
    pub interim: bool,
}

/// The tag a line starts with.
pub(super) fn tag_of(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start_matches('\u{1}');
    let (name, value) = line.strip_prefix(':')?.split_once(':')?;
    let tag = TAGS.into_iter().find(|tag| *tag == name)?;
    Some((tag, value))
}

/// Splits a file into fields. Text before the first field and between messages is left out.
pub(super) fn split<'a>(text: &'a str, recorder: &mut Recorder) -> Result<Fields<'a>, FormatError> {
    let mut state = State { fields: Vec::new(), interim: false, ended: false, open_block: None, sender: None };
    let mut budget = Budget::of(text.len());
    for line in lines(text) {
        budget.spend(state.line(line), line.number)?;
    }
    if let Some((number, offset)) = state.open_block.filter(|_| !state.ended) {
        // A file that opens its text block and never closes it was cut on the way.
        let closed = state.fields.last().is_some_and(|field| matches!(field.tag, "62F" | "62M" | "64" | "65" | "90C" | "90D"));
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
    Ok(Fields { fields: state.fields, interim: state.interim })
}

struct State<'a> {
    fields: Vec<Field<'a>>,
    interim: bool,
    ended: bool,
    open_block: Option<(u64, usize)>,
    sender: Option<&'a str>,
}

/// What a field costs.
fn cost(tag: &str) -> usize {
    match tag {
        "20" | "25" | "25P" => budget::STATEMENT,
        "60F" | "60M" | "61" | "62F" | "62M" | "64" | "65" => budget::ENTRY,
        _ => budget::RECORD,
    }
}

impl<'a> State<'a> {
    /// Takes a line and returns what it costs.
    fn line(&mut self, line: TextLine<'a>) -> usize {
        let text = line.text.trim_matches(['\u{1}', '\u{3}']);
        if let Some((tag, value)) = tag_of(text) {
            self.fields.push(Field {
                tag,
                offset: line.offset,
                lines: vec![value],
                after_end: self.ended && tag != "20",
                sender: self.sender,
            });
            self.ended = false;
            return cost(tag);
        }
        if text.trim_end() == "-" || text.starts_with("-}") || text.trim_end() == "-XXX" {
            self.ended = true;
        }
        if text.contains("{1:") || text.contains("{2:") || text.contains("{4:") {
            self.envelope(text, line);
            return 0;
        }
        if let Some(field) = self.fields.last_mut().filter(|_| !self.ended) {
            field.lines.push(text);
        }
        2
    }

    fn envelope(&mut self, text: &'a str, line: TextLine<'a>) {
        if let Some(sender) = text.split("{1:").nth(1).and_then(|block| block.get(3..11)) {
            self.sender = Some(sender);
        }
        if let Some(kind) = text.split("{2:").nth(1) {
            // In an output message the first block names the receiver, not the bank.
            if kind.starts_with('O') {
                self.sender = None;
            }
            self.interim |= kind.get(1..4) == Some("942");
        }
        if text.contains("{4:") {
            self.open_block = Some((line.number, line.offset));
            self.ended = false;
        }
    }
}
