//! Payments.

use std::collections::HashMap;

use quittance_api::payments::v1::{PaymentFailed, PaymentInitiated, PaymentReturned, PaymentSettled};
use quittance_chassis::{bulk, db::OrFault, events::Emit, request::filter::Listing, tx::Tx};
use quittance_types::{BusinessDate, CustomerId, Fault, InvoiceId, Page, PageRequest, PaymentId, Timestamp, Uuid};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};

use super::{corrupt, entity::payment, from_json, money, to_json};
use crate::domain::payment::{Allocation, Moved, Payment, PaymentState, Rail};
use crate::wire;

/// Bytes of a time in a page token.
const TIME: usize = 8;

#[derive(Serialize, Deserialize)]
struct StoredAllocation {
    invoice: Uuid,
    amount_minor: i64,
}

fn to_row(tx: &Tx, payment: &Payment, token: &str) -> Result<payment::Model, Fault> {
    let allocations: Vec<StoredAllocation> = payment
        .allocations
        .iter()
        .map(|allocation| StoredAllocation { invoice: allocation.invoice.uuid(), amount_minor: allocation.amount.minor() })
        .collect();
    Ok(payment::Model {
        tenant_id: tx.tenant().uuid(),
        id: payment.id.uuid(),
        customer_id: payment.customer.uuid(),
        currency: payment.amount.currency().code().to_owned(),
        amount_minor: payment.amount.minor(),
        refunded_minor: payment.refunded.minor(),
        rail: payment.rail.as_str().to_owned(),
        method_token: token.to_owned(),
        state: payment.state.as_str().to_owned(),
        allocations: to_json(&allocations)?,
        reason_code: payment.reason_code.clone(),
        transitions: to_json(&payment.transitions)?,
        created_on: payment.created_on.days(),
        settled_on: payment.settled_on.map(BusinessDate::days),
        version: payment.version,
        created_at: payment.created_at.micros(),
    })
}

fn from_row(row: payment::Model) -> Result<Payment, Fault> {
    let stored: Vec<StoredAllocation> = from_json(&row.allocations)?;
    let day = |days| BusinessDate::from_days(days).map_err(|fault| corrupt(fault.message()));
    let allocation = |stored: StoredAllocation| {
        Ok(Allocation { invoice: InvoiceId::new(stored.invoice), amount: money(stored.amount_minor, &row.currency)? })
    };
    Ok(Payment {
        id: PaymentId::new(row.id),
        customer: CustomerId::new(row.customer_id),
        amount: money(row.amount_minor, &row.currency)?,
        refunded: money(row.refunded_minor, &row.currency)?,
        rail: Rail::parse(&row.rail).ok_or_else(|| corrupt(&row.rail))?,
        state: PaymentState::parse(&row.state).ok_or_else(|| corrupt(&row.state))?,
        allocations: stored.into_iter().map(allocation).collect::<Result<_, Fault>>()?,
        reason_code: row.reason_code,
        transitions: from_json(&row.transitions)?,
        created_on: day(row.created_on)?,
        settled_on: row.settled_on.map(day).transpose()?,
        created_at: Timestamp::from_micros(row.created_at),
        version: row.version,
    })
}

/// Stores a new payment and publishes PaymentInitiated.
///
/// # Errors
/// ALREADY_EXISTS when the same request stored it before.
pub async fn insert(tx: &Tx, payment: &Payment, token: &str) -> Result<(), Fault> {
    let row = to_row(tx, payment, token)?.into_active_model().reset_all();
    payment::Entity::insert(row).exec_without_returning(tx.conn()).await.or_fault()?;
    let event = PaymentInitiated { payment: Some(wire::payment(payment)) };
    tx.emit(Emit::public(payment.id, payment.customer.uuid(), &event));
    Ok(())
}

/// Writes a moved payment and publishes what its new state means to others.
///
/// # Errors
/// What the database says.
pub async fn save(tx: &Tx, payment: &mut Payment, on: BusinessDate) -> Result<(), Fault> {
    payment.version = payment.version.saturating_add(1);
    save_all(tx, &[Moved { after: payment.clone(), on }]).await
}

const CHANGED: bulk::Target<'static, payment::Column> = bulk::Target {
    key: payment::Column::Id,
    set: &[
        payment::Column::RefundedMinor,
        payment::Column::State,
        payment::Column::ReasonCode,
        payment::Column::Transitions,
        payment::Column::Version,
    ],
    keep: &[payment::Column::SettledOn],
};

/// Writes payments as their last steps left them, by one statement, and publishes every step. The steps of one payment stand
/// in order.
///
/// # Errors
/// What the database says.
pub async fn save_all(tx: &Tx, moved: &[Moved]) -> Result<(), Fault> {
    let last: HashMap<PaymentId, &Payment> = moved.iter().map(|moved| (moved.after.id, &moved.after)).collect();
    let mut rows = Vec::with_capacity(last.len());
    for payment in last.into_values() {
        rows.push(payment::ActiveModel {
            id: Set(payment.id.uuid()),
            refunded_minor: Set(payment.refunded.minor()),
            state: Set(payment.state.as_str().to_owned()),
            reason_code: Set(payment.reason_code.clone()),
            transitions: Set(to_json(&payment.transitions)?),
            settled_on: Set(payment.settled_on.map(BusinessDate::days)),
            version: Set(payment.version),
            ..Default::default()
        });
    }
    bulk::update(tx, rows, CHANGED).await?;
    moved.iter().for_each(|moved| publish(tx, &moved.after, moved.on));
    Ok(())
}

