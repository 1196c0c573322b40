//! Document numbers and the references made of them.

use std::fmt;

use quittance_types::{Fault, Reason};
use sepa::RfReference;

/// An ISO 11649 reference has at most this many characters after its check digits.
const MAX_REFERENCE: usize = 21;

/// What a series numbers. Each kind has a series of its own per seller and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeriesKind {
    /// Invoices.
    Invoice,
    /// Credit memos.
    CreditMemo,
    /// Pro-forma invoices.
    ProForma,
}

impl SeriesKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Invoice, Self::CreditMemo, Self::ProForma];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditMemo => "credit_memo",
            Self::ProForma => "pro_forma",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditMemo => "CM",
            Self::ProForma => "PF",
        }
    }
}

/// The number of a document: its place in a gapless series, and the text people know it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentNumber {
    /// Year of the series.
    pub year: i32,
    /// 1, 2, 3...
    pub sequence: i64,
    text: String,
}

impl DocumentNumber {
    /// `INV-ACME-2026-000123`.
    pub fn new(kind: SeriesKind, code: &str, year: i32, sequence: i64) -> Self {
        Self { year, sequence, text: format!("{}-{code}-{year}-{sequence:06}", kind.prefix()) }
    }

    /// A number as stored.
    pub fn stored(text: String, year: i32, sequence: i64) -> Self {
        Self { year, sequence, text }
    }

    /// The text on the document.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The ISO 11649 creditor reference the payer should quote: the letters and digits of the number behind `RF` and check
    /// digits. Only the last 21 fit, which cuts letters of the prefix and never of what tells two numbers apart.
    ///
    /// # Errors
    /// REFERENCE_INVALID when there is not one letter or digit.
    pub fn creditor_reference(&self) -> Result<String, Fault> {
        let letters: String = self.text.chars().filter(char::is_ascii_alphanumeric).collect();
        let start = letters.len().saturating_sub(MAX_REFERENCE);
        let reference = RfReference::generate(letters.get(start..).unwrap_or_default());
        let invalid = |_| Fault::new(Reason::ReferenceInvalid, "the document number makes no reference");
        reference.map(String::from).map_err(invalid)
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn numbers_say_kind_seller_year_and_place() {
        assert_eq!(DocumentNumber::new(SeriesKind::Invoice, "ACME", 2026, 123).as_str(), "INV-ACME-2026-000123");
        assert_eq!(DocumentNumber::new(SeriesKind::CreditMemo, "A1", 2026, 1).as_str(), "CM-A1-2026-000001");
        assert_eq!(DocumentNumber::new(SeriesKind::ProForma, "ACME", 2027, 1_234_567).as_str(), "PF-ACME-2027-1234567");
    }

    #[test]
    fn references_carry_valid_check_digits_and_differ() {
        let reference = |sequence| DocumentNumber::new(SeriesKind::Invoice, "ABCDEFGH", 2026, sequence).creditor_reference().unwrap();
        let known = DocumentNumber::new(SeriesKind::Invoice, "ACME", 2026, 123).creditor_reference().unwrap();
        assert!(known.ends_with("INVACME2026000123") && known.starts_with("RF"));
        for sequence in [1, 999_999, 1_000_000, 99_999_999] {
            let text = reference(sequence);
            assert!(text.len() <= 25);
            assert_eq!(text.parse::<RfReference>().unwrap().as_str(), text);
        }
        assert_ne!(reference(1_000_000), reference(1_000_001));
    }

    #[test]
    fn a_kind_reads_what_it_writes() {
        for kind in SeriesKind::ALL {
            assert_eq!(SeriesKind::parse(kind.as_str()), Some(kind));
        }
    }
}
