//! What the objects of a file cost before any is built: two bytes of an array become more than a hundred of memory, and an
//! object stream inflates to a thousand times its size.
//!
//! Objects may lie in each other and streams may hold one many times, so each is counted from every place where one may
//! begin, just as `lopdf` builds it from there.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::token::{Token, Tokens, is_regular};
use super::{TIMES, inflated_beyond, malformed};
use crate::budget::Budget;
use crate::error::FormatError;

/// Bytes a value takes in an array, a key with its value in a dictionary, an object among the others.
pub(super) const VALUE: usize = 112;
pub(super) const ENTRY: usize = 160;
pub(super) const OBJECT: usize = 320;
/// Bytes a name or text takes beside its own, of which there may be twice as many while it is read.
const TEXT: usize = 16;
/// Arrays and dictionaries in each other; what lies deeper is not built.
const MAX_DEPTH: usize = 100;

/// Charges all objects but those in streams, and checks that these may be built beside them where `lopdf` does so on its own.
/// They inflate to at most `allowed` bytes together.
///
/// # Errors
/// `XML_LIMIT` for more objects than the bytes may honestly hold, and for streams that inflate beyond what is allowed;
/// `STATEMENT_MALFORMED` for objects in a stream that is packed otherwise than by deflating.
pub(super) fn charge(bytes: &[u8], allowed: usize, budget: &mut Budget) -> Result<(), FormatError> {
    let (mut passing, mut are_lengths_apart) = (0, false);
    for start in starts(bytes) {
        let object = Object::of(start);
        passing = object.charge(budget)?.max(passing);
        are_lengths_apart |= object.stream().is_some_and(|stream| stream.is_length_apart);
    }
    let mut budget = budget.clone();
    budget.spend(passing, 0)?;
    // A stream that may hold the length of another one is built for that alone, and kept until all are loaded.
    if are_lengths_apart { charge_streams(bytes, allowed, budget) } else { Ok(()) }
}

/// Charges the objects in all streams, which inflate to at most `allowed` bytes together.
fn charge_streams(bytes: &[u8], allowed: usize, mut budget: Budget) -> Result<(), FormatError> {
    let mut left = allowed;
    for start in starts(bytes) {
        let Some(stream) = Object::of(start).stream() else { continue };
        let Some(first) = stream.first else { continue };
        let content = match stream.filter {
            Filter::None => Cow::Borrowed(stream.data),
            Filter::Flate => Cow::Owned(inflate(stream.data, left).ok_or_else(|| inflated_beyond(allowed))?),
            Filter::Other => return Err(malformed("objects in a stream that is not deflated")),
        };
        left -= if stream.filter == Filter::Flate { content.len() } else { 0 };
        let passing = charge_members(&content, first, &mut budget)?;
        budget.spend(passing, 0)?;
    }
    Ok(())
}

/// True for the keys of an element of the logical structure (ISO 32000-1, 14.7.2), of which tagged files have thousands and
/// nothing is read.
pub(super) fn is_structure<K: AsRef<[u8]>>(keys: impl Iterator<Item = K>) -> bool {
    let (mut is_typed, mut is_inside) = (false, false);
    for key in keys {
        match key.as_ref() {
            b"S" => is_typed = true,
            b"P" => is_inside = true,
            b"Kids" | b"Contents" => return false,
            _ => {}
        }
    }
    is_typed && is_inside
}

/// What follows each `obj`.
fn starts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let places = bytes.windows(3).enumerate().filter(|(_, window)| *window == b"obj").map(|(place, _)| place);
    let heads = places.filter(move |place| !bytes.get(..*place).is_some_and(|before| before.ends_with(b"end")));
    heads.filter_map(move |place| bytes.get(place + 3..))
}

