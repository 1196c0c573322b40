//! Copies of customers.

use std::collections::{HashMap, HashSet};

use quittance_chassis::db::OrFault;
use quittance_chassis::tx::Tx;
use quittance_types::{CustomerId, Fault};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entity::customer;
use crate::domain::customer::Customer;

/// Ids in one statement.
const AT_ONCE: usize = 500;

/// Terms of payment by customer; a customer that is not known is absent.
pub type TermsOf = HashMap<CustomerId, String>;

/// Takes over what credit says, unless something newer is known.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, copy: &Customer) -> Result<(), Fault> {
    let sql = "INSERT INTO customer (tenant_id, customer_id, legal_name, currency, payment_terms, version) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, customer_id) DO UPDATE SET \
               legal_name = excluded.legal_name, currency = excluded.currency, payment_terms = excluded.payment_terms, \
               version = excluded.version WHERE customer.version < excluded.version";
    let values = vec![
        tx.tenant().uuid().into(),
        copy.id.uuid().into(),
        copy.legal_name.clone().into(),
        copy.currency.clone().into(),
        copy.payment_terms.clone().into(),
        copy.version.into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// The terms of one customer.
///
/// # Errors
/// RESOURCE_NOT_FOUND when there is no copy.
pub async fn terms(tx: &Tx, id: CustomerId) -> Result<String, Fault> {
    let mut known = terms_of(tx, [id]).await?;
    known.remove(&id).ok_or_else(|| id.not_found())
}

/// The terms of many customers.
///
/// # Errors
/// What the database says.
pub async fn terms_of(tx: &Tx, ids: impl IntoIterator<Item = CustomerId>) -> Result<TermsOf, Fault> {
    let ids: HashSet<Uuid> = ids.into_iter().map(CustomerId::uuid).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut known = TermsOf::with_capacity(ids.len());
    for chunk in ids.chunks(AT_ONCE) {
        let select = tx.find::<customer::Entity>().filter(customer::Column::CustomerId.is_in(chunk.iter().copied()));
        let select = select.select_only().column(customer::Column::CustomerId).column(customer::Column::PaymentTerms);
        let rows: Vec<(Uuid, String)> = select.into_tuple().all(tx.conn()).await.or_fault()?;
        known.extend(rows.into_iter().map(|(id, terms)| (CustomerId::new(id), terms)));
    }
    Ok(known)
}

/// Those of the customers there is no copy of.
///
/// # Errors
/// What the database says.
pub async fn unknown(tx: &Tx, ids: HashSet<CustomerId>) -> Result<Vec<CustomerId>, Fault> {
    let known = terms_of(tx, ids.iter().copied()).await?;
    Ok(ids.into_iter().filter(|id| !known.contains_key(id)).collect())
}
