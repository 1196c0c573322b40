//! Reservations, each with the decision that made it.

use quittance_api::convert::date_to_wire;
use quittance_api::credit::v1::{CreditDecided, ReservationCommitted, ReservationHeld, ReservationReleased};
use quittance_chassis::{bulk, db::OrFault, events::Emit, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, Reason, ReservationId, Uuid};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::{corrupt, entity::reservation, from_json, money, to_json};
use crate::domain::{
    decision::{Decision, RuleOutcome},
    exposure::Exposure,
    reservation::{Reservation, ReservationState},
};
use crate::wire;

/// The figures a decision saw, in minor units of the reservation's currency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenExposure {
    /// None when no limit was set.
    pub limit: Option<i64>,
    /// Held by other reservations.
    pub ordered: i64,
    /// Open and not due.
    pub not_due: i64,
    /// Open past due.
    pub overdue: i64,
    /// Disputed part.
    pub disputed: i64,
    /// Cash not applied.
    pub unapplied: i64,
    /// Days past due of the oldest open item.
    pub oldest_overdue_days: i32,
    /// 0 to 100.
    pub score: Option<i32>,
}

impl From<&Exposure> for SeenExposure {
    fn from(exposure: &Exposure) -> Self {
        Self {
            limit: exposure.limit.map(|limit| limit.minor()),
            ordered: exposure.ordered.minor(),
            not_due: exposure.not_due.minor(),
            overdue: exposure.overdue.minor(),
            disputed: exposure.disputed.minor(),
            unapplied: exposure.unapplied.minor(),
            oldest_overdue_days: exposure.oldest_overdue_days,
            score: exposure.score,
        }
    }
}

/// A decided reservation about to be stored.
pub struct Decided {
    /// The handle of whoever asked for it: its events name that request.
    pub by: Tx,
    /// The reservation.
    pub reservation: Reservation,
    /// The rules that decided.
    pub rules: Vec<RuleOutcome>,
    /// What they saw.
    pub seen: Exposure,
    /// The day it was decided on.
    pub on: BusinessDate,
}

impl Decided {
    fn row(&self) -> Result<reservation::Model, Fault> {
        let reservation = &self.reservation;
        Ok(reservation::Model {
            tenant_id: self.by.tenant().uuid(),
            id: reservation.id.uuid(),
            customer_id: reservation.customer.uuid(),
            order_id: reservation.order_id.clone(),
            currency: reservation.amount.currency().code().to_owned(),
            amount_minor: reservation.amount.minor(),
            held_minor: reservation.held.minor(),
            committed_minor: reservation.committed.minor(),
            state: reservation.state.as_str().to_owned(),
            decision: reservation.decision.as_str().to_owned(),
            rules: to_json(&self.rules)?,
            exposure: to_json(&SeenExposure::from(&self.seen))?,
            expires_on: reservation.expires_on.days(),
            policy_version: reservation.policy_version,
            requested_by: reservation.requested_by.clone(),
            version: reservation.version,
            created_at: self.by.now().micros(),
        })
    }

    fn publish(&self) {
        let (reservation, key) = (&self.reservation, self.reservation.customer.uuid());
        let wire = Some(wire::reservation(reservation));
        self.by.emit(Emit::public(reservation.id, key, &CreditDecided { reservation: wire.clone() }));
        if reservation.state == ReservationState::Held {
            self.by.emit(Emit::public(reservation.id, key, &ReservationHeld { reservation: wire, held_on: Some(date_to_wire(self.on)) }));
        }
    }
}

/// Stores decided reservations with their rules and what they saw, by one statement, and publishes the decisions.
///
/// # Errors
/// RESERVATION_EXISTS when an order already has one.
pub async fn insert(tx: &Tx, decided: &[Decided]) -> Result<(), Fault> {
    let rows: Vec<_> = decided.iter().map(Decided::row).collect::<Result<_, Fault>>()?;
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).collect();
    tx.insert_many::<reservation::ActiveModel>(rows).await.map_err(|fault| match fault.reason() {
        Reason::AlreadyExists => {
            Fault::new(Reason::ReservationExists, "This order already has a reservation. Read it, or release it first.")
        }
        _ => fault,
    })?;
    decided.iter().for_each(Decided::publish);
    Ok(())
}

const CHANGED: bulk::Target<'static, reservation::Column> = bulk::Target {
    key: reservation::Column::Id,
    set: &[
        reservation::Column::HeldMinor,
        reservation::Column::CommittedMinor,
        reservation::Column::State,
        reservation::Column::Decision,
        reservation::Column::ExpiresOn,
        reservation::Column::Version,
    ],
    keep: &[],
};

/// Writes changed reservations by one statement and publishes what the state of each says.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, changed: &mut [Reservation], on: BusinessDate) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(changed.len());
    for reservation in &mut *changed {
        reservation.version = reservation.version.saturating_add(1);
        rows.push(reservation::ActiveModel {
            id: Set(reservation.id.uuid()),
            held_minor: Set(reservation.held.minor()),
            committed_minor: Set(reservation.committed.minor()),
            state: Set(reservation.state.as_str().to_owned()),
            decision: Set(reservation.decision.as_str().to_owned()),
            expires_on: Set(reservation.expires_on.days()),
            version: Set(reservation.version),
            ..Default::default()
        });
    }
    bulk::update(tx, rows, CHANGED).await?;
    changed.iter().for_each(|reservation| publish(tx, reservation, on));
    Ok(())
}

