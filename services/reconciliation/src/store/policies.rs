//! Policies of matching in their versions. [`insert`] and [`save`] write the row and its event.

pub mod trials;
pub mod window;

use std::collections::HashMap;

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::bulk::{among, keys_at_once};
use quittance_chassis::db::{OrFault, RowExt};
use quittance_chassis::{Emit, Tx};
use quittance_matching::record::{Overpayment, ShortPayment};
use quittance_types::{CustomerId, Fault, LegalEntityId, MatchPolicyId, Money, Page, PageRequest, Reason, Timestamp, Uuid};
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::entity::match_policy::{ActiveModel, Column, Entity, Model};
use super::entity::match_rule;
use super::{corrupt, known, money};
use crate::domain::policy::{Conditions, MatchPolicy, MatchRule, PolicyEvent, PolicyState, RuleAction, Thresholds, stale};
use crate::wire;

/// Stores the next version of a seller and publishes it.
///
/// # Errors
/// `CONFLICT_RETRY` when two are stored at once.
pub async fn insert(tx: &Tx, policy: &mut MatchPolicy) -> Result<(), Fault> {
    let newest = tx.find::<Entity>().filter(Column::SellerId.eq(seller(policy.legal_entity)));
    let newest = newest.order_by_desc(Column::Number).one(tx.conn()).await.or_fault()?;
    policy.version = newest.map_or(1, |newest| newest.number.saturating_add(1));
    let row = model(tx, policy)?.into_active_model().reset_all();
    let stored = Entity::insert(row).exec_without_returning(tx.conn()).await.or_fault();
    stored.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists => Fault::new(Reason::ConflictRetry, "Another version was stored at the same time. Try again."),
        _ => fault,
    })?;
    tx.insert_many::<match_rule::ActiveModel>(rule_models(tx, policy)?).await?;
    publish(tx, policy)
}

/// Writes a changed version and publishes it.
///
/// # Errors
/// `APPROVAL_STALE` when another one was activated at the same moment.
pub async fn save(tx: &Tx, policy: &mut MatchPolicy) -> Result<(), Fault> {
    policy.revision = policy.revision.saturating_add(1);
    let changed = ActiveModel {
        tenant_id: ActiveValue::Unchanged(tx.tenant().uuid()),
        match_policy_id: ActiveValue::Unchanged(id_of(policy)?.uuid()),
        state: ActiveValue::Set(policy.state.as_str().to_owned()),
        decided_by: ActiveValue::Set(policy.decided_by.clone()),
        why: ActiveValue::Set(policy.why.clone()),
        version: ActiveValue::Set(policy.revision),
        ..Default::default()
    };
    let saved = changed.update(tx.conn()).await.or_fault();
    saved.map_err(|fault| if fault.reason() == Reason::AlreadyExists { stale() } else { fault })?;
    publish(tx, policy)
}

fn publish(tx: &Tx, policy: &MatchPolicy) -> Result<(), Fault> {
    let id = id_of(policy)?;
    let message = pb::MatchPolicyChanged { match_policy: Some(wire::policies::policy(policy)) };
    tx.emit(Emit::public(id, id.uuid(), &message).because(policy.why.clone()));
    Ok(())
}

/// The version in force makes room for another.
///
/// # Errors
/// What the database says.
pub async fn supersede(tx: &Tx, legal_entity: Option<LegalEntityId>) -> Result<(), Fault> {
    let select =
        tx.find::<Entity>().filter(Column::SellerId.eq(seller(legal_entity))).filter(Column::State.eq(PolicyState::Active.as_str()));
    let rows = tx.lock(select).all(tx.conn()).await.or_fault()?;
    for mut policy in with_rules(tx, rows).await? {
        policy.state = policy.state.after(PolicyEvent::Supersede)?;
        save(tx, &mut policy).await?;
    }
    Ok(())
}

/// What is in force for a seller: its own policy, else that of every seller without one, else the built-in one (version 0).
///
/// # Errors
/// What the database says.
pub async fn active(tx: &Tx, legal_entity: Option<LegalEntityId>) -> Result<MatchPolicy, Fault> {
    let sellers = [seller(legal_entity), seller(None)];
    let select = tx.find::<Entity>().filter(Column::SellerId.is_in(sellers)).filter(Column::State.eq(PolicyState::Active.as_str()));
    let mut rows = select.all(tx.conn()).await.or_fault()?;
    rows.sort_by_key(|row| sellers.iter().position(|seller| *seller == row.seller_id));
    rows.truncate(1);
    match with_rules(tx, rows).await?.pop() {
        Some(policy) => Ok(policy),
        None => MatchPolicy::built_in(legal_entity),
    }
}

