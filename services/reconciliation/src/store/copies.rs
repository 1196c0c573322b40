//! What other services own and we need to know: customers and sellers. Fed by events, never written back.

use std::collections::{BTreeSet, HashMap};

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, among, among_texts, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_types::{CustomerId, Fault, LegalEntityId, TimeZone, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{customer, customer_iban, legal_entity};
use crate::domain::keys::name_key;

/// A customer as credit tells of it.
#[derive(Clone, Debug)]
pub struct CustomerCopy {
    /// Who.
    pub id: CustomerId,
    /// Its parent, which may pay for it.
    pub parent: Option<CustomerId>,
    /// The seller's own number of it; may be empty.
    pub number: String,
    /// Registered name.
    pub legal_name: String,
    /// Its city; may be empty.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// VAT identification number; may be empty.
    pub vat_id: String,
    /// Accounts it pays from, in normal form.
    pub ibans: Vec<String>,
    /// Grows with every change.
    pub version: i64,
}

/// Takes a customer over, unless a newer version is known.
///
/// # Errors
/// What the database says.
pub async fn take_customer(tx: &Tx, copy: CustomerCopy) -> Result<(), Fault> {
    let known = tx.find::<customer::Entity>().filter(customer::Column::CustomerId.eq(copy.id.uuid()));
    let known = known.one(tx.conn()).await.or_fault()?;
    if known.as_ref().is_some_and(|known| known.version >= copy.version) {
        return Ok(());
    }
    let row = customer::Model {
        tenant_id: tx.tenant().uuid(),
        customer_id: copy.id.uuid(),
        parent_id: copy.parent.map(CustomerId::uuid),
        name_key: name_key(&copy.legal_name),
        legal_name: copy.legal_name,
        number: copy.number,
        city: copy.city,
        country: copy.country,
        vat_id: copy.vat_id,
        version: copy.version,
        changed_at: tx.now().micros(),
    };
    let row = row.into_active_model().reset_all();
    match known {
        None => customer::Entity::insert(row).exec_without_returning(tx.conn()).await.or_fault().map(drop)?,
        Some(_) => customer::Entity::update(row).exec(tx.conn()).await.or_fault().map(drop)?,
    }
    let old = "DELETE FROM customer_iban WHERE tenant_id = $1 AND customer_id = $2";
    tx.execute(old, vec![tx.tenant().uuid().into(), copy.id.uuid().into()]).await?;
    let mut ibans = copy.ibans;
    ibans.sort_unstable();
    ibans.dedup();
    let tenant_id = tx.tenant().uuid();
    let rows = ibans.into_iter().map(move |iban| {
        let row = customer_iban::Model { tenant_id, iban, customer_id: copy.id.uuid() };
        row.into_active_model().reset_all()
    });
    bulk::insert(tx, rows).await
}

/// Refuses a customer nobody has told us of.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn require_customer(tx: &Tx, id: CustomerId) -> Result<(), Fault> {
    let found = tx.find::<customer::Entity>().filter(customer::Column::CustomerId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    found.map(drop).ok_or_else(|| id.not_found())
}

/// Refuses a seller nobody has told us of.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn require_legal_entity(tx: &Tx, id: LegalEntityId) -> Result<(), Fault> {
    let known = tx.find::<legal_entity::Entity>().filter(legal_entity::Column::LegalEntityId.eq(id.uuid()));
    known.one(tx.conn()).await.or_fault()?.map(drop).ok_or_else(|| id.not_found())
}

/// Refuses customers of whom one is not known.
///
/// # Errors
/// `RESOURCE_NOT_FOUND` for the first that is not.
pub async fn require_customers(tx: &Tx, ids: &[CustomerId]) -> Result<(), Fault> {
    let mut missing: BTreeSet<CustomerId> = ids.iter().copied().collect();
    let wanted: Vec<Uuid> = missing.iter().map(|id| id.uuid()).collect();
    for chunk in wanted.chunks(keys_at_once(tx)) {
        let rows = tx.find::<customer::Entity>().filter(among(tx, customer::Column::CustomerId, chunk));
        for row in rows.all(tx.conn()).await.or_fault()? {
            missing.remove(&CustomerId::new(row.customer_id));
        }
    }
    missing.into_iter().next().map_or(Ok(()), |id| Err(id.not_found()))
}

