//! People at a customer, and which of them a letter goes to.

use serde::{Deserialize, Serialize};

/// What a contact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Pays invoices.
    AccountsPayable,
    /// Releases payments.
    Approver,
    /// Whom to turn to when nothing happens.
    Escalation,
    /// Not said.
    Unknown,
}

/// A person at a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Mail address; may be empty.
    pub email: String,
    /// BCP 47.
    pub language: String,
    /// What for.
    pub role: Role,
}

/// Who gets the letter: of those with an address who pays invoices, else the first; without any, the first to be named.
pub fn addressee(contacts: &[Contact]) -> Option<&Contact> {
    let mut reachable = contacts.iter().filter(|contact| !contact.email.is_empty());
    let first = reachable.clone().next();
    reachable.find(|contact| contact.role == Role::AccountsPayable).or(first).or(contacts.first())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn who_pays_invoices_gets_the_letter() {
        let contact = |email: &str, role| Contact { name: String::new(), email: email.to_owned(), language: String::new(), role };
        let people = [contact("", Role::AccountsPayable), contact("a@x", Role::Approver), contact("b@x", Role::AccountsPayable)];
        assert_eq!(addressee(&people).unwrap().email, "b@x");
        assert_eq!(addressee(&people[..2]).unwrap().email, "a@x");
        assert_eq!(addressee(&people[..1]).unwrap().email, "");
        assert!(addressee(&[]).is_none());
    }
}