/// Sellers with a policy of their own in force.
///
/// # Errors
/// What the database says.
pub async fn with_own(tx: &Tx) -> Result<Vec<LegalEntityId>, Fault> {
    let sql = "SELECT seller_id FROM match_policy WHERE tenant_id = $1 AND state = 'active' AND seller_id <> $2 ORDER BY seller_id";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), Uuid::nil().into()]).await?;
    rows.iter().map(|row| Ok(LegalEntityId::new(row.value("seller_id")?))).collect()
}

/// A version.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, id: MatchPolicyId) -> Result<MatchPolicy, Fault> {
    one(tx, id, tx.find::<Entity>().filter(Column::MatchPolicyId.eq(id.uuid()))).await
}

/// A version, locked until the transaction ends.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load_for_update(tx: &Tx, id: MatchPolicyId) -> Result<MatchPolicy, Fault> {
    one(tx, id, tx.lock(tx.find::<Entity>().filter(Column::MatchPolicyId.eq(id.uuid())))).await
}

async fn one(tx: &Tx, id: MatchPolicyId, select: sea_orm::Select<Entity>) -> Result<MatchPolicy, Fault> {
    let row = select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?;
    with_rules(tx, vec![row]).await?.pop().ok_or_else(|| corrupt("a policy"))
}

/// Versions of a seller, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, legal_entity: Option<LegalEntityId>, page: &PageRequest) -> Result<Page<MatchPolicy>, Fault> {
    let mut select = tx.find::<Entity>().filter(Column::SellerId.eq(seller(legal_entity)));
    if let Some(after) = &page.after {
        let number = <[u8; 8]>::try_from(after.as_slice()).map_err(|_| Fault::internal("a page token of ours holds no place"))?;
        select = select.filter(Column::Number.lt(i64::from_be_bytes(number)));
    }
    let rows = select.order_by_desc(Column::Number).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = Page::cut(rows, page, |row| row.number.to_be_bytes().to_vec());
    Ok(Page { items: with_rules(tx, cut.items).await?, next: cut.next })
}

async fn with_rules(tx: &Tx, rows: Vec<Model>) -> Result<Vec<MatchPolicy>, Fault> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.match_policy_id).collect();
    let mut rules: HashMap<Uuid, Vec<match_rule::Model>> = HashMap::new();
    for chunk in ids.chunks(keys_at_once(tx)) {
        let select = tx.find::<match_rule::Entity>().filter(among(tx, match_rule::Column::MatchPolicyId, chunk));
        for rule in select.order_by_asc(match_rule::Column::Place).all(tx.conn()).await.or_fault()? {
            rules.entry(rule.match_policy_id).or_default().push(rule);
        }
    }
    rows.into_iter().map(|row| read(rules.remove(&row.match_policy_id).unwrap_or_default(), row)).collect()
}

/// The nil id stands for every seller without a policy of its own: unique indexes take NULLs for different.
fn seller(legal_entity: Option<LegalEntityId>) -> Uuid {
    legal_entity.map_or_else(Uuid::nil, LegalEntityId::uuid)
}

fn id_of(policy: &MatchPolicy) -> Result<MatchPolicyId, Fault> {
    policy.id.ok_or_else(|| Fault::internal("the built-in policy is not stored"))
}

fn model(tx: &Tx, policy: &MatchPolicy) -> Result<Model, Fault> {
    let thresholds = &policy.thresholds;
    Ok(Model {
        tenant_id: tx.tenant().uuid(),
        match_policy_id: id_of(policy)?.uuid(),
        seller_id: seller(policy.legal_entity),
        number: policy.version,
        state: policy.state.as_str().to_owned(),
        currency: thresholds.currency.code().to_owned(),
        bank_fee_max: thresholds.bank_fee_max.minor(),
        rounding_tolerance: thresholds.rounding_tolerance.minor(),
        write_off_max: thresholds.write_off_max.minor(),
        discount_grace_days: thresholds.discount_grace_days,
        fx_tolerance_bp: thresholds.fx_tolerance_bp,
        overpayment: overpayment(thresholds.overpayment).to_owned(),
        short_payment: short_payment(thresholds.short_payment).to_owned(),
        auto_ceiling: thresholds.auto_ceiling.map(Money::minor),
        minimum_confidence_ppm: thresholds.minimum_confidence_ppm,
        oldest_first_off: thresholds.oldest_first_off,
        proposed_by: policy.proposed_by.clone(),
        decided_by: policy.decided_by.clone(),
        why: policy.why.clone(),
        version: policy.revision,
        created_at: policy.created_at.micros(),
    })
}

