//! Reading what money is to pay.

use std::collections::BTreeSet;

use quittance_api::convert::money_from_wire;
use quittance_api::google::r#type::Money as WireMoney;
use quittance_api::reconciliation::v1 as pb;
use quittance_types::{Currency, Fault, Money, Reason, Violations};

use super::super::{filter, optional_amount};
use crate::decisions::allocations::{Allocation, duplicate};
use crate::domain::item::{GivenUp, Part};
use crate::store::items::ItemName;
use crate::wire;

/// Most items at once.
const MOST: usize = 1_000;

/// Reads the allocations of a request.
pub fn parse(violations: &mut Violations, allocations: &[pb::ApplyAllocation]) -> Vec<Allocation> {
    if allocations.len() > MOST {
        violations.push("allocations", Fault::new(Reason::TooManyItems, "at most 1,000 items at once"));
    }
    let mut seen = BTreeSet::new();
    let mut parsed = Vec::with_capacity(allocations.len().min(MOST));
    for (index, allocation) in allocations.iter().take(MOST).enumerate() {
        let one = parse_one(violations, index, allocation);
        if one.is_some_and(|one| !seen.insert(one.item)) {
            violations.push(format!("allocations[{index}].open_item_id"), duplicate());
        }
        parsed.extend(one);
    }
    parsed
}

fn parse_one(violations: &mut Violations, index: usize, allocation: &pb::ApplyAllocation) -> Option<Allocation> {
    let field = |name: &str| format!("allocations[{index}].{name}");
    let item = violations.take(field("open_item_id"), ItemName::parse(&allocation.open_item_id));
    let amount = violations.take(field("amount"), money_from_wire(&allocation.amount).and_then(Money::require_positive));
    let discount = violations.take(field("discount"), addition(&allocation.discount, amount));
    let write_off = violations.take(field("write_off"), addition(&allocation.write_off, amount));
    let given_up = violations.take(field("difference"), given_up(&allocation.difference));
    let deduction = violations.take(field("deduction"), optional_amount(&allocation.deduction));
    let code = violations.take(field("deduction_code"), filter::<pb::DeductionCode>(allocation.deduction_code));
    let code = code?.and_then(wire::deductions::code_of);
    if code.is_some() && deduction == Some(None) {
        violations.push(field("deduction"), Fault::new(Reason::FieldRequired, "say how much was held back"));
    }
    let part = Part { discount: discount?, write_off: write_off?, given_up: given_up?, ..Part::cash(amount?) };
    Some(Allocation { item: item?, part, deduction: deduction?, code })
}

/// What a write-off is; empty is a small difference.
fn given_up(word: &str) -> Result<GivenUp, Fault> {
    if word.is_empty() {
        return Ok(GivenUp::default());
    }
    GivenUp::parse(word).ok_or_else(|| Fault::new(Reason::EnumInvalid, "small_difference, bank_fee or rounding"))
}

/// A discount or write-off: none, zero or more, in the currency of the cash.
fn addition(money: &Option<WireMoney>, amount: Option<Money>) -> Result<Money, Fault> {
    let zero = || Money::zero(amount.map_or(Currency::EUR, Money::currency));
    if money.is_none() {
        return Ok(zero());
    }
    let money = money_from_wire(money)?;
    if money.is_negative() {
        return Err(Fault::new(Reason::AmountNotPositive, "the amount must not be negative"));
    }
    if amount.is_some() { zero().add(money) } else { Ok(money) }
}
