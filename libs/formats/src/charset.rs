//! From bytes to text, for formats that declare their character set and for those that do not.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_8859_2, ISO_8859_15, WINDOWS_1250, WINDOWS_1252};

use crate::error::FormatError;
use crate::finding::{Finding, FindingKind, count_lines};

/// Text of an XML file, and whether it is in another set than it declares.
pub(crate) struct XmlText<'a> {
    pub text: Cow<'a, str>,
    /// The declared set, when the bytes are plainly UTF-8 instead.
    pub mismatch: Option<String>,
}

/// Decodes an XML file as it declares itself: UTF-8 (with or without byte order mark), US-ASCII, ISO-8859-1,
/// ISO-8859-15, Windows-1252. UTF-16, UTF-32, UTF-7 and everything else is refused; so are bytes that are not what they
/// declare. One lie is believed in the file's favour: a single-byte declaration over text that is valid UTF-8 with
/// multi-byte characters is UTF-8, since real single-byte text practically never is.
pub(crate) fn decode_xml(bytes: &[u8]) -> Result<XmlText<'_>, FormatError> {
    let (body, marked) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    if is_wide(body) {
        return Err(refuse("UTF-16 and UTF-32 are not accepted, ISO 20022 files are UTF-8"));
    }
    let declared = declared_encoding(body).unwrap_or_default();
    let label = declared.to_ascii_lowercase();
    let single_byte = matches!(
        label.as_str(),
        "iso-8859-1" | "iso_8859-1" | "latin1" | "l1" | "iso-8859-15" | "iso_8859-15" | "latin9" | "windows-1252" | "cp1252"
    );
    if marked && single_byte {
        return Err(refuse("the byte order mark says UTF-8, the declaration says otherwise"));
    }
    match label.as_str() {
        "" | "utf-8" | "utf8" => Ok(XmlText { text: Cow::Borrowed(utf8(body)?), mismatch: None }),
        "us-ascii" | "ascii" if body.is_ascii() => Ok(XmlText { text: Cow::Borrowed(utf8(body)?), mismatch: None }),
        "us-ascii" | "ascii" => Err(refuse("declared as ASCII and holds other characters")),
        _ if single_byte => {
            let set = if label.contains("15") || label == "latin9" { ISO_8859_15 } else { WINDOWS_1252 };
            Ok(decode_declared(body, &declared, set))
        }
        _ => Err(refuse(&format!("{} is not accepted", crate::finding::excerpt(&declared, 40)))),
    }
}

fn decode_declared<'a>(body: &'a [u8], declared: &str, set: &'static Encoding) -> XmlText<'a> {
    if let Ok(text) = std::str::from_utf8(body) {
        let mismatch = (!body.is_ascii()).then(|| declared.to_string());
        return XmlText { text: Cow::Borrowed(text), mismatch };
    }
    XmlText { text: Cow::Owned(decode_single_byte(body, set)), mismatch: None }
}

/// Text that declares no set, and the set it was taken for when it is not UTF-8: UTF-16 behind its byte
/// order mark, Windows-1252, which holds ISO-8859-1, or the DOS code page 852 when letters are written with bytes that are
/// punctuation in the former; Windows-1250 or ISO-8859-2 where both of these break words.
pub(crate) fn decode_plain(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if is_marked_wide(body) {
        return (Cow::Owned(decode_wide(body)), Some(wide_name(body)));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        return (Cow::Borrowed(text), None);
    }
    let (name, letters) = guess(body);
    (Cow::Owned(decode_by(body, &letters)), Some(name))
}

/// The set of one byte a letter a text is probably in, and its letters. Another one than the first is taken where that
/// breaks words again and again and the other hardly ever does.
fn guess(body: &[u8]) -> (&'static str, Vec<char>) {
    let is_dos = is_dos(body);
    let first = if is_dos { ("code page 852", dos_letters()) } else { (WINDOWS, letters_of(WINDOWS_1252)) };
    let (inside, at_end) = in_words(body);
    let breaks = |counts: &[u64; 256], letters: &[char]| -> u64 {
        let counted = counts.iter().zip(letters).filter(|(_, letter)| !is_of_words(**letter));
        counted.map(|(count, _)| count).sum()
    };
    let (before, seen) = (breaks(&inside, &first.1), inside.iter().sum::<u64>());
    // A superscript may stand in a word once, and once in a hundred; a part of a frame never does.
    if before < if is_dos { 1 } else { 2.max(seen / 100) } {
        return first;
    }
    let others = [(WINDOWS, WINDOWS_1252), ("Windows-1250", WINDOWS_1250), ("ISO-8859-2", ISO_8859_2)];
    let others = others.map(|(name, set)| (name, letters_of(set)));
    let best = others.into_iter().min_by_key(|(_, letters)| (breaks(&inside, letters), breaks(&at_end, letters)));
    best.filter(|(_, letters)| breaks(&inside, letters) <= before / 4).unwrap_or(first)
}

/// True for what words are made of: letters, and the point of `Col·legi`. Accents by themselves are none, although Unicode has
/// letters among them.
fn is_of_words(letter: char) -> bool {
    letter == '·' || letter.is_alphabetic() && !matches!(letter, '\u{2B0}'..='\u{2FF}')
}