fn rule_models(tx: &Tx, policy: &MatchPolicy) -> Result<Vec<match_rule::ActiveModel>, Fault> {
    let id = id_of(policy)?.uuid();
    let row = |(place, rule): (i32, &MatchRule)| {
        let conditions = &rule.conditions;
        let row = match_rule::Model {
            tenant_id: tx.tenant().uuid(),
            match_policy_id: id,
            place,
            name: rule.name.clone(),
            text_contains: conditions.text.clone(),
            counterparty_iban: conditions.iban.clone(),
            counterparty_name_contains: conditions.name.clone(),
            transaction_code: conditions.transaction_code.clone(),
            amount_at_least: conditions.at_least.map(Money::minor),
            amount_at_most: conditions.at_most.map(Money::minor),
            action: rule.action.as_str().to_owned(),
            customer_id: rule.action.customer().map(CustomerId::uuid),
        };
        row.into_active_model().reset_all()
    };
    Ok((0_i32..).zip(&policy.rules).map(row).collect())
}

fn read(rules: Vec<match_rule::Model>, row: Model) -> Result<MatchPolicy, Fault> {
    let amount = |minor| money(minor, &row.currency);
    let thresholds = Thresholds {
        currency: amount(0)?.currency(),
        bank_fee_max: amount(row.bank_fee_max)?,
        rounding_tolerance: amount(row.rounding_tolerance)?,
        write_off_max: amount(row.write_off_max)?,
        discount_grace_days: row.discount_grace_days,
        fx_tolerance_bp: row.fx_tolerance_bp,
        overpayment: parse(&row.overpayment, [Overpayment::OnAccount, Overpayment::Suggest], overpayment)?,
        short_payment: parse(&row.short_payment, [ShortPayment::ApplyAndKeepOpen, ShortPayment::Suggest], short_payment)?,
        auto_ceiling: row.auto_ceiling.map(amount).transpose()?,
        minimum_confidence_ppm: row.minimum_confidence_ppm,
        oldest_first_off: row.oldest_first_off,
    };
    Ok(MatchPolicy {
        id: Some(MatchPolicyId::new(row.match_policy_id)),
        legal_entity: Some(row.seller_id).filter(|seller| !seller.is_nil()).map(LegalEntityId::new),
        version: row.number,
        state: known(PolicyState::parse(&row.state), &row.state)?,
        rules: rules.into_iter().map(|rule| read_rule(rule, &row.currency)).collect::<Result<_, Fault>>()?,
        thresholds,
        proposed_by: row.proposed_by,
        decided_by: row.decided_by,
        why: row.why,
        revision: row.version,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

fn read_rule(row: match_rule::Model, currency: &str) -> Result<MatchRule, Fault> {
    let amount = |minor| money(minor, currency);
    Ok(MatchRule {
        action: known(RuleAction::parse(&row.action, row.customer_id.map(CustomerId::new)), &row.action)?,
        conditions: Conditions {
            text: row.text_contains,
            iban: row.counterparty_iban,
            name: row.counterparty_name_contains,
            transaction_code: row.transaction_code,
            at_least: row.amount_at_least.map(amount).transpose()?,
            at_most: row.amount_at_most.map(amount).transpose()?,
        },
        name: row.name,
    })
}

fn parse<T: Copy>(text: &str, all: [T; 2], name: fn(T) -> &'static str) -> Result<T, Fault> {
    known(all.into_iter().find(|value| name(*value) == text), text)
}

const fn overpayment(policy: Overpayment) -> &'static str {
    match policy {
        Overpayment::OnAccount => "on_account",
        Overpayment::Suggest => "suggest",
    }
}

const fn short_payment(policy: ShortPayment) -> &'static str {
    match policy {
        ShortPayment::ApplyAndKeepOpen => "apply",
        ShortPayment::Suggest => "suggest",
    }
}
