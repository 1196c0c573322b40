//! The simulated rail: what a payment provider would answer, from books of its own. It is asked under the payment's id,
//! so asking twice moves money once.

use std::collections::HashMap;

use quittance_chassis::{
    db::{OrFault, RowExt},
    tx::Tx,
};
use quittance_types::{BusinessDate, Fault, Money, PaymentId, Reason};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};

use super::{corrupt, entity::rail_transaction};
use crate::domain::{
    payment::{Answer, Payment},
    script::Script,
};

/// What came back from submitting: the answer, or nothing because it was lost on the way.
pub type Reply = Option<Answer>;

/// Hands payments with their tokens to the rail, each once: a second call finds the first one's transaction.
///
/// # Errors
/// PAYMENT_METHOD_INVALID; what the database says.
pub async fn submit(tx: &Tx, payments: &[(Payment, String)]) -> Result<HashMap<PaymentId, Reply>, Fault> {
    let (mut rows, mut lost) = (Vec::with_capacity(payments.len()), Vec::with_capacity(payments.len()));
    for (payment, token) in payments {
        let script = Script::parse(token)?;
        rows.push(transaction(tx, payment, &script)?.into_active_model().reset_all());
        lost.push(script == Script::Timeout);
    }
    if !rows.is_empty() {
        let key = [rail_transaction::Column::TenantId, rail_transaction::Column::PaymentId];
        let once = OnConflict::columns(key).do_nothing().to_owned();
        rail_transaction::Entity::insert_many(rows).on_conflict(once).exec_without_returning(tx.conn()).await.or_fault()?;
    }
    let mut taken = books(tx, &payments.iter().map(|(payment, _)| payment.id).collect::<Vec<_>>()).await?;
    let mut replies = HashMap::with_capacity(payments.len());
    for ((payment, _), lost) in payments.iter().zip(lost) {
        let row = taken.remove(&payment.id).filter(|_| !lost);
        replies.insert(payment.id, row.map(|row| answer(row, payment.created_on)).transpose()?);
    }
    Ok(replies)
}

fn transaction(tx: &Tx, payment: &Payment, script: &Script) -> Result<rail_transaction::Model, Fault> {
    let day = payment.created_on;
    let (outcome, code, settle_on, return_on) = match script {
        Script::Succeed | Script::Timeout => ("settle", "", day, None),
        Script::Pend(days) => ("settle", "", day.plus_days(*days)?, None),
        Script::Fail(code) => ("fail", code.as_str(), day, None),
        Script::Return(days, code) => ("settle", code.as_str(), day, Some(day.plus_days(*days)?.days())),
    };
    Ok(rail_transaction::Model {
        tenant_id: tx.tenant().uuid(),
        payment_id: payment.id.uuid(),
        currency: payment.amount.currency().code().to_owned(),
        amount_minor: payment.amount.minor(),
        refunded_minor: 0,
        outcome: outcome.to_owned(),
        code: code.to_owned(),
        settle_on: settle_on.days(),
        return_on,
    })
}

/// Asks about many payments at once; one that never arrived is not in the answer.
///
/// # Errors
/// What the database says.
pub async fn ask_all(tx: &Tx, ids: &[PaymentId], as_of: BusinessDate) -> Result<HashMap<PaymentId, Answer>, Fault> {
    books(tx, ids).await?.into_iter().map(|(id, row)| Ok((id, answer(row, as_of)?))).collect()
}

async fn books(tx: &Tx, ids: &[PaymentId]) -> Result<HashMap<PaymentId, rail_transaction::Model>, Fault> {
    let ids = ids.iter().map(|id| id.uuid());
    let select = tx.find::<rail_transaction::Entity>().filter(rail_transaction::Column::PaymentId.is_in(ids));
    let rows = select.all(tx.conn()).await.or_fault()?;
    Ok(rows.into_iter().map(|row| (PaymentId::new(row.payment_id), row)).collect())
}

