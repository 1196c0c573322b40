//! Disputes, as collections knows them. While one is open its item is never paid automatically.

use quittance_api::collections::v1::{Dispute, DisputeOpened, DisputeResolved};
use quittance_chassis::Tx;
use quittance_chassis::events::Inbox;
use quittance_types::{Fault, InvoiceId};

use super::{needed, undecodable};
use crate::store::{books, items};

/// What we follow of collections.
pub fn inbox() -> Inbox {
    Inbox::new()
        .on(|tx, _, event: DisputeOpened| async move { dispute_opened(&tx, event).await })
        .on(|tx, _, event: DisputeResolved| async move { dispute_resolved(&tx, event).await })
}

/// Marks the item contested.
pub async fn dispute_opened(tx: &Tx, event: DisputeOpened) -> Result<(), Fault> {
    mark(tx, &needed(event.dispute, "dispute")?, true, "disputed").await
}

/// The item is contested no more.
pub async fn dispute_resolved(tx: &Tx, event: DisputeResolved) -> Result<(), Fault> {
    mark(tx, &needed(event.dispute, "dispute")?, false, "the dispute ended").await
}

async fn mark(tx: &Tx, dispute: &Dispute, disputed: bool, why: &str) -> Result<(), Fault> {
    let id = InvoiceId::parse(&dispute.invoice_id).map_err(undecodable)?;
    let Some(item) = items::of_documents(tx, &[id.uuid()]).await?.into_iter().next() else { return Ok(()) };
    let item_id = item.id;
    let mut subledger = books::open(tx);
    subledger.hold_item(item);
    subledger.mark_disputed(item_id, disputed, why)?;
    books::save(tx, subledger).await
}
