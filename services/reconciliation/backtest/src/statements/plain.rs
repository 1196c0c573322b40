//! What MT940 says in passing: parties in the lines of a plain field 86, amounts behind SWIFT code words.

use quittance_formats::identifiers::parse_iban;
use quittance_matching::record::Line;
use quittance_types::Currency;

use crate::amount::parse_minor;

/// Digits a national account number has at least.
const ACCOUNT_DIGITS: usize = 8;

/// Takes name and account of the payer from the first lines of a text that names no party otherwise: the name stands
/// first and the account below it. The text itself stays whole.
pub(super) fn take_parties(line: &mut Line) {
    if !line.payer_name.is_empty() || !line.payer_account.is_empty() {
        return;
    }
    let [first, second, ..] = line.text.as_slice() else { return };
    let account = if is_account(second) { Some(second) } else { line.text.iter().find(|piece| parse_iban(piece).is_ok()) };
    let account = account.cloned();
    if is_name(first) {
        line.payer_name.clone_from(first);
        line.payer_account = account.unwrap_or_default();
    } else {
        line.payer_account = account.filter(|number| parse_iban(number).is_ok()).unwrap_or_default();
    }
}

fn is_account(text: &str) -> bool {
    let number = text.trim();
    let is_national = number.len() >= ACCOUNT_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit());
    is_national || parse_iban(number).is_ok()
}

/// Two words or more, no digit.
fn is_name(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    words >= 2 && !text.bytes().any(|byte| byte.is_ascii_digit())
}

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
    #![allow(clippy::unwrap_used)]
    use quittance_types::BusinessDate;

    use super::*;

    fn with_text(text: &[&str]) -> Line {
        let mut line = Line::bare("B-1", BusinessDate::MIN, 1, Currency::EUR);
        line.text = text.iter().map(|piece| (*piece).to_owned()).collect();
        take_parties(&mut line);
        line
    }

    #[test]
    fn name_and_account_in_lines_of_their_own() {
        let line = with_text(&["Nordlicht Handels GmbH", "DE02120300000000202051", "RX7-2026-44120"]);
        assert_eq!((line.payer_name.as_str(), line.payer_account.as_str()), ("Nordlicht Handels GmbH", "DE02120300000000202051"));
        let line = with_text(&["Acme Tools Inc", "0123456789", "inv 4711"]);
        assert_eq!((line.payer_name.as_str(), line.payer_account.as_str()), ("Acme Tools Inc", "0123456789"));
        let line = with_text(&["RX7-2026-44120", "DE02120300000000202051"]);
        assert_eq!((line.payer_name.as_str(), line.payer_account.as_str()), ("", "DE02120300000000202051"));
        assert_eq!(with_text(&["RE 4711", "4712"]).payer_name, "");
    }

    #[test]
    fn amounts_behind_code_words() {
        assert_eq!(amount_behind("/OCMT/USD1000,/CHGS/EUR2,50/", "/OCMT/"), Some((100_000, Currency::USD)));
        assert_eq!(amount_behind("/OCMT/USD1000,/CHGS/EUR2,50/", "/CHGS/"), Some((250, Currency::EUR)));
        assert_eq!(amount_behind("/OCMT/", "/OCMT/"), None);
        assert_eq!(amount_behind("/OCMT/usd5", "/OCMT/"), None);
    }
}
