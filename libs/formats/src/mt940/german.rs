//! The German form of field 86: a three-digit business transaction code, a separator, and two-digit sub-fields.
//!
//! Source: Deutsche Kreditwirtschaft, DFÜ agreement annex 3. Sub-fields 20-29 and 60-69 are the remittance text, cut every
//! 27 characters anywhere, so the parts are joined with nothing between. Inside it SEPA data stands behind key words
//! (`EREF+`, `SVWZ+` ...), which the cut may split as well. Without key words the parts are lines of their own.

use super::field86::{Text86, some};
use crate::identifiers::parse_iban;

const KEYS: [&str; 14] = ["EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "PURP", "RREF", "IBAN", "BIC"];

/// Business transaction codes of returned payments: direct debits (108, 109), credit transfers (159).
const RETURNS: [&str; 3] = ["108", "109", "159"];

/// Reads the joined text; none when it is not of this form.
pub(super) fn read(joined: &str) -> Option<Text86> {
    let (code, rest) = joined.trim_start().split_at_checked(3)?;
    let separator = rest.chars().next()?;
    let is_code = code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code || separator.is_alphanumeric() || separator.is_whitespace() || !starts_sub_field(rest, separator) {
        return None;
    }
    let mut text = Text86 { code: Some(code.to_string()), is_return: RETURNS.contains(&code), ..Text86::default() };
    let mut parts = Vec::new();
    let (mut name, mut further) = (String::new(), String::new());
    for (number, value) in sub_fields(rest, separator) {
        match number {
            0 => text.posting_text = some(value),
            10 => text.journal = some(value),
            20..=29 | 60..=69 => parts.push(value),
            30 => text.bank = some(value),
            31 => text.account = some(value),
            32 | 33 => name.push_str(value),
            34 => text.text_key = some(value),
            38 => text.account = some(value).filter(|number| text.account.is_none() || parse_iban(number).is_ok()).or(text.account),
            _ => further.push_str(value),
        }
    }
    text.name = some(&name);
    text.further = some(&further);
    remittance(&parts, &mut text);
    let returned = text.text_key.as_deref().filter(|key| key.starts_with('9') && text.is_return);
    text.return_reason = returned.map(str::to_string);
    Some(text)
}

fn starts_sub_field(text: &str, separator: char) -> bool {
    let Some(rest) = text.strip_prefix(separator) else { return false };
    let number = rest.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|digits| digits.parse::<u32>().ok()).is_some_and(|number| matches!(number, 0 | 10 | 20..=38 | 60..=79))
}

fn sub_fields(text: &str, separator: char) -> Vec<(u32, &str)> {
    let starts = text.match_indices(separator).map(|(position, _)| position);
    let starts: Vec<usize> =
        starts.filter(|position| text.get(*position..).is_some_and(|rest| starts_sub_field(rest, separator))).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let width = separator.len_utf8();
    let parts = starts.iter().zip(ends).filter_map(|(start, end)| {
        let number = text.get(start + width..start + width + 2)?.parse().ok()?;
        Some((number, text.get(start + width + 2..end)?))
    });
    parts.collect()
}

fn remittance(parts: &[&str], text: &mut Text86) {
    let joined = parts.concat();
    let keys = keys_in(&joined);
    let Some((first, _)) = keys.first() else {
        text.unstructured = parts.iter().filter_map(|part| some(part)).collect();
        return;
    };
    text.unstructured.extend(joined.get(..*first).and_then(some));
    let ends = keys.iter().skip(1).map(|(position, _)| *position).chain([joined.len()]);
    for ((position, key), end) in keys.iter().zip(ends) {
        let value = joined.get(position + key.len() + 1..end).and_then(some);
        match *key {
            "EREF" => text.end_to_end_id = value,
            "KREF" => text.owner_reference = value,
            "MREF" => text.mandate_id = value,
            "CRED" => text.creditor_id = value,
            "SVWZ" => text.unstructured.extend(value),
            "ABWA" => text.ultimate_debtor = value,
            "ABWE" => text.ultimate_creditor = value,
            "PURP" => text.purpose = value,
            "IBAN" => text.account = text.account.take().or(value),
            "BIC" => text.bank = text.bank.take().or(value),
            _ => {}
        }
    }
}

/// Key words with their positions. The short ones must not be the end of a longer word.
fn keys_in(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (plus, _) in text.match_indices('+') {
        let before = text.get(..plus).unwrap_or_default();
        let Some(key) = KEYS.into_iter().find(|key| before.ends_with(key)) else { continue };
        let position = plus - key.len();
        let inside_word = text.get(..position).and_then(|start| start.chars().next_back()).is_some_and(char::is_alphabetic);
        if !(inside_word && matches!(key, "IBAN" | "BIC")) {
            found.push((position, key));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn key_words_survive_the_cut() {
        let text = read("835?20Cie., S.C.A.?21SEPA-BASISLASTSCHRIFT?22EREF+ 1234567890123 PAYPAL?23MREF+ 12AB234CD6E7F CRED+ A?24B12CDE0000000000000000034 S?25VWZ+ . SPOTIFY, Ihr Einkauf?26bei SPOTIFY?32PayPal (Europe) S.a.r.l. et").unwrap();
        assert_eq!(text.end_to_end_id.as_deref(), Some("1234567890123 PAYPAL"));
        assert_eq!(text.mandate_id.as_deref(), Some("12AB234CD6E7F"));
        assert_eq!(text.creditor_id.as_deref(), Some("AB12CDE0000000000000000034"));
        assert_eq!(text.unstructured, ["Cie., S.C.A.SEPA-BASISLASTSCHRIFT", ". SPOTIFY, Ihr Einkaufbei SPOTIFY"]);
        assert_eq!(text.name.as_deref(), Some("PayPal (Europe) S.a.r.l. et"));
    }

    #[test]
    fn returns_have_a_reason() {
        let text = read("159?00RETOURE?100399?20EREF+TFNR 40005 00005?21MTLG:Grund?34914").unwrap();
        assert!(text.is_return);
        assert_eq!(text.return_reason.as_deref(), Some("914"));
    }

    #[test]
    fn other_texts_are_not_of_this_form() {
        for text in ["", "911 TRANSAKCJA COLLECT; ID", "NIKAP?20x", "123", "1234?20x", "012?xx", "12é?20"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("000>100987654321>20ALGEMENE>21KOSTEN").unwrap().unstructured, ["ALGEMENE", "KOSTEN"]);
    }
}
