//! Field 86 with codes between slashes: `/EREF/.../NAME/.../REMI/...` (SWIFT, Dutch banks and others).

use super::field86::{Side, Text86, some};
use crate::identifiers::parse_iban;

const CODES: [&str; 47] = [
    "EREF", "KREF", "PREF", "IREF", "SREF", "CREF", "MARF", "CSID", "BENM", "ORDP", "NAME", "ADDR", "IBAN", "ACCW", "BIC", "ID", "CNTP",
    "REMI", "ISDT", "RTRN", "TRTP", "TRCD", "TYPE", "BUSP", "ULTC", "ULTB", "ULTD", "PURP", "OCMT", "CHGS", "CHRG", "EXCH", "OAMT", "PROC",
    "PT", "PY", "FX", "SVCL", "IACC", "OGB", "OSDR", "OBK", "VA", "NM", "BI", "BN", "BN1",
];

/// Codes of a text: there are fewer. What follows the last belongs to it.
const MAX_CODES: usize = 100;

/// Whose name, account and bank the codes that follow give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    /// The other side.
    Other,
    Ordering,
    Beneficiary,
    UltimateDebtor,
    UltimateCreditor,
}

/// Characters of a line that may be cut anywhere: SWIFT allows 65.
const FULL: usize = 60;

/// Reads the text of these lines joined; none when it does not start with a code between slashes.
pub(super) fn read(joined: &str, lines: &[&str]) -> Option<Text86> {
    let blanks = joined.len() - joined.trim_start().len();
    let joined = joined.trim();
    let codes = codes_in(joined, starts(lines, blanks));
    if codes.first().is_none_or(|(position, _)| *position != 0) {
        return None;
    }
    let mut reading =
        Reading { text: Text86 { further: some(joined), ..Text86::default() }, group: Group::Other, sides: Default::default() };
    let ends = codes.iter().skip(1).map(|(position, _)| *position).chain([joined.len()]);
    for ((position, code), end) in codes.iter().zip(ends) {
        let start = position + code.len() + 2;
        reading.value(code, joined.get(start..end.max(start)).unwrap_or_default());
    }
    Some(reading.finish())
}

/// Where lines start behind one that was not full, counted without the first `blanks`.
fn starts<'l>(lines: &'l [&'l str], blanks: usize) -> impl Iterator<Item = usize> + use<'l> {
    let ends = lines.iter().scan(0, |end, line| {
        *end += line.len();
        Some((*end, line))
    });
    ends.filter(|(_, line)| line.chars().count() < FULL).filter_map(move |(end, _)| end.checked_sub(blanks))
}

/// Codes with the position of their leading slash. The slash that closes one code may open the next. A word not known here
/// counts as a code at the very start, before one that is known, and with four letters at the `starts` of further lines:
/// banks have codes of their own.
fn codes_in(text: &str, starts: impl Iterator<Item = usize>) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut starts = starts.peekable();
    for (position, _) in text.match_indices('/') {
        let rest = text.get(position + 1..).unwrap_or_default();
        let Some((word, _)) = rest.split_once('/').filter(|_| found.len() < MAX_CODES) else { break };
        while starts.next_if(|start| *start < position).is_some() {}
        let may_begin = position == 0 || (word.len() == 4 && starts.peek() == Some(&position));
        if CODES.contains(&word) || (may_begin && is_word(word)) {
            found.push((position, word));
        }
    }
    let known = found.iter().any(|(_, code)| CODES.contains(code));
    if known { found } else { Vec::new() }
}

