//! The German form of field 86: a three-digit business transaction code, a separator, and two-digit sub-fields.
//!
//! Source: Deutsche Kreditwirtschaft, DFÜ agreement annex 3. Sub-fields 20-29 and 60-69 are the remittance text, cut every
//! 27 characters anywhere, so the parts are joined with nothing between. Inside it SEPA data stands behind key words
//! (`EREF+`, `SVWZ+` ...), which the cut may split as well. Without key words the parts are lines of their own.

use super::field86::{Text86, some};
use crate::identifiers::{iban_length, parse_bic, parse_iban};

const KEYS: [&str; 15] =
    ["EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "ANAM", "PURP", "RREF", "IBAN", "BIC"];

/// Sub-fields and key words of a text: there are numbers for fewer. What follows the last belongs to it.
const MAX_PARTS: usize = 100;

/// What banks in Poland write into a sub-field without a value: byte 255 in Windows-1250 and Windows-1252.
const FILLERS: [&str; 2] = ["\u{2d9}", "ÿ"];

/// Characters a bank puts into a sub-field.
const WIDTH: usize = 27;

/// Business transaction codes of returned payments: direct debits (108, 109), credit transfers (159).
const RETURNS: [&str; 3] = ["108", "109", "159"];

/// Reads the joined text; none when it is not of this form. Without its code, which some banks leave out, it takes several
/// sub-fields behind question marks.
pub(super) fn read(joined: &str) -> Option<Text86> {
    let joined = joined.trim_start();
    let with_code = joined.split_at_checked(3).filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_digit()));
    let (code, rest) = with_code.map_or((None, joined), |(code, rest)| (Some(code), rest));
    let separator = rest.chars().next()?;
    if separator.is_alphanumeric() || separator.is_whitespace() || !starts_sub_field(rest, separator) {
        return None;
    }
    if code.is_none() && (separator != '?' || sub_fields(rest, separator).len() < 2) {
        return None;
    }
    let is_return = code.is_some_and(|code| RETURNS.contains(&code));
    let mut text = Text86 { code: code.map(str::to_string), is_return, ..Text86::default() };
    let mut parts = Vec::new();
    let (mut name, mut further) = (String::new(), String::new());
    for (number, value) in sub_fields(rest, separator).into_iter().filter(|(_, value)| !FILLERS.contains(&value.trim())) {
        match number {
            0 => text.posting_text = some(value),
            10 => text.journal = some(value),
            20..=29 | 60..=69 => parts.push((number, value)),
            30 => text.other.bank = some(value),
            31 => text.other.account = some(value),
            32 => name.push_str(value),
            33 => add_to_name(&mut name, value),
            34 => text.text_key = some(value),
            38 => {
                let account = &mut text.other.account;
                *account = some(value).filter(|number| account.is_none() || parse_iban(number).is_ok()).or(account.take());
            }
            _ => further.push_str(value),
        }
    }
    if name.is_empty() && separator != '?' {
        take_name(&mut parts, &mut name, &mut further);
    }
    text.other.name = some(&name);
    text.further = some(&further);
    let parts: Vec<&str> = parts.into_iter().map(|(_, value)| value).collect();
    remittance(&parts, &mut text);
    let returned = text.text_key.as_deref().filter(|key| key.starts_with('9') && text.is_return);
    text.return_reason = returned.map(str::to_string);
    Some(text)
}

/// Banks in Poland write name and address of the other side into 27 to 29: that is no text where 26, before them, is free.
fn take_name(parts: &mut Vec<(u32, &str)>, name: &mut String, further: &mut String) {
    let is_there = |wanted: u32| parts.iter().any(|(number, value)| *number == wanted && !value.trim().is_empty());
    if is_there(26) || !is_there(27) {
        return;
    }
    let (side, texts) = std::mem::take(parts).into_iter().partition(|(number, _)| (27..=29).contains(number));
    *parts = texts;
    for (_, value) in side {
        // A full sub-field goes on in the next one.
        let is_open = further.is_empty() && name.chars().count().is_multiple_of(WIDTH);
        if is_open { name.push_str(value) } else { further.push_str(value) }
    }
}

/// A name goes on without a blank only where it was cut because its first part was full.
fn add_to_name(name: &mut String, rest: &str) {
    if !name.is_empty() && name.chars().count() < WIDTH && !name.ends_with(' ') && !rest.starts_with(' ') {
        name.push(' ');
    }
    name.push_str(rest);
}

