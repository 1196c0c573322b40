//! What happened, as it is published. Partition key is the customer, else the receipt itself.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Emit, Tx, beside};
use quittance_types::{CustomerId, Fault, Uuid};
use serde_json::{Value, json};

use crate::domain::happening::{Happening, ItemBefore, ReceiptBefore};
use crate::domain::item::OpenItem;
use crate::domain::receipt::Receipt;
use crate::wire;

/// Publishes the events of happenings, each of the request at its place of a group, in their order. Many are written at once.
///
/// # Errors
/// `AMOUNT_OUT_OF_RANGE`, never for items that were stored; what the database says.
pub(super) async fn tell(tx: &Tx, happenings: Vec<(usize, Happening)>) -> Result<(), Fault> {
    let count = happenings.len();
    for (member, emit) in beside::compute_rows(count, move || make(happenings)).await? {
        tx.member(member).emit(emit);
    }
    if beside::is_many(count) { tx.flush().await } else { Ok(()) }
}

fn make(happenings: Vec<(usize, Happening)>) -> Result<Vec<(usize, Emit)>, Fault> {
    happenings.into_iter().map(|(member, happening)| Ok((member, emit(happening)?))).collect()
}

/// The event of a happening.
fn emit(happening: Happening) -> Result<Emit, Fault> {
    Ok(match happening {
        Happening::ItemOpened(item) => {
            let message = pb::ItemOpened { open_item: Some(wire::item(&item)?) };
            Emit::public(item.id, item.customer, &message).changed(Value::Null, item_after(&item)?)
        }
        Happening::CashReceived(receipt) => {
            let message = pb::CashReceived { receipt: Some(wire::receipt(&receipt)) };
            Emit::public(receipt.id, key_of(&receipt), &message).changed(Value::Null, receipt_after(&receipt))
        }
        Happening::CashApplied { application, receipt, item, before } => {
            let message = pb::CashApplied {
                application: Some(wire::application(&application, Some(&item))),
                receipt: receipt.as_ref().map(wire::receipt),
                open_item: Some(wire::item(&item)?),
            };
            let emit = Emit::public(application.id, item.customer, &message).because(application.why);
            emit.changed(item_before(&before), item_after(&item)?)
        }
        Happening::CashUnapplied { application, receipt, item, before, why } => {
            let message = pb::CashUnapplied {
                application: Some(wire::application(&application, Some(&item))),
                receipt: receipt.as_ref().map(wire::receipt),
                open_item: Some(wire::item(&item)?),
            };
            Emit::public(application.id, item.customer, &message).because(why).changed(item_before(&before), item_after(&item)?)
        }
        Happening::ItemSettled(item) => {
            let message = pb::ItemSettled { open_item: Some(wire::item(&item)?) };
            Emit::public(item.id, item.customer, &message)
        }
        Happening::ItemReopened { item, why } => {
            let message = pb::ItemReopened { open_item: Some(wire::item(&item)?), why: why.clone() };
            Emit::public(item.id, item.customer, &message).because(why)
        }
        Happening::ItemChanged { item, before, why } => {
            let message = pb::ItemChanged { open_item: Some(wire::item(&item)?) };
            Emit::public(item.id, item.customer, &message).because(why).changed(item_before(&before), item_after(&item)?)
        }
        Happening::ReceiptChanged { receipt, before, why } => {
            let message = pb::ReceiptChanged { receipt: Some(wire::receipt(&receipt)) };
            let emit = Emit::public(receipt.id, key_of(&receipt), &message).because(why);
            emit.changed(receipt_before(&before), receipt_after(&receipt))
        }
    })
}

fn key_of(receipt: &Receipt) -> Uuid {
    receipt.customer.map_or_else(|| receipt.id.uuid(), CustomerId::uuid)
}

fn item_before(before: &ItemBefore) -> Value {
    json!({ "open": before.open, "state": before.state.as_str(), "disputed": before.disputed })
}

fn item_after(item: &OpenItem) -> Result<Value, Fault> {
    Ok(json!({ "open": item.open()?, "state": item.state.as_str(), "disputed": item.disputed }))
}

fn receipt_before(before: &ReceiptBefore) -> Value {
    json!({ "unapplied": before.unapplied, "state": before.state.as_str() })
}

fn receipt_after(receipt: &Receipt) -> Value {
    json!({ "unapplied": receipt.unapplied, "state": receipt.state.as_str() })
}
