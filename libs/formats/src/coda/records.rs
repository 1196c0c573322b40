//! Fields of the records.

use super::{amount_of, identifier};
use crate::finding::{Recorder, excerpt};
use crate::statement::{AccountIdentifier, Amount, Direction};

/// A field without the blanks around it, unless it is empty.
pub(super) fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_string())
}

/// A number of digits.
pub(super) fn field(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `0` credit, `1` debit.
pub(super) fn direction(sign: &str) -> Option<Direction> {
    match sign {
        "0" => Some(Direction::Credit),
        "1" => Some(Direction::Debit),
        _ => None,
    }
}

/// An amount of fifteen digits, three of them decimals.
pub(super) fn amount(digits: &str, currency: &str, name: &str, offset: usize, recorder: &mut Recorder) -> Amount {
    let (amount, problem) = amount_of(digits, currency);
    if let Some(kind) = problem {
        recorder.note(kind, name, offset, format!("amount \"{}\" in \"{currency}\"", excerpt(digits, 20)));
    }
    amount
}

/// The 37 characters of account and currency in one of the four structures: 0 Belgian number, 1 foreign number, 2 Belgian
/// IBAN, 3 foreign IBAN.
pub(super) fn account_and_currency(structure: &str, text: &str) -> (Option<AccountIdentifier>, String) {
    let (number, currency) = if structure == "0" { (text.get(..12), text.get(13..16)) } else { (text.get(..34), text.get(34..37)) };
    (identifier(number.unwrap_or(text)), currency.unwrap_or_default().trim().to_string())
}