fn starts_sub_field(text: &str, separator: char) -> bool {
    let Some(rest) = text.strip_prefix(separator) else { return false };
    let number = rest.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    number.and_then(|digits| digits.parse::<u32>().ok()).is_some_and(|number| matches!(number, 0 | 10 | 20..=38 | 60..=79))
}

fn sub_fields(text: &str, separator: char) -> Vec<(u32, &str)> {
    let starts = text.match_indices(separator).map(|(position, _)| position);
    let starts: Vec<usize> =
        starts.filter(|position| text.get(*position..).is_some_and(|rest| starts_sub_field(rest, separator))).take(MAX_PARTS).collect();
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
            "DEBT" => text.debtor_id = value,
            "OAMT" => text.original_amount = value,
            "COAM" => (text.charges, text.charge_kind) = (value, Some("COAM")),
            "RREF" => text.return_reference = value,
            "ANAM" => text.other.name = text.other.name.take().or(value),
            "IBAN" => number_and_text(value, &mut text.other.account, &mut text.unstructured),
            "BIC" => number_and_text(value, &mut text.other.bank, &mut text.unstructured),
            _ => {}
        }
    }
}

/// A number, and the text that may follow it up to the next key word.
fn number_and_text(value: Option<String>, number: &mut Option<String>, texts: &mut Vec<String>) {
    let Some(value) = value else { return };
    let (first, rest) = value.split_once(' ').unwrap_or((&value, ""));
    *number = number.take().or_else(|| some(first));
    texts.extend(some(rest));
}

/// Key words with their positions. The two that may stand in any text are key words only before what they announce.
fn keys_in(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (plus, _) in text.match_indices('+') {
        if found.len() == MAX_PARTS {
            break;
        }
        let before = text.get(..plus).unwrap_or_default();
        let Some(key) = KEYS.into_iter().find(|key| before.ends_with(key)) else { continue };
        let position = plus - key.len();
        let inside_word = text.get(..position).and_then(|start| start.chars().next_back()).is_some_and(char::is_alphabetic);
        let next = text.get(plus + 1..).unwrap_or_default().trim_ascii_start();
        let announces = match key {
            "IBAN" => !inside_word && starts_with_iban(next),
            "BIC" => !inside_word && next.get(..8).is_some_and(|bic| !bic.contains(' ') && parse_bic(bic).is_ok()),
            _ => true,
        };
        if announces {
            found.push((position, key));
        }
    }
    found
}

/// True for an IBAN, even where the next key word follows it without a blank.
fn starts_with_iban(text: &str) -> bool {
    let number = iban_length(text).and_then(|length| text.get(..length));
    number.is_some_and(|number| !number.contains(' ') && parse_iban(number).is_ok())
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
        assert_eq!(text.other.name.as_deref(), Some("PayPal (Europe) S.a.r.l. et"));
    }

    #[test]
    fn amounts_of_a_return() {
        let text = read("109?00RETOURE?20EREF+E1?21MREF+M1?22DEBT+DE7?23OAMT+50,00?24COAM+7,50?25RREF+R1 SVWZ+AM04 RE 1?32Kunde").unwrap();
        assert_eq!((text.original_amount.as_deref(), text.charges.as_deref()), (Some("50,00"), Some("7,50")));
        assert_eq!((text.return_reference.as_deref(), text.debtor_id.as_deref()), (Some("R1"), Some("DE7")));
    }

    #[test]
    fn names_and_numbers_in_texts() {
        let name = |text: &str| read(text).unwrap().other.name.unwrap();
        assert_eq!(name("166?20x?32Mueller Maschinenbau?33GmbH & Co KG"), "Mueller Maschinenbau GmbH & Co KG");
        assert_eq!(name("166?20x?32PayPal (Europe) S.a.r.l. et?33 Cie., S.C.A."), "PayPal (Europe) S.a.r.l. et Cie., S.C.A.");
        assert_eq!(name("166?20x?32123456789012345678901234567?33890"), "123456789012345678901234567890");
        let text = read("166?20SVWZ+Zahlung RE-?21815 fuer IBAN+BIC Kabel?22 5+3").unwrap();
        assert_eq!((text.other.account, text.unstructured), (None, vec!["Zahlung RE-815 fuer IBAN+BIC Kabel 5+3".to_string()]));
        let text = read("166?20SVWZ+RE 1 BIC+COBADEFFXXX?21 IBAN+DE89370400440532013000").unwrap();
        assert_eq!((text.other.bank.as_deref(), text.other.account.as_deref()), (Some("COBADEFFXXX"), Some("DE89370400440532013000")));
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
