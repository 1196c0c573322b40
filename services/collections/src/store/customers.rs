//! The copy of credit's customers, and contact with them.

use std::collections::HashMap;

use quittance_api::collections::v1::{ContactPause, ContactPaused};
use quittance_chassis::{bulk, db::OrFault, events::Emit, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, Uuid};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{date, entity::customer, to_json};
use crate::domain::{contact::Contact, dunning::DunningRun, selection::Reach};

/// What credit says of a customer.
pub struct CustomerCopy {
    /// Identifier.
    pub id: CustomerId,
    /// Registered name.
    pub legal_name: String,
    /// Currency of the account.
    pub currency: String,
    /// Collections segment.
    pub segment: String,
    /// People.
    pub contacts: Vec<Contact>,
    /// Grows with every change.
    pub version: i64,
}

/// Takes over a customer unless a newer version is known. What we remember of contact stays.
///
/// # Errors
/// What the database says.
pub async fn remember(tx: &Tx, copy: &CustomerCopy) -> Result<(), Fault> {
    let sql = "INSERT INTO customer (tenant_id, id, legal_name, currency, segment, contacts, version) VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (tenant_id, id) DO UPDATE SET legal_name = excluded.legal_name, segment = excluded.segment, \
               contacts = excluded.contacts, version = excluded.version WHERE customer.version <= excluded.version";
    let values = vec![
        tx.tenant().uuid().into(),
        copy.id.uuid().into(),
        copy.legal_name.as_str().into(),
        copy.currency.as_str().into(),
        copy.segment.as_str().into(),
        to_json(&copy.contacts)?.into(),
        copy.version.into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// Locks a customer until the transaction ends; says whether credit has told of it. Whoever is about to change what an
/// issue looks at takes this lock before any invoice.
///
/// # Errors
/// What the database says.
pub async fn lock(tx: &Tx, id: CustomerId) -> Result<bool, Fault> {
    let select = tx.lock(tx.find::<customer::Entity>().filter(customer::Column::Id.eq(id.uuid())));
    Ok(select.one(tx.conn()).await.or_fault()?.is_some())
}

/// When customers may be written to. They are locked until the transaction ends, in order of id: pauses, promises, disputes
/// and other runs take this lock too, so they wait or have been seen.
///
/// # Errors
/// What the database says.
pub async fn reach_for_update(tx: &Tx, ids: &[Uuid]) -> Result<HashMap<CustomerId, Reach>, Fault> {
    let select = tx.find::<customer::Entity>().filter(bulk::among(tx, customer::Column::Id, ids)).order_by_asc(customer::Column::Id);
    let select = select.select_only().columns([customer::Column::Id, customer::Column::PausedUntil, customer::Column::NoticedOn]);
    let rows: Vec<(Uuid, Option<i32>, Option<i32>)> = tx.lock(select).into_tuple().all(tx.conn()).await.or_fault()?;
    let reach = |(id, paused_until, noticed_on): (Uuid, Option<i32>, Option<i32>)| {
        let reach = Reach { paused_until: paused_until.map(date).transpose()?, noticed_on: noticed_on.map(date).transpose()? };
        Ok((CustomerId::new(id), reach))
    };
    rows.into_iter().map(reach).collect()
}

/// Remembers that the customers of a run's queued notices are being written to.
///
/// # Errors
/// What the database says.
pub async fn noticed(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    let sql = "UPDATE customer SET noticed_on = $3 WHERE tenant_id = $1 AND id IN (\
               SELECT n.customer_id FROM notice n WHERE n.tenant_id = $1 AND n.run_id = $2 AND n.state = 'queued')";
    tx.execute(sql, vec![tx.tenant().uuid().into(), run.id.uuid().into(), run.as_of.days().into()]).await.map(drop)
}

/// Stops contact until a day and publishes ContactPaused.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn pause(tx: &Tx, id: CustomerId, until: BusinessDate, why: &str) -> Result<ContactPause, Fault> {
    if !lock(tx, id).await? {
        return Err(id.not_found());
    }
    let sql = "UPDATE customer SET paused_until = $3, pause_why = $4 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), until.days().into(), why.into()]).await?;
    let pause = ContactPause { customer_id: id.to_string(), until: Some(quittance_api::convert::date_to_wire(until)), why: why.to_owned() };
    tx.emit(Emit::public(id, id.uuid(), &ContactPaused { pause: Some(pause.clone()) }).because(why));
    Ok(pause)
}
