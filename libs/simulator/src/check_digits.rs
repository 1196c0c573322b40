//! Check digits of the numbers people write on transfers: IBAN, creditor reference, VAT ids.

/// A check-digit rule: the digits of a number without its check digit in, the check digit out; `None` when no number
/// with these digits exists.
type Rule = fn(&[u32]) -> Option<u32>;

/// The IBAN of an account (ISO 13616, check digits by ISO 7064 mod 97-10). `country` two letters, `bban` letters and
/// digits, both upper case.
pub fn iban(country: &str, bban: &str) -> String {
    let check = 98 - mod_97(&format!("{bban}{country}00"));
    format!("{country}{check:02}{bban}")
}

/// Whether the check digits of an IBAN are right. Says nothing about length or bank.
pub fn iban_is_valid(iban: &str) -> bool {
    iban.is_ascii() && iban.len() > 4 && mod_97(&format!("{}{}", &iban[4..], &iban[..4])) == 1
}

/// The structured creditor reference (ISO 11649) of up to 21 letters and digits.
pub fn creditor_reference(text: &str) -> String {
    let body: String = text.chars().filter(char::is_ascii_alphanumeric).take(21).collect();
    let body = body.to_ascii_uppercase();
    let check = 98 - mod_97(&format!("{body}RF00"));
    format!("RF{check:02}{body}")
}

/// ISO 7064 mod 97-10 over letters (A = 10 ... Z = 35) and digits; other characters are skipped.
fn mod_97(text: &str) -> u32 {
    text.chars().filter_map(|character| character.to_digit(36)).fold(0, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    })
}

/// German VAT id: `DE`, eight digits, check digit by ISO 7064 mod 11,10.
pub fn german_vat_id(eight_digits: &str) -> Option<String> {
    with_check("DE", eight_digits, "", |digits| {
        let product = digits.iter().fold(10, |product, digit| {
            let sum = (digit + product) % 10;
            2 * if sum == 0 { 10 } else { sum } % 11
        });
        Some((11 - product) % 10)
    })
}

/// Austrian VAT id: `ATU`, seven digits, check digit.
pub fn austrian_vat_id(seven_digits: &str) -> Option<String> {
    with_check("ATU", seven_digits, "", |digits| {
        let sum: u32 =
            digits.iter().enumerate().map(|(place, digit)| if place % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum();
        Some((10 - (sum + 4) % 10) % 10)
    })
}

/// Swiss VAT number: `CHE`, eight digits, check digit mod 11; without the suffix of the language (`MWST`, `TVA`, `IVA`).
pub fn swiss_vat_id(eight_digits: &str) -> Option<String> {
    with_check("CHE", eight_digits, "", |digits| {
        let weights = [5, 4, 3, 2, 7, 6, 5, 4];
        let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
        match (11 - sum % 11) % 11 {
            10 => None,
            check => Some(check),
        }
    })
}

/// Dutch VAT id of a sole trader or company since 2020: `NL`, nine digits, `B`, two check digits by mod 97-10.
pub fn dutch_vat_id(nine_digits: &str) -> String {
    let rest = mod_97(&format!("NL{nine_digits}B00"));
    let check = (98 - rest) % 97;
    let check = if check < 2 { check + 97 } else { check };
    format!("NL{nine_digits}B{check:02}")
}

/// The last digit of a ten-digit Dutch account number whose first nine are given (weighted sum divisible by 11).
pub fn dutch_account_check(nine_digits: &str) -> Option<u32> {
    let sum: u32 = nine_digits.chars().filter_map(|c| c.to_digit(10)).zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => None,
        check => Some(check),
    }
}

fn with_check(prefix: &str, digits: &str, suffix: &str, rule: Rule) -> Option<String> {
    let values: Vec<u32> = digits.chars().filter_map(|character| character.to_digit(10)).collect();
    rule(&values).map(|check| format!("{prefix}{digits}{check}{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples() {
        assert_eq!(iban("DE", "370400440532013000"), "DE89370400440532013000");
        assert_eq!(iban("NL", "ABNA0417164300"), "NL91ABNA0417164300");
        assert_eq!(iban("CH", "00762011623852957"), "CH9300762011623852957");
        assert_eq!(creditor_reference("539007547034"), "RF18539007547034");
        assert_eq!(german_vat_id("13669597"), Some("DE136695976".to_owned()));
        assert_eq!(austrian_vat_id("1358562"), Some("ATU13585627".to_owned()));
        assert_eq!(swiss_vat_id("10015580"), Some("CHE100155809".to_owned()));
        assert_eq!(dutch_account_check("041716430"), Some(0));
        assert_eq!(dutch_vat_id("123456789"), "NL123456789B13");
    }

    #[test]
    fn a_wrong_digit_is_seen() {
        assert!(iban_is_valid("DE89370400440532013000"));
        assert!(!iban_is_valid("DE88370400440532013000"));
        assert!(!iban_is_valid("DE89370400440532013001"));
        assert!(!iban_is_valid("DE"));
    }
}
