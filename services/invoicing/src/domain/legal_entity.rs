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
}
