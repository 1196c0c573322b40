//! Strategies and their versions.

use std::collections::{BTreeSet, HashMap};

use quittance_chassis::{db::OrFault, events::Emit, tx::Tx};
use quittance_types::{Fault, Reason, StrategyId, Uuid};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{
    CHUNK,
    entity::{strategy, strategy_step},
    money,
};
use crate::{
    domain::{
        notice::Notice,
        strategy::{Step, Strategy},
    },
    wire,
};

/// Stores the next version of a segment's strategy and makes it the active one.
///
/// # Errors
/// CONFLICT_RETRY when two are stored at once.
pub async fn insert(tx: &Tx, strategy: &mut Strategy) -> Result<(), Fault> {
    let select = tx.find::<strategy::Entity>().filter(strategy::Column::Segment.eq(&strategy.segment));
    let newest = select.order_by_desc(strategy::Column::Version).one(tx.conn()).await.or_fault()?;
    strategy.version = newest.map_or(1, |newest| newest.version.saturating_add(1));
    let sql = "UPDATE strategy SET active = FALSE WHERE tenant_id = $1 AND segment = $2 AND active";
    tx.execute(sql, vec![tx.tenant().uuid().into(), strategy.segment.as_str().into()]).await?;
    let row = strategy::Model {
        tenant_id: tx.tenant().uuid(),
        id: strategy.id.uuid(),
        segment: strategy.segment.clone(),
        version: strategy.version,
        active: true,
        minimum_currency: strategy.minimum.map(|minimum| minimum.currency().code().to_owned()),
        minimum_minor: strategy.minimum.map(|minimum| minimum.minor()),
        contact_gap_days: strategy.contact_gap_days,
        created_by: tx.ctx().principal.actor(),
        created_at: tx.now().micros(),
    };
    let inserted = strategy::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.or_fault();
    inserted.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists => Fault::new(Reason::ConflictRetry, "Another strategy was stored at the same time. Try again."),
        _ => fault,
    })?;
    tx.insert_many::<strategy_step::ActiveModel>(steps_to_rows(tx, strategy)).await?;
    tx.emit(Emit::internal(strategy.id, strategy.id.uuid(), &wire::strategy(strategy)));
    Ok(())
}

fn steps_to_rows(tx: &Tx, strategy: &Strategy) -> Vec<strategy_step::ActiveModel> {
    let row = |step: &Step| strategy_step::Model {
        tenant_id: tx.tenant().uuid(),
        strategy_id: strategy.id.uuid(),
        level: step.level,
        days_past_due: step.days_past_due,
        template: step.template.clone(),
        subject: step.subject.clone(),
    };
    strategy.steps.iter().map(row).map(IntoActiveModel::into_active_model).collect()
}

/// The active strategies, by segment.
///
/// # Errors
/// What the database says.
pub async fn active(tx: &Tx) -> Result<Vec<Strategy>, Fault> {
    let select = tx.find::<strategy::Entity>().filter(strategy::Column::Active.eq(true)).order_by_asc(strategy::Column::Segment);
    with_steps(tx, select.all(tx.conn()).await.or_fault()?).await
}

/// The active strategy of a segment.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, segment: &str) -> Result<Strategy, Fault> {
    let select = tx.find::<strategy::Entity>().filter(strategy::Column::Active.eq(true)).filter(strategy::Column::Segment.eq(segment));
    let row = select.one(tx.conn()).await.or_fault()?.ok_or_else(|| Fault::not_found("strategy", segment))?;
    with_steps(tx, vec![row]).await?.pop().ok_or_else(|| super::corrupt("a strategy"))
}

/// The versions that notices follow, old ones too.
///
/// # Errors
/// What the database says.
pub async fn of_notices(tx: &Tx, notices: &[Notice]) -> Result<HashMap<StrategyId, Strategy>, Fault> {
    let ids: BTreeSet<StrategyId> = notices.iter().map(|notice| notice.strategy).collect();
    let select = tx.find::<strategy::Entity>().filter(strategy::Column::Id.is_in(ids.into_iter().map(StrategyId::uuid)));
    let strategies = with_steps(tx, select.all(tx.conn()).await.or_fault()?).await?;
    Ok(strategies.into_iter().map(|strategy| (strategy.id, strategy)).collect())
}

async fn with_steps(tx: &Tx, rows: Vec<strategy::Model>) -> Result<Vec<Strategy>, Fault> {
    let mut steps: HashMap<Uuid, Vec<Step>> = HashMap::new();
    for chunk in rows.chunks(CHUNK) {
        let select = tx
            .find::<strategy_step::Entity>()
            .filter(strategy_step::Column::StrategyId.is_in(chunk.iter().map(|row| row.id)))
            .order_by_asc(strategy_step::Column::Level);
        for row in select.all(tx.conn()).await.or_fault()? {
            let step = Step { level: row.level, days_past_due: row.days_past_due, template: row.template, subject: row.subject };
            steps.entry(row.strategy_id).or_default().push(step);
        }
    }
    rows.into_iter().map(|row| from_row(&row, steps.remove(&row.id).unwrap_or_default())).collect()
}

fn from_row(row: &strategy::Model, steps: Vec<Step>) -> Result<Strategy, Fault> {
    let minimum = row.minimum_minor.zip(row.minimum_currency.as_deref()).map(|(minor, currency)| money(minor, currency));
    Ok(Strategy {
        id: StrategyId::new(row.id),
        segment: row.segment.clone(),
        version: row.version,
        steps,
        minimum: minimum.transpose()?,
        contact_gap_days: row.contact_gap_days,
    })
}