/// How often each byte beyond ASCII stands inside a word, and how often at the end of one.
fn in_words(bytes: &[u8]) -> ([u64; 256], [u64; 256]) {
    let (mut inside, mut at_end) = ([0; 256], [0; 256]);
    let is_word = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    for window in bytes.windows(3) {
        let [before, byte @ 0x80..=0xFF, after] = window else { continue };
        let counts = match (is_word(before), is_word(after)) {
            (true, true) if before.is_ascii() || after.is_ascii() => &mut inside,
            (true, false) => &mut at_end,
            _ => continue,
        };
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    (inside, at_end)
}

/// As [`decode_plain`] for a text that may declare its set: what is neither UTF-8 nor UTF-16 is what it declares.
pub(crate) fn decode_declaring<'a>(bytes: &'a [u8], declared: Option<&'static Encoding>) -> (Cow<'a, str>, Option<&'static str>) {
    let is_unicode = is_marked_wide(bytes) || std::str::from_utf8(bytes).is_ok();
    match declared.filter(|_| !is_unicode) {
        None => decode_plain(bytes),
        Some(set) => (Cow::Owned(decode_single_byte(bytes, set)), None),
    }
}

/// Bytes of an HTML page in which it declares its set (WHATWG HTML, 13.2.3.2).
const HEAD: usize = 1024;

/// The set an HTML page declares, of those of one byte a letter.
pub(crate) fn declared_in_html(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..HEAD.min(bytes.len()))?).to_ascii_lowercase();
    let (_, rest) = head.split_once("charset=")?;
    let name = rest.trim_start_matches(['"', '\'']).split(['"', '\'', ';', '>', '/', ' ']).next()?;
    Encoding::for_label(name.as_bytes()).filter(|set| set.is_single_byte())
}

/// What UTF-16 of an odd number of bytes is called: a file that was cut, or to which a program appended a line end.
const CUT_WIDE: &str = "UTF-16, whose last byte is half a character and left out";

/// What a single-byte set is taken for.
pub(crate) const WINDOWS: &str = "Windows-1252";

fn wide_name(bytes: &[u8]) -> &'static str {
    if bytes.len() % 2 == 1 { CUT_WIDE } else { "UTF-16" }
}

/// What is noticed of a text that was taken for another set than UTF-8.
pub(crate) fn noticed(charset: Option<&'static str>) -> Option<Finding> {
    charset.map(|charset| Finding::of_file(FindingKind::EncodingMismatch, format!("not UTF-8: read as {charset}")))
}

/// True for the byte order mark of UTF-16.
pub(crate) fn is_marked_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFE\xFF") || bytes.starts_with(b"\xFF\xFE")
}

