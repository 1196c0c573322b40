//! Balances (`:60a:`, `:62a:`, `:64:`, `:65:`) and the dates and amounts of the format.

use crate::finding::{FindingKind, Recorder, excerpt};
use crate::short_date::yymmdd;
use crate::statement::{Amount, Balance, BalanceKind, Direction};

use super::fields::Field;

/// Reads a balance: `C100318EUR380115,12`. Old files leave out the currency.
pub(super) fn read(field: &Field<'_>, kind: BalanceKind, sub_type: Option<&str>, recorder: &mut Recorder) -> Option<Balance> {
    let text = field.first().trim();
    let direction = match text.as_bytes().first() {
        Some(b'C') => Some(Direction::Credit),
        Some(b'D') => Some(Direction::Debit),
        _ => None,
    };
    let (Some(direction), Some(day), Some(rest)) = (direction, text.get(1..7), text.get(7..)) else {
        recorder.note(FindingKind::FieldMalformed, field.tag(), field.offset(), format!("no balance: \"{}\"", excerpt(text, 40)));
        return None;
    };
    let date = yymmdd(day);
    if date.is_none() {
        recorder.note(FindingKind::DateMalformed, field.tag(), field.offset(), format!("\"{}\" is no date", excerpt(day, 10)));
    }
    let currency = rest.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_alphabetic())).unwrap_or_default();
    let digits = rest.get(currency.len()..).unwrap_or_default();
    let amount = amount(digits, currency, field.tag(), field.offset(), recorder);
    Some(Balance {
        kind,
        sub_type: sub_type.map(Into::into),
        amount: amount.signed(direction),
        direction: Some(direction),
        date: date.map(Into::into),
    })
}

/// Reads an amount with a decimal comma. A point with two decimals behind it and no comma means one thing only.
pub(super) fn amount(text: &str, currency: &str, name: &str, offset: usize, recorder: &mut Recorder) -> Amount {
    let text = text.trim();
    let pointed = !text.contains(',') && text.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 2);
    let (amount, problem) = match text.matches(',').count() {
        0 | 1 if pointed || !text.contains('.') => Amount::read(&text.replace(',', "."), currency),
        // A point would make 1.234,56 look right.
        _ => Amount::read("malformed", currency),
    };
    if pointed && problem.is_none() {
        recorder.note(FindingKind::FieldUnusual, name, offset, format!("\"{text}\" has a decimal point"));
    }
    let Some(problem) = problem else { return amount };
    recorder.note(problem.0, name, offset, format!("amount \"{}\" in \"{currency}\"", excerpt(text, 30)));
    Amount::unread(text, currency, amount.value())
}

/// Reads an amount with its currency before it, or in `currency` when it has none.
pub(super) fn amount_with_currency(text: &str, currency: &str, name: &str, offset: usize, recorder: &mut Recorder) -> Amount {
    let (own, digits) =
        text.split_at_checked(3).filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_uppercase())).unwrap_or((currency, text));
    amount(digits, own, name, offset, recorder)
}

/// Takes two digits from the start of a text.
pub(super) fn two_digits(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    Some((number, rest))
}
