//! Who the running text of a line names, where its fields name nobody.

use crate::identifiers::{iban_length, parse_iban};

/// Digits a national account number has at least.
const ACCOUNT_DIGITS: usize = 8;
/// Words before the name of the payer.
const BEFORE_NAME: [&str; 8] = ["ORD", "OD:", "OD", "B/O", "FROM", "FROM:", "VON", "VON:"];
/// Most letters of a name.
const LONGEST_NAME: usize = 70;
/// Words an IBAN may be written in: groups of four.
const MOST_GROUPS: usize = 9;

/// A party read out of text: a hint, not a field. Either part may be empty, never both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpokenParty {
    /// Name as written.
    pub name: String,
    /// Account number as written, IBANs without blanks between their groups.
    pub account: String,
    /// True when a word of the bank stands before the name, or an IBAN in the line below it. Other names are the first
    /// words of a text, which may be anything.
    pub is_name_clear: bool,
}

impl SpokenParty {
    /// What is beyond doubt of it: a clear name, and a valid IBAN.
    pub(super) fn clear(self) -> Option<SpokenParty> {
        let name = if self.is_name_clear { self.name } else { String::new() };
        let account = if parse_iban(&self.account).is_ok() { self.account } else { String::new() };
        let is_known = !name.is_empty() || !account.is_empty();
        is_known.then_some(SpokenParty { name, account, is_name_clear: self.is_name_clear })
    }
}

/// Reads name and account of the other side: the name stands first, and the account in a line of its own below it, or behind
/// it in the same line.
pub(super) fn party_in(pieces: &[&str]) -> Option<SpokenParty> {
    let [first, rest @ ..] = pieces else { return None };
    let next = rest.first().copied().filter(|second| is_account(second));
    let account = next.or_else(|| pieces.iter().copied().find(|piece| parse_iban(piece).is_ok()));
    let known = match account {
        Some(account) if is_name(first) => {
            Some(SpokenParty { name: (*first).to_owned(), account: account.to_owned(), is_name_clear: next.is_some_and(is_iban) })
        }
        Some(account) if is_iban(account) => Some(SpokenParty { account: account.to_owned(), ..SpokenParty::default() }),
        _ => inside(pieces),
    };
    let alone = || SpokenParty { name: (*first).to_owned(), ..SpokenParty::default() };
    known.or_else(|| (!rest.is_empty() && is_name(first)).then(alone))
}

/// Name and IBAN in running text: `ORD Suessmilch AG DE68... INV NO 11372`. Banks cut words at the end of a line, so lines
/// are read as one word first.
fn inside(pieces: &[&str]) -> Option<SpokenParty> {
    [pieces.concat(), pieces.join(" ")].iter().find_map(|text| {
        let (place, account) = first_iban(text)?;
        let before = before_digits(text.get(..place)?).trim();
        let by_label = without_label(before);
        let short = |name: &&str| is_name(name) && name.chars().count() <= LONGEST_NAME;
        let ordered_by = text.split(';').find_map(|part| part.trim().strip_prefix("OD:")).map(str::trim).filter(|name| is_name(name));
        let name = ordered_by.or_else(|| by_label.or(Some(before)).filter(short)).unwrap_or_default().to_owned();
        Some(SpokenParty { name, account, is_name_clear: ordered_by.or(by_label).is_some() })
    })
}

/// The words before the first one with a digit: a street may stand behind the name.
fn before_digits(text: &str) -> &str {
    let Some(digit) = text.find(|letter: char| letter.is_ascii_digit()) else { return trim_separators(text) };
    let head = text.get(..digit).unwrap_or_default();
    trim_separators(head.rsplit_once(' ').map_or("", |(words, _)| words))
}

fn trim_separators(text: &str) -> &str {
    text.trim_end_matches([' ', ',', ';', ':', '-'])
}

fn without_label(text: &str) -> Option<&str> {
    text.split_once(' ').filter(|(label, _)| BEFORE_NAME.contains(label)).map(|(_, rest)| rest.trim())
}