fn answer(row: rail_transaction::Model, as_of: BusinessDate) -> Result<Answer, Fault> {
    let day = |days| BusinessDate::from_days(days).map_err(|fault| corrupt(fault.message()));
    Ok(match (row.outcome.as_str(), row.return_on) {
        ("settle", Some(return_on)) if return_on <= as_of.days() => Answer::Returned(day(return_on)?, row.code),
        ("settle", _) if row.settle_on <= as_of.days() => Answer::Settled(day(row.settle_on)?),
        ("settle", _) => Answer::Pending,
        _ => Answer::Failed(row.code),
    })
}

/// Payments without an outcome the rail has something to say of by a day: those it was never asked about, and those whose
/// day has come. The others wait, however many they are, without being asked about.
///
/// # Errors
/// What the database says.
pub async fn news_of(tx: &Tx, as_of: BusinessDate, limit: i64) -> Result<Vec<PaymentId>, Fault> {
    let sql = "SELECT p.id FROM payment p LEFT JOIN rail_transaction r ON r.tenant_id = p.tenant_id AND r.payment_id = p.id \
               WHERE p.tenant_id = $1 AND p.state IN ('created', 'pending', 'unknown') \
               AND (p.state <> 'pending' OR r.payment_id IS NULL OR r.outcome <> 'settle' OR r.settle_on <= $2) \
               ORDER BY p.id LIMIT $3";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), as_of.days().into(), limit.into()]).await?;
    rows.iter().map(|row| Ok(PaymentId::new(row.value("id")?))).collect()
}

/// Settled payments the rail reports as returned by a day and we do not yet know to be, also those refunded in part.
///
/// # Errors
/// What the database says.
pub async fn returned_by(tx: &Tx, as_of: BusinessDate, limit: i64) -> Result<Vec<PaymentId>, Fault> {
    let sql = "SELECT r.payment_id FROM rail_transaction r JOIN payment p ON p.tenant_id = r.tenant_id AND p.id = r.payment_id \
               WHERE r.tenant_id = $1 AND r.return_on <= $2 AND r.outcome = 'settle' AND p.state IN ('settled', 'partly_refunded') \
               ORDER BY r.payment_id LIMIT $3";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), as_of.days().into(), limit.into()]).await?;
    rows.iter().map(|row| Ok(PaymentId::new(row.value("payment_id")?))).collect()
}

/// Takes a payment back that has not moved yet. One that never arrived is entered as cancelled, so that it stays so when
/// the request that made it arrives late.
///
/// # Errors
/// ILLEGAL_TRANSITION when the money has moved.
pub async fn cancel(tx: &Tx, payment: &Payment, as_of: BusinessDate) -> Result<(), Fault> {
    let sql = "INSERT INTO rail_transaction (tenant_id, payment_id, currency, amount_minor, outcome, code, settle_on) \
               VALUES ($1, $2, $4, $5, 'cancelled', '', $3) ON CONFLICT (tenant_id, payment_id) \
               DO UPDATE SET outcome = 'cancelled' WHERE rail_transaction.settle_on > $3";
    let values = vec![
        tx.tenant().uuid().into(),
        payment.id.uuid().into(),
        as_of.days().into(),
        payment.amount.currency().code().into(),
        payment.amount.minor().into(),
    ];
    if tx.execute(sql, values).await? == 1 {
        return Ok(());
    }
    let fault = Fault::new(Reason::IllegalTransition, "The rail has already taken this payment. Refund it instead.");
    Err(fault.with("from", "settled").with("to", "cancelled"))
}

/// Gives money back over the rail it came by.
///
/// # Errors
/// What the database says.
pub async fn refund(tx: &Tx, id: PaymentId, amount: Money) -> Result<(), Fault> {
    let sql = "UPDATE rail_transaction SET refunded_minor = refunded_minor + $3 WHERE tenant_id = $1 AND payment_id = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), amount.minor().into()]).await.map(drop)
}
