//! Records: 94 characters each, on lines or one behind the other.

use crate::budget::{self, Budget};
use crate::error::FormatError;
use crate::lines::{TextLine, columns, lines};

/// Characters of a record.
pub(super) const WIDTH: usize = 94;

/// A record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub text: &'a str,
    pub line: u64,
    pub offset: usize,
}

impl<'a> Record<'a> {
    /// Its first character.
    pub fn kind(&self) -> &'a str {
        self.field(0, 1)
    }

    /// Characters `from..to` without the blanks around them.
    pub fn field(&self, from: usize, to: usize) -> &'a str {
        columns(self.text, from, to).trim()
    }

    /// The field as a string.
    pub fn string(&self, from: usize, to: usize) -> String {
        self.field(from, to).to_string()
    }

    /// An error at this record.
    pub fn malformed(&self, why: impl Into<String>) -> FormatError {
        FormatError::Malformed { path: format!("record {}", self.kind()), line: self.line, why: why.into() }
    }

    /// A field of digits.
    pub fn number(&self, from: usize, to: usize, name: &str) -> Result<u64, FormatError> {
        let text = self.field(from, to);
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let value = digits.then(|| text.parse().ok()).flatten();
        value.ok_or_else(|| self.malformed(format!("{name} \"{text}\" is no number")))
    }

    /// A field of digits that counts cents.
    pub fn cents(&self, from: usize, to: usize, name: &str) -> Result<i64, FormatError> {
        let value = self.number(from, to, name)?;
        i64::try_from(value).map_err(|_| self.malformed(format!("{name} is too large")))
    }
}

/// Splits a file. Blank lines and blanks after the 94th character mean nothing. A file without line ends is read when it
/// begins with its header; every other long line is refused.
pub(super) fn split(text: &str) -> Result<Vec<Record<'_>>, FormatError> {
    let mut budget = Budget::of(text.len());
    let mut records = Vec::with_capacity(text.len() / (WIDTH + 1) + 1);
    for line in lines(text) {
        let trimmed = line.text.trim_end_matches(' ');
        if trimmed.is_empty() {
            continue;
        }
        if let Some(character) = trimmed.chars().find(|c| c.is_control()) {
            let why = format!("the character U+{:04X} is not allowed", u32::from(character));
            return Err(FormatError::Malformed { path: path_of(trimmed), line: line.number, why });
        }
        if trimmed.len() <= WIDTH || trimmed.chars().count() <= WIDTH {
            budget.spend(budget::ENTRY, line.number)?;
            records.push(Record { text: trimmed, line: line.number, offset: line.offset });
            continue;
        }
        if !records.is_empty() || !fixed_length(line) {
            let why = format!("a record of {} characters: {WIDTH} are allowed", trimmed.chars().count());
            return Err(FormatError::Malformed { path: path_of(trimmed), line: line.number, why });
        }
        for start in (0..line.text.len()).step_by(WIDTH) {
            let text = line.text.get(start..(start + WIDTH).min(line.text.len())).unwrap_or_default();
            records.push(Record { text, line: line.number, offset: line.offset + start });
        }
    }
    Ok(records)
}

fn fixed_length(line: TextLine<'_>) -> bool {
    line.text.starts_with("101") && line.text.is_ascii() && line.text.len().is_multiple_of(WIDTH)
}

fn path_of(text: &str) -> String {
    format!("record {}", text.chars().next().unwrap_or(' '))
}
