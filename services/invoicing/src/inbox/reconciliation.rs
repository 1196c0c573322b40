//! What is open of an invoice, as reconciliation decides.

use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1::{
    CashApplied, CashUnapplied, ItemChanged, ItemReopened, ItemSettled, OpenItem, OpenItemKind, OpenItemState,
};
use quittance_chassis::events::needed;
use quittance_chassis::tx::Tx;
use quittance_chassis::{Delivery, Inbox};
use quittance_types::{Fault, InvoiceId};

use crate::store::settlements::{self, Report};

/// The handlers of reconciliation's events.
pub fn inbox() -> Inbox {
    Inbox::new()
        .on(|tx, _: Delivery, event: CashApplied| follow(tx, event.open_item))
        .on(|tx, _: Delivery, event: CashUnapplied| follow(tx, event.open_item))
        .on(|tx, _: Delivery, event: ItemSettled| follow(tx, event.open_item))
        .on(|tx, _: Delivery, event: ItemReopened| follow(tx, event.open_item))
        .on(|tx, _: Delivery, event: ItemChanged| follow(tx, event.open_item))
}

/// Every event carries the item as it is afterwards. Credit memos have items of their own, and a void item tells us nothing:
/// we voided the invoice.
async fn follow(tx: Tx, item: Option<OpenItem>) -> Result<(), Fault> {
    let item = needed(item, "item")?;
    if item.kind() != OpenItemKind::Invoice || item.state() == OpenItemState::Void {
        return Ok(());
    }
    let settled = money_from_wire(&item.total)?.sub(money_from_wire(&item.open)?)?;
    let invoice_id = InvoiceId::parse(&item.document_id)?;
    settlements::save(&tx, &Report { invoice_id, open_item_id: item.open_item_id, settled, version: item.version }).await
}
