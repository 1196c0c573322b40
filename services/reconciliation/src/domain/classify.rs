//! What a bank line is, from what it says alone.

use quittance_types::Uuid;

use super::line::Movement;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Somebody paid us.
    Receipt,
    /// An earlier payment to us was taken back.
    Return,
    /// Money in transit arrived or left: it names payments, refunds or receipts of ours.
    InTransit,
    /// The bank charges, or gives a charge back.
    Charge,
    /// Interest earned or paid.
    Interest,
    /// No money moved.
    Nothing,
    /// Anything else: it waits in suspense.
    Unknown,
}

impl Nature {
    /// The name in statistics; empty for what the matching rules decide.
    pub const fn rule(self) -> &'static str {
        match self {
            Nature::Receipt => "",
            Nature::Return => "return",
            Nature::InTransit => "payout",
            Nature::Charge => "charge",
            Nature::Interest => "interest",
            Nature::Nothing | Nature::Unknown => "none",
        }
    }
}

/// Sub-families of the ISO 20022 bank transaction codes.
const CHARGES: [&str; 4] = ["CHRG", "COMM", "COMT", "COME"];
const INTEREST: [&str; 2] = ["INTR", "INTE"];
const RETURNS: [&str; 7] = ["RRTN", "UPCT", "UPDD", "UPCQ", "PRCT", "PRDD", "RPCR"];

/// The nature of a line. A return that brings money (of something we had paid) is no receipt and no return of one.
pub fn nature(movement: &Movement) -> Nature {
    let code = movement.transaction_code.rsplit('/').next().unwrap_or_default();
    let is_in = movement.amount.is_positive();
    if movement.amount.is_zero() {
        return Nature::Nothing;
    }
    if !named_payments(&movement.words()).is_empty() {
        return Nature::InTransit;
    }
    if CHARGES.contains(&code) {
        return Nature::Charge;
    }
    if INTEREST.contains(&code) {
        return Nature::Interest;
    }
    match (is_in, movement.is_return || RETURNS.contains(&code)) {
        (true, false) => Nature::Receipt,
        (false, true) => Nature::Return,
        (true, true) | (false, false) => Nature::Unknown,
    }
}

/// A payment, refund or receipt of ours that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Named {
    /// `pay`, `rfd` or `rcp`.
    pub prefix: &'static str,
    /// The id.
    pub id: Uuid,
}

const PREFIXES: [&str; 3] = ["pay", "rfd", "rcp"];
const DIGITS: usize = 32;

/// The payments, refunds and receipts that a text names, in order. Banks change case and drop the underscore.
pub fn named_payments(text: &str) -> Vec<Named> {
    let bytes = text.as_bytes();
    let mut found: Vec<Named> = Vec::new();
    for start in 0..bytes.len() {
        let starts_word = start == 0 || bytes.get(start.wrapping_sub(1)).is_some_and(|byte| !byte.is_ascii_alphanumeric());
        if !starts_word {
            continue;
        }
        let named = PREFIXES.iter().find_map(|prefix| read_named(bytes.get(start..)?, prefix));
        found.extend(named.filter(|named| !found.contains(named)));
    }
    found
}

fn read_named(bytes: &[u8], prefix: &'static str) -> Option<Named> {
    let (head, rest) = bytes.split_at_checked(prefix.len())?;
    if !head.eq_ignore_ascii_case(prefix.as_bytes()) {
        return None;
    }
    let rest = match rest.first() {
        Some(b'_' | b'-' | b' ' | b'.') => rest.get(1..)?,
        _ => rest,
    };
    let (digits, after) = rest.split_at_checked(DIGITS)?;
    let ends = after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let id = Uuid::try_parse(digits).ok()?;
    ends.then_some(Named { prefix, id })
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use quittance_types::{BusinessDate, Currency, Money};

    /// A movement that says nothing but its amount.
    pub(crate) fn movement(minor: i64) -> Movement {
        Movement {
            amount: Money::from_minor(minor, Currency::EUR).unwrap(),
            booked_on: BusinessDate::parse("2026-01-15").unwrap(),
            value_on: None,
            is_booked: true,
            reversal: false,
            is_return: false,
            bank_reference: String::new(),
            end_to_end_id: String::new(),
            creditor_reference: String::new(),
            remittance_text: String::new(),
            further_text: String::new(),
            counterparty_name: String::new(),
            counterparty_iban: String::new(),
            return_reason: String::new(),
            transaction_code: String::new(),
            fingerprint: Uuid::nil(),
            movement_key: Uuid::nil(),
        }
    }

    fn coded(minor: i64, code: &str, is_return: bool) -> Nature {
        nature(&Movement { transaction_code: code.to_owned(), is_return, ..movement(minor) })
    }

    #[test]
    fn a_line_is_what_its_sign_and_code_say() {
        assert_eq!(coded(100, "PMNT/RCDT/ESCT", false), Nature::Receipt);
        assert_eq!(coded(-100, "PMNT/RCDT/RRTN", false), Nature::Return);
        assert_eq!(coded(-100, "", true), Nature::Return);
        assert_eq!(coded(100, "", true), Nature::Unknown);
        assert_eq!(coded(-100, "PMNT/ICDT/ESCT", false), Nature::Unknown);
        assert_eq!(coded(-100, "ACMT/MDOP/CHRG", false), Nature::Charge);
        assert_eq!(coded(100, "ACMT/MCOP/INTR", false), Nature::Interest);
        assert_eq!(coded(0, "PMNT/RCDT/ESCT", false), Nature::Nothing);
    }

    #[test]
    fn payments_are_recognised_however_the_bank_writes_them() {
        let id = "0197a3b2c4d57e6f8a9b0c1d2e3f4a5b";
        for text in [format!("PAYOUT pay_{id}"), format!("payout PAY-{}", id.to_uppercase()), format!("pay{id}"), format!("x,pay {id}.")] {
            let found = named_payments(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].prefix, found[0].id.simple().to_string()), ("pay", id.to_owned()));
        }
        for text in ["pay_", "payment of invoice", &format!("pay_{id}0"), &format!("xpay_{id}"), &format!("pay_{}", &id[1..]), "päy"] {
            assert_eq!(named_payments(text), [], "{text}");
        }
        assert_eq!(named_payments(&format!("rfd_{id} pay_{id} pay_{id}")).len(), 2);
        let line = Movement { end_to_end_id: format!("pay{id}"), ..movement(-5) };
        assert_eq!(nature(&line), Nature::InTransit);
    }
}