fn publish(tx: &Tx, reservation: &Reservation, on: BusinessDate) {
    let (wire, day) = (Some(wire::reservation(reservation)), Some(date_to_wire(on)));
    let (subject, key) = (reservation.id, reservation.customer.uuid());
    tx.emit(match reservation.state {
        ReservationState::Held if reservation.committed.is_zero() => {
            Emit::public(subject, key, &ReservationHeld { reservation: wire, held_on: day })
        }
        ReservationState::Held | ReservationState::Committed => {
            Emit::public(subject, key, &ReservationCommitted { reservation: wire, committed_on: day })
        }
        ReservationState::Requested | ReservationState::Released | ReservationState::Expired | ReservationState::Rejected => {
            Emit::public(subject, key, &ReservationReleased { reservation: wire, released_on: day })
        }
    });
}

fn from_row(row: reservation::Model) -> Result<Reservation, Fault> {
    let rules: Vec<RuleOutcome> = from_json(&row.rules)?;
    Ok(Reservation {
        id: ReservationId::new(row.id),
        customer: CustomerId::new(row.customer_id),
        amount: money(row.amount_minor, &row.currency)?,
        held: money(row.held_minor, &row.currency)?,
        committed: money(row.committed_minor, &row.currency)?,
        state: ReservationState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        decision: Decision::parse(&row.decision).ok_or_else(|| corrupt(&row.decision))?,
        reasons: rules.into_iter().filter(|rule| !rule.passed).map(|rule| rule.reason).collect(),
        expires_on: BusinessDate::from_days(row.expires_on).map_err(|fault| corrupt(fault.message()))?,
        policy_version: row.policy_version,
        order_id: row.order_id,
        requested_by: row.requested_by,
        version: row.version,
    })
}

async fn row_of(tx: &Tx, id: ReservationId) -> Result<reservation::Model, Fault> {
    let select = tx.find::<reservation::Entity>().filter(reservation::Column::Id.eq(id.uuid()));
    select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())
}

/// One reservation.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: ReservationId) -> Result<Reservation, Fault> {
    from_row(row_of(tx, id).await?)
}

/// One reservation with the rules that decided it and the exposure they saw.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_decision(tx: &Tx, id: ReservationId) -> Result<(Reservation, Vec<RuleOutcome>, Exposure), Fault> {
    let row = row_of(tx, id).await?;
    let rules = from_json(&row.rules)?;
    let seen: SeenExposure = from_json(&row.exposure)?;
    let amount = |minor| money(minor, &row.currency);
    let exposure = Exposure {
        customer: CustomerId::new(row.customer_id),
        limit: seen.limit.map(amount).transpose()?,
        ordered: amount(seen.ordered)?,
        not_due: amount(seen.not_due)?,
        overdue: amount(seen.overdue)?,
        disputed: amount(seen.disputed)?,
        unapplied: amount(seen.unapplied)?,
        oldest_overdue_days: seen.oldest_overdue_days,
        score: seen.score,
    };
    Ok((from_row(row)?, rules, exposure))
}

/// One reservation, locked. The account of its customer has to be locked first; see [`customer_of`].
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: ReservationId) -> Result<Reservation, Fault> {
    let select = tx.lock(tx.find::<reservation::Entity>().filter(reservation::Column::Id.eq(id.uuid())));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// Those of these reservations that exist, locked in order of id. The accounts of their customers have to be locked first.
///
/// # Errors
/// What the database says.
pub async fn lock_all(tx: &Tx, ids: &[ReservationId]) -> Result<Vec<Reservation>, Fault> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let select = tx.find::<reservation::Entity>().filter(bulk::among(tx, reservation::Column::Id, &ids));
    let select = select.order_by_asc(reservation::Column::Id);
    tx.lock(select).all(tx.conn()).await.or_fault()?.into_iter().map(from_row).collect()
}

/// Whose reservation it is, to lock the account before the reservation.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn customer_of(tx: &Tx, id: ReservationId) -> Result<CustomerId, Fault> {
    row_of(tx, id).await.map(|row| CustomerId::new(row.customer_id))
}

/// The reservation of an order, if it has one.
///
/// # Errors
/// What the database says.
pub async fn find_by_order(tx: &Tx, order_id: &str) -> Result<Option<Reservation>, Fault> {
    let select = tx.find::<reservation::Entity>().filter(reservation::Column::OrderId.eq(order_id));
    select.one(tx.conn()).await.or_fault()?.map(from_row).transpose()
}

/// Reservations that hold or wait and whose last day lies before `as_of`, at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn lapsed_before(tx: &Tx, as_of: BusinessDate, limit: u64) -> Result<Vec<Reservation>, Fault> {
    let select = tx
        .find::<reservation::Entity>()
        .filter(Expr::cust("state IN ('held', 'requested')"))
        .filter(reservation::Column::ExpiresOn.lt(as_of.days()))
        .order_by_asc(reservation::Column::CustomerId)
        .order_by_asc(reservation::Column::Id)
        .limit(limit);
    select.all(tx.conn()).await.or_fault()?.into_iter().map(from_row).collect()
}
