//! Original amount and charges beside field 86: `/OCMT/EUR45,00//CHGS/EUR5,00/`, as supplementary details of field 61 or, where
//! there is no bank reference, behind its `//`.
//!
//! Source: Deutsche Kreditwirtschaft, DFÜ agreement annex 3, sub-field 9 of field 61.

use super::field86::Text86;

const ORIGINAL: &str = "/OCMT/";
const CHARGES: &str = "/CHGS/";

/// What stands before original amount and charges, and these.
pub(super) fn split(text: &str) -> (&str, &str) {
    let starts = [ORIGINAL, CHARGES].into_iter().filter_map(|code| value(text, code).and(text.find(code)));
    let parts = starts.min().and_then(|start| text.split_at_checked(start));
    parts.map_or((text, ""), |(before, amounts)| (before.trim_end_matches('/'), amounts))
}

/// Takes from the statement line what field 86 does not say.
pub(super) fn take(amounts: &str, supplementary: &[&str], text: &mut Text86) {
    let find = |code| [amounts].iter().chain(supplementary).find_map(|line| value(line, code)).map(str::to_string);
    text.original_amount = text.original_amount.take().or_else(|| find(ORIGINAL));
    text.charges = text.charges.take().or_else(|| find(CHARGES));
}

/// The amount behind a code: a currency and digits.
fn value<'a>(text: &'a str, code: &str) -> Option<&'a str> {
    let (_, behind) = text.split_once(code)?;
    let value = behind.split('/').next()?.trim();
    let (currency, digits) = value.split_at_checked(3)?;
    let is_amount = currency.bytes().all(|byte| byte.is_ascii_uppercase()) && digits.starts_with(|c: char| c.is_ascii_digit());
    is_amount.then_some(value)
}
