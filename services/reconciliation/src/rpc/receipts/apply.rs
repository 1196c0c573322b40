//! Applying money of a receipt to items.

use std::collections::BTreeSet;

use quittance_api::convert::money_from_wire;
use quittance_api::google::r#type::Money as WireMoney;
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{BusinessDate, Fault, Money, Reason, ReceiptId, Violations};

use super::super::{as_of, check_etag, checked, date, note_by_hand};
use crate::domain::item::{OpenItem, Part};
use crate::domain::subledger::{Apply, Because};
use crate::store::items::ItemName;
use crate::store::{books, items, receipts};
use crate::wire;

const MAX_ALLOCATIONS: usize = 1_000;

/// What is to be applied.
#[derive(Clone)]
pub struct Command {
    receipt: ReceiptId,
    allocations: Vec<(ItemName, Part)>,
    as_of: Option<BusinessDate>,
    etag: String,
}

/// Reads the request.
pub fn parse(request: &pb::ApplyReceiptRequest) -> Result<Command, Fault> {
    let mut violations = Violations::new();
    let receipt = violations.take("receipt_id", ReceiptId::parse(&request.receipt_id));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    if request.allocations.is_empty() {
        violations.push("allocations", Fault::new(Reason::FieldRequired, "say what the money pays"));
    }
    if request.allocations.len() > MAX_ALLOCATIONS {
        violations.push("allocations", Fault::new(Reason::TooManyItems, "at most 1,000 items at once"));
    }
    let mut allocations = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, allocation) in request.allocations.iter().take(MAX_ALLOCATIONS).enumerate() {
        let field = |name: &str| format!("allocations[{index}].{name}");
        let item = violations.take(field("open_item_id"), ItemName::parse(&allocation.open_item_id));
        if item.is_some_and(|item| !seen.insert(item)) {
            violations.push(field("open_item_id"), duplicate());
        }
        let amount = violations.take(field("amount"), money_from_wire(&allocation.amount).and_then(Money::require_positive));
        let discount = violations.take(field("discount"), addition(&allocation.discount, amount));
        let write_off = violations.take(field("write_off"), addition(&allocation.write_off, amount));
        let part = || Some(Part { amount: amount?, discount: discount?, write_off: write_off? });
        allocations.extend(item.zip(part()));
    }
    violations.finish()?;
    let command = || Some(Command { receipt: receipt?, allocations, as_of: as_of?, etag: request.etag.clone() });
    checked(command())
}

fn duplicate() -> Fault {
    Fault::new(Reason::AllocationDuplicate, "the same item is named twice")
}

/// A discount or write-off: none, zero or more, in the currency of the cash.
fn addition(money: &Option<WireMoney>, amount: Option<Money>) -> Result<Money, Fault> {
    let zero = || Money::zero(amount.map_or(quittance_types::Currency::EUR, Money::currency));
    if money.is_none() {
        return Ok(zero());
    }
    let money = money_from_wire(money)?;
    if money.is_negative() {
        return Err(Fault::new(Reason::AmountNotPositive, "the amount must not be negative"));
    }
    if amount.is_some() { zero().add(money) } else { Ok(money) }
}

/// Applies.
pub async fn run(tx: &Tx, command: Command) -> Result<pb::ApplyReceiptResponse, Fault> {
    let Command { receipt, allocations, as_of: given, etag } = command;
    let on = as_of(tx, given)?;
    let mut subledger = books::open(tx);
    let held = receipts::load_for_update(tx, receipt).await?;
    check_etag(&etag, held.version)?;
    subledger.hold_receipt(held);
    let names: Vec<ItemName> = allocations.iter().map(|(name, _)| *name).collect();
    let found = items::load_for_update(tx, &names).await?;
    if found.len() < names.len() {
        return Err(duplicate().field("allocations"));
    }
    let mut applied = Vec::with_capacity(allocations.len());
    let actor = tx.ctx().principal.actor();
    for item in &found {
        subledger.hold_item(item.clone());
    }
    for (index, (name, part)) in allocations.into_iter().enumerate() {
        let item = item_of(&found, name)?;
        let because = Because::new(on, actor.clone(), "");
        let apply = Apply { receipt, item: item.id, part, because };
        let id = subledger.apply(apply).map_err(|fault| fault.field(format!("allocations[{index}]")))?;
        applied.push(wire::application(subledger.application(id)?, Some(item)));
    }
    note_by_hand(tx, &mut subledger, receipt, "applied")?;
    let answer = pb::ApplyReceiptResponse { receipt: Some(wire::receipt(subledger.receipt(receipt)?)), applications: applied };
    books::save(tx, subledger).await?;
    Ok(answer)
}

fn item_of(found: &[OpenItem], name: ItemName) -> Result<&OpenItem, Fault> {
    found.iter().find(|item| name.names(item)).ok_or_else(|| name.not_found())
}
