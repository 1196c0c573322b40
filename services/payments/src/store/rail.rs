//! The simulated rail: what a payment provider would answer, from books of its own. It is asked under the payment's id,
//! so asking twice moves money once.

use std::collections::HashMap;

use quittance_chassis::{
    db::{OrFault, RowExt},
    tx::Tx,
};
use quittance_types::{BusinessDate, Fault, Money, PaymentId, Reason};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{corrupt, entity::rail_transaction};
use crate::domain::{payment::Payment, script::Script};

/// What the rail says of a payment on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Taken; the outcome will be known later.
    Pending,
    /// The money moved.
    Settled(BusinessDate),
    /// Refused, with a code.
    Failed(String),
    /// It moved and came back, with a code.
    Returned(BusinessDate, String),
    /// Nothing is known under this id: it never arrived.
    NeverSeen,
}

/// What came back from submitting: the answer, or nothing because it was lost on the way.
pub type Reply = Option<Answer>;

/// Hands a payment to the rail, once: a second call finds the first one's transaction.
///
/// # Errors
/// PAYMENT_METHOD_INVALID; what the database says.
pub async fn submit(tx: &Tx, payment: &Payment, token: &str) -> Result<Reply, Fault> {
    let script = Script::parse(token)?;
    let day = payment.created_on;
    let (outcome, code, settle_on, return_on) = match &script {
        Script::Succeed | Script::Timeout => ("settle", "", day, None),
        Script::Pend(days) => ("settle", "", day.plus_days(*days)?, None),
        Script::Fail(code) => ("fail", code.as_str(), day, None),
        Script::Return(days, code) => ("settle", code.as_str(), day, Some(day.plus_days(*days)?.days())),
    };
    let sql = "INSERT INTO rail_transaction (tenant_id, payment_id, currency, amount_minor, outcome, code, settle_on, return_on) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, payment_id) DO NOTHING";
    let values = vec![
        tx.tenant().uuid().into(),
        payment.id.uuid().into(),
        payment.amount.currency().code().into(),
        payment.amount.minor().into(),
        outcome.into(),
        code.into(),
        settle_on.days().into(),
        return_on.into(),
    ];
    tx.execute(sql, values).await?;
    if script == Script::Timeout {
        return Ok(None);
    }
    ask(tx, payment.id, day).await.map(Some)
}

/// Asks what became of a payment as of a day.
///
/// # Errors
/// What the database says.
pub async fn ask(tx: &Tx, id: PaymentId, as_of: BusinessDate) -> Result<Answer, Fault> {
    Ok(ask_all(tx, &[id], as_of).await?.remove(&id).unwrap_or(Answer::NeverSeen))
}

/// Asks about many payments at once; one that never arrived is not in the answer.
///
/// # Errors
/// What the database says.
pub async fn ask_all(tx: &Tx, ids: &[PaymentId], as_of: BusinessDate) -> Result<HashMap<PaymentId, Answer>, Fault> {
    let ids = ids.iter().map(|id| id.uuid());
    let select = tx.find::<rail_transaction::Entity>().filter(rail_transaction::Column::PaymentId.is_in(ids));
    let rows = select.all(tx.conn()).await.or_fault()?;
    rows.into_iter().map(|row| Ok((PaymentId::new(row.payment_id), answer(row, as_of)?))).collect()
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
