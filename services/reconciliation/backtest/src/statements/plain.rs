//! What MT940 says in passing: amounts behind SWIFT code words.

use quittance_types::Currency;

use crate::amount::parse_minor;

/// The amount behind a code word: `/OCMT/USD1000,00/`.
pub(super) fn amount_behind(text: &str, word: &str) -> Option<(i64, Currency)> {
    let (_, rest) = text.split_once(word)?;
    let currency = Currency::parse(rest.get(..3)?).ok()?;
    let digits = rest.get(3..)?.split(|letter: char| !letter.is_ascii_digit() && letter != ',').next()?;
    let plain = digits.replace(',', ".");
    let minor = parse_minor(plain.trim_end_matches('.'), currency).ok()?;
    Some((minor, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_behind_code_words() {
        assert_eq!(amount_behind("/OCMT/USD1000,/CHGS/EUR2,50/", "/OCMT/"), Some((100_000, Currency::USD)));
        assert_eq!(amount_behind("/OCMT/USD1000,/CHGS/EUR2,50/", "/CHGS/"), Some((250, Currency::EUR)));
        assert_eq!(amount_behind("/OCMT/", "/OCMT/"), None);
        assert_eq!(amount_behind("/OCMT/usd5", "/OCMT/"), None);
    }
}
