//! Currencies as they stand at amounts.

use std::sync::LazyLock;

use quittance_types::Currency;

const SIGNS: [(&str, &str); 14] = [
    ("US$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("$", "USD"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("SFr.", "CHF"),
    ("Fr.", "CHF"),
    ("kr.", "SEK"),
    ("kr", "SEK"),
    ("Euro", "EUR"),
    ("Ft", "HUF"),
];

/// The currency `text` is, as sign or code.
pub(crate) fn of_word(text: &str) -> Option<&'static str> {
    let text = text.trim_matches(|c: char| matches!(c, ':' | '(' | ')' | '[' | ']' | ',' | ';'));
    // `FT` is the kind of a Portuguese document, `Ft` the forint.
    let is_sign = |sign: &str| if sign == "Ft" { text == sign } else { text.eq_ignore_ascii_case(sign) };
    let sign = SIGNS.iter().find(|(sign, _)| is_sign(sign)).map(|(_, code)| *code);
    sign.or_else(|| code(text))
}

/// The currency `text` begins with, and what follows.
pub(crate) fn at_start(text: &str) -> Option<(&'static str, &str)> {
    // Most of the texts asked for are bare numbers.
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some((head, rest)) = text.split_at_checked(3)
        && rest.starts_with(|c: char| !c.is_ascii_alphabetic())
        && let Some(code) = code(head)
    {
        return Some((code, rest));
    }
    SIGNS.iter().find_map(|(sign, code)| text.strip_prefix(sign).map(|rest| (*code, rest)))
}

/// The currency `text` ends with, and what stands before.
pub(crate) fn at_end(text: &str) -> Option<(&'static str, &str)> {
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let cut = text.len().checked_sub(3)?;
    if let Some((rest, tail)) = text.split_at_checked(cut)
        && rest.ends_with(|c: char| !c.is_ascii_alphabetic())
        && let Some(code) = code(tail)
    {
        return Some((code, rest));
    }
    SIGNS.iter().find_map(|(sign, code)| text.strip_suffix(sign).map(|rest| (*code, rest)))
}

/// An ISO code in capitals (or all small, as some programs print it).
fn code(text: &str) -> Option<&'static str> {
    let plain = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let small = matches!(text, "eur" | "usd" | "gbp" | "chf" | "sek" | "Eur");
    if plain {
        return active(text);
    }
    small.then(|| active(&text.to_ascii_uppercase())).flatten()
}

/// Codes of the active currencies, sorted: any three capitals are asked for, those of a document number too.
static ACTIVE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut codes: Vec<&str> = Currency::all().map(Currency::code).collect();
    codes.sort_unstable();
    codes
});

fn active(code: &str) -> Option<&'static str> {
    ACTIVE.binary_search(&code).ok().and_then(|at| ACTIVE.get(at)).copied()
}