/// UTF-16 behind its byte order mark, in either order of bytes.
fn decode_wide(bytes: &[u8]) -> String {
    let big = bytes.starts_with(b"\xFE\xFF");
    let units = bytes.get(2..).unwrap_or_default().chunks_exact(2).filter_map(|pair| {
        let pair: [u8; 2] = pair.try_into().ok()?;
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    });
    gathered(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// The letters as a text that takes no more room than they do: letters are counted first, since growing would copy.
fn gathered(letters: impl Iterator<Item = char> + Clone) -> String {
    let mut text = String::with_capacity(letters.clone().map(char::len_utf8).sum());
    text.extend(letters);
    text
}

/// True when more bytes between letters are letters of the DOS code pages (0x80..0xA5) than of ISO-8859-1 (0xC0..). What is
/// an apostrophe or a dash in Windows-1252 stands inside words there too, its quotation marks beside them: they tell nothing.
fn is_dos(bytes: &[u8]) -> bool {
    let (mut dos, mut latin) = (0u64, 0u64);
    for window in bytes.windows(3) {
        if let [before, byte, after] = window
            && (before.is_ascii_alphabetic() || after.is_ascii_alphabetic())
        {
            let is_inside = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
            match byte {
                0x92 | 0x96 | 0x97 => {}
                0x84 | 0x85 | 0x91 | 0x93..=0x95 if !is_inside => {}
                0x80..=0xA5 => dos += 1,
                0xC0.. => latin += 1,
                _ => {}
            }
        }
    }
    dos > latin
}

/// Letters of the DOS code page 852.
fn dos_letters() -> Vec<char> {
    const HIGH: &str = "\
    ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×č\
    áíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
    └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀\
    ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";
    (0..0x80).map(char::from).chain(HIGH.chars()).collect()
}

/// Text of OFX, which may declare a Windows set, and the set it was taken for when it is not UTF-8: UTF-16 behind its byte
/// order mark, else Windows-1252.
pub(crate) fn decode_latin(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<&'static str>), FormatError> {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if is_marked_wide(body) {
        return Ok((Cow::Owned(decode_wide(body)), Some(wide_name(body))));
    }
    if is_wide(body) {
        return Err(refuse("UTF-16 and UTF-32 without a byte order mark are not accepted"));
    }
    match std::str::from_utf8(body) {
        Ok(text) => Ok((Cow::Borrowed(text), None)),
        Err(_) => Ok((Cow::Owned(decode_single_byte(body, WINDOWS_1252)), Some(WINDOWS))),
    }
}

fn utf8(body: &[u8]) -> Result<&str, FormatError> {
    std::str::from_utf8(body).map_err(|error| {
        let line = count_lines(body, 0, error.valid_up_to()) + 1;
        refuse(&format!("not UTF-8 as declared (line {line})"))
    })
}

fn refuse(why: &str) -> FormatError {
    FormatError::Encoding { why: why.to_string() }
}

/// True for a UTF-16 or UTF-32 byte order mark and for their pattern of zero bytes at the first `<`.
fn is_wide(body: &[u8]) -> bool {
    let start = body.get(..4).unwrap_or(body);
    body.starts_with(b"\xFE\xFF") || body.starts_with(b"\xFF\xFE") || matches!(start, [0, b'<', ..] | [b'<', 0, ..] | [0, 0, 0, b'<'])
}

fn declared_encoding(body: &[u8]) -> Option<String> {
    let head = body.get(..body.len().min(256))?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(head.get(..end)?).ok()?.trim_start().strip_prefix("<?xml")?;
    let rest = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    rest.get(1..)?.split_once(quote).map(|(label, _)| label.to_string())
}

fn decode_single_byte(bytes: &[u8], set: &'static Encoding) -> String {
    decode_by(bytes, &letters_of(set))
}

/// The letter of each byte of a set.
fn letters_of(set: &'static Encoding) -> Vec<char> {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    set.decode_without_bom_handling(&all).0.chars().collect()
}

/// Text in a set of one byte a letter. Bytes are looked up one by one: the crate would take room for three bytes of each.
fn decode_by(bytes: &[u8], letters: &[char]) -> String {
    gathered(bytes.iter().map(|byte| letters.get(usize::from(*byte)).copied().unwrap_or(char::REPLACEMENT_CHARACTER)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode_xml(bytes).unwrap().text.into_owned()
    }

    #[test]
    fn decodes_as_declared() {
        assert_eq!(text("<a>ü</a>".as_bytes()), "<a>ü</a>");
        assert_eq!(text(b"\xEF\xBB\xBF<a/>"), "<a/>");
        assert_eq!(
            text(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xFC\x80</a>"),
            "<?xml version='1.0' encoding='ISO-8859-1'?><a>ü€</a>"
        );
        assert!(text(b"<?xml version=\"1.0\" encoding=\"iso-8859-15\"?><a>\xA4</a>").contains('€'));
        let lie = decode_xml("<?xml version='1.0' encoding='ISO-8859-1'?><a>ü</a>".as_bytes()).unwrap();
        assert_eq!((lie.text.contains('ü'), lie.mismatch.as_deref()), (true, Some("ISO-8859-1")));
    }

    #[test]
    fn wide_text_of_formats_that_declare_nothing() {
        let wide = |order: fn(u16) -> [u8; 2]| "\u{FEFF}:20:Ü€".encode_utf16().flat_map(order).collect::<Vec<u8>>();
        for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
            assert_eq!(decode_plain(&bytes), (Cow::Owned(":20:Ü€".to_string()), Some("UTF-16")));
        }
    }

    #[test]
    fn sets_are_told_by_the_words_others_break() {
        let french = "Règlement à Genève, très complet\n".repeat(200) + "eau m³an, gaz m³an\n";
        for (set, text) in [
            (WINDOWS_1252, "Instal·lacions Gòmez i Col·legi de la Mercè\n"),
            (WINDOWS_1252, &french),
            (WINDOWS_1252, "O’Brien “Ltd” – l’avis d’échéance\n"),
            (WINDOWS_1252, "„Rechnung“ 4711 – O’Neill—Sons\n"),
            (WINDOWS_1250, "Wpłata za książkę, Łódź, żółty kamień\n"),
            (ISO_8859_2, "Wpłata za książkę, Łódź, żółty kamień\n"),
            (WINDOWS_1250, "Veľký obchod, poľné hnojivo, ďakujeme za skoršiu úhradu\n"),
        ] {
            let (bytes, _, is_lossy) = set.encode(text);
            assert_eq!((decode_plain(&bytes).0.as_ref(), is_lossy), (text, false), "{}", set.name());
        }
    }

    #[test]
    fn refuses_the_rest() {
        let bad: [&[u8]; 8] = [
            b"\xFF\xFE<\0a\0/\0>\0",
            b"\xFE\xFF\0<",
            b"\0<\0a",
            b"<\0a\0",
            b"<?xml version='1.0' encoding='UTF-7'?><a/>",
            b"<?xml version='1.0' encoding='UTF-16'?><a/>",
            b"<?xml version='1.0' encoding='utf-8'?><a>\xFC</a>",
            b"\xEF\xBB\xBF<?xml version='1.0' encoding='latin1'?><a/>",
        ];
        for bytes in bad {
            assert!(matches!(decode_xml(bytes), Err(FormatError::Encoding { .. })), "{bytes:?}");
        }
    }
}
