use super::marks::Mark;
use super::words::Meaning;

/// What stands before an atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nothing: a letter follows a digit or a digit a letter.
    Glued,
    /// One mark people write inside numbers.
    Tight(u8),
    /// Blanks, or the end of a piece.
    Blank,
    /// A mark that separates list members: `, ; + &`.
    Comma,
    /// Anything else.
    Hard,
}

/// A run of letters or of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Atom {
    /// First byte.
    pub start: u32,
    /// First byte after.
    pub end: u32,
    /// What stands before it.
    pub gap: Gap,
    /// Letters, not digits.
    pub is_letters: bool,
    /// What the word means.
    pub meaning: Option<Meaning>,
    /// What the digits are, when they are no document number.
    pub mark: Option<Mark>,
}

/// Splits `text` from `from` on into atoms.
pub fn split(text: &[u8], from: usize, most: usize, atoms: &mut Vec<Atom>) {
    let mut place = from;
    let mut last_end = from;
    let mut is_first = true;
    while place < text.len() && atoms.len() < most {
        let kind = kind_of(text[place]);
        if kind == Kind::Mark {
            place += 1;
            continue;
        }
        let run = text[place..].iter().take_while(|byte| kind_of(**byte) == kind).count();
        let gap = if is_first { Gap::Hard } else { gap_of(&text[last_end..place]) };
        let (start, end) = (place as u32, (place + run) as u32);
        atoms.push(Atom { start, end, gap, is_letters: kind == Kind::Letter, meaning: None, mark: None });
        is_first = false;
        place += run;
        last_end = place;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Mark,
}

fn kind_of(byte: u8) -> Kind {
    match byte {
        b'0'..=b'9' => Kind::Digit,
        b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => Kind::Letter,
        _ => Kind::Mark,
    }
}

fn gap_of(between: &[u8]) -> Gap {
    match between {
        [] => Gap::Glued,
        [mark @ (b'-' | b'/' | b'.' | b'_' | b'#' | b':')] => Gap::Tight(*mark),
        _ if between.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) => Gap::Blank,
        _ if between.iter().all(|byte| matches!(byte, b' ' | b',' | b';' | b'+' | b'&')) => Gap::Comma,
        // A mark at a wrap or with blanks around it: "RX7-2026- 44120", "Nr.: 44120".
        _ if between.len() <= 3 && between.iter().all(|byte| matches!(byte, b' ' | b'-' | b'/' | b'.' | b':' | b'#')) => Gap::Blank,
        _ => Gap::Hard,
    }
}