fn is_word(word: &str) -> bool {
    (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

struct Reading {
    text: Text86,
    group: Group,
    /// Other side, ordering party, beneficiary.
    sides: [Side; 3],
}

impl Reading {
    /// One code with its value, which may begin and end with slashes.
    fn value(&mut self, code: &str, raw: &str) {
        let value = raw.trim().trim_matches('/');
        if let Some(group) = group_of(code) {
            self.group = group;
            return self.party(group, raw);
        }
        match code {
            "NAME" | "IBAN" | "ACCW" | "BIC" | "ID" | "ADDR" => return self.of_group(code, value),
            "NM" => {
                let side = self.side(Group::Other);
                side.name = side.name.take().or(some(value));
            }
            _ => {}
        }
        self.group = Group::Other;
        let text = &mut self.text;
        match code {
            "EREF" => text.end_to_end_id = some(value),
            "KREF" => text.owner_reference = some(value),
            "PREF" => text.payment_information_id = some(value),
            "MARF" => text.mandate_id = some(value),
            "CSID" => text.creditor_id = some(value),
            "REMI" => remittance(value, text),
            "PY" => text.unstructured.extend(some(value)),
            "RTRN" => {
                text.return_reason = some(value);
                text.is_return = true;
            }
            "PURP" => text.purpose = some(value.trim_start_matches("CD/")),
            "TRTP" | "TYPE" => text.posting_text = some(value),
            "OCMT" | "OAMT" => text.original_amount = before_text(value, &mut text.unstructured),
            "CHGS" | "CHRG" => text.charges = before_text(value, &mut text.unstructured),
            "EXCH" => text.exchange_rate = before_text(value, &mut text.unstructured),
            _ => {}
        }
    }

    /// A code that begins a party: nothing behind it, `account/BIC/name/town`, or a name.
    fn party(&mut self, group: Group, raw: &str) {
        let value = raw.trim_end_matches('/');
        match group {
            Group::UltimateDebtor => self.text.ultimate_debtor = some(value.trim_matches('/')),
            Group::UltimateCreditor => self.text.ultimate_creditor = some(value.trim_matches('/')),
            _ => {
                let side = self.side(group);
                *side = side_of(value).or(std::mem::take(side));
            }
        }
    }

    fn of_group(&mut self, code: &str, value: &str) {
        match (self.group, code) {
            (Group::UltimateDebtor, "NAME") => self.text.ultimate_debtor = some(value),
            (Group::UltimateCreditor, "NAME") => self.text.ultimate_creditor = some(value),
            (Group::UltimateDebtor | Group::UltimateCreditor, _) | (_, "ID" | "ADDR") => {}
            (group, "NAME") => self.side(group).name = some(value),
            (group, "BIC") => self.side(group).bank = some(value),
            (group, _) => self.side(group).account = some(value),
        }
    }

    fn side(&mut self, group: Group) -> &mut Side {
        let [other, ordering, beneficiary] = &mut self.sides;
        match group {
            Group::Ordering => ordering,
            Group::Beneficiary => beneficiary,
            _ => other,
        }
    }

    /// One named side is the other one; two are who they are.
    fn finish(self) -> Text86 {
        let [other, ordering, beneficiary] = self.sides.map(Side::known);
        let mut text = self.text;
        match (ordering, beneficiary) {
            (Some(ordering), Some(beneficiary)) => {
                text.ordering = Some(ordering);
                text.beneficiary = Some(beneficiary);
                text.other = other.unwrap_or_default();
            }
            (ordering, beneficiary) => {
                let named = ordering.or(beneficiary).unwrap_or_default();
                text.other = other.unwrap_or_default().or(named);
            }
        }
        text
    }
}

fn group_of(code: &str) -> Option<Group> {
    match code {
        "CNTP" => Some(Group::Other),
        "ORDP" => Some(Group::Ordering),
        "BENM" => Some(Group::Beneficiary),
        "ULTD" => Some(Group::UltimateDebtor),
        "ULTC" | "ULTB" => Some(Group::UltimateCreditor),
        _ => None,
    }
}

/// `account/BIC/name/town`, or a name alone. Any part may be empty.
fn side_of(value: &str) -> Side {
    // The town and what follows it are not looked at.
    let parts: Vec<&str> = value.splitn(4, '/').collect();
    match parts.as_slice() {
        [account, bank, rest @ ..] => {
            let is_number = parse_iban(account).is_ok() || account.bytes().any(|byte| byte.is_ascii_digit());
            Side { account: some(account).filter(|_| is_number), bank: some(bank), name: rest.first().and_then(|name| some(name)) }
        }
        [account] if parse_iban(account).is_ok() => Side { account: some(account), ..Side::default() },
        [name] => Side { name: some(name), ..Side::default() },
        [] => Side::default(),
    }
}

/// A value that ends at its slash; what stands behind it is free text.
fn before_text(value: &str, texts: &mut Vec<String>) -> Option<String> {
    let (own, text) = value.split_once('/').unwrap_or((value, ""));
    texts.extend(some(text.trim_matches('/')));
    some(own)
}

/// Free text, or `USTD//text`, or `STRD/kind/reference`, or `CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/reference` (Rabobank).
fn remittance(value: &str, text: &mut Text86) {
    if let Some((_, reference)) = value.strip_prefix("CDTRREFTP/").and_then(|rest| rest.split_once("/CDTRREF/")) {
        text.creditor_reference = some(reference);
        return;
    }
    if let Some(reference) = value.strip_prefix("STRD/") {
        let reference = reference.split_once('/').map_or(reference, |(_, reference)| reference);
        text.creditor_reference = some(reference);
        return;
    }
    let free = value.strip_prefix("USTD/").map_or(value, |free| free.trim_start_matches('/'));
    text.unstructured.extend(some(free));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Option<Text86> {
        super::read(text, &[text])
    }

    fn side(account: &str, bank: &str, name: &str) -> Side {
        Side { account: some(account), bank: some(bank), name: some(name) }
    }

    #[test]
    fn codes_of_dutch_banks() {
        let text = read("/EREF/01-01-2013 12:00 0030000987654321/BENM//NAME/CONTRA ACCOUNT HOLDER/REMI//ISDT/2013-07-11").unwrap();
        assert_eq!(text.end_to_end_id.as_deref(), Some("01-01-2013 12:00 0030000987654321"));
        assert_eq!(text.other.name.as_deref(), Some("CONTRA ACCOUNT HOLDER"));
        assert!(text.unstructured.is_empty());
        let text = read("/CNTP/NL84INGB0234561789/INGBNL2A/MMS ONLINE///REMI/USTD//FACTUUR 1/2/").unwrap();
        assert_eq!(text.other, side("NL84INGB0234561789", "INGBNL2A", "MMS ONLINE"));
        assert_eq!(text.unstructured, ["FACTUUR 1/2"]);
        let text = read("/TRTP/ACCEPTGIRO/REMI/STRD/CUR/1234567890123456/").unwrap();
        assert_eq!(text.creditor_reference.as_deref(), Some("1234567890123456"));
    }

    #[test]
    fn ultimate_parties_are_not_the_other_side() {
        for text in [
            "/EREF/E2E-1/ORDP//NAME/Klant BV/ADDR/Straat 1/REMI/Factuur 1/ISDT/2026-01-05/ULTD//NAME/Holding",
            "/EREF/E2E/ /CNTP/NL12INGB0000000012/INGBNL2A/Klant BV/PLAATS//REMI/USTD//Factuur 1//ULTD/NAME/Holding/ID/",
            "/TRTP/SEPA OVERBOEKING/NAME/Klant BV/REMI/Factuur 1/ORDP//ID/12345/ULTD//NAME/Holding",
        ] {
            let text = read(text).unwrap();
            assert_eq!((text.other.name.as_deref(), text.ultimate_debtor.as_deref()), (Some("Klant BV"), Some("Holding")), "{text:?}");
            assert_eq!(text.unstructured, ["Factuur 1"]);
            assert!(text.end_to_end_id.is_none_or(|id| id.starts_with("E2E") && !id.ends_with('/')));
        }
    }

    #[test]
    fn parties_of_business_accounts() {
        let text = read("/ORDP/NL38INGB0654321789/INGBNL2A/Klant BV///EREF/E2E-1//REMI/USTD//FACT 4711/").unwrap();
        assert_eq!((text.other, text.end_to_end_id.as_deref()), (side("NL38INGB0654321789", "INGBNL2A", "Klant BV"), Some("E2E-1")));
        let text = read("/BENM/OUR COMPANY/ORDP/PAYER CORP 123 STREET/REMI/INV 4711/OBK/CHASUS33").unwrap();
        assert_eq!(text.ordering.unwrap().name.as_deref(), Some("PAYER CORP 123 STREET"));
        assert_eq!(
            (text.beneficiary.unwrap().name.as_deref(), text.unstructured.as_slice()),
            (Some("OUR COMPANY"), ["INV 4711".to_string()].as_slice())
        );
        let text = read("/CNTP//INGBNL2A/NAAM//REMI/USTD//x").unwrap();
        assert_eq!(text.other, side("", "INGBNL2A", "NAAM"));
        let text = read("/ABCD/Verzamel Eurobetaling///PREF/M01//REMI/USTD//TOTAAL 1 POSTEN/").unwrap();
        assert_eq!(
            (text.payment_information_id.as_deref(), text.unstructured.as_slice()),
            (Some("M01"), ["TOTAAL 1 POSTEN".to_string()].as_slice())
        );
    }

    #[test]
    fn amounts_before_free_text() {
        let text = read("/OCMT/USD2853,12/PAYMENT OF INVOICES 204011665 20401 1687/OGB/X BANK /VA/123BENEFICIARY").unwrap();
        assert_eq!(
            (text.original_amount.as_deref(), text.unstructured.as_slice()),
            (Some("USD2853,12"), ["PAYMENT OF INVOICES 204011665 20401 1687".to_string()].as_slice())
        );
        let text = read("/OCMT/USD110,00/EXCH/1,1/CHGS/EUR5,00/").unwrap();
        assert_eq!((text.exchange_rate.as_deref(), text.charges.as_deref()), (Some("1,1"), Some("EUR5,00")));
    }

    #[test]
    fn other_texts_are_not_of_this_form() {
        for text in ["", "/", "//", "text /EREF/x", "/ABC/DEF/x", "/EREF", "/é/"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
