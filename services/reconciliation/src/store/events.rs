//! What happened, as it is published. Partition key is the customer, else the receipt itself.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::{Emit, Tx};
use quittance_types::{CustomerId, Fault, Uuid};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::domain::happening::{Happening, ItemBefore, ReceiptBefore};
use crate::domain::item::OpenItem;
use crate::domain::receipt::Receipt;
use crate::wire;

/// So few events are made where they are asked for.
const FEW: usize = 64;

/// Events with the places of their requests in a group.
type Told = Vec<(usize, Emit)>;

/// Events in the making.
pub(super) enum Making {
    Done(Result<Told, Fault>),
    Beside(JoinHandle<Result<Told, Fault>>),
}

/// Begins to make the events of these happenings; many of them on a thread beside, while the database stores the rows.
pub(super) fn making(happenings: Vec<(usize, Happening)>) -> Making {
    if happenings.len() <= FEW {
        return Making::Done(make(happenings));
    }
    Making::Beside(tokio::task::spawn_blocking(move || make(happenings)))
}

impl Making {
    /// Publishes the events, in the order of their happenings; many of them are written at once.
    ///
    /// # Errors
    /// `AMOUNT_OUT_OF_RANGE`, never for items that were stored; what the database says.
    pub(super) async fn tell(self, tx: &Tx) -> Result<(), Fault> {
        match self {
            Making::Done(told) => emit_all(tx, told?),
            Making::Beside(task) => {
                let told = task.await.map_err(|error| Fault::internal(format!("events could not be made: {error}")))?;
                emit_all(tx, told?);
                return tx.flush().await;
            }
        }
        Ok(())
    }
}

fn emit_all(tx: &Tx, told: Told) {
    for (member, emit) in told {
        tx.member(member).emit(emit);
    }
}

fn make(happenings: Vec<(usize, Happening)>) -> Result<Told, Fault> {
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