/// Charges the objects of a stream: pairs of number and place, then the objects from `first` on (ISO 32000-1, 7.5.7).
/// Returns what those that are not kept cost while the stream is unpacked.
pub(super) fn charge_members(content: &[u8], first: usize, budget: &mut Budget) -> Result<usize, FormatError> {
    let Some(Ok(index)) = content.get(..first).map(std::str::from_utf8) else { return Ok(0) };
    let words = index.split(['\r', '\n']).flat_map(|line| line.split('%').next().unwrap_or_default().split_whitespace());
    let mut passing = 0;
    for place in words.skip(1).step_by(2).filter_map(|place| place.parse::<usize>().ok()) {
        let object = first.checked_add(place).and_then(|place| content.get(place..)).unwrap_or_default();
        passing += Object::of(object).charge(budget)?;
    }
    Ok(passing)
}

/// What `data` inflate to, as far as they can be read, without their head, too; none beyond `most` bytes.
fn inflate(data: &[u8], most: usize) -> Option<Vec<u8>> {
    let limit = (most as u64).saturating_add(1);
    let mut content = Vec::new();
    if ZlibDecoder::new(data).take(limit).read_to_end(&mut content).is_err() && content.is_empty() {
        // Damaged data end where they are damaged.
        let _ = DeflateDecoder::new(data.get(2..).unwrap_or_default()).take(limit).read_to_end(&mut content);
    }
    (content.len() <= most).then_some(content)
}

/// What is counted of an object.
struct Object<'b> {
    /// The object itself.
    own: &'b [u8],
    /// What follows it.
    rest: &'b [u8],
    /// Bytes it takes when it is built.
    memory: usize,
}

impl<'b> Object<'b> {
    /// The object `bytes` begin with.
    fn of(bytes: &'b [u8]) -> Object<'b> {
        let mut tokens = Tokens::of(bytes);
        tokens.skip_blanks();
        let own = tokens.rest;
        let mut memory = OBJECT;
        let mut open: Vec<usize> = Vec::new();
        while let Some(piece) = piece(&mut tokens) {
            let values = match piece {
                Piece::Open if open.len() == MAX_DEPTH => break,
                Piece::Open => {
                    open.push(0);
                    continue;
                }
                Piece::EndOfArray => {
                    memory += room(open.pop().unwrap_or_default()) * VALUE;
                    1
                }
                Piece::EndOfDictionary => {
                    memory += room(open.pop().unwrap_or_default().div_ceil(2)) * ENTRY;
                    1
                }
                Piece::Text => {
                    memory += TEXT;
                    1
                }
                Piece::Values(count) => count,
            };
            let Some(count) = open.last_mut() else { break };
            *count += values;
        }
        memory += open.into_iter().map(|values| room(values) * VALUE).sum::<usize>();
        let (own, rest) = own.split_at(own.len() - tokens.rest.len());
        Object { own, rest, memory: memory + 2 * (bytes.len() - rest.len()) }
    }

    /// Charges the bytes of an honest file it stands for; when it is not kept, only that it was looked at. Returns what it
    /// costs until then.
    fn charge(&self, budget: &mut Budget) -> Result<usize, FormatError> {
        let is_passing = is_structure(self.entries().map(|(key, ..)| key));
        let cost = self.memory / TIMES;
        budget.spend(if is_passing { self.own.len().div_ceil(TIMES) } else { cost }, 0)?;
        Ok(if is_passing { cost } else { 0 })
    }

    /// Keys and values of a dictionary, with what follows each.
    fn entries(&self) -> impl Iterator<Item = (Cow<'b, [u8]>, Token<'b>, Tokens<'b>)> {
        let mut tokens = Tokens::of(self.own.strip_prefix(b"<<").unwrap_or_default());
        std::iter::from_fn(move || {
            let key = tokens.find_map(Token::name)?;
            let value = tokens.next()?;
            Some((key, value, tokens.clone()))
        })
    }

    /// What matters of it as a stream, if it is one.
    fn stream(&self) -> Option<Stream<'b>> {
        let mut tokens = Tokens::of(self.rest);
        tokens.skip_blanks();
        let data = tokens.rest.strip_prefix(b"stream")?;
        let blanks = data.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let data = data.get(blanks..)?;
        let data = [&b"\r\n"[..], b"\n", b"\r"].into_iter().find_map(|end| data.strip_prefix(end))?;
        let mut stream = Stream { data, first: None, filter: Filter::None, is_length_apart: false };
        for (key, value, behind) in self.entries() {
            stream.says(&key, value, behind);
        }
        Some(stream)
    }
}

