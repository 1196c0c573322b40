//! Parties, banks and account numbers.

use super::rare::{Few, IfAny, Nothing, as_own_fields};
use crate::identifiers;

/// How an account is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountScheme {
    /// The file says it is an IBAN.
    Iban,
    /// National account number.
    Bban,
    /// Any other number.
    Other,
}

/// An account number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountIdentifier {
    /// What the file says it is.
    pub scheme: AccountScheme,
    /// The number; IBANs without blanks and in upper case, others as written.
    pub value: String,
    /// What else is said of the number, which is mostly nothing.
    pub further: Option<Box<FurtherIdentification>>,
}

/// What few files say of an account number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FurtherIdentification {
    /// Name of another scheme, as written.
    pub scheme_name: Option<String>,
    /// Who issued the number.
    pub issuer: Option<String>,
    /// Name of the account, where it stands beside a party's number.
    pub name: Option<String>,
}

impl AccountIdentifier {
    /// An IBAN as the file writes it; it may be invalid.
    pub fn iban(text: &str) -> AccountIdentifier {
        let value = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.')).map(|c| c.to_ascii_uppercase()).collect();
        AccountIdentifier { scheme: AccountScheme::Iban, value, further: None }
    }

    /// Any other number.
    pub fn other(text: &str) -> AccountIdentifier {
        AccountIdentifier { scheme: AccountScheme::Other, value: text.trim().to_string(), further: None }
    }

    /// The number with what else is said of it.
    #[must_use]
    pub fn with(self, further: FurtherIdentification) -> AccountIdentifier {
        AccountIdentifier { further: Some(further).filter(|further| *further != FurtherIdentification::default()).map(Box::new), ..self }
    }

    /// Name of another scheme, as written.
    pub fn scheme_name(&self) -> Option<&str> {
        self.further.as_ref()?.scheme_name.as_deref()
    }

    /// Who issued the number.
    pub fn issuer(&self) -> Option<&str> {
        self.further.as_ref()?.issuer.as_deref()
    }

    /// Name of the account, where it stands beside a party's number.
    pub fn name(&self) -> Option<&str> {
        self.further.as_ref()?.name.as_deref()
    }

    /// A number of a file that does not say what it is: an IBAN when it is a valid one.
    pub(crate) fn of(text: &str) -> AccountIdentifier {
        if identifiers::parse_iban(text).is_ok() { AccountIdentifier::iban(text) } else { AccountIdentifier::other(text) }
    }

    /// The value when it is an IBAN with valid length and check digits, whatever the file calls it.
    pub fn valid_iban(&self) -> Option<&str> {
        identifiers::parse_iban(&self.value).ok().filter(|iban| iban.as_str() == self.value).map(|_| self.value.as_str())
    }

    /// True when both are the same number, blanks and case aside.
    pub fn same_number(&self, other: &AccountIdentifier) -> bool {
        let fold = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect() };
        !self.value.is_empty() && fold(&self.value) == fold(&other.value)
    }
}

/// A bank or other account servicer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agent {
    /// BIC as written.
    pub bic: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Member number in a national clearing system.
    pub clearing_member: Option<String>,
    /// Other identification.
    pub other_id: Option<String>,
}

impl Agent {
    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Agent::default()
    }
}

/// A person or company. What is mostly not told is read and filled as fields of its own: `party.address`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Party {
    /// Name.
    pub name: Option<Box<str>>,
    /// What is mostly not told.
    pub rare: IfAny<RareOfParty>,
}

/// What is mostly not told of a party.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RareOfParty {
    /// Address.
    pub address: Option<Box<PostalAddress>>,
    /// Identifications as (element or scheme name, value): `BIC`, `Othr`, `CUST` ...
    pub identifications: Few<(String, String)>,
    /// Country of residence, as written.
    pub country_of_residence: Option<Box<str>>,
}

impl Nothing for RareOfParty {
    const NOTHING: &'static RareOfParty = &RareOfParty { address: None, identifications: Few::NONE, country_of_residence: None };
}

as_own_fields!(Party, RareOfParty);

impl Party {
    /// A party known by name only.
    pub fn named(name: impl Into<String>) -> Party {
        Party { name: Some(name.into().into_boxed_str()), ..Party::default() }
    }

    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Party::default()
    }

    /// First identification of a scheme.
    pub fn identification(&self, scheme: &str) -> Option<&str> {
        self.identifications.iter().find(|(name, _)| name == scheme).map(|(_, value)| value.as_str())
    }
}

/// A postal address, structured, in lines, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostalAddress {
    /// Street.
    pub street: Option<String>,
    /// Building number.
    pub building_number: Option<String>,
    /// Post code.
    pub post_code: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// Country subdivision.
    pub subdivision: Option<String>,
    /// Country code as written.
    pub country: Option<String>,
    /// Unstructured lines.
    pub lines: Vec<String>,
}
