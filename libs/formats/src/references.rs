//! References that say which document a payment is for: structured creditor references with their check digits, and
//! candidates for document numbers in free text.

mod document_numbers;

pub use document_numbers::{Span, SpanForm, document_numbers_in, normalise};
pub use sepa::RfReference;

use crate::statement::CreditorReference;

/// A creditor reference whose check digits are right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StructuredReference {
    /// ISO 11649: `RF`, two check digits (mod 97-10), up to 21 characters; without blanks, upper case.
    Rf(String),
    /// Swiss QR or ISR reference: 27 digits, the last a recursive mod-10 check digit; shorter ISR numbers filled with zeros.
    Swiss(String),
    /// Belgian structured communication: 12 digits, the last two the first ten modulo 97 (97 for 0).
    Belgian(String),
}

impl StructuredReference {
    /// The reference in electronic form.
    pub fn as_str(&self) -> &str {
        match self {
            StructuredReference::Rf(value) | StructuredReference::Swiss(value) | StructuredReference::Belgian(value) => value,
        }
    }
}

/// Reads a structured creditor reference in electronic or printed (grouped) form; none when no check digit rule holds.
/// Swiss references are recognised at their full length of 27 digits only: see [`parse_swiss_reference`].
pub fn parse_creditor_reference(text: &str) -> Option<StructuredReference> {
    if text.len() > 64 {
        return None;
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    if compact.starts_with("RF") {
        return parse_rf_reference(&compact);
    }
    if compact.len() == 27 {
        return parse_swiss_reference(&compact);
    }
    if compact.starts_with("+++") || compact.starts_with("***") {
        return parse_belgian_reference(&compact);
    }
    None
}

/// Reads a Belgian structured communication, printed as `+++090/9337/55493+++` or in digits only. One number in 97 passes
/// by chance: use digits only where the file says it is one.
pub fn parse_belgian_reference(text: &str) -> Option<StructuredReference> {
    if text.len() > 64 {
        return None;
    }
    let digits: String = text.chars().filter(|c| !matches!(c, '+' | '*' | '/') && !c.is_whitespace()).collect();
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (number, check) = digits.split_at_checked(10)?;
    let remainder = number.parse::<u64>().ok()? % 97;
    let expected = if remainder == 0 { 97 } else { remainder };
    (check.parse() == Ok(expected)).then_some(StructuredReference::Belgian(digits))
}

/// Reads an ISO 11649 reference; blanks and case are folded.
pub fn parse_rf_reference(text: &str) -> Option<StructuredReference> {
    if text.len() > 64 {
        return None;
    }
    let reference: RfReference = text.trim().parse().ok()?;
    Some(StructuredReference::Rf(reference.as_str().to_string()))
}

/// Reads a Swiss ISR or QR reference of up to 27 digits (blanks allowed) and fills it with zeros to 27. The rule is the
/// recursive mod-10 of the Swiss payment standards. Short numbers pass by chance one time in ten: use this only where the
/// file says it is one.
pub fn parse_swiss_reference(text: &str) -> Option<StructuredReference> {
    if text.len() > 64 {
        return None;
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let fits = (2..=27).contains(&compact.len()) && compact.bytes().all(|byte| byte.is_ascii_digit());
    if !fits || !mod10_recursive_holds(&compact) || compact.bytes().all(|byte| byte == b'0') {
        return None;
    }
    Some(StructuredReference::Swiss(format!("{compact:0>27}")))
}

fn mod10_recursive_holds(digits: &str) -> bool {
    const TABLE: [u8; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let mut carry = 0u8;
    let (body, check) = digits.split_at(digits.len().saturating_sub(1));
    for byte in body.bytes() {
        let index = usize::from((carry + (byte - b'0')) % 10);
        carry = TABLE.get(index).copied().unwrap_or_default();
    }
    check.bytes().all(|byte| byte - b'0' == (10 - carry) % 10)
}

/// True when a reference claims a scheme (by its type or its `RF`) and fails that scheme's check digits.
pub fn fails_check_digit(reference: &CreditorReference) -> bool {
    let kind = reference.kind.as_deref().unwrap_or_default();
    let value = reference.value.trim();
    let claims_rf = matches!(kind, "SCOR" | "") && value.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("RF"));
    if claims_rf {
        return parse_rf_reference(value).is_none();
    }
    let is_belgian = reference.issuer.as_deref() == Some("BBA") && value.len() == 12;
    if is_belgian {
        return parse_belgian_reference(value).is_none();
    }
    matches!(kind, "QRR" | "ISR" | "ESR" | "ISR Reference") && parse_swiss_reference(value).is_none()
}

/// True when a reference carries the check digits of the scheme it claims, or of one that can be told from its form.
pub fn is_proven(reference: &CreditorReference) -> bool {
    if reference.issuer.as_deref() == Some("BBA") && parse_belgian_reference(&reference.value).is_some() {
        return true;
    }
    let is_swiss = matches!(reference.kind.as_deref(), Some("QRR" | "ISR" | "ESR" | "ISR Reference"));
    parse_creditor_reference(&reference.value).is_some() || (is_swiss && parse_swiss_reference(&reference.value).is_some())
}

/// Structured references printed in free text, in order of appearance: `RF` references and 27-digit Swiss references,
/// grouped by blanks or not.
pub fn creditor_references_in(text: &str) -> Vec<StructuredReference> {
    let mut found: Vec<StructuredReference> = Vec::new();
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | ')' | '/'))
        .filter(|word| !word.is_empty())
        .take(512)
        .collect();
    for start in 0..words.len() {
        let mut joined = String::new();
        let mut longest = None;
        for word in words.iter().skip(start).take(8) {
            joined.push_str(word);
            if joined.len() > 27 {
                break;
            }
            // The longest valid reading wins, so that a printed group is not cut short by chance.
            longest = parse_creditor_reference(&joined).or(longest);
        }
        found.extend(longest.filter(|reference| !found.contains(reference)));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn recognises_both_schemes() {
        assert_eq!(parse_creditor_reference("RF18 5390 0754 7034").unwrap().as_str(), "RF18539007547034");
        assert_eq!(parse_creditor_reference("21 00000 00003 13947 14300 09017").unwrap().as_str(), "210000000003139471430009017");
        assert_eq!(parse_creditor_reference("+++090/9337/55493+++").unwrap().as_str(), "090933755493");
        for bad in ["+++090/9337/55494+++", "RF19539007547034", "210000000003139471430009016", "", "RF", "12345", "٣".repeat(27).as_str()]
        {
            assert_eq!(parse_creditor_reference(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_failed_check_digit_is_seen_only_where_a_scheme_is_claimed() {
        let reference = |kind: &str, value: &str| CreditorReference {
            kind: Some(kind.to_string()).filter(|kind| !kind.is_empty()),
            issuer: None,
            value: value.to_string(),
        };
        assert!(fails_check_digit(&reference("SCOR", "RF00123")));
        assert!(fails_check_digit(&reference("QRR", "210000000003139471430009016")));
        assert!(!fails_check_digit(&reference("QRR", "210000000003139471430009017")));
        assert!(!fails_check_digit(&reference("SCOR", "3900")));
        assert!(!fails_check_digit(&reference("", "INV-1")));
    }

    #[test]
    fn finds_them_in_text() {
        let found = creditor_references_in("Payment RF18 5390 0754 7034 and 210000000003139471430009017, thanks");
        let found: Vec<&str> = found.iter().map(StructuredReference::as_str).collect();
        assert_eq!(found, ["RF18539007547034", "210000000003139471430009017"]);
    }
}
