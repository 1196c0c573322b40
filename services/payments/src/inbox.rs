//! What we do when another service says something.

use quittance_api::credit::v1::CustomerChanged;
use quittance_chassis::{
    events::{Delivery, Inbox},
    tx::Tx,
};
use quittance_types::{CustomerId, Fault, Reason};

use crate::store::customers;

/// The handlers of credit's events.
pub fn credit() -> Inbox {
    Inbox::new().on(customer_changed)
}

async fn customer_changed(tx: Tx, _delivery: Delivery, event: CustomerChanged) -> Result<(), Fault> {
    let missing = || Fault::new(Reason::EventUndecodable, "The event lacks the customer.");
    let customer = event.customer.ok_or_else(missing)?;
    customers::remember(&tx, CustomerId::parse(&customer.customer_id)?, &customer.currency).await
}