/// What matters of a stream.
struct Stream<'b> {
    /// Its data and what follows them.
    data: &'b [u8],
    /// Where the objects in it begin, if it is a stream of them.
    first: Option<usize>,
    filter: Filter,
    /// True when its length is another object.
    is_length_apart: bool,
}

/// How the data of a stream are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    None,
    Flate,
    Other,
}

impl Stream<'_> {
    /// Takes down an entry of its dictionary.
    fn says(&mut self, key: &[u8], value: Token<'_>, mut behind: Tokens<'_>) {
        match (key, value) {
            (b"First", Token::Number(_)) => self.first = value.whole(),
            (b"Length", Token::Number(_)) => self.is_length_apart |= behind.nth(1) == Some(Token::Operator(b"R")),
            (b"Filter", Token::Name(b"FlateDecode")) if self.filter == Filter::None => self.filter = Filter::Flate,
            (b"Filter", Token::Array(names)) if self.filter == Filter::None => {
                let names: Vec<Token<'_>> = Tokens::of(names).take(2).collect();
                self.filter = if names == [Token::Name(b"FlateDecode")] { Filter::Flate } else { Filter::Other };
            }
            (b"Filter", Token::Name(_) | Token::Array(_)) | (b"DecodeParms", Token::Array(_) | Token::Other) => self.filter = Filter::Other,
            _ => {}
        }
    }
}

/// What stands in an object.
enum Piece {
    Open,
    EndOfArray,
    EndOfDictionary,
    Text,
    /// So many numbers, truth values, references.
    Values(usize),
}

/// The next piece; none where no object goes on.
fn piece(tokens: &mut Tokens<'_>) -> Option<Piece> {
    tokens.skip_blanks();
    let (piece, length) = match tokens.rest {
        [b'<', b'<', ..] => (Piece::Open, 2),
        [b'>', b'>', ..] => (Piece::EndOfDictionary, 2),
        [b'[', ..] => (Piece::Open, 1),
        [b']', ..] => (Piece::EndOfArray, 1),
        [b'(' | b'<' | b'/', ..] => {
            tokens.next();
            return Some(Piece::Text);
        }
        _ => return words(tokens).map(Piece::Values),
    };
    tokens.take(length);
    Some(piece)
}

/// Values in what is no text: numbers need no blank between them, and three words may be one reference.
fn words(tokens: &mut Tokens<'_>) -> Option<usize> {
    let word = word_of(tokens);
    let mut behind = tokens.clone();
    let is_whole = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    if is_whole(word) && is_whole(word_of(&mut behind)) && word_of(&mut behind) == b"R" {
        *tokens = behind;
        return Some(1);
    }
    let count = |belongs: fn(&u8) -> bool| word.iter().filter(|byte| belongs(byte)).count();
    let signs = count(|byte| matches!(byte, b'+' | b'-'));
    let values = count(|byte| *byte == b'.').max(1) + signs + count(u8::is_ascii_alphabetic) / 2;
    (!word.is_empty()).then_some(values)
}

fn word_of<'b>(tokens: &mut Tokens<'b>) -> &'b [u8] {
    tokens.skip_blanks();
    tokens.take_while(is_regular)
}

/// Places for so many values: they are doubled when they are used up.
fn room(values: usize) -> usize {
    values.next_power_of_two().max(4)
}
