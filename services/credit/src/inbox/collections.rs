//! The disputed part of what is open.

use quittance_api::{
    collections::v1::{DisputeOpened, DisputeResolved},
    convert,
};
use quittance_chassis::{
    events::{Delivery, Inbox, needed},
    tx::Tx,
};
use quittance_types::{CustomerId, Fault, Money};

use crate::store::accounts;

/// The handlers of collections' events.
pub fn inbox() -> Inbox {
    Inbox::new().on(dispute_opened).on(dispute_resolved)
}

async fn dispute_opened(tx: Tx, _delivery: Delivery, event: DisputeOpened) -> Result<(), Fault> {
    let dispute = needed(event.dispute, "dispute")?;
    let amount = convert::money_from_wire(&dispute.amount)?;
    accounts::report_dispute(&tx, CustomerId::parse(&dispute.customer_id)?, &dispute.invoice_id, amount).await
}

async fn dispute_resolved(tx: Tx, _delivery: Delivery, event: DisputeResolved) -> Result<(), Fault> {
    let dispute = needed(event.dispute, "dispute")?;
    let none = Money::zero(convert::money_from_wire(&dispute.amount)?.currency());
    accounts::report_dispute(&tx, CustomerId::parse(&dispute.customer_id)?, &dispute.invoice_id, none).await
}
