//! Text people and files send us: what may enter, and what never does.

mod card;

use crate::fault::Fault;
use crate::reason::Reason;

pub use card::{contains_card_number, mask_card_numbers};

/// One line of text without surrounding blanks, or the reason it is refused. An empty text is fine.
///
/// Errors: `TEXT_TOO_LONG` beyond `max_chars` characters; `TEXT_INVALID` for control characters and line breaks,
/// characters that are invisible or change the direction of others, and combining marks with nothing to combine with;
/// `CARD_NUMBER_FORBIDDEN` for what looks like a payment card number. No error repeats the text.
pub fn clean(text: &str, max_chars: usize) -> Result<String, Fault> {
    check(text, max_chars, |_| false)
}

/// Like [`clean`] for notes of several lines: line feeds and tabs may stay, CR LF becomes LF.
pub fn clean_lines(text: &str, max_chars: usize) -> Result<String, Fault> {
    check(&text.replace("\r\n", "\n"), max_chars, |character| matches!(character, '\n' | '\t'))
}

/// Like [`clean`], and an empty text is refused (`FIELD_REQUIRED`).
pub fn required(text: &str, max_chars: usize) -> Result<String, Fault> {
    let cleaned = clean(text, max_chars)?;
    if cleaned.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "the text must not be empty"));
    }
    Ok(cleaned)
}

fn check(text: &str, max_chars: usize, allowed: impl Fn(char) -> bool) -> Result<String, Fault> {
    // A character has at most four bytes: a megabyte is refused without being read.
    if text.len() > max_chars.saturating_mul(4) || text.chars().count() > max_chars {
        return Err(Fault::new(Reason::TextTooLong, format!("at most {max_chars} characters")).with("max_chars", max_chars));
    }
    let mut stands_alone = true;
    for (position, character) in text.chars().enumerate() {
        if !allowed(character) && is_forbidden(character) {
            return Err(refused("a control or invisible character", position));
        }
        if stands_alone && is_combining(character) {
            return Err(refused("a combining mark with nothing to combine with", position));
        }
        stands_alone = character.is_whitespace();
    }
    if contains_card_number(text) {
        return Err(Fault::new(Reason::CardNumberForbidden, "payment card numbers must not be sent"));
    }
    Ok(text.trim().to_owned())
}

fn refused(what: &str, position: usize) -> Fault {
    Fault::new(Reason::TextInvalid, format!("the text has {what}")).with("position", position)
}

/// Characters that hide, reorder or break text, and code points that are no characters.
fn is_forbidden(character: char) -> bool {
    let code = u32::from(character);
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || code & 0xfffe == 0xfffe
}

/// The combining blocks of Unicode; marks of single scripts always follow a letter of theirs in honest text.
fn is_combining(character: char) -> bool {
    matches!(character,
        '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05bd}' | '\u{064b}'..='\u{065f}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}'..='\u{309a}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}')
}
