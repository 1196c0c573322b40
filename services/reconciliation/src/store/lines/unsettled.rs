//! The lines that are not applied, kept by state beside the lines: see `0009_line_state.sql`.

use quittance_chassis::Tx;
use quittance_chassis::bulk::{self, among, keys_at_once};
use quittance_chassis::db::OrFault;
use quittance_chassis::stored::Binds;
use quittance_types::{BankLineId, Fault, Uuid};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, JoinType, QueryFilter, QuerySelect, RelationTrait, Select};

use crate::domain::line::{BankLine, LineState};
use crate::store::entity::bank_line;
use crate::store::entity::unsettled_line::{ActiveModel, Column, Entity, Model};

/// The lines that are not applied, each joined with its state.
pub(super) fn unsettled(tx: &Tx) -> Select<bank_line::Entity> {
    let of_tenant = Column::TenantId.eq(tx.tenant().uuid());
    tx.find::<bank_line::Entity>().join(JoinType::InnerJoin, bank_line::Relation::Unsettled.def()).filter(of_tenant)
}

/// Lines that are stored with these states.
pub(super) async fn insert(tx: &Tx, lines: &[BankLine]) -> Result<(), Fault> {
    let unsettled = lines.iter().filter(|line| line.state != LineState::Applied).map(|line| {
        let model = Model {
            tenant_id: tx.tenant().uuid(),
            bank_line_id: line.id.uuid(),
            state: line.state.as_str().to_owned(),
            booked_on: line.movement.booked_on.days(),
        };
        model.into_active_model().reset_all()
    });
    bulk::insert(tx, unsettled.collect::<Vec<ActiveModel>>()).await
}

/// Lines that have these states now.
pub(super) async fn follow(tx: &Tx, changes: &[(BankLineId, LineState)]) -> Result<(), Fault> {
    let (applied, others): (Vec<_>, Vec<_>) = changes.iter().partition(|(_, state)| *state == LineState::Applied);
    let ids = |changes: Vec<&(BankLineId, LineState)>| changes.into_iter().map(|(id, _)| id.uuid()).collect::<Vec<Uuid>>();
    remove(tx, &ids(applied)).await?;
    for chunk in ids(others).chunks(keys_at_once(tx)) {
        let mut binds = Binds::new(tx);
        let named = binds.list(chunk.iter().copied());
        let sql = format!(
            "INSERT INTO unsettled_line (tenant_id, bank_line_id, state, booked_on) \
             SELECT tenant_id, bank_line_id, state, booked_on FROM bank_line WHERE tenant_id = $1 AND bank_line_id IN ({named}) \
             ORDER BY bank_line_id ON CONFLICT (tenant_id, bank_line_id) DO UPDATE SET state = excluded.state"
        );
        tx.execute(&sql, binds.values()).await?;
    }
    Ok(())
}

/// Lines that are applied, or gone.
pub(super) async fn remove(tx: &Tx, ids: &[Uuid]) -> Result<(), Fault> {
    for chunk in ids.chunks(keys_at_once(tx)) {
        let delete = Entity::delete_many().filter(Column::TenantId.eq(tx.tenant().uuid()));
        delete.filter(among(tx, Column::BankLineId, chunk)).exec(tx.conn()).await.or_fault()?;
    }
    Ok(())
}
