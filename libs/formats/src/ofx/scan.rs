//! Tokens of SGML and XML alike.

use crate::error::FormatError;
use crate::finding::{count_lines, excerpt};

/// What the scanner sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// An aggregate begins.
    Open(&'a str),
    /// An element with its value, closed or not.
    Value(&'a str, String),
    /// An aggregate ends.
    Close(&'a str),
}

/// Elements that hold a value even when it is empty and not closed.
const LEAVES: [&str; 14] = [
    "MEMO", "NAME", "CHECKNUM", "REFNUM", "BRANCHID", "LANGUAGE", "SIC", "PAYEEID", "DTUSER", "DTAVAIL", "DTPOSTED", "TRNAMT", "BALAMT",
    "DTASOF",
];
/// Longest value.
const MAX_VALUE: usize = 64 << 10;

/// Reads token after token.
pub(super) struct Scanner<'a> {
    text: &'a str,
    position: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at the first `<`; the header before it is not for this scanner.
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, position: text.find('<').unwrap_or(text.len()), depth: 0 }
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
                self.depth = self.depth.saturating_sub(1);
                return Ok(Some(Token::Close(name.trim())));
            }
            let name = tag.trim_end_matches('/').split_ascii_whitespace().next().unwrap_or_default();
            if name.is_empty() || name.len() > 40 {
                return Err(self.malformed("OFX", format!("no element name: \"{}\"", excerpt(tag, 20))));
            }
            let value = self.value()?;
            if !value.is_empty() || LEAVES.contains(&name) || self.closes(name) {
                self.skip_close(name);
                return Ok(Some(Token::Value(name, unescape(value))));
            }
            self.depth += 1;
            if self.depth > 10_000 {
                return Err(FormatError::Limit { what: "elements inside one another", allowed: 10_000, line: 0 });
            }
            return Ok(Some(Token::Open(name)));
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn tag(&mut self) -> Result<Option<&'a str>, FormatError> {
        let Some(start) = self.rest().find('<') else {
            self.position = self.text.len();
            return Ok(None);
        };
        let inside = self.rest().get(start + 1..).unwrap_or_default();
        if inside.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("!DOCTYPE")) {
            return Err(FormatError::DtdForbidden { line: count_lines(self.text.as_bytes(), 0, self.position + start) + 1 });
        }
        let end = inside.find(['>', '<']).filter(|end| inside.as_bytes().get(*end) == Some(&b'>'));
        let Some(end) = end else { return Err(self.malformed("OFX", "a tag is not closed: the file is cut".to_string())) };
        self.position += start + 1 + end + 1;
        Ok(inside.get(..end))
    }

    /// Text up to the next tag, without the blanks around it.
    fn value(&mut self) -> Result<&'a str, FormatError> {
        let rest = self.rest();
        let end = rest.find('<').unwrap_or(rest.len());
        if end > MAX_VALUE {
            return Err(FormatError::Limit { what: "bytes of text in an element", allowed: MAX_VALUE as u64, line: 0 });
        }
        self.position += end;
        Ok(rest.get(..end).unwrap_or_default().trim())
    }

    fn closes(&self, name: &str) -> bool {
        let rest = self.rest().strip_prefix("</").and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.trim_start().starts_with('>'))
    }

    fn skip_close(&mut self, name: &str) {
        if self.closes(name) {
            self.position += self.rest().find('>').map_or(0, |end| end + 1);
        }
    }
}

/// The predefined entities, a blank for `&nbsp;` and character references; anything else stays as it is.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.find(';').filter(|end| *end <= 8).and_then(|end| after.get(..end));
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
    out.retain(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn closed_and_unclosed_elements() {
        let mut scanner = Scanner::new("HEADER:1\n<OFX><A><B>1 &amp; 2<C>x</C><MEMO><D></D></A><!-- no --></OFX>");
        let mut shown = Vec::new();
        while let Some(token) = scanner.next_token().unwrap() {
            shown.push(match token {
                Token::Open(name) => format!("+{name}"),
                Token::Value(name, value) => format!("{name}={value}"),
                Token::Close(name) => format!("-{name}"),
            });
        }
        assert_eq!(shown, ["+OFX", "+A", "B=1 & 2", "C=x", "MEMO=", "D=", "-A", "-OFX"]);
    }

    #[test]
    fn what_is_refused() {
        for text in ["<OFX><A", "<OFX><A<B>", "<>", "<!DOCTYPE x>"] {
            let mut scanner = Scanner::new(text);
            let outcome = std::iter::from_fn(|| scanner.next_token().transpose()).find_map(Result::err);
            assert!(outcome.is_some(), "{text}");
        }
    }
}
