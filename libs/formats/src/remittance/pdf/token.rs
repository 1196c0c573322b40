//! Tokens of a content stream (ISO 32000-1, 7.2 and 7.8.2), one at a time and without a copy: a page costs no more than
//! its text, however many operators are on it.

use std::borrow::Cow;

use super::image;

/// An operand or an operator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'c> {
    Number(f64),
    /// Without the slash, escapes as written.
    Name(&'c [u8]),
    /// Between the parentheses, escapes as written.
    Text(&'c [u8]),
    /// Between the angle brackets.
    Hex(&'c [u8]),
    /// Between the square brackets.
    Array(&'c [u8]),
    /// A dictionary, or what cannot be understood.
    Other,
    Operator(&'c [u8]),
    /// The rest of the page: an inline image without end.
    Unended,
}

impl<'c> Token<'c> {
    /// The bytes of a text, whichever way it is written.
    pub fn text(self) -> Option<Cow<'c, [u8]>> {
        match self {
            Token::Text(raw) if !raw.iter().any(|byte| matches!(byte, b'\\' | b'\r')) => Some(Cow::Borrowed(raw)),
            Token::Text(raw) => Some(Cow::Owned(unescaped(raw))),
            Token::Hex(digits) => Some(Cow::Owned(of_hex(digits))),
            _ => None,
        }
    }

    /// A number that is whole and not negative.
    pub fn whole(self) -> Option<usize> {
        let Token::Number(number) = self else { return None };
        number.to_string().parse().ok()
    }

    /// A name without its escapes.
    pub fn name(self) -> Option<Cow<'c, [u8]>> {
        let Token::Name(raw) = self else { return None };
        if !raw.contains(&b'#') {
            return Some(Cow::Borrowed(raw));
        }
        let mut out = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((first, behind)) = rest.split_first() {
            let code = behind.split_first_chunk::<2>().filter(|(code, _)| *first == b'#' && code.iter().all(u8::is_ascii_hexdigit));
            let (byte, behind) = code.map_or((*first, behind), |(code, behind)| (of_hex(code).first().copied().unwrap_or(b'#'), behind));
            out.push(byte);
            rest = behind;
        }
        Some(Cow::Owned(out))
    }
}

/// The tokens of a content stream.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'c> {
    /// What is not read yet.
    pub rest: &'c [u8],
    /// What follows a `BI`, up to its `ID`.
    image: Option<&'c [u8]>,
}

impl<'c> Tokens<'c> {
    /// Those of `content`.
    pub fn of(content: &'c [u8]) -> Tokens<'c> {
        Tokens { rest: content, image: None }
    }

    /// Takes so many bytes, or what there is.
    pub fn take(&mut self, length: usize) -> &'c [u8] {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    /// Takes the bytes that belong to each other.
    pub fn take_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'c [u8] {
        let length = self.rest.iter().position(|byte| !belongs(*byte)).unwrap_or(self.rest.len());
        self.take(length)
    }

    /// Skips white space and comments.
    pub fn skip_blanks(&mut self) {
        loop {
            self.take_while(is_white);
            if self.rest.first() != Some(&b'%') {
                return;
            }
            self.take_while(|byte| !matches!(byte, b'\n' | b'\r'));
        }
    }

    /// What stands before the parenthesis that closes the one just taken.
    fn literal(&mut self) -> &'c [u8] {
        let (mut depth, mut escaped) = (0u32, false);
        let end = self.rest.iter().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'(' => depth += 1,
                b')' if depth == 0 => return true,
                b')' => depth -= 1,
                _ => {}
            }
            false
        });
        self.enclosed(end)
    }

    /// `end` bytes, and the one behind them that closes.
    fn enclosed(&mut self, end: Option<usize>) -> &'c [u8] {
        let inner = self.take(end.unwrap_or(self.rest.len()));
        self.take(1);
        inner
    }

    /// What stands before the bracket that closes the one just taken, arrays and texts in it included.
    fn array(&mut self) -> &'c [u8] {
        let start = self.rest;
        let mut depth = 0u32;
        while let Some(byte) = self.take(1).first() {
            match byte {
                b'(' => drop(self.literal()),
                b'[' => depth += 1,
                b']' if depth == 0 => break,
                b']' => depth -= 1,
                _ => {}
            }
        }
        let length = start.len() - self.rest.len();
        start.get(..length.saturating_sub(1)).unwrap_or_default()
    }

    /// Skips a dictionary behind its `<<`.
    fn dictionary(&mut self) {
        let mut depth = 1u32;
        while depth > 0 && !self.rest.is_empty() {
            match self.rest {
                [b'<', b'<', ..] => depth += 1,
                [b'>', b'>', ..] => depth -= 1,
                _ => {
                    if self.take(1) == b"(" {
                        self.literal();
                    }
                    continue;
                }
            }
            self.take(2);
        }
    }

    /// Skips the data of an inline image behind its `ID`.
    fn skip_image(&mut self, image: &'c [u8]) -> Token<'c> {
        let operands = image.len().checked_sub(self.rest.len()).and_then(|length| image.get(..length)).unwrap_or_default();
        let end = image::length(operands, self.rest);
        self.take(end.unwrap_or(self.rest.len()));
        end.map_or(Token::Unended, |_| Token::Operator(b"EI"))
    }

    fn word(&mut self) -> Token<'c> {
        let word = self.take_while(is_regular);
        match number(word) {
            Some(number) => Token::Number(number),
            None if word.is_empty() => {
                self.take(1);
                Token::Other
            }
            None => match (word, self.image) {
                (b"ID", Some(image)) => {
                    self.image = None;
                    self.skip_image(image)
                }
                (b"BI", _) => {
                    self.image = Some(self.rest);
                    Token::Operator(word)
                }
                _ => Token::Operator(word),
            },
        }
    }
}

