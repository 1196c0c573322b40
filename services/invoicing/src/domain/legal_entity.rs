//! Sellers.

use quittance_types::{BusinessDate, Currency, Fault, LegalEntityId, Reason, TimeZone, Timestamp};

/// Longest code.
const MAX_CODE: usize = 8;

/// A seller. It never changes once created: its code is part of numbers that were given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalEntity {
    /// Identifier.
    pub id: LegalEntityId,
    /// Part of document numbers, unique per tenant.
    pub code: String,
    /// Registered name.
    pub legal_name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT identification number; empty for none.
    pub vat_id: String,
    /// Functional currency.
    pub currency: Currency,
    /// Business dates are dates there.
    pub time_zone: TimeZone,
    /// Account customers pay to; empty for none.
    pub iban: String,
    /// When it was created.
    pub created_at: Timestamp,
}

impl LegalEntity {
    /// The seller's business date at an instant.
    pub fn today(&self, now: Timestamp) -> BusinessDate {
        now.date_in(&self.time_zone)
    }
}

/// The code of a seller: 1 to 8 letters or digits, in upper case.
///
/// # Errors
/// FIELD_REQUIRED, TEXT_TOO_LONG, TEXT_INVALID.
pub fn code(text: &str) -> Result<String, Fault> {
    let code = text.trim();
    if code.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "the code must not be empty"));
    }
    if code.len() > MAX_CODE {
        return Err(Fault::new(Reason::TextTooLong, format!("the code has at most {MAX_CODE} letters or digits")));
    }
    if !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Fault::new(Reason::TextInvalid, "the code has letters A to Z and digits only"));
    }
    Ok(code.to_ascii_uppercase())
}

/// A country as ISO 3166-1 alpha-2 in upper case.
///
/// # Errors
/// FIELD_REQUIRED, COUNTRY_UNKNOWN.
pub fn country(text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "the country must not be empty"));
    }
    if !text.bytes().all(|byte| byte.is_ascii_uppercase()) || !sepa::is_country_code(text) {
        return Err(Fault::new(Reason::CountryUnknown, "the country is two upper-case letters of ISO 3166-1"));
    }
    Ok(text.to_owned())
}

/// A VAT identification number with its country prefix, without blanks, dots and hyphens; empty for none. The German
/// check digit is verified.
///
/// # Errors
/// VAT_ID_INVALID.
pub fn vat_id(text: &str) -> Result<String, Fault> {
    let compact: String = text.chars().filter(|letter| !matches!(letter, ' ' | '.' | '-')).collect();
    let compact = compact.to_uppercase();
    if compact.is_empty() || is_vat_id(&compact) {
        return Ok(compact);
    }
    Err(Fault::new(Reason::VatIdInvalid, "the VAT number starts with its country, for example DE136695976"))
}

fn is_vat_id(text: &str) -> bool {
    let Some((prefix, number)) = text.split_at_checked(2) else { return false };
    // Greece writes EL, Northern Ireland XI.
    let is_country = sepa::is_country_code(prefix) || matches!(prefix, "EL" | "XI");
    let is_number =
        (2..=13).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'*'));
    is_country && is_number && (prefix != "DE" || has_german_check_digit(number))
}

/// ISO 7064 MOD 11,10 over nine digits.
fn has_german_check_digit(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|digit| digit.to_digit(10)).collect();
    let Some([body @ .., check]) = digits.as_deref() else { return false };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (2 * if sum == 0 { 10 } else { sum }) % 11
    });
    body.len() == 8 && (11 - product) % 10 == *check
}

/// An IBAN without blanks; empty for none.
///
/// # Errors
/// IBAN_INVALID. The number is not repeated.
pub fn iban(text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let invalid = || Fault::new(Reason::IbanInvalid, "the IBAN's length or check digits do not fit");
    // Grouped in fours the longest has 42 characters.
    if text.len() > 64 {
        return Err(invalid());
    }
    sepa::validate_iban(text).map(String::from).map_err(|error| invalid().detail(error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn codes_are_short_and_plain() {
        assert_eq!(code(" acme1 ").unwrap(), "ACME1");
        for (text, reason) in [
            ("", Reason::FieldRequired),
            ("ABCDEFGHI", Reason::TextTooLong),
            ("A-B", Reason::TextInvalid),
            ("ÄB", Reason::TextInvalid),
            ("A B", Reason::TextInvalid),
        ] {
            assert_eq!(code(text).unwrap_err().reason(), reason, "{text}");
        }
    }

    #[test]
    fn registrations_are_checked() {
        assert_eq!(country("DE").unwrap(), "DE");
        for text in ["de", "ZZ", "DEU", "D"] {
            assert_eq!(country(text).unwrap_err().reason(), Reason::CountryUnknown);
        }
        assert_eq!(vat_id("DE 136 695 976").unwrap(), "DE136695976");
        assert_eq!(vat_id("ATU13585627").unwrap(), "ATU13585627");
        assert_eq!(vat_id("").unwrap(), "");
        for text in ["DE136695977", "DE13669597", "136695976", "ZZ123456789", "DE", "ATÜ13585627"] {
            assert_eq!(vat_id(text).unwrap_err().reason(), Reason::VatIdInvalid, "{text}");
        }
        assert_eq!(iban("DE89 3704 0044 0532 0130 00").unwrap(), "DE89370400440532013000");
        for text in ["DE88370400440532013000", "DE89", &"9".repeat(200)] {
            assert_eq!(iban(text).unwrap_err().reason(), Reason::IbanInvalid);
        }
    }
}
