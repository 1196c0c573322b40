//! Customers: whom letters go to and which strategy serves them.

use quittance_api::credit::v1::{Contact as WireContact, ContactRole, CustomerChanged};
use quittance_chassis::{
    events::{Delivery, Inbox},
    tx::Tx,
};
use quittance_types::{CustomerId, Fault};

use super::undecodable;
use crate::{
    domain::{
        contact::{Contact, Role},
        strategy::STANDARD,
    },
    store::customers::{self, CustomerCopy},
};

/// The handlers of credit's events.
pub fn inbox() -> Inbox {
    Inbox::new().on(customer_changed)
}

async fn customer_changed(tx: Tx, _delivery: Delivery, event: CustomerChanged) -> Result<(), Fault> {
    let customer = event.customer.ok_or_else(undecodable)?;
    let segment = if customer.segment.is_empty() { STANDARD.to_owned() } else { customer.segment };
    let copy = CustomerCopy {
        id: CustomerId::parse(&customer.customer_id)?,
        legal_name: customer.legal_name,
        currency: customer.currency,
        segment,
        contacts: customer.contacts.into_iter().map(contact).collect(),
        version: customer.etag.parse().unwrap_or_default(),
    };
    customers::remember(&tx, &copy).await
}

fn contact(contact: WireContact) -> Contact {
    let role = match contact.role() {
        ContactRole::AccountsPayable => Role::AccountsPayable,
        ContactRole::Approver => Role::Approver,
        ContactRole::Escalation => Role::Escalation,
        ContactRole::Unspecified => Role::Unknown,
    };
    Contact { name: contact.name, email: contact.email, language: contact.language, role }
}
