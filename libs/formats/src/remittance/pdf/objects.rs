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
/// Bytes of an object of which there may be a copy for a moment.
const COPIED: usize = 1 << 20;
/// Bytes of an honest file that may always stand for streams of objects that are encrypted.
const HIDDEN: usize = 1 << 19;
/// Arrays and dictionaries in each other; what lies deeper is not built.
const MAX_DEPTH: usize = 100;

/// What the objects of a file may do while they are loaded.
pub(super) struct Charged {
    /// Bytes that streams of objects inflate to, together.
    pub inflated: usize,
    /// Bytes any stream may inflate to.
    pub most: usize,
}

/// Charges all objects, also those in streams, which inflate to at most `allowed` bytes together.
///
/// # Errors
/// `XML_LIMIT` for more objects than the bytes may honestly hold, and for streams that inflate beyond what is allowed;
/// `STATEMENT_MALFORMED` for objects in a stream that is packed otherwise than by deflating.
pub(super) fn charge(bytes: &[u8], allowed: usize, budget: &mut Budget) -> Result<Charged, FormatError> {
    let is_encrypted = is_encrypted(bytes);
    let (mut inflated, mut inside, mut streams, mut are_lengths_apart) = (0, 0, 0, false);
    for start in starts(bytes) {
        let object = Object::of(start);
        budget.spend(object.cost(), 0)?;
        if is_encrypted {
            // What is encrypted is kept as it is, and then decrypted.
            let end = start.windows(6).position(|window| window == b"endobj").unwrap_or(start.len());
            budget.spend(2 * end / TIMES, 0)?;
        }
        let Some(stream) = object.stream() else { continue };
        are_lengths_apart |= stream.is_length_apart;
        let Some(first) = stream.first else { continue };
        streams += 1;
        let content = match stream.filter {
            Filter::None => Cow::Borrowed(stream.data),
            Filter::Flate => Cow::Owned(inflate(stream.data, allowed - inflated).ok_or_else(|| inflated_beyond(allowed))?),
            Filter::Other => return Err(malformed("objects in a stream that is not deflated")),
        };
        inflated += if stream.filter == Filter::Flate { content.len() } else { 0 };
        inside += charge_members(&content, first, budget)?;
    }
    // A stream that may hold the length of another one is built for that alone, and kept.
    if are_lengths_apart {
        budget.spend(inside, 0)?;
    }
    let most = if is_encrypted && streams > 0 { charge_hidden(bytes.len(), budget)? / streams } else { allowed };
    Ok(Charged { inflated, most })
}

/// True when a dictionary may say that the file is encrypted.
fn is_encrypted(bytes: &[u8]) -> bool {
    let mut names = bytes.split(|byte| *byte == b'/').skip(1).map(|rest| Token::Name(word_of(&mut Tokens::of(rest))).name());
    names.any(|name| name.is_some_and(|name| *name == *b"Encrypt"))
}

/// Charges half of what an honest file of so many bytes costs for streams that cannot be looked into. Returns how many bytes
/// they may inflate to: each two of them are a value at worst.
fn charge_hidden(size: usize, budget: &mut Budget) -> Result<usize, FormatError> {
    let half = size / 2 + HIDDEN;
    budget.spend(half, 0)?;
    Ok(half * TIMES / VALUE)
}

/// What follows each `obj`.
fn starts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let places = bytes.windows(3).enumerate().filter(|(_, window)| *window == b"obj").map(|(place, _)| place);
    let heads = places.filter(move |place| !bytes.get(..*place).is_some_and(|before| before.ends_with(b"end")));
    heads.filter_map(move |place| bytes.get(place + 3..))
}

/// Charges the objects of a stream: pairs of number and place, then the objects from `first` on (ISO 32000-1, 7.5.7).
/// Returns what was charged.
fn charge_members(content: &[u8], first: usize, budget: &mut Budget) -> Result<usize, FormatError> {
    let Some(Ok(index)) = content.get(..first).map(std::str::from_utf8) else { return Ok(0) };
    let words = index.split(['\r', '\n']).flat_map(|line| line.split('%').next().unwrap_or_default().split_whitespace());
    let mut charged = 0;
    for place in words.skip(1).step_by(2).filter_map(|place| place.parse::<usize>().ok()) {
        let object = first.checked_add(place).and_then(|place| content.get(place..)).unwrap_or_default();
        let cost = Object::of(object).cost();
        budget.spend(cost, 0)?;
        charged += cost;
    }
    Ok(charged)
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

    /// Bytes of an honest file it stands for. It is copied when it is kept, which matters of a large one.
    fn cost(&self) -> usize {
        (self.memory + self.memory.saturating_sub(COPIED)) / TIMES
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
        let mut entries = Tokens::of(self.own.strip_prefix(b"<<").unwrap_or_default());
        while let Some(key) = entries.find_map(Token::name) {
            let value = entries.next()?;
            stream.says(&key, value, entries.clone().nth(1) == Some(Token::Operator(b"R")));
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
    /// Takes down an entry of its dictionary, of which the value may be another object.
    fn says(&mut self, key: &[u8], value: Token<'_>, is_apart: bool) {
        match (key, value) {
            (b"First", Token::Number(_)) => self.first = value.whole(),
            (b"Length", Token::Number(_)) => self.is_length_apart |= is_apart,
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
