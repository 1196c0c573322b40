//! Structured references sellers print on invoices, with the check digits of their country.

use crate::check_digits;

/// A national or international scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// ISO 11649.
    Rf,
    /// Swiss QR reference, 27 digits, recursive mod 10.
    SwissQr,
    /// Swiss ISR reference of the orange slips, written without leading zeros.
    SwissIsr,
    /// Belgian structured communication, 12 digits, mod 97.
    Belgian,
    /// Finnish national reference, weights 7, 3, 1.
    Finnish,
    /// Swedish OCR number: Luhn check digit behind the invoice's digits.
    Ocr,
}

impl Scheme {
    /// The reference of an invoice with this running number, in electronic form.
    pub fn reference(self, customer: u64, number: u64) -> String {
        match self {
            Scheme::Rf => check_digits::creditor_reference(&format!("{number:08}")),
            Scheme::SwissQr => with_mod_10(&format!("{:06}{customer:08}{number:012}", 210_000)),
            Scheme::SwissIsr => with_mod_10(&format!("{customer}{number:09}")),
            Scheme::Belgian => {
                let body = format!("{number:010}");
                let check = belgian_check(&body);
                format!("{body}{check:02}")
            }
            Scheme::Finnish => finnish(&format!("{customer}{number:07}")),
            Scheme::Ocr => with_luhn(&format!("{number:08}")),
        }
    }

    /// The reference as printed, in groups.
    pub fn printed(self, reference: &str) -> String {
        match self {
            Scheme::Rf => groups(reference, 4, 0),
            Scheme::SwissQr => groups(reference, 5, 2),
            Scheme::Belgian if reference.len() == 12 => {
                format!("+++{}/{}/{}+++", &reference[..3], &reference[3..7], &reference[7..])
            }
            Scheme::Finnish => groups(reference, 5, reference.len() % 5),
            _ => reference.to_owned(),
        }
    }

    /// Type in a structured creditor reference of camt: a code of ISO, or the bank's own word.
    pub fn kind(self) -> (&'static str, Option<&'static str>) {
        match self {
            Scheme::Rf => ("SCOR", Some("ISO")),
            Scheme::SwissQr => ("QRR", None),
            Scheme::SwissIsr => ("ISR Reference", None),
            Scheme::Belgian => ("SCOR", Some("BBA")),
            Scheme::Finnish | Scheme::Ocr => ("SCOR", None),
        }
    }
}

/// Groups of `size` characters, the first of `first` characters when that is not zero.
pub fn groups(text: &str, size: usize, first: usize) -> String {
    let mut out = String::with_capacity(text.len() * 5 / 4 + 1);
    for (place, character) in text.chars().enumerate() {
        if place > 0 && place % size == first % size {
            out.push(' ');
        }
        out.push(character);
    }
    out
}

/// The first ten digits modulo 97, 97 for 0.
pub fn belgian_check(digits: &str) -> u64 {
    let rest = digits.bytes().fold(0, |rest, byte| (rest * 10 + u64::from(byte - b'0')) % 97);
    if rest == 0 { 97 } else { rest }
}

/// Recursive mod 10 of the Swiss payment standards.
fn with_mod_10(digits: &str) -> String {
    const TABLE: [u8; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let carry = digits.bytes().fold(0, |carry, byte| TABLE[usize::from((carry + byte - b'0') % 10)]);
    format!("{digits}{}", (10 - carry) % 10)
}

/// Weights 7, 3, 1 from the right, up to the next ten.
fn finnish(digits: &str) -> String {
    let sum: u32 = digits.bytes().rev().zip([7, 3, 1].iter().cycle()).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Luhn: every second digit from the right doubled.
pub fn with_luhn(digits: &str) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let value = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quittance_formats::references;

    #[test]
    fn readers_accept_them() {
        for number in [1, 44_120, 987_654] {
            assert!(references::parse_rf_reference(&Scheme::Rf.reference(7, number)).is_some());
            assert_eq!(Scheme::SwissQr.reference(7, number).len(), 27);
            for scheme in [Scheme::SwissQr, Scheme::SwissIsr] {
                assert!(references::parse_swiss_reference(&scheme.reference(7, number)).is_some());
            }
            let belgian = Scheme::Belgian.printed(&Scheme::Belgian.reference(7, number));
            assert!(references::parse_belgian_reference(&belgian).is_some(), "{belgian}");
        }
        assert_eq!(finnish("123456"), "1234561");
        assert_eq!(with_luhn("7992739871"), "79927398713");
        assert_eq!(Scheme::Rf.printed("RF18539007547034"), "RF18 5390 0754 7034");
        assert_eq!(Scheme::SwissQr.printed("210000000003139471430009017"), "21 00000 00003 13947 14300 09017");
    }
}
