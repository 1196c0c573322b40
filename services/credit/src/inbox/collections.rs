//! The disputed part of what is open.

use quittance_api::{
    collections::v1::{DisputeOpened, DisputeResolved},
    convert,
};
use quittance_chassis::{
    events::{Delivery, Inbox},
    tx::Tx,
};
use quittance_types::{CustomerId, Fault, Money, Reason};

use crate::store::accounts;

/// The handlers of collections' events.
pub fn inbox() -> Inbox {
    Inbox::new().on(dispute_opened).on(dispute_resolved)
}

async fn dispute_opened(tx: Tx, _delivery: Delivery, event: DisputeOpened) -> Result<(), Fault> {
    let dispute = event.dispute.ok_or_else(undecodable)?;
    let amount = convert::money_from_wire(&dispute.amount)?;
    accounts::report_dispute(&tx, CustomerId::parse(&dispute.customer_id)?, &dispute.invoice_id, amount).await
}

async fn dispute_resolved(tx: Tx, _delivery: Delivery, event: DisputeResolved) -> Result<(), Fault> {
    let dispute = event.dispute.ok_or_else(undecodable)?;
    let none = Money::zero(convert::money_from_wire(&dispute.amount)?.currency());
    accounts::report_dispute(&tx, CustomerId::parse(&dispute.customer_id)?, &dispute.invoice_id, none).await
}

fn undecodable() -> Fault {
    Fault::new(Reason::EventUndecodable, "The event lacks the thing it is about.")
}
