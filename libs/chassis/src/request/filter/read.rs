//! A filter, word by word.

use quittance_types::Fault;

use super::invalid;

/// The longer ones first.
const OPERATORS: [&str; 5] = ["<=", ">=", "<", ">", "="];

/// A field, a value or AND.
pub(super) struct Word {
    pub(super) position: usize,
    pub(super) text: String,
    pub(super) quoted: bool,
}

pub(super) struct Reader<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Reader<'a> {
        Reader { text: text.trim_end(), position: 0 }
    }

    /// Where the next word begins.
    pub(super) fn position(&mut self) -> usize {
        self.rest();
        self.position
    }

    /// Whether nothing but blanks is left.
    pub(super) fn at_end(&mut self) -> bool {
        self.rest().is_empty()
    }

    /// What is left, without the blanks before it.
    fn rest(&mut self) -> &'a str {
        let left = self.text.get(self.position..).unwrap_or_default();
        let rest = left.trim_start();
        self.position += left.len() - rest.len();
        rest
    }

    pub(super) fn operator(&mut self) -> Result<(usize, &'static str), Fault> {
        let rest = self.rest();
        let position = self.position;
        let found = OPERATORS.into_iter().find(|operator| rest.starts_with(operator));
        let operator = found.ok_or_else(|| invalid(position, "=, <, <=, > or >= stands here"))?;
        self.position += operator.len();
        Ok((position, operator))
    }

    pub(super) fn word(&mut self) -> Result<Word, Fault> {
        let rest = self.rest();
        let position = self.position;
        if let Some(inside) = rest.strip_prefix('"') {
            return self.quoted(position, inside);
        }
        let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.:+".contains(character);
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        if text.is_empty() {
            return Err(invalid(position, "a field or a value is missing"));
        }
        self.position += length;
        Ok(Word { position, text: text.to_owned(), quoted: false })
    }

    fn quoted(&mut self, position: usize, inside: &str) -> Result<Word, Fault> {
        let mut text = String::new();
        let mut characters = inside.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.position = position + at + 2;
                    return Ok(Word { position, text, quoted: true });
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    _ => return Err(invalid(position + at + 1, "only \\\" and \\\\ are escapes")),
                },
                plain => text.push(plain),
            }
        }
        Err(invalid(position, "the quotes are not closed"))
    }
}
