//! What MT940 says in passing: parties in the lines of a plain field 86, amounts behind SWIFT code words.

use quittance_formats::identifiers::parse_iban;
use quittance_matching::record::Line;
use quittance_types::Currency;

use crate::amount::parse_minor;

/// Digits a national account number has at least.
const ACCOUNT_DIGITS: usize = 8;

/// Words before the name of the payer.
const BEFORE_NAME: [&str; 8] = ["ORD", "OD:", "OD", "B/O", "FROM", "FROM:", "VON", "VON:"];
/// Most letters of a name.
const LONGEST_NAME: usize = 70;
/// Words an IBAN may be written in: groups of four.
const MOST_GROUPS: usize = 9;

/// Takes name and account of the payer from a text that names no party otherwise: the name stands first, and the account
/// in a line of its own below it or behind it. The text itself stays whole.
pub(super) fn take_parties(line: &mut Line) {
    if !line.payer_name.is_empty() || !line.payer_account.is_empty() {
        return;
    }
    let [first, rest @ ..] = line.text.as_slice() else { return };
    let below = rest.first().filter(|second| is_account(second)).or_else(|| line.text.iter().find(|piece| parse_iban(piece).is_ok()));
    let (name, account) = match below.cloned() {
        Some(account) if is_name(first) => (first.clone(), account),
        Some(account) if parse_iban(&account).is_ok() => (String::new(), account),
        _ => inside(&line.text).unwrap_or_default(),
    };
    let is_alone = account.is_empty() && !rest.is_empty() && is_name(first);
    (line.payer_name, line.payer_account) = if is_alone { (first.clone(), account) } else { (name, account) };
}

/// Name and IBAN in running text: `ORD Suessmilch AG DE68... INV NO 11372`. Banks cut words at the end of a line, so lines
/// are read as one word first.
fn inside(pieces: &[String]) -> Option<(String, String)> {
    [pieces.concat(), pieces.join(" ")].iter().find_map(|text| {
        let (place, account) = first_iban(text)?;
        let labelled =
            |label: &str| text.split(';').find_map(|part| part.trim().strip_prefix(label)).map(str::trim).filter(|name| is_name(name));
        let before = text.get(..place).map(|before| without_label(before_digits(before).trim()));
        let name = labelled("OD:").or_else(|| before.filter(|name| is_name(name) && name.chars().count() <= LONGEST_NAME));
        Some((name.unwrap_or_default().to_owned(), account))
    })
}

/// The words before the first one with a digit: a street may stand behind the name.
fn before_digits(text: &str) -> &str {
    let digit = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
    let end = if digit == text.len() { digit } else { text[..digit].rfind(' ').unwrap_or(0) };
    text[..end].trim_end_matches([' ', ',', ';', ':', '-'])
}

fn without_label(text: &str) -> &str {
    match text.split_once(' ') {
        Some((label, rest)) if BEFORE_NAME.contains(&label) => rest.trim(),
        _ => text,
    }
}

/// The first valid IBAN, in one word or in groups, and where it begins.
fn first_iban(text: &str) -> Option<(usize, String)> {
    let words: Vec<(usize, &str)> = text.split_whitespace().map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word)).collect();
    words.iter().enumerate().find_map(|(place, (start, word))| {
        let bare = word.trim_end_matches([',', ';', '.']);
        let (label, bare) = bare.rsplit_once([':', ';']).map_or(("", bare), |(label, bare)| (label, bare));
        let looks_like = bare.len() >= 4
            && bare.as_bytes()[..2].iter().all(u8::is_ascii_uppercase)
            && bare.as_bytes()[2..4].iter().all(u8::is_ascii_digit);
        if !looks_like {
            return None;
        }
        let begins = start + if label.is_empty() { 0 } else { label.len() + 1 };
        let mut written = bare.to_owned();
        let more = words[place + 1..].iter().take(MOST_GROUPS);
        if parse_iban(&written).is_ok() {
            return Some((begins, written));
        }
        more.take_while(|(_, group)| group.len() <= 4).find_map(|(_, group)| {
            written.push_str(group.trim_end_matches([',', ';']));
            parse_iban(&written).is_ok().then(|| (begins, written.clone()))
        })
    })
}

