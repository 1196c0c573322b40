//! Customers, as credit knows them.

use quittance_api::credit::v1::CustomerChanged;
use quittance_chassis::Tx;
use quittance_chassis::events::Inbox;
use quittance_formats::identifiers::parse_iban;
use quittance_types::{CustomerId, Fault};

use super::{needed, optional, undecodable};
use crate::store::copies::{self, CustomerCopy};

/// What we follow of credit.
pub fn inbox() -> Inbox {
    Inbox::new().on(|tx, _, event: CustomerChanged| async move { customer_changed(&tx, event).await })
}

/// Takes the customer over; its accounts and name tell whose money comes in.
pub async fn customer_changed(tx: &Tx, event: CustomerChanged) -> Result<(), Fault> {
    let customer = needed(event.customer, "customer")?;
    let copy = CustomerCopy {
        id: CustomerId::parse(&customer.customer_id).map_err(undecodable)?,
        parent: optional(&customer.parent_customer_id, CustomerId::parse)?,
        number: customer.external_id,
        legal_name: customer.legal_name,
        city: customer.city,
        country: customer.country,
        vat_id: customer.vat_id,
        ibans: customer.ibans.iter().map(|iban| normal_form(iban)).collect(),
        version: needed(customer.etag.parse().ok(), "etag with a version")?,
    };
    copies::take_customer(tx, copy).await
}

/// The form bank lines carry account numbers in.
fn normal_form(iban: &str) -> String {
    parse_iban(iban).map_or_else(|_| iban.to_owned(), |iban| iban.as_str().to_owned())
}
