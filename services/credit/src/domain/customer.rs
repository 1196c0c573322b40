//! A buyer on open account.

use quittance_types::{Currency, CustomerId, Fault, Reason, Timestamp, Violations, text};
use serde::{Deserialize, Serialize};

const MAX_CONTACTS: usize = 50;
const MAX_IBANS: usize = 50;

/// Whether new orders are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerState {
    /// Orders are decided by the policy.
    Active,
    /// As active; people look at it.
    Watch,
    /// New orders are held.
    Hold,
    /// New orders need payment first.
    PrepayOnly,
    /// No orders.
    Closed,
}

impl CustomerState {
    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Watch => "watch",
            Self::Hold => "hold",
            Self::PrepayOnly => "prepay_only",
            Self::Closed => "closed",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Watch, Self::Hold, Self::PrepayOnly, Self::Closed].into_iter().find(|state| state.as_str() == name)
    }
}

/// A person at the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name, at most 140 characters.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Telephone, at most 40 characters.
    pub phone: String,
    /// Number of the role in the contract.
    pub role: i32,
    /// BCP 47 language.
    pub language: String,
}

/// What may be said about a customer from outside; everything else is the service's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerDetails {
    /// The caller's own key; empty for none.
    pub external_id: String,
    /// Registered name.
    pub legal_name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// City.
    pub city: String,
    /// VAT identification number, upper case without separators.
    pub vat_id: String,
    /// Currency of the account.
    pub currency: Currency,
    /// Terms of payment.
    pub payment_terms: String,
    /// The group it belongs to.
    pub parent: Option<CustomerId>,
    /// Accounts it pays from, upper case without spaces.
    pub ibans: Vec<String>,
    /// People.
    pub contacts: Vec<Contact>,
    /// Collections segment.
    pub segment: String,
}

/// A customer as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Identifier.
    pub id: CustomerId,
    /// What was said about it.
    pub details: CustomerDetails,
    /// Standing.
    pub state: CustomerState,
    /// Grows with every change; the etag.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
}

impl CustomerDetails {
    /// Normalises and checks every field.
    ///
    /// # Errors
    /// One fault naming every bad field: FIELD_REQUIRED, TEXT_*, COUNTRY_UNKNOWN, TERMS_INVALID, IBAN_INVALID,
    /// VAT_ID_INVALID, EMAIL_INVALID, TOO_MANY_ITEMS, CARD_NUMBER_FORBIDDEN.
    pub fn check(mut self, prefix: &str, violations: &mut Violations) -> Self {
        let mut tidy = |field: &str, value: &mut String, max: usize| {
            if let Some(clean) = violations.take(format!("{prefix}{field}"), text::clean(value, max)) {
                *value = clean;
            }
        };
        tidy("external_id", &mut self.external_id, 64);
        tidy("legal_name", &mut self.legal_name, 140);
        tidy("city", &mut self.city, 70);
        tidy("payment_terms", &mut self.payment_terms, 64);
        tidy("segment", &mut self.segment, 40);
        for (index, contact) in self.contacts.iter_mut().enumerate() {
            tidy(&format!("contacts[{index}].name"), &mut contact.name, 140);
            tidy(&format!("contacts[{index}].phone"), &mut contact.phone, 40);
            tidy(&format!("contacts[{index}].email"), &mut contact.email, 254);
            tidy(&format!("contacts[{index}].language"), &mut contact.language, 35);
        }
        self.vat_id = compact(&self.vat_id);
        self.ibans.iter_mut().for_each(|iban| *iban = compact(iban));
        if self.payment_terms.is_empty() {
            self.payment_terms = "net 30".to_owned();
        }
        if self.segment.is_empty() {
            self.segment = "standard".to_owned();
        }
        for (field, fault) in self.faults() {
            violations.push(format!("{prefix}{field}"), fault);
        }
        self
    }

    fn faults(&self) -> Vec<(String, Fault)> {
        let mut found = Vec::new();
        if self.legal_name.is_empty() {
            found.push(("legal_name".to_owned(), Fault::new(Reason::FieldRequired, "Give the registered name.")));
        }
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            found.push((
                "country".to_owned(),
                Fault::new(Reason::CountryUnknown, "Give the country as two upper-case letters, ISO 3166-1."),
            ));
        }
        if !self.vat_id.is_empty() && !plausible_vat_id(&self.vat_id) {
            found.push((
                "vat_id".to_owned(),
                Fault::new(Reason::VatIdInvalid, "Give the VAT number with its country prefix, for example DE136695976."),
            ));
        }
        if self.contacts.len() > MAX_CONTACTS || self.ibans.len() > MAX_IBANS {
            found.push(("contacts".to_owned(), Fault::new(Reason::TooManyItems, "At most 50 contacts and 50 accounts.")));
        }
        for (index, iban) in self.ibans.iter().enumerate() {
            if let Err(fault) = iban_checksum(iban) {
                found.push((format!("ibans[{index}]"), fault));
            }
        }
        for (index, contact) in self.contacts.iter().enumerate() {
            if !contact.email.is_empty() && !plausible_email(&contact.email) {
                found
                    .push((format!("contacts[{index}].email"), Fault::new(Reason::EmailInvalid, "Give an address like name@example.com.")));
            }
        }
        found
    }
}

fn compact(value: &str) -> String {
    value.chars().filter(|letter| !matches!(letter, ' ' | '.' | '-')).collect::<String>().to_uppercase()
}

/// ISO 7064 mod 97-10 over the rearranged IBAN (ISO 13616).
fn iban_checksum(iban: &str) -> Result<(), Fault> {
    let invalid = || Fault::new(Reason::IbanInvalid, "The IBAN's check digits do not fit; compare it with the source.");
    let bytes = iban.as_bytes();
    if !(15..=34).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return Err(invalid());
    }
    let rest = bytes[4..].iter().chain(&bytes[..4]).try_fold(0_u32, |rest, &byte| {
        let value = char::from(byte).to_digit(36)?;
        Some(if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 })
    });
    if rest == Some(1) { Ok(()) } else { Err(invalid()) }
}

fn plausible_vat_id(vat_id: &str) -> bool {
    let (prefix, number) = vat_id.split_at_checked(2).unwrap_or_default();
    let shape = prefix.bytes().all(|byte| byte.is_ascii_uppercase())
        && (2..=13).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'*');
    shape && (prefix != "DE" || german_vat_checksum(number))
}

/// ISO 7064 mod 11,10, as the German tax office publishes it.
fn german_vat_checksum(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().map(|letter| letter.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| digits.len() == 9) else { return false };
    let product = digits[..8].iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (2 * if sum == 0 { 10 } else { sum }) % 11
    });
    (11 - product) % 10 == digits[8]
}

fn plausible_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !email.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn check_digits_are_checked() {
        assert!(iban_checksum("DE89370400440532013000").is_ok());
        assert_eq!(iban_checksum("DE88370400440532013000").unwrap_err().reason(), Reason::IbanInvalid);
        assert_eq!(iban_checksum("DE89").unwrap_err().reason(), Reason::IbanInvalid);
        assert!(plausible_vat_id("DE136695976"));
        assert!(!plausible_vat_id("DE136695977"));
        assert!(plausible_vat_id("ATU13585627"));
        assert!(!plausible_vat_id("136695976"));
    }

    #[test]
    fn a_state_reads_what_it_writes() {
        for state in [CustomerState::Active, CustomerState::Watch, CustomerState::Hold, CustomerState::PrepayOnly, CustomerState::Closed] {
            assert_eq!(CustomerState::parse(state.as_str()), Some(state));
        }
    }
}
