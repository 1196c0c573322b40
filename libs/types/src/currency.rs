//! Currencies of ISO 4217 that money can be in today.

use std::fmt;

use crate::fault::Fault;
use crate::reason::Reason;
use crate::serialize::serialize_as_text;

/// An active ISO 4217 currency. No test codes, metals or units of account, and nothing that was withdrawn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// United States dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);
    /// Pound sterling.
    pub const GBP: Self = Self(iso_currency::Currency::GBP);
    /// Swiss franc.
    pub const CHF: Self = Self(iso_currency::Currency::CHF);
    /// Yen; no minor unit.
    pub const JPY: Self = Self(iso_currency::Currency::JPY);

    /// Reads a code in upper case. Errors: `CURRENCY_UNKNOWN`.
    pub fn parse(code: &str) -> Result<Self, Fault> {
        iso_currency::Currency::from_code(code).filter(|currency| is_active(*currency)).map(Self).ok_or_else(|| {
            let shown: String = code.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
            Fault::new(Reason::CurrencyUnknown, format!("'{shown}' is not an active ISO 4217 currency code"))
        })
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of an amount: 2 for EUR, 0 for JPY, 3 for BHD, 4 for CLF.
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// Every active currency, ordered as the list of the standard.
    pub fn all() -> impl Iterator<Item = Self> {
        use iso_currency::IntoEnumIterator;
        iso_currency::Currency::iter().filter(|currency| is_active(*currency)).map(Self)
    }
}

/// The list behind us calls the bolívar VES superseded by VED; ISO 4217 keeps both, and VES is the one in use.
fn is_active(currency: iso_currency::Currency) -> bool {
    currency == iso_currency::Currency::VES || !(currency.is_special() || currency.is_superseded().is_some())
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

serialize_as_text!(Currency);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_active_codes_in_upper_case_are_read() {
        let bad = ["EURO", "eur", "Eur", "XXX", "XTS", "XAU", "XDR", "DEM", "HRK", "BGN", "", "EU", " EUR", "EUR ", "€", "978", "ZZZ"];
        for code in bad {
            assert_eq!(Currency::parse(code).unwrap_err().reason(), Reason::CurrencyUnknown, "{code}");
        }
        for code in ["EUR", "USD", "JPY", "BHD", "CLF", "XOF", "XAF", "XPF", "XCD", "VES", "VED", "ZWG"] {
            assert_eq!(Currency::parse(code).unwrap().code(), code);
        }
    }

    #[test]
    fn the_refusal_does_not_echo_what_it_was_sent() {
        let fault = Currency::parse("<script>alert('x')</script>").unwrap_err();
        assert_eq!(fault.message(), "'scriptal' is not an active ISO 4217 currency code");
    }

    #[test]
    fn minor_digits_follow_the_standard() {
        let digits = |code: &str| Currency::parse(code).unwrap().minor_digits();
        assert_eq!((digits("EUR"), digits("JPY"), digits("BHD"), digits("CLF"), digits("KWD"), digits("KRW")), (2, 0, 3, 4, 3, 0));
    }

    #[test]
    fn every_listed_currency_reads_back_and_has_at_most_four_decimals() {
        assert!(Currency::all().count() > 150);
        for currency in Currency::all() {
            assert_eq!(Currency::parse(currency.code()), Ok(currency));
            assert!(currency.minor_digits() <= 4);
        }
    }
}
