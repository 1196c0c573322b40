//! Gapless numbers.

use quittance_chassis::bulk;
use quittance_chassis::db::{OrFault, RowExt};
use quittance_chassis::tx::Tx;
use quittance_types::{Fault, LegalEntityId};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::corrupt;
use super::entity::number_series;
use crate::domain::number::SeriesKind;
use sea_orm::IntoActiveModel;

/// A series and the number it gives out next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// What it numbers.
    pub kind: SeriesKind,
    /// Of which year.
    pub year: i32,
    /// 1 when nothing was numbered yet.
    pub next: i64,
}

/// Opens the series of a new seller.
///
/// # Errors
/// What the database says.
pub async fn open(tx: &Tx, entity: LegalEntityId, year: i32) -> Result<(), Fault> {
    let rows = SeriesKind::ALL.map(|kind| {
        let row = number_series::Model {
            tenant_id: tx.tenant().uuid(),
            legal_entity_id: entity.uuid(),
            kind: kind.as_str().to_owned(),
            year,
            next: 1,
        };
        row.into_active_model()
    });
    bulk::insert(tx, rows.to_vec()).await
}

/// Takes `count` numbers and returns the first. The row stays locked until the transaction ends: take numbers as late as
/// possible, and of several series in the order of kind and year. A rollback gives them back.
///
/// # Errors
/// What the database says.
pub async fn take(tx: &Tx, entity: LegalEntityId, kind: SeriesKind, year: i32, count: i64) -> Result<i64, Fault> {
    let sql = "INSERT INTO number_series (tenant_id, legal_entity_id, kind, year, next) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (tenant_id, legal_entity_id, kind, year) DO UPDATE SET next = number_series.next + $6 RETURNING next";
    let first_use = count.saturating_add(1);
    let values = vec![tx.tenant().uuid().into(), entity.uuid().into(), kind.as_str().into(), year.into(), first_use.into(), count.into()];
    let row = tx.one(sql, values).await?.ok_or_else(|| corrupt("no series"))?;
    let next: i64 = row.value("next")?;
    Ok(next.saturating_sub(count))
}

/// The series of a seller, newest year first.
///
/// # Errors
/// What the database says.
pub async fn list(tx: &Tx, entity: LegalEntityId) -> Result<Vec<Series>, Fault> {
    let select = tx.find::<number_series::Entity>().filter(number_series::Column::LegalEntityId.eq(entity.uuid()));
    let select = select.order_by_desc(number_series::Column::Year).order_by_asc(number_series::Column::Kind);
    let rows = select.all(tx.conn()).await.or_fault()?;
    let read = |row: number_series::Model| {
        let kind = SeriesKind::parse(&row.kind).ok_or_else(|| corrupt(&row.kind))?;
        Ok(Series { kind, year: row.year, next: row.next })
    };
    rows.into_iter().map(read).collect()
}
