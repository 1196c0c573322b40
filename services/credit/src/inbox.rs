//! What we do when another service says something. Every handler may see an event again or late: reports carry versions,
//! and reservations only move where their state allows it.

pub mod collections;
pub mod invoicing;
pub mod reconciliation;

use std::collections::BTreeSet;

use prost::{Message, Name};
use quittance_api::events::v1::Event;
use quittance_chassis::tx::Tx;
use quittance_types::{CustomerId, Fault, Uuid};

use crate::store::accounts;

/// Locks the accounts a batch names, in order of id: the consumers of several services work on the same customers, and must
/// not wait for each other in a circle.
async fn lock_accounts(tx: &Tx, named: impl Iterator<Item = String>) -> Result<(), Fault> {
    let customers: BTreeSet<Uuid> = named.filter_map(|id| CustomerId::parse(&id).ok()).map(CustomerId::uuid).collect();
    let customers: Vec<Uuid> = customers.into_iter().collect();
    accounts::lock_all(tx, &customers).await.map(drop)
}

/// The event, if it is of this type. One that cannot be read is refused by its handler.
fn decoded<M: Message + Name + Default>(event: &Event) -> Option<M> {
    let payload = event.payload.as_ref()?;
    let is_named = payload.type_url.rsplit('/').next() == Some(M::full_name().as_str());
    if is_named { M::decode(payload.value.as_slice()).ok() } else { None }
}
