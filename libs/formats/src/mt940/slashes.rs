//! Field 86 with codes between slashes: `/EREF/.../NAME/.../REMI/...` (SWIFT, Dutch banks and others).

use super::field86::{Text86, some};
use crate::identifiers::parse_iban;

const CODES: [&str; 36] = [
    "EREF", "KREF", "PREF", "IREF", "SREF", "MARF", "CSID", "BENM", "ORDP", "NAME", "ADDR", "IBAN", "ACCW", "BIC", "ID", "CNTP", "REMI",
    "ISDT", "RTRN", "TRTP", "TRCD", "TYPE", "ULTC", "ULTB", "ULTD", "PURP", "OCMT", "CHGS", "CHRG", "EXCH", "OAMT", "PROC", "PT", "PY",
    "FX", "SVCL",
];

/// Reads the joined text; none when it does not start with a code between slashes.
pub(super) fn read(joined: &str) -> Option<Text86> {
    let joined = joined.trim();
    let codes = codes_in(joined);
    if codes.first().is_none_or(|(position, _)| *position != 0) {
        return None;
    }
    let mut text = Text86 { further: some(joined), ..Text86::default() };
    let ends = codes.iter().skip(1).map(|(position, _)| *position).chain([joined.len()]);
    for ((position, code), end) in codes.iter().zip(ends) {
        let value = joined.get(position + code.len() + 2..end.max(position + code.len() + 2)).unwrap_or_default();
        value_of(code, value.trim_matches('/'), &mut text);
    }
    Some(text)
}

/// Codes with the position of their leading slash. The slash that closes one code may open the next.
fn codes_in(text: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (position, _) in text.match_indices('/') {
        let rest = text.get(position + 1..).unwrap_or_default();
        let Some((word, _)) = rest.split_once('/') else { break };
        if let Some(code) = CODES.into_iter().find(|code| *code == word) {
            found.push((position, code));
        }
    }
    found
}

fn value_of(code: &str, value: &str, text: &mut Text86) {
    match code {
        "EREF" => text.end_to_end_id = some(value),
        "KREF" => text.owner_reference = some(value),
        "PREF" => text.payment_information_id = some(value),
        "MARF" => text.mandate_id = some(value),
        "CSID" => text.creditor_id = some(value),
        "NAME" => text.name = some(value),
        "IBAN" | "ACCW" => text.account = some(value),
        "BIC" => text.bank = some(value),
        "CNTP" => counterparty(value, text),
        "REMI" => remittance(value, text),
        "PY" => text.unstructured.extend(some(value)),
        "RTRN" => {
            text.return_reason = some(value);
            text.is_return = true;
        }
        "ULTD" => text.ultimate_debtor = some(value.trim_start_matches("NAME/")),
        "ULTC" | "ULTB" => text.ultimate_creditor = some(value.trim_start_matches("NAME/")),
        "PURP" => text.purpose = some(value.trim_start_matches("CD/")),
        "TRTP" | "TYPE" => text.posting_text = some(value),
        _ => {}
    }
}

/// `account/BIC/name/town`
fn counterparty(value: &str, text: &mut Text86) {
    let mut parts = value.split('/');
    let account = parts.next().unwrap_or_default();
    if parse_iban(account).is_ok() || account.bytes().any(|byte| byte.is_ascii_digit()) {
        text.account = some(account);
    }
    text.bank = parts.next().and_then(some);
    text.name = parts.next().and_then(some);
}

/// Free text, or `USTD//text`, or `STRD/kind/reference`.
fn remittance(value: &str, text: &mut Text86) {
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

    #[test]
    fn codes_of_dutch_banks() {
        let text = read("/EREF/01-01-2013 12:00 0030000987654321/BENM//NAME/CONTRA ACCOUNT HOLDER/REMI//ISDT/2013-07-11").unwrap();
        assert_eq!(text.end_to_end_id.as_deref(), Some("01-01-2013 12:00 0030000987654321"));
        assert_eq!(text.name.as_deref(), Some("CONTRA ACCOUNT HOLDER"));
        assert!(text.unstructured.is_empty());
        let text = read("/CNTP/NL84INGB0234561789/INGBNL2A/MMS ONLINE///REMI/USTD//FACTUUR 1/2/").unwrap();
        assert_eq!(
            (text.account.as_deref(), text.bank.as_deref(), text.name.as_deref()),
            (Some("NL84INGB0234561789"), Some("INGBNL2A"), Some("MMS ONLINE"))
        );
        assert_eq!(text.unstructured, ["FACTUUR 1/2"]);
        let text = read("/TRTP/ACCEPTGIRO/REMI/STRD/CUR/1234567890123456/").unwrap();
        assert_eq!(text.creditor_reference.as_deref(), Some("1234567890123456"));
    }

    #[test]
    fn other_texts_are_not_of_this_form() {
        for text in ["", "/", "//", "text /EREF/x", "/ABC/DEF/x", "/EREF", "/é/"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
