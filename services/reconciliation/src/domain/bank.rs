//! Our accounts at banks.

use quittance_formats::identifiers::parse_iban;
use quittance_types::{BankAccountId, BusinessDate, Currency, Fault, LegalEntityId, Money, Reason, text};

/// An account at a bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount {
    /// Its id.
    pub id: BankAccountId,
    /// Whose it is.
    pub legal_entity: Option<LegalEntityId>,
    /// IBAN without blanks, or `other:` and the bank's own number.
    pub iban: String,
    /// Its name, for people.
    pub name: String,
    /// The balance before the first statement.
    pub opening_balance: Money,
    /// Closing balance of the newest statement, and its day.
    pub bank_balance: Option<(Money, BusinessDate)>,
    /// What the ledger says; equal to the sum of its postings.
    pub ledger_balance: Money,
    /// The kind of file whose lines are booked: empty until the first import.
    pub books_from: String,
}

impl BankAccount {
    /// Its currency.
    pub fn currency(&self) -> Currency {
        self.opening_balance.currency()
    }
}

/// Prefix of account numbers that are no IBANs.
pub const OTHER: &str = "other:";
/// Longest number a bank gives an account (ISO 20022 Max34Text).
const MAX_OTHER: usize = 34;

/// An account number as we keep it: an IBAN with valid check digits without blanks, or `other:` and the number.
///
/// # Errors
/// `FIELD_REQUIRED`, `IBAN_INVALID`, `TEXT_INVALID`, `TEXT_TOO_LONG`.
pub fn account_number(given: &str) -> Result<String, Fault> {
    if given.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "an account needs its number"));
    }
    let Some(number) = given.strip_prefix(OTHER) else {
        return Ok(parse_iban(given)?.as_str().to_owned());
    };
    let number = text::required(number, MAX_OTHER)?;
    Ok(format!("{OTHER}{}", compact(&number)))
}

/// The form an account number of a file may be registered in, best first.
pub fn registered_forms(number: &str) -> Vec<String> {
    let mut forms = Vec::new();
    if let Ok(iban) = parse_iban(number) {
        forms.push(iban.as_str().to_owned());
    }
    forms.push(format!("{OTHER}{}", compact(number)));
    forms
}

fn compact(number: &str) -> String {
    number.chars().filter(|character| !character.is_whitespace()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(account_number("de89 3704 0044 0532 0130 00").unwrap(), "DE89370400440532013000");
        assert_eq!(account_number("other:12 34-5a").unwrap(), "other:1234-5A");
        for (given, reason) in
            [("", Reason::FieldRequired), ("DE00370400440532013000", Reason::IbanInvalid), ("other:", Reason::FieldRequired)]
        {
            assert_eq!(account_number(given).unwrap_err().reason(), reason, "{given}");
        }
        assert_eq!(registered_forms("DE89370400440532013000"), ["DE89370400440532013000", "other:DE89370400440532013000"]);
        assert_eq!(registered_forms("50000000054910000003"), ["other:50000000054910000003"]);
    }
}
