//! Sellers.

use quittance_chassis::Emit;
use quittance_chassis::db::OrFault;
use quittance_chassis::tx::Tx;
use quittance_types::{Fault, LegalEntityId, Page, PageRequest, Reason, TimeZone, Timestamp};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::legal_entity;
use super::{corrupt, currency};
use crate::domain::legal_entity::LegalEntity;
use crate::wire;

/// Stores a new seller and publishes LegalEntityChanged.
///
/// # Errors
/// DUPLICATE_EXTERNAL_ID when the code is taken.
pub async fn insert(tx: &Tx, entity: &LegalEntity) -> Result<(), Fault> {
    let row = legal_entity::Model {
        tenant_id: tx.tenant().uuid(),
        legal_entity_id: entity.id.uuid(),
        code: entity.code.clone(),
        legal_name: entity.legal_name.clone(),
        country: entity.country.clone(),
        vat_id: entity.vat_id.clone(),
        currency: entity.currency.code().to_owned(),
        time_zone: entity.time_zone.name().to_owned(),
        iban: entity.iban.clone(),
        created_at: entity.created_at.micros(),
    };
    let inserted = row.into_active_model().reset_all().insert(tx.conn()).await.or_fault();
    inserted.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists => code_taken(&entity.code),
        _ => fault,
    })?;
    tx.emit(Emit::public(entity.id, entity.id.uuid(), &wire::legal_entity_changed(entity)));
    Ok(())
}

fn code_taken(code: &str) -> Fault {
    Fault::new(Reason::DuplicateExternalId, format!("another seller has the code {code}")).field("legal_entity.code")
}

/// One seller.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: LegalEntityId) -> Result<LegalEntity, Fault> {
    let select = tx.find::<legal_entity::Entity>().filter(legal_entity::Column::LegalEntityId.eq(id.uuid()));
    let row = select.one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| id.not_found())?)
}

/// Sellers in order of creation.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<LegalEntity>, Fault> {
    let mut select = tx.find::<legal_entity::Entity>();
    if let Some(after) = &request.after {
        let after = Uuid::from_slice(after).map_err(corrupt)?;
        select = select.filter(legal_entity::Column::LegalEntityId.gt(after));
    }
    let select = select.order_by_asc(legal_entity::Column::LegalEntityId).limit(request.fetch_limit());
    let rows = select.all(tx.conn()).await.or_fault()?;
    let page = Page::cut(rows, request, |row| row.legal_entity_id.as_bytes().to_vec());
    let items = page.items.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

fn read(row: legal_entity::Model) -> Result<LegalEntity, Fault> {
    Ok(LegalEntity {
        id: LegalEntityId::new(row.legal_entity_id),
        code: row.code,
        legal_name: row.legal_name,
        country: row.country,
        vat_id: row.vat_id,
        currency: currency(&row.currency)?,
        time_zone: TimeZone::parse(&row.time_zone).map_err(|fault| corrupt(fault.message()))?,
        iban: row.iban,
        created_at: Timestamp::from_micros(row.created_at),
    })
}
