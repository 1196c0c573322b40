//! Where companies live: language, currency, how they are called and how their accounts are numbered.

mod central;
mod others;

use central::{AUSTRIA, BELGIUM, FRANCE, GERMANY, NETHERLANDS, SWITZERLAND};
use others::{AMERICA, BRITAIN, FINLAND, IRELAND, ITALY, JAPAN, SPAIN, SWEDEN};

/// Language of invoices and transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// German.
    German,
    /// English.
    English,
    /// French.
    French,
    /// Dutch.
    Dutch,
    /// Italian.
    Italian,
    /// Spanish.
    Spanish,
    /// Swedish.
    Swedish,
    /// Finnish.
    Finnish,
}

/// What the companies of one country have in common.
#[derive(Debug)]
pub struct Country {
    /// ISO 3166 alpha-2 code.
    pub code: &'static str,
    /// Language its companies write.
    pub language: Language,
    /// ISO 4217 code of its currency.
    pub currency: &'static str,
    /// Legal forms.
    pub forms: &'static [&'static str],
    /// Family and fancy names companies carry.
    pub families: &'static [&'static str],
    /// Trades as they stand in a name.
    pub trades: &'static [&'static str],
    /// Towns.
    pub towns: &'static [&'static str],
    /// Bank codes an account number begins with, in the country's form.
    pub banks: &'static [&'static str],
    /// Digits of an account number behind the bank code.
    pub account_digits: usize,
    /// Letters and digits of a VAT id behind the country code; `#` stands for a digit.
    pub vat: &'static str,
}

impl Country {
    /// The country of a code; Germany for an unknown one.
    pub fn of(code: &str) -> &'static Country {
        COUNTRIES.iter().find(|country| country.code == code).unwrap_or(&COUNTRIES[0])
    }
}

/// All countries, Germany first.
pub static COUNTRIES: [Country; 14] =
    [GERMANY, AUSTRIA, SWITZERLAND, NETHERLANDS, BELGIUM, FRANCE, ITALY, SPAIN, BRITAIN, AMERICA, SWEDEN, FINLAND, IRELAND, JAPAN];
