//! Figures and kinds as people read them.

use quittance_matching::proposal::{DifferenceKind, HypothesisKind, LineClass, MatchClass};
use quittance_types::Currency;

use crate::amount::minor_text;
use crate::sums::Sums;

/// `412,318.40`, negative with U+2212.
pub(super) fn money(minor: i64, currency: Currency) -> String {
    decimal(&minor_text(minor, currency))
}

/// An amount in decimal notation as people read it.
pub(super) fn decimal(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("\u{2212}", digits));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, ""), |(whole, _)| (whole, digits.get(whole.len()..).unwrap_or_default()));
    format!("{sign}{}{fraction}", grouped(whole))
}

/// `1,204`
pub(super) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1,190.00 EUR, 20.00 USD`
pub(super) fn sums(sums: &Sums) -> String {
    let parts: Vec<String> = sums.iter().map(|(currency, minor)| format!("{} {currency}", money(minor, currency))).collect();
    if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
}

/// `1 line`, `2 lines`
pub(super) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

pub(super) fn match_class(class: MatchClass) -> &'static str {
    match class {
        MatchClass::A => "A: structured or full reference, exact amount",
        MatchClass::B => "B: reference or order number, explained amount, customer agrees",
        MatchClass::C => "C: customer and amount only",
        MatchClass::D => "D: several items",
        MatchClass::E => "E: everything else",
    }
}

pub(super) fn line_class(class: LineClass) -> &'static str {
    match class {
        LineClass::Receipt => "Customer receipts",
        LineClass::Return => "Returns of earlier payments",
        LineClass::Fee => "Bank fees",
        LineClass::Interest => "Interest",
        LineClass::Transfer => "Transfers between own accounts",
        LineClass::Outgoing => "Outgoing payments",
        LineClass::ProcessorPayout => "Payouts of payment processors",
        LineClass::Other => "Other money in",
    }
}

pub(super) fn reading(kind: HypothesisKind) -> &'static str {
    match kind {
        HypothesisKind::OneItem => "One referenced item",
        HypothesisKind::Referenced => "Several referenced items",
        HypothesisKind::Tails => "References completed by number tails",
        HypothesisKind::Advice => "Remittance advice",
        HypothesisKind::Completed => "References completed by amount search",
        HypothesisKind::Netting => "Invoices netted with credit notes",
        HypothesisKind::Amount => "No reference, one item has the amount",
        HypothesisKind::Subset => "No reference, items add up to the amount",
        HypothesisKind::OnAccount => "On account of a known customer",
        HypothesisKind::Duplicate => "Second payment",
        HypothesisKind::Reversal => "Return of an earlier payment",
    }
}

pub(super) fn difference(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Discount => "Discount in time",
        DifferenceKind::DiscountUnearned => "Discount too late, stays open",
        DifferenceKind::ShortPay => "Short payment, stays open",
        DifferenceKind::BankFee => "Bank fee",
        DifferenceKind::Partial => "Instalment, rest stays open",
        DifferenceKind::Rounding => "Rounding",
        DifferenceKind::WriteOff => "Small difference written off",
        DifferenceKind::Fx => "Exchange difference",
        DifferenceKind::Overpayment => "Overpayment",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_digits_grouped() {
        assert_eq!(money(41_231_840, Currency::EUR), "412,318.40");
        assert_eq!(money(-5, Currency::EUR), "\u{2212}0.05");
        assert_eq!(money(1_234_567, Currency::JPY), "1,234,567");
        assert_eq!(count(999), "999");
    }
}
