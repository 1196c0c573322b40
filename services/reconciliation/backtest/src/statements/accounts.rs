//! Whose account a statement is about.

use std::collections::HashMap;

use crate::ledgers::Seller;

/// Digits of a national number that are enough to know the IBAN it is part of.
const TELLING: usize = 6;

/// The accounts of all sellers.
pub(crate) struct Accounts {
    /// Account number, letters and digits only, and the place of its seller.
    all: Vec<(String, usize)>,
    exact: HashMap<String, usize>,
    only: Option<usize>,
}

impl Accounts {
    /// Of these sellers; an account named twice belongs to the first.
    pub fn of(sellers: &[Seller]) -> Accounts {
        let numbers = |(place, seller): (usize, &Seller)| -> Vec<(String, usize)> {
            seller.accounts.iter().map(|number| (folded(number), place)).collect()
        };
        let all: Vec<(String, usize)> = sellers.iter().enumerate().flat_map(numbers).filter(|(number, _)| !number.is_empty()).collect();
        let exact = all.iter().rev().cloned().collect();
        Accounts { all, exact, only: (sellers.len() == 1).then_some(0) }
    }

    /// The place of the seller: the only one, the one with this account, or the one whose IBAN ends with this national
    /// number.
    pub fn seller_of(&self, account: &str) -> Option<usize> {
        self.only.or_else(|| self.exact.get(&folded(account)).copied()).or_else(|| self.by_national_number(account))
    }

    fn by_national_number(&self, account: &str) -> Option<usize> {
        let (bank, number) = account.rsplit_once('/').unwrap_or(("", account));
        let (bank, number) = (folded(bank), folded(number));
        let number = number.trim_start_matches('0');
        if number.len() < TELLING {
            return None;
        }
        let mut fitting = self.all.iter().filter(|(iban, _)| iban.ends_with(number) && iban.contains(&bank)).map(|(_, place)| *place);
        let first = fitting.next()?;
        fitting.all(|place| place == first).then_some(first)
    }
}

/// Letters and digits in upper case.
pub(crate) fn folded(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use quittance_types::Currency;

    use super::*;

    fn seller(accounts: &[&str]) -> Seller {
        let accounts = accounts.iter().map(|number| (*number).to_owned()).collect();
        Seller { id: String::new(), name: String::new(), country: String::new(), currency: Currency::EUR, accounts }
    }

    #[test]
    fn iban_national_number_or_the_only_seller() {
        let two = Accounts::of(&[seller(&["DE89 3704 0044 0532 0130 00"]), seller(&["DE02120300000000202051"])]);
        assert_eq!(two.seller_of("DE89370400440532013000"), Some(0));
        assert_eq!(two.seller_of("37040044/532013000"), Some(0));
        assert_eq!(two.seller_of("12030000/0000202051"), Some(1));
        assert_eq!(two.seller_of("12030000/532013000"), None);
        assert_eq!(two.seller_of("99"), None);
        assert_eq!(Accounts::of(&[seller(&[])]).seller_of("anything"), Some(0));
    }
}