fn is_account(text: &str) -> bool {
    let number = text.trim();
    let is_national = number.len() >= ACCOUNT_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    is_national || parse_iban(number).is_ok()
}

/// Two words or more, no digit.
fn is_name(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    words >= 2 && !text.bytes().any(|byte| byte.is_ascii_digit())
}

/// The amount behind a code word: `/OCMT/USD1000,00/`.
pub(super) fn amount_behind(text: &str, word: &str) -> Option<(i64, Currency)> {
    let (_, rest) = text.split_once(word)?;
    let currency = Currency::parse(rest.get(..3)?).ok()?;
    let digits = rest.get(3..)?.split(|letter: char| !letter.is_ascii_digit() && letter != ',').next()?;
    let plain = digits.replace(',', ".");
    let minor = parse_minor(plain.trim_end_matches('.'), currency).ok()?;
    Some((minor, currency))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::BusinessDate;

    use super::*;

    fn with_text(text: &[&str]) -> Line {
        let mut line = Line::bare("B-1", BusinessDate::MIN, 1, Currency::EUR);
        line.text = text.iter().map(|piece| (*piece).to_owned()).collect();
        take_parties(&mut line);
        line
    }

    #[test]
    fn name_and_account_in_lines_of_their_own() {
        let line = with_text(&["Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44120"]);
        assert_eq!((line.payer_name.as_str(), line.payer_account.as_str()), ("Nordlicht Handels GmbH", "DE02120300000000202051"));
        let line = with_text(&["Acme Tools Inc", "0123456789", "inv 4711"]);
        assert_eq!((line.payer_name.as_str(), line.payer_account.as_str()), ("Acme Tools Inc", "0123456789"));
        let line = with_text(&["RX7-2026-44120", "DE02120300000000202051"]);
        assert_eq!((line.payer_name.as_str(), line.payer_account.as_str()), ("", "DE02120300000000202051"));
        assert_eq!(with_text(&["RE 4711", "4712"]).payer_name, "");
    }

    #[test]
    fn name_and_account_in_running_text() {
        for text in [
            &["ORD Suessmilch & Trautwein AG DE02120300000000202051 INV NO 113", "72"][..],
            &["Suessmilch & Trautwein AG DE02 1203 0000 0000 2020 51, INV NO 11372"],
            &["Suessmilch & Trautwein AG DE0212030000", "0000202051 INV NO 11372"],
            &["911 PRZELEW; Z RACH.: DE02120300000000202051; OD: Suessmilch & Trautwein AG; TYT.: FV 11372"],
        ] {
            let line = with_text(text);
            let account = line.payer_account.replace(' ', "");
            assert_eq!((line.payer_name.as_str(), account.as_str()), ("Suessmilch & Trautwein AG", "DE02120300000000202051"), "{text:?}");
            assert_eq!(line.text, text, "the text stays whole");
        }
        let line = with_text(&["invoice 4711 DE02120300000000202051"]);
        assert_eq!((line.payer_name.as_str(), line.payer_account.as_str()), ("", "DE02120300000000202051"));
        assert_eq!(with_text(&["invoice DE68815317074080980704 4711"]).payer_account, "", "its check digits do not agree");
    }

    #[test]
    fn amounts_behind_code_words() {
        assert_eq!(amount_behind("/OCMT/USD1000,/CHGS/EUR2,50/", "/OCMT/"), Some((100_000, Currency::USD)));
        assert_eq!(amount_behind("/OCMT/USD1000,/CHGS/EUR2,50/", "/CHGS/"), Some((250, Currency::EUR)));
        assert_eq!(amount_behind("/OCMT/", "/OCMT/"), None);
        assert_eq!(amount_behind("/OCMT/usd5", "/OCMT/"), None);
    }
}