/// The first valid IBAN, in one word or in groups, and where it begins.
fn first_iban(text: &str) -> Option<(usize, String)> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let begins = text.len() - rest.len();
        let (word, behind) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let bare = word.trim_end_matches([',', ';', '.']);
        let label = bare.rfind([':', ';']).map_or(0, |colon| colon + 1);
        let account = bare.get(label..).and_then(|bare| iban_from(bare, behind));
        if let Some(account) = account {
            return Some((begins + label, account));
        }
        rest = behind;
        if rest.is_empty() {
            return None;
        }
    }
}

/// The IBAN a word is, or begins and the groups behind it end.
fn iban_from(word: &str, behind: &str) -> Option<String> {
    let length = iban_length(word)?;
    let mut written = word.to_owned();
    let mut groups = behind.split_whitespace().take(MOST_GROUPS).take_while(|group| group.len() <= 4);
    while written.len() < length {
        written.push_str(groups.next()?.trim_end_matches([',', ';']));
    }
    is_iban(&written).then_some(written)
}

fn is_iban(text: &str) -> bool {
    parse_iban(text).is_ok()
}

fn is_account(text: &str) -> bool {
    let number = text.trim();
    let is_national = number.len() >= ACCOUNT_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    is_national || is_iban(number)
}

/// Two words or more, no digit.
fn is_name(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    words >= 2 && !text.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{SpokenParty, party_in};

    fn named(pieces: &[&str]) -> (String, String, bool) {
        let SpokenParty { name, account, is_name_clear } = party_in(pieces).unwrap_or_default();
        (name, account.replace(' ', ""), is_name_clear)
    }

    fn expected(name: &str, account: &str, is_name_clear: bool) -> (String, String, bool) {
        (name.to_owned(), account.to_owned(), is_name_clear)
    }

    #[test]
    fn name_and_account_in_lines_of_their_own() {
        let iban = "DE02120300000000202051";
        assert_eq!(named(&["Nordlicht Handels GmbH", iban, "RX7-2026-44120"]), expected("Nordlicht Handels GmbH", iban, true));
        assert_eq!(named(&["Acme Tools Inc", "0123456789", "inv 4711"]), expected("Acme Tools Inc", "0123456789", false));
        assert_eq!(named(&["RX7-2026-44120", iban]), expected("", iban, false));
        assert_eq!(named(&["Vielen Dank", "RE 4711", iban]), expected("Vielen Dank", iban, false));
        assert_eq!(named(&["Rechnung vom", "Mai"]), expected("Rechnung vom", "", false));
        assert_eq!(party_in(&["RE 4711", "4712"]), None);
        assert_eq!(party_in(&["Rechnung vom Mai"]), None);
    }

    #[test]
    fn name_and_account_in_running_text() {
        let (name, iban) = ("Suessmilch & Trautwein AG", "DE02120300000000202051");
        for (pieces, is_clear) in [
            (&["ORD Suessmilch & Trautwein AG DE02120300000000202051 INV NO 113", "72"][..], true),
            (&["Suessmilch & Trautwein AG DE02 1203 0000 0000 2020 51, INV NO 11372"], false),
            (&["Suessmilch & Trautwein AG DE0212030000", "0000202051 INV NO 11372"], false),
            (&["911 PRZELEW; Z RACH.: DE02120300000000202051; OD: Suessmilch & Trautwein AG; TYT.: FV 11372"], true),
        ] {
            assert_eq!(named(pieces), expected(name, iban, is_clear), "{pieces:?}");
        }
        assert_eq!(named(&["invoice 4711 DE02120300000000202051"]), expected("", iban, false));
        assert_eq!(party_in(&["invoice DE68815317074080980704 4711"]), None, "its check digits do not agree");
    }

    #[test]
    fn only_what_is_clear_is_kept() {
        let clear = |pieces: &[&str]| party_in(pieces).and_then(SpokenParty::clear).map(|party| (party.name, party.account));
        let iban = "DE02120300000000202051".to_owned();
        assert_eq!(clear(&["Nordlicht Handels GmbH", &iban]), Some(("Nordlicht Handels GmbH".to_owned(), iban.clone())));
        assert_eq!(clear(&["Rechnung vom Mai", "RE 4711", &iban]), Some((String::new(), iban)));
        assert_eq!(clear(&["Acme Tools Inc", "0123456789"]), None);
        assert_eq!(clear(&["Rechnung vom", "Mai"]), None);
    }
}
