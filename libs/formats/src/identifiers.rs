//! What identifies banks, accounts, countries and taxpayers: the types and lists of the crate `sepa`, with this house's faults.

pub use sepa::{Bic, Iban};

use quittance_types::{Fault, Reason};

/// Reads an IBAN: blanks, dashes, dots and case are folded, country, length, structure and mod-97 check digits are verified
/// (ISO 13616, with the structures of the registry).
///
/// # Errors
/// `IBAN_INVALID`. The number itself is not repeated in the message.
pub fn parse_iban(text: &str) -> Result<Iban, Fault> {
    // No IBAN is longer than 34 characters; grouped in fours that is at most 42 with blanks.
    if text.len() > 64 {
        return Err(Fault::new(Reason::IbanInvalid, "an IBAN has at most 34 characters"));
    }
    let compact: String = text.chars().filter(|c| !matches!(c, '-' | '.')).collect();
    let iban =
        sepa::validate_iban(&compact).map_err(|error| Fault::new(Reason::IbanInvalid, "not a valid IBAN").detail(error.to_string()))?;
    // A country outside the registry has no structure to check, so its check digits alone prove nothing.
    if sepa::iban_country_length(iban.country_code()).is_none() {
        return Err(Fault::new(Reason::IbanInvalid, "not a valid IBAN").detail("the country has no IBAN"));
    }
    Ok(iban)
}

/// Characters of the IBANs of the country that `text` begins with, when it begins as an IBAN does: with a country and two
/// digits. Asked before a whole number is checked, where many words may look like one.
pub(crate) fn iban_length(text: &str) -> Option<usize> {
    let (country, rest) = text.split_at_checked(2)?;
    let has_digits = rest.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    sepa::iban_country_length(country).filter(|_| has_digits)
}

/// Reads a BIC (ISO 9362) of 8 or 11 characters with an ISO country.
///
/// # Errors
/// `BIC_INVALID`.
pub fn parse_bic(text: &str) -> Result<Bic, Fault> {
    if text.len() > 16 {
        return Err(Fault::new(Reason::BicInvalid, "a BIC has 8 or 11 characters"));
    }
    sepa::validate_bic(text).map_err(|error| Fault::new(Reason::BicInvalid, "not a valid BIC").detail(error.to_string()))
}

/// Reads a country: ISO 3166-1 alpha-2, in upper case.
///
/// # Errors
/// `FIELD_REQUIRED`, `COUNTRY_UNKNOWN`.
pub fn parse_country(text: &str) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "the country must not be empty"));
    }
    if !text.bytes().all(|byte| byte.is_ascii_uppercase()) || !sepa::is_country_code(text) {
        return Err(Fault::new(Reason::CountryUnknown, "the country is two upper-case letters of ISO 3166-1"));
    }
    Ok(text.to_owned())
}

/// Reads a VAT identification number with its country prefix: blanks, dots, dashes and case are folded, the German check
/// digit is verified.
///
/// # Errors
/// `VAT_ID_INVALID`.
pub fn parse_vat_id(text: &str) -> Result<String, Fault> {
    let compact: String = text.chars().filter(|letter| !matches!(letter, ' ' | '.' | '-')).collect();
    let compact = compact.to_uppercase();
    if is_vat_id(&compact) {
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
