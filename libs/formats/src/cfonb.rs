//! CFONB statements of French banks: records of 120 characters (01 old balance, 04 movement, 05 complement, 07 new
//! balance), and the 240-character records of returned operations (31, 34, 39).
//!
//! The last character of an amount holds its last digit and its sign: `{`, `A`-`I` positive, `}`, `J`-`R` negative.

mod operations;
mod statement;

use quittance_types::Decimal;

use crate::budget::Budget;
use crate::charset::decode_plain;
use crate::checks;
use crate::error::FormatError;
use crate::finding::{FindingKind, Names, Recorder};
use crate::lines::{columns, lines, records};
use crate::statement::{AccountIdentifier, AccountScheme, BankFile, Format};

pub(crate) const NAMES: Names = Names { entry: "04", reference: "04", balance: "01/07", totals: "07" };

/// Largest file read.
const MAX_BYTES: usize = 128 << 20;

/// What a record costs; an entry is charged when it is complete.
const RECORD: usize = 30;

/// Characters of a statement's record, and of an operation's.
const WIDTH: usize = 120;
const OPERATION_WIDTH: usize = 240;

/// The format of a text whose first record is one of CFONB's.
pub(crate) fn format_of(text: &str) -> Option<Format> {
    let first = lines(text).find(|line| !line.text.trim().is_empty())?.text;
    let is_digits = |from: usize, to: usize| columns(first, from, to).bytes().all(|byte| byte.is_ascii_digit());
    let is_letters = |from: usize, to: usize| columns(first, from, to).bytes().all(|byte| byte.is_ascii_uppercase());
    let length = first.trim_end().chars().count();
    // Longer lines hold the next records too.
    let follows = length > WIDTH && matches!(columns(first, WIDTH, WIDTH + 2), "01" | "04" | "05" | "07");
    if first.starts_with("01")
        && ((100..=WIDTH).contains(&length) || follows)
        && is_digits(2, 7)
        && is_digits(11, 16)
        && is_letters(16, 19)
        && is_digits(34, 40)
    {
        return Some(Format::Cfonb120);
    }
    let is_operation = first.starts_with("31") && is_digits(2, 8) && is_digits(10, 16) && columns(first, 16, 17) == "E";
    (is_operation && length > 40).then_some(Format::Cfonb240)
}

/// Reads a whole file of either kind.
pub(crate) fn read(bytes: &[u8], format: Format, budget: &mut Budget) -> Result<BankFile, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::Limit { what: "bytes in a file", allowed: MAX_BYTES as u64, line: 0 });
    }
    let (text, charset) = decode_plain(bytes);
    let mut recorder = Recorder::new(NAMES);
    if let Some(charset) = charset {
        recorder.note(FindingKind::EncodingMismatch, "", 0, format!("not UTF-8: read as {charset}"));
    }
    let mut file = BankFile::new(format, bytes);
    let width = if format == Format::Cfonb240 { OPERATION_WIDTH } else { WIDTH };
    let records = records(&text, width).filter(|line| !line.text.trim().is_empty());
    match format {
        Format::Cfonb240 => operations::read(records, &mut file, &mut recorder, budget)?,
        _ => statement::read(records, &mut file, &mut recorder, budget)?,
    }
    if file.statements.is_empty() {
        return Err(FormatError::Malformed { path: "01".to_string(), line: 1, why: "no statement in the file".to_string() });
    }
    checks::check_file(&file, &mut recorder);
    file.findings = recorder.finish(text.as_bytes());
    Ok(file)
}

/// Bank, branch and account number as the national account number with its key. The key is computed by the published rule
/// (97 less the remainder of 89 bank + 15 branch + 3 account), so that the number is the one inside the IBAN.
fn account(bank: &str, branch: &str, number: &str) -> Option<AccountIdentifier> {
    let number = number.trim();
    if number.is_empty() {
        return None;
    }
    let value = match key(bank, branch, number) {
        Some(key) => format!("{bank}{branch}{number}{key:02}"),
        None => format!("{}{}{number}", bank.trim(), branch.trim()),
    };
    Some(AccountIdentifier { scheme: AccountScheme::Bban, ..AccountIdentifier::other(&value) })
}

fn key(bank: &str, branch: &str, number: &str) -> Option<u64> {
    let digits = |text: &str, length: usize| -> Option<u64> {
        // Letters of an account number count as digits: A, J = 1, B, K, S = 2 ... I, R, Z = 9.
        let folded: String = text
            .chars()
            .map(|c| match c.to_ascii_uppercase() {
                c @ 'A'..='I' => char::from(b'1' + (c as u8 - b'A')),
                c @ 'J'..='R' => char::from(b'1' + (c as u8 - b'J')),
                c @ 'S'..='Z' => char::from(b'2' + (c as u8 - b'S')),
                c => c,
            })
            .collect();
        (folded.len() == length && folded.bytes().all(|byte| byte.is_ascii_digit())).then(|| folded.parse().ok()).flatten()
    };
    let (bank, branch, number) = (digits(bank, 5)?, digits(branch, 5)?, digits(number, 11)?);
    Some(97 - (89 * bank + 15 * branch + 3 * (number % 97)) % 97)
}

/// An amount with its sign in the last character, as a decimal with `decimals` places.
fn signed(text: &str, decimals: u32) -> Option<Decimal> {
    let text = text.trim();
    let last = text.chars().next_back()?;
    let (digit, negative) = match last {
        '{' => (0, false),
        '}' => (0, true),
        'A'..='I' => (u32::from(last) - u32::from('A') + 1, false),
        'J'..='R' => (u32::from(last) - u32::from('J') + 1, true),
        _ => return None,
    };
    let body = text.strip_suffix(last)?;
    if body.len() > 18 || !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: i128 = if body.is_empty() { 0 } else { body.parse().ok()? };
    let value = whole * 10 + i128::from(digit);
    Decimal::try_from_i128_with_scale(if negative { -value } else { value }, decimals).ok()
}

/// A field without the blanks around it, unless it is empty.
fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_sign_is_in_the_last_character() {
        for (text, value) in [
            ("0000000166956E", "16695.65"),
            ("0000000000227R", "-22.79"),
            ("0000000050000}", "-5000.00"),
            ("0000000000000{", "0.00"),
            ("0000000000186B", "18.62"),
        ] {
            assert_eq!(signed(text, 2).unwrap().to_string(), value);
        }
        for text in ["", "123", "12X4E", "é", "12S"] {
            assert_eq!(signed(text, 2), None, "{text}");
        }
    }

    #[test]
    fn the_key_completes_the_national_number() {
        // The registry's sample: FR14 2004 1010 0505 0001 3M02 606.
        assert_eq!(account("20041", "01005", "0500013M026").unwrap().value, "20041010050500013M02606");
    }
}
