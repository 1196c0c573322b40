//! What the books know of what an advice names.

use std::collections::{BTreeSet, HashMap};

use quittance_chassis::Tx;
use quittance_chassis::bulk::{among_texts, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_types::{Currency, CustomerId, Fault, Uuid};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use crate::store::entity::{customer, open_item};
use crate::store::money;

/// A document of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDocument {
    /// Its number in the form numbers are compared in.
    pub key: String,
    /// Whose it is.
    pub customer: CustomerId,
    /// Its currency.
    pub currency: Currency,
}

/// Which of these numbers are documents of ours, settled ones too.
///
/// # Errors
/// What the database says.
pub async fn documents(tx: &Tx, keys: &[String]) -> Result<Vec<KnownDocument>, Fault> {
    use open_item::Column;
    let mut found = Vec::new();
    for chunk in keys.chunks(keys_at_once(tx)) {
        let select = tx.find::<open_item::Entity>().filter(among_texts(tx, Column::DocumentKey, chunk));
        let select = select.select_only().columns([Column::DocumentKey, Column::CustomerId, Column::Currency]);
        let rows: Vec<(String, Uuid, String)> = select.into_tuple().all(tx.conn()).await.or_fault()?;
        for (key, customer, currency) in rows {
            found.push(KnownDocument { key, customer: CustomerId::new(customer), currency: money(0, &currency)?.currency() });
        }
    }
    Ok(found)
}

/// The currencies our bank accounts are in.
///
/// # Errors
/// What the database says.
pub async fn currencies(tx: &Tx) -> Result<Vec<Currency>, Fault> {
    let sql = "SELECT DISTINCT currency FROM bank_account WHERE tenant_id = $1 ORDER BY currency";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into()]).await?;
    rows.iter().map(|row| Ok(money(0, &row.value::<String>("currency")?)?.currency())).collect()
}

/// Whose customer numbers these are; a number of several customers is nobody's.
///
/// # Errors
/// What the database says.
pub async fn owners_of_numbers(tx: &Tx, numbers: &[String]) -> Result<HashMap<String, CustomerId>, Fault> {
    let mut owners: HashMap<String, BTreeSet<CustomerId>> = HashMap::new();
    for chunk in numbers.chunks(keys_at_once(tx)) {
        let select =
            tx.find::<customer::Entity>().filter(among_texts(tx, customer::Column::Number, chunk)).filter(customer::Column::Number.ne(""));
        for row in select.all(tx.conn()).await.or_fault()? {
            owners.entry(row.number).or_default().insert(CustomerId::new(row.customer_id));
        }
    }
    let single = |(number, owners): (String, BTreeSet<CustomerId>)| {
        let mut owners = owners.into_iter();
        owners.next().filter(|_| owners.next().is_none()).map(|owner| (number, owner))
    };
    Ok(owners.into_iter().filter_map(single).collect())
}
