//! A buyer on open account.

use quittance_formats::identifiers::{parse_country, parse_iban, parse_vat_id};
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
        if self.contacts.len() > MAX_CONTACTS || self.ibans.len() > MAX_IBANS {
            let fault = Fault::new(Reason::TooManyItems, "At most 50 contacts and 50 accounts.");
            violations.push(format!("{prefix}contacts"), fault);
            return self;
        }
        let mut keep = |field: &str, value: &mut String, read: &dyn Fn(&str) -> Result<String, Fault>| {
            if let Some(good) = violations.take(format!("{prefix}{field}"), read(value)) {
                *value = good;
            }
        };
        keep("external_id", &mut self.external_id, &|value| text::clean(value, 64));
        keep("legal_name", &mut self.legal_name, &|value| text::required(value, 140));
        keep("country", &mut self.country, &parse_country);
        keep("city", &mut self.city, &|value| text::clean(value, 70));
        keep("vat_id", &mut self.vat_id, &|value| unless_empty(value, parse_vat_id));
        keep("payment_terms", &mut self.payment_terms, &|value| text::clean(or(value, "net 30"), 64));
        keep("segment", &mut self.segment, &|value| text::clean(or(value, "standard"), 40));
        for (index, iban) in self.ibans.iter_mut().enumerate() {
            keep(&format!("ibans[{index}]"), iban, &|value| parse_iban(value).map(String::from));
        }
        for (index, contact) in self.contacts.iter_mut().enumerate() {
            keep(&format!("contacts[{index}].name"), &mut contact.name, &|value| text::clean(value, 140));
            keep(&format!("contacts[{index}].phone"), &mut contact.phone, &|value| text::clean(value, 40));
            keep(&format!("contacts[{index}].email"), &mut contact.email, &|value| unless_empty(value, email));
            keep(&format!("contacts[{index}].language"), &mut contact.language, &|value| text::clean(value, 35));
        }
        self
    }
}

fn unless_empty(value: &str, read: fn(&str) -> Result<String, Fault>) -> Result<String, Fault> {
    if value.is_empty() { Ok(String::new()) } else { read(value) }
}

fn or<'a>(value: &'a str, default: &'a str) -> &'a str {
    if value.trim().is_empty() { default } else { value }
}

fn email(value: &str) -> Result<String, Fault> {
    let email = text::clean(value, 254)?;
    if plausible_email(&email) { Ok(email) } else { Err(Fault::new(Reason::EmailInvalid, "Give an address like name@example.com.")) }
}

fn plausible_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !email.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_reads_what_it_writes() {
        for state in [CustomerState::Active, CustomerState::Watch, CustomerState::Hold, CustomerState::PrepayOnly, CustomerState::Closed] {
            assert_eq!(CustomerState::parse(state.as_str()), Some(state));
        }
    }
}
