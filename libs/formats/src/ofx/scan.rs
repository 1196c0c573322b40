//! Tokens of SGML and XML alike.

use std::borrow::Cow;

use crate::error::FormatError;
use crate::finding::{count_lines, excerpt};

/// What the scanner sees. Names are in upper case, however the file writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// An element without a text of its own: an aggregate begins, or a value is empty and not closed. Which of the two it
    /// is depends on where it stands.
    Open(Cow<'a, str>),
    /// An element with its value, closed or not.
    Value(Cow<'a, str>, String),
    /// An aggregate ends.
    Close(Cow<'a, str>),
}

/// Longest value.
const MAX_VALUE: usize = 64 << 10;
/// Longest name of a character.
const MAX_ENTITY: usize = 8;
/// Begins a part of a value that is taken as it stands.
const CDATA: &str = "<![CDATA[";

/// Reads token after token.
pub(super) struct Scanner<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at the first `<`; the header before it is not for this scanner.
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, position: text.find('<').unwrap_or(text.len()) }
    }

    /// Byte position in the text.
    pub fn offset(&self) -> usize {
        self.position
    }

    /// An error at the current position.
    pub fn malformed(&self, path: &str, why: String) -> FormatError {
        FormatError::Malformed { path: path.to_string(), line: count_lines(self.text.as_bytes(), 0, self.position) + 1, why }
    }

    /// The next token; none at the end.
    pub fn next_token(&mut self) -> Result<Option<Token<'a>>, FormatError> {
        loop {
            let Some(tag) = self.tag()? else { return Ok(None) };
            if tag.starts_with(['!', '?']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                return Ok(Some(Token::Close(upper(name.trim()))));
            }
            let name = tag.trim_end_matches('/').split_ascii_whitespace().next().unwrap_or_default();
            if name.is_empty() || name.len() > 40 {
                return Err(self.malformed("OFX", format!("no element name: \"{}\"", excerpt(tag, 20))));
            }
            let value = self.value()?;
            if value.is_empty() && !self.closes(name) {
                return Ok(Some(Token::Open(upper(name))));
            }
            self.skip_close(name);
            return Ok(Some(Token::Value(upper(name), value)));
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn tag(&mut self) -> Result<Option<&'a str>, FormatError> {
        let start = tag_in(self.rest());
        let Some(inside) = self.rest().get(start + 1..) else {
            self.position = self.text.len();
            return Ok(None);
        };
        if inside.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("!DOCTYPE")) {
            return Err(FormatError::DtdForbidden { line: count_lines(self.text.as_bytes(), 0, self.position + start) + 1 });
        }
        if let Some(comment) = inside.strip_prefix("!--") {
            let length = comment.find("-->").ok_or_else(|| self.malformed("OFX", "a comment is not closed".to_string()))?;
            self.position += start + "<!--".len() + length + "-->".len();
            return Ok(Some("!"));
        }
        let end = inside.find(['>', '<']).filter(|end| inside.as_bytes().get(*end) == Some(&b'>'));
        let Some(end) = end else { return Err(self.malformed("OFX", "a tag is not closed: the file is cut".to_string())) };
        self.position += start + 1 + end + 1;
        Ok(inside.get(..end))
    }

    /// Text up to the next tag, without the blanks around it. Character data is part of it and taken as it stands.
    fn value(&mut self) -> Result<String, FormatError> {
        let start = self.position;
        let mut value = String::new();
        loop {
            let rest = self.rest();
            let end = tag_in(rest);
            self.position += end;
            if self.position - start > MAX_VALUE {
                let line = count_lines(self.text.as_bytes(), 0, start) + 1;
                return Err(FormatError::Limit { what: "bytes of text in an element", allowed: MAX_VALUE as u64, line });
            }
            value.push_str(&unescape(rest.get(..end).unwrap_or_default()));
            let Some(data) = self.rest().strip_prefix(CDATA) else { break };
            let length = data.find("]]>").ok_or_else(|| self.malformed("OFX", "character data is not closed".to_string()))?;
            value.extend(data.get(..length).unwrap_or_default().chars().filter(|c| is_text(*c)));
            self.position += CDATA.len() + length + "]]>".len();
        }
        let trimmed = value.trim();
        Ok(if trimmed.len() == value.len() { value } else { trimmed.to_string() })
    }

    fn closes(&self, name: &str) -> bool {
        let rest = self.rest().strip_prefix("</").and_then(|rest| rest.split_at_checked(name.len()));
        rest.is_some_and(|(found, rest)| found.eq_ignore_ascii_case(name) && rest.trim_start().starts_with('>'))
    }

    fn skip_close(&mut self, name: &str) {
        if self.closes(name) {
            self.position += self.rest().find('>').map_or(0, |end| end + 1);
        }
    }
}

/// Position of the next tag, or the text's length. A `<` before anything but a name, `/`, `!` or `?` is text.
fn tag_in(text: &str) -> usize {
    let begins = |position: &usize| {
        let next = text.as_bytes().get(position + 1);
        next.is_none_or(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'))
    };
    text.match_indices('<').map(|(position, _)| position).find(begins).unwrap_or(text.len())
}

fn upper(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Cow::Owned(name.to_ascii_uppercase());
    }
    Cow::Borrowed(name)
}

fn is_text(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\t')
}

/// The predefined entities, a blank for `&nbsp;` and character references; anything else stays as it is.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.bytes().take(MAX_ENTITY + 1).position(|byte| byte == b';').and_then(|end| after.get(..end));
        let character = entity.and_then(|entity| match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            number => number.strip_prefix('#').and_then(|digits| digits.parse().ok()).and_then(char::from_u32).filter(|c| !c.is_control()),
        });
        match (character, entity) {
            (Some(character), Some(entity)) => {
                out.push(character);
                rest = after.get(entity.len() + 1..).unwrap_or_default();
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.retain(is_text);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut scanner = Scanner::new(text);
        let mut shown = Vec::new();
        while let Some(token) = scanner.next_token().unwrap() {
            shown.push(match token {
                Token::Open(name) => format!("+{name}"),
                Token::Value(name, value) => format!("{name}={value}"),
                Token::Close(name) => format!("-{name}"),
            });
        }
        shown
    }

    #[test]
    fn closed_and_unclosed_elements() {
        let text = "HEADER:1\n<OFX><A><B>1 &amp; 2<C>x</C><MEMO><D></D></A><!-- <no> --></OFX>";
        assert_eq!(tokens(text), ["+OFX", "+A", "B=1 & 2", "C=x", "+MEMO", "D=", "-A", "-OFX"]);
    }

    #[test]
    fn texts_as_programs_write_them() {
        assert_eq!(tokens("<NAME><![CDATA[A & B <c>]]></NAME><MEMO>a<![CDATA[&amp;]]> b"), ["NAME=A & B <c>", "MEMO=a&amp; b"]);
        assert_eq!(tokens("<MEMO>5 < 6 <= 7 <> 8<name>x</Name>"), ["MEMO=5 < 6 <= 7 <> 8", "NAME=x"]);
    }

    #[test]
    fn what_is_refused() {
        for text in ["<OFX><A", "<OFX><A<B>", "<OFX><", "<!DOCTYPE x>", "<A><![CDATA[x", "<!-- x"] {
            let mut scanner = Scanner::new(text);
            let outcome = std::iter::from_fn(|| scanner.next_token().transpose()).find_map(Result::err);
            assert!(outcome.is_some(), "{text}");
        }
    }
}