fn publish(tx: &Tx, payment: &Payment, on: BusinessDate) {
    let (subject, key, wire) = (payment.id, payment.customer.uuid(), Some(wire::payment(payment)));
    let emit = match payment.state {
        PaymentState::Settled => Emit::public(subject, key, &PaymentSettled { payment: wire }),
        PaymentState::Failed | PaymentState::Cancelled => Emit::public(subject, key, &PaymentFailed { payment: wire }),
        PaymentState::Returned => {
            let returned_on = Some(quittance_api::convert::date_to_wire(on));
            Emit::public(subject, key, &PaymentReturned { payment: wire, returned_on })
        }
        // RefundPaid speaks for refunds; the rest is of interest to auditors only.
        PaymentState::Created | PaymentState::Pending | PaymentState::Unknown | PaymentState::PartlyRefunded | PaymentState::Refunded => {
            Emit::internal(subject, key, &PaymentInitiated { payment: wire })
        }
    };
    tx.emit(emit);
}

/// One payment with the token it was made with, if it exists.
///
/// # Errors
/// What the database says.
pub async fn find_with_token(tx: &Tx, id: PaymentId) -> Result<Option<(Payment, String)>, Fault> {
    let select = tx.find::<payment::Entity>().filter(payment::Column::Id.eq(id.uuid()));
    select.one(tx.conn()).await.or_fault()?.map(with_token).transpose()
}

fn with_token(row: payment::Model) -> Result<(Payment, String), Fault> {
    let token = row.method_token.clone();
    Ok((from_row(row)?, token))
}

/// These payments, with the tokens they were made with, locked in order of id until the transaction ends.
///
/// # Errors
/// What the database says.
pub async fn load_all_for_update(tx: &Tx, ids: &[PaymentId]) -> Result<Vec<(Payment, String)>, Fault> {
    let ids = ids.iter().map(|id| id.uuid());
    let select = tx.find::<payment::Entity>().filter(payment::Column::Id.is_in(ids)).order_by_asc(payment::Column::Id);
    let rows = tx.lock(select).all(tx.conn()).await.or_fault()?;
    rows.into_iter().map(with_token).collect()
}

/// One payment.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: PaymentId) -> Result<Payment, Fault> {
    find_with_token(tx, id).await?.map(|(payment, _)| payment).ok_or_else(|| id.not_found())
}

/// One payment, locked until the transaction ends.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load_for_update(tx: &Tx, id: PaymentId) -> Result<Payment, Fault> {
    let select = tx.lock(tx.find::<payment::Entity>().filter(payment::Column::Id.eq(id.uuid())));
    from_row(select.one(tx.conn()).await.or_fault()?.ok_or_else(|| id.not_found())?)
}

/// How many payments have no outcome yet.
///
/// # Errors
/// What the database says.
pub async fn count_open(tx: &Tx) -> Result<i32, Fault> {
    let open = [PaymentState::Created, PaymentState::Pending, PaymentState::Unknown].map(PaymentState::as_str);
    let count = tx.find::<payment::Entity>().filter(payment::Column::State.is_in(open)).count(tx.conn()).await.or_fault()?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// Which payments are listed.
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Only those in this state.
    pub state: Option<PaymentState>,
    /// What the caller's own filter and order say.
    pub listing: Listing,
}

/// Payments in order of creation. Their ids derive from the requests and say nothing of time, so the time of creation goes first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, filter: &PaymentFilter, request: &PageRequest) -> Result<Page<Payment>, Fault> {
    let listing = &filter.listing;
    let select = tx.find::<payment::Entity>().filter(listing.filter.condition());
    let mut select = select.order_by(payment::Column::CreatedAt, listing.order()).order_by(payment::Column::Id, listing.order());
    if let Some(customer) = filter.customer {
        select = select.filter(payment::Column::CustomerId.eq(customer.uuid()));
    }
    if let Some(state) = filter.state {
        select = select.filter(payment::Column::State.eq(state.as_str()));
    }
    if let Some(after) = request.after.as_deref() {
        let (time, id) = after.split_first_chunk::<TIME>().ok_or_else(|| corrupt("a page token"))?;
        let (time, id) = (i64::from_be_bytes(*time), Uuid::from_slice(id).map_err(corrupt)?);
        let key = Expr::tuple([Expr::col(payment::Column::CreatedAt), Expr::col(payment::Column::Id)]);
        select = select.filter(key.binary(listing.beyond(), Expr::tuple([Expr::val(time), Expr::val(id)])));
    }
    let rows = select.limit(request.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let page = Page::cut(rows, request, |row| [row.created_at.to_be_bytes().as_slice(), row.id.as_bytes()].concat());
    Ok(Page { items: page.items.into_iter().map(from_row).collect::<Result<_, _>>()?, next: page.next })
}
