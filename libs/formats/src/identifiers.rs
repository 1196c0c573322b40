//! IBAN and BIC: the types of the crate `sepa`, with this house's faults.

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