/// Which customers pay from these accounts. An account of several customers is nobody's.
///
/// # Errors
/// What the database says.
pub async fn by_iban(tx: &Tx, ibans: &[String]) -> Result<HashMap<String, CustomerId>, Fault> {
    let mut owners = Owners::default();
    for chunk in ibans.chunks(keys_at_once(tx)) {
        let rows = tx.find::<customer_iban::Entity>().filter(among_texts(tx, customer_iban::Column::Iban, chunk));
        for row in rows.all(tx.conn()).await.or_fault()? {
            owners.add(row.iban, CustomerId::new(row.customer_id));
        }
    }
    Ok(owners.single())
}

#[derive(Default)]
struct Owners(HashMap<String, Option<CustomerId>>);

impl Owners {
    fn add(&mut self, key: String, owner: CustomerId) {
        self.0.entry(key).and_modify(|known| *known = known.filter(|known| *known == owner)).or_insert(Some(owner));
    }

    fn single(self) -> HashMap<String, CustomerId> {
        self.0.into_iter().filter_map(|(key, owner)| Some((key, owner?))).collect()
    }
}

/// When the newest word of a customer came; the beginning of time when there is none.
///
/// # Errors
/// What the database says.
pub async fn newest_at(tx: &Tx) -> Result<Timestamp, Fault> {
    let select = tx.find::<customer::Entity>().select_only().column(customer::Column::ChangedAt);
    let newest: Option<i64> = select.order_by_desc(customer::Column::ChangedAt).into_tuple().one(tx.conn()).await.or_fault()?;
    Ok(Timestamp::from_micros(newest.unwrap_or_default()))
}

/// Takes a seller over.
///
/// # Errors
/// What the database says.
pub async fn take_legal_entity(tx: &Tx, id: LegalEntityId, legal_name: String, zone: &TimeZone) -> Result<(), Fault> {
    let sql = "INSERT INTO legal_entity (tenant_id, legal_entity_id, legal_name, time_zone) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (tenant_id, legal_entity_id) DO UPDATE SET legal_name = excluded.legal_name, time_zone = excluded.time_zone";
    let values = vec![tx.tenant().uuid().into(), id.uuid().into(), legal_name.into(), zone.name().into()];
    tx.execute(sql, values).await.map(drop)
}

/// Names of customers.
///
/// # Errors
/// What the database says.
pub async fn names(tx: &Tx, customers: &[CustomerId]) -> Result<HashMap<CustomerId, String>, Fault> {
    let ids: Vec<Uuid> = customers.iter().map(|id| id.uuid()).collect();
    let mut names = HashMap::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let rows = tx.find::<customer::Entity>().filter(among(tx, customer::Column::CustomerId, chunk));
        names.extend(rows.all(tx.conn()).await.or_fault()?.into_iter().map(|row| (CustomerId::new(row.customer_id), row.legal_name)));
    }
    Ok(names)
}

/// The name of a seller; none while it is not known.
///
/// # Errors
/// What the database says.
pub async fn legal_name(tx: &Tx, id: LegalEntityId) -> Result<Option<String>, Fault> {
    let row =
        tx.find::<legal_entity::Entity>().filter(legal_entity::Column::LegalEntityId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    Ok(row.map(|row| row.legal_name))
}

/// The time zone of a seller; the tenant's for nobody's, and while it is not known.
///
/// # Errors
/// What the database says.
pub async fn zone_of(tx: &Tx, id: Option<LegalEntityId>) -> Result<TimeZone, Fault> {
    let Some(id) = id else { return Ok(tx.zone().clone()) };
    let row =
        tx.find::<legal_entity::Entity>().filter(legal_entity::Column::LegalEntityId.eq(id.uuid())).one(tx.conn()).await.or_fault()?;
    row.map_or_else(|| Ok(tx.zone().clone()), |row| TimeZone::parse(&row.time_zone))
}
