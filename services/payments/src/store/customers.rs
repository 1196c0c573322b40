//! The copy of credit's customers.

use quittance_chassis::{db::OrFault, tx::Tx};
use quittance_types::{CustomerId, Fault};
use sea_orm::{ColumnTrait, QueryFilter};

use super::entity::customer;

/// Remembers a customer.
///
/// # Errors
/// What the database says.
pub async fn remember(tx: &Tx, id: CustomerId, currency: &str) -> Result<(), Fault> {
    let sql = "INSERT INTO customer (tenant_id, id, currency) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, id) DO NOTHING";
    tx.execute(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), currency.into()]).await.map(drop)
}

/// Whether the customer is known here.
///
/// # Errors
/// What the database says.
pub async fn is_known(tx: &Tx, id: CustomerId) -> Result<bool, Fault> {
    let found = tx.find::<customer::Entity>().filter(customer::Column::Id.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    Ok(found.is_some())
}
