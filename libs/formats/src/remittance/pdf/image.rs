//! Where the data of an inline image end (ISO 32000-1, 8.9.7): data may hold anything, `EI` too.

use super::token::{Token, Tokens, is_white};

/// Bytes behind an `EI`, or before one, that are looked at.
const WINDOW: usize = 32;

/// Operators that may follow an image.
const OPERATORS: [&[u8]; 73] = [
    b"b", b"B", b"b*", b"B*", b"BDC", b"BI", b"BMC", b"BT", b"BX", b"c", b"cm", b"CS", b"cs", b"d", b"d0", b"d1", b"Do", b"DP", b"EI",
    b"EMC", b"ET", b"EX", b"f", b"F", b"f*", b"G", b"g", b"gs", b"h", b"i", b"ID", b"j", b"J", b"K", b"k", b"l", b"m", b"M", b"MP", b"n",
    b"q", b"Q", b"re", b"RG", b"rg", b"ri", b"s", b"S", b"SC", b"sc", b"SCN", b"scn", b"sh", b"T*", b"Tc", b"Td", b"TD", b"Tf", b"Tj",
    b"TJ", b"TL", b"Tm", b"Tr", b"Ts", b"Tw", b"Tz", b"v", b"w", b"W", b"W*", b"y", b"'", b"\"",
];

/// Bytes from behind `ID` to behind `EI`; `operands` stand between `BI` and `ID`. None when the image has no end.
pub(super) fn length(operands: &[u8], behind: &[u8]) -> Option<usize> {
    let separator = match behind {
        [b'\r', b'\n', ..] => 2,
        [byte, ..] if is_white(*byte) => 1,
        _ => 0,
    };
    let data = behind.get(separator..)?;
    let stated = size(operands).and_then(|size| ends_at(data, size));
    stated.or_else(|| searched(data)).map(|length| separator + length)
}

/// Bytes of data of that size and the `EI` that must follow.
fn ends_at(data: &[u8], size: usize) -> Option<usize> {
    let rest = data.get(size..)?;
    let white = rest.iter().take(WINDOW).take_while(|byte| is_white(**byte)).count();
    let after = rest.get(white..)?.strip_prefix(b"EI")?;
    after.first().is_none_or(|byte| is_white(*byte)).then_some(size + white + 2)
}

/// Bytes up to the first `EI` behind which the page goes on.
fn searched(data: &[u8]) -> Option<usize> {
    let mut ends = data.windows(2).enumerate().filter(|(_, window)| *window == b"EI").map(|(index, _)| index + 2);
    ends.find(|end| data.get(*end..).is_some_and(goes_on))
}

/// True for white space and what may follow an image.
fn goes_on(rest: &[u8]) -> bool {
    if rest.first().is_some_and(|byte| !is_white(*byte)) {
        return false;
    }
    let window = rest.get(..WINDOW).unwrap_or(rest);
    let mut operators = Tokens::of(window).filter_map(|token| match token {
        Token::Operator(operator) => Some(operator),
        _ => None,
    });
    let first = operators.next();
    // What ends with the window may be the beginning of more.
    let is_cut = window.len() < rest.len() && first.is_none_or(|operator| window.ends_with(operator));
    match first {
        Some(operator) if OPERATORS.contains(&operator) => true,
        None if !is_cut => true,
        _ => is_cut && window.iter().all(|byte| is_white(*byte) || byte.is_ascii_graphic()),
    }
}

/// Bytes of data that no filter changes, as far as the operands say.
fn size(operands: &[u8]) -> Option<usize> {
    let value = |short: &[u8], long: &[u8]| {
        let mut tokens = Tokens::of(operands);
        tokens.find(|token| matches!(token, Token::Name(name) if *name == short || *name == long))?;
        tokens.next()
    };
    if value(b"F", b"Filter").is_some() {
        return None;
    }
    let is_mask = value(b"IM", b"ImageMask") == Some(Token::Operator(b"true"));
    let bits = if is_mask { 1 } else { value(b"BPC", b"BitsPerComponent")?.whole()?.checked_mul(colors(value(b"CS", b"ColorSpace")?)?)? };
    let row = value(b"W", b"Width")?.whole()?.checked_mul(bits)?.div_ceil(8);
    row.checked_mul(value(b"H", b"Height")?.whole()?)
}

/// Components of a sample in a colour space.
fn colors(space: Token<'_>) -> Option<usize> {
    match space {
        Token::Name(b"G" | b"DeviceGray") => Some(1),
        Token::Name(b"RGB" | b"DeviceRGB") => Some(3),
        Token::Name(b"CMYK" | b"DeviceCMYK") => Some(4),
        Token::Array(array) if matches!(Tokens::of(array).next(), Some(Token::Name(b"I" | b"Indexed"))) => Some(1),
        _ => None,
    }
}
