//! Versions of the credit policy.

use quittance_chassis::{db::OrFault, events::Emit, tx::Tx};
use quittance_types::{Currency, Fault, PolicyId, Reason};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{corrupt, entity::credit_policy, from_json, money, to_json};
use crate::domain::policy::{BeyondLimit, CreditPolicy, LimitFormula};
use crate::wire;

/// Stores a policy as the next version, and notes it in the audit trail.
///
/// # Errors
/// CONFLICT_RETRY when two are stored at once.
pub async fn insert(tx: &Tx, policy: &CreditPolicy) -> Result<(), Fault> {
    let row = credit_policy::Model {
        tenant_id: tx.tenant().uuid(),
        version: policy.version,
        id: policy.id.uuid(),
        name: policy.name.clone(),
        currency: policy.currency.code().to_owned(),
        minimum_score: policy.minimum_score,
        allowed_terms: to_json(&policy.allowed_terms)?,
        allowed_methods: to_json(&policy.allowed_methods)?,
        base_minor: policy.formula.base.minor(),
        per_score_point_minor: policy.formula.per_score_point.minor(),
        maximum_minor: policy.formula.maximum.minor(),
        beyond_limit: policy.beyond_limit.as_str().to_owned(),
        four_eyes_above_minor: policy.four_eyes_above.map(|threshold| threshold.minor()),
        reservation_days: policy.reservation_days,
        hold_when_overdue_days: policy.hold_when_overdue_days,
        created_at: tx.now().micros(),
    };
    let inserted = credit_policy::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.or_fault();
    inserted.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists => Fault::new(Reason::ConflictRetry, "Another policy was stored at the same time. Try again."),
        _ => fault,
    })?;
    tx.emit(Emit::internal(policy.id, policy.id.uuid(), &wire::policy(policy)));
    Ok(())
}

/// The active policy.
///
/// # Errors
/// POLICY_MISSING when none was ever stored.
pub async fn active(tx: &Tx) -> Result<CreditPolicy, Fault> {
    newest(tx)
        .await?
        .ok_or_else(|| Fault::new(Reason::PolicyMissing, "No credit policy is stored yet. Store one with PolicyService.PutPolicy."))
}

/// The newest version, if there is one.
///
/// # Errors
/// What the database says.
pub async fn newest(tx: &Tx) -> Result<Option<CreditPolicy>, Fault> {
    let select = tx.find::<credit_policy::Entity>().order_by_desc(credit_policy::Column::Version);
    select.one(tx.conn()).await.or_fault()?.map(from_row).transpose()
}

/// One version.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, version: i64) -> Result<CreditPolicy, Fault> {
    let select = tx.find::<credit_policy::Entity>().filter(credit_policy::Column::Version.eq(version));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| Fault::not_found("credit policy version", version))?)
}

fn from_row(row: credit_policy::Model) -> Result<CreditPolicy, Fault> {
    let amount = |minor| money(minor, &row.currency);
    Ok(CreditPolicy {
        id: PolicyId::new(row.id),
        version: row.version,
        name: row.name.clone(),
        currency: Currency::parse(&row.currency).map_err(|fault| corrupt(fault.message()))?,
        minimum_score: row.minimum_score,
        allowed_terms: from_json(&row.allowed_terms)?,
        allowed_methods: from_json(&row.allowed_methods)?,
        formula: LimitFormula {
            base: amount(row.base_minor)?,
            per_score_point: amount(row.per_score_point_minor)?,
            maximum: amount(row.maximum_minor)?,
        },
        beyond_limit: BeyondLimit::parse(&row.beyond_limit).ok_or_else(|| corrupt(&row.beyond_limit))?,
        four_eyes_above: row.four_eyes_above_minor.map(amount).transpose()?,
        reservation_days: row.reservation_days,
        hold_when_overdue_days: row.hold_when_overdue_days,
    })
}
