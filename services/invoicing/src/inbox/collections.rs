//! Which invoices a customer contests.

use quittance_api::collections::v1::{Dispute, DisputeOpened, DisputeResolved};
use quittance_chassis::events::needed;
use quittance_chassis::tx::Tx;
use quittance_chassis::{Delivery, Inbox};
use quittance_types::{Fault, InvoiceId};

use crate::store::invoices;

/// The handlers of collections' events.
pub fn inbox() -> Inbox {
    Inbox::new()
        .on(|tx, _: Delivery, event: DisputeOpened| flag(tx, event.dispute, true))
        .on(|tx, _: Delivery, event: DisputeResolved| flag(tx, event.dispute, false))
}

async fn flag(tx: Tx, dispute: Option<Dispute>, disputed: bool) -> Result<(), Fault> {
    let dispute = needed(dispute, "dispute")?;
    invoices::save_disputed(&tx, InvoiceId::parse(&dispute.invoice_id)?, disputed).await
}