impl<'c> Iterator for Tokens<'c> {
    type Item = Token<'c>;

    fn next(&mut self) -> Option<Token<'c>> {
        self.skip_blanks();
        match self.rest {
            [] => return None,
            [b'<', b'<', ..] => {
                self.take(2);
                self.dictionary();
                return Some(Token::Other);
            }
            [b'(' | b'<' | b'[' | b'/', ..] => {}
            _ => return Some(self.word()),
        }
        Some(match self.take(1) {
            b"(" => Token::Text(self.literal()),
            b"[" => Token::Array(self.array()),
            b"/" => Token::Name(self.take_while(is_regular)),
            _ => {
                let end = self.rest.iter().position(|byte| *byte == b'>');
                Token::Hex(self.enclosed(end))
            }
        })
    }
}

pub(super) fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

pub(super) fn is_regular(byte: u8) -> bool {
    !is_white(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn number(word: &[u8]) -> Option<f64> {
    if !matches!(word.first()?, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    std::str::from_utf8(word).ok()?.parse().ok()
}

fn of_hex(digits: &[u8]) -> Vec<u8> {
    let mut values = digits.iter().filter_map(|digit| char::from(*digit).to_digit(16)).map(|value| value.to_le_bytes()[0]);
    let pair = || values.next().map(|high| (high << 4) | values.next().unwrap_or(0));
    std::iter::from_fn(pair).collect()
}

/// A text without its escapes (ISO 32000-1, 7.3.4.2).
fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    loop {
        rest = match rest {
            [] | [b'\\'] => return out,
            [b'\\', b'\r', b'\n', behind @ ..] | [b'\\', b'\n' | b'\r', behind @ ..] => behind,
            [b'\\', b'0'..=b'7', ..] => {
                let digits = rest.iter().skip(1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
                let (code, length) = digits.fold((0u32, 1usize), |(code, length), digit| (code * 8 + u32::from(digit - b'0'), length + 1));
                out.push(code.to_le_bytes()[0]);
                rest.get(length..).unwrap_or_default()
            }
            [b'\\', letter, behind @ ..] => {
                out.push(match letter {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'f' => 0x0C,
                    other => *other,
                });
                behind
            }
            [b'\r', b'\n', behind @ ..] | [b'\r', behind @ ..] => {
                out.push(b'\n');
                behind
            }
            [byte, behind @ ..] => {
                out.push(*byte);
                behind
            }
        };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn operands_and_operators() {
        let content =
            b"q 1 0 .5 -72. cm % a comment)\n/F#31 12 Tf[(A) -120(B\\))]TJ<</MCID 0/T(>>)>>BDC<41 4>Tj(a(b)\\\nc)' BI /W 1 ID (\xFF EI Q";
        let found: Vec<Token<'_>> = Tokens::of(content).collect();
        assert_eq!(found.iter().filter(|token| matches!(token, Token::Operator(_))).count(), 10);
        assert!(found.contains(&Token::Number(0.5)) && found.contains(&Token::Number(-72.0)));
        assert!(found.contains(&Token::Array(b"(A) -120(B\\))")) && found.last() == Some(&Token::Operator(b"Q")));
        let texts: Vec<Vec<u8>> = found.iter().filter_map(|token| token.text()).map(Cow::into_owned).collect();
        assert_eq!(texts, [b"A@".to_vec(), b"a(b)c".to_vec()]);
        let name = found.iter().find_map(|token| token.name()).unwrap();
        assert_eq!(name.as_ref(), b"F1");
    }

    #[test]
    fn escapes() {
        for (raw, text) in [(&b"\\101\\7x\\n"[..], &b"A\x07x\n"[..]), (b"a\r\nb\\", b"a\nb"), (b"\\\r\nc\\(", b"c(")] {
            assert_eq!(Token::Text(raw).text().unwrap().as_ref(), text);
        }
    }

    #[test]
    fn what_is_cut_ends() {
        for content in [&b"(abc"[..], b"[(a) 1", b"<</A", b"<41", b"/", b"BI ID x", b")>]}{", b"[[[", b"%"] {
            assert!(Tokens::of(content).count() < 9, "{content:?}");
        }
    }
}
