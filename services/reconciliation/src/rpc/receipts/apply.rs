//! Applying money of a receipt to items.

use std::collections::BTreeSet;
use std::sync::Arc;

use quittance_api::convert::money_from_wire;
use quittance_api::google::r#type::Money as WireMoney;
use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::Tx;
use quittance_types::{BusinessDate, Fault, Money, OpenItemId, Reason, ReceiptId, Uuid, Violations};

use super::super::{as_of, check_etag, checked, date, note_by_hand};
use crate::domain::item::{OpenItem, Part};
use crate::domain::subledger::{Apply, Because, Subledger};
use crate::store::items::ItemName;
use crate::store::{books, items, receipts};
use crate::wire;

const MAX_ALLOCATIONS: usize = 1_000;
/// The permission of OpenItemService.WriteOff.
const WRITE_OFF: &str = "reconciliation.item.writeoff";

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

/// Applies what a group of requests asks, in turn: one read of the receipts, one of the items, one write of each table. A
/// request that is refused at its first allocation leaves nothing; one refused later ends the group, and each is asked alone.
pub async fn group(tx: &Tx, commands: Vec<Arc<Command>>) -> Result<Vec<Result<pb::ApplyReceiptResponse, Fault>>, Fault> {
    let mut subledger = books::open(tx);
    let ids: BTreeSet<Uuid> = commands.iter().map(|command| command.receipt.uuid()).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    receipts::with_ids(tx, &ids).await?.into_iter().for_each(|receipt| subledger.hold_receipt(receipt));
    let names: BTreeSet<ItemName> = commands.iter().flat_map(|command| &command.allocations).map(|(name, _)| *name).collect();
    let names: Vec<ItemName> = names.into_iter().collect();
    let found = items::find_for_update(tx, &names).await?;
    found.iter().for_each(|item| subledger.hold_item(item.clone()));
    let mut answers = Vec::with_capacity(commands.len());
    for (member, command) in commands.iter().enumerate() {
        subledger.act_for(member);
        match apply(&tx.member(member), &mut subledger, &found, command) {
            Ok(answer) => answers.push(Ok(answer)),
            Err(Refused { fault, has_written: false }) if !fault.outcome().is_our_failure() => answers.push(Err(fault)),
            Err(Refused { fault, .. }) => return Err(fault),
        }
    }
    books::save(tx, subledger).await?;
    Ok(answers)
}

/// Why a request was refused, and whether the subledger remembers part of it.
struct Refused {
    fault: Fault,
    has_written: bool,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        Refused { fault, has_written: false }
    }
}

fn apply(tx: &Tx, subledger: &mut Subledger, found: &[OpenItem], command: &Command) -> Result<pb::ApplyReceiptResponse, Refused> {
    let Command { receipt, allocations, as_of: given, etag } = command;
    let (receipt, on) = (*receipt, as_of(tx, *given)?);
    check_etag(etag, subledger.receipt(receipt)?.version)?;
    let named = allocations.iter().map(|(name, _)| item_of(found, *name)).collect::<Result<Vec<&OpenItem>, Fault>>()?;
    let distinct: BTreeSet<OpenItemId> = named.iter().map(|item| item.id).collect();
    if distinct.len() < named.len() {
        return Err(duplicate().field("allocations").into());
    }
    let actor = tx.ctx().principal.actor();
    let mut applied = Vec::with_capacity(allocations.len());
    for (item, (_, part)) in named.iter().zip(allocations) {
        may_give_up(tx, item, part)?;
    }
    for (index, (item, (_, part))) in named.into_iter().zip(allocations).enumerate() {
        let because = Because::new(on, actor.clone(), "");
        let done = subledger.apply(Apply { receipt, item: item.id, part: *part, because });
        let refused = |fault: Fault| Refused { fault: fault.field(format!("allocations[{index}]")), has_written: index > 0 };
        let id = done.map_err(refused)?;
        applied.push(wire::application(subledger.application(id)?, Some(item)));
    }
    note_by_hand(tx, subledger, receipt, "applied").map_err(|fault| Refused { fault, has_written: true })?;
    Ok(pb::ApplyReceiptResponse { receipt: Some(wire::receipt(subledger.receipt(receipt)?)), applications: applied })
}

/// Money given up with an application takes the right to write off: any write-off, and more discount than was agreed.
fn may_give_up(tx: &Tx, item: &OpenItem, part: &Part) -> Result<(), Fault> {
    let agreed = item.discount.map_or_else(|| Money::zero(item.currency()), |discount| discount.amount);
    let is_agreed = part.write_off.is_zero() && part.discount.minor() <= agreed.minor();
    if is_agreed { Ok(()) } else { tx.ctx().principal.require(WRITE_OFF) }
}

fn item_of(found: &[OpenItem], name: ItemName) -> Result<&OpenItem, Fault> {
    found.iter().find(|item| name.names(item)).ok_or_else(|| name.not_found())
}
