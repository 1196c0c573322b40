//! May this customer owe this much more?

use quittance_api::{convert, credit::v1 as pb, google::r#type::{Date, Money as WireMoney}};
use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, CustomerId, Fault, HoldCaseId, Money, Reason, ReservationId, Violations, text};

use super::super::{as_of, date, wire};
use crate::{
    domain::{
        customer::Customer,
        decision::{Decision, Judgement, Question, judge},
        exposure::Exposure,
        hold::{HoldCase, HoldCaseState},
        policy::CreditPolicy,
        reservation::{Reservation, ReservationState},
    },
    store::{
        accounts::{self, CreditAccount},
        customers, holds, policies, reservations,
    },
};

/// What is asked, in values.
#[derive(Clone)]
pub struct Order {
    customer: CustomerId,
    order_id: String,
    amount: Money,
    terms: String,
    as_of: Option<BusinessDate>,
}

/// CheckCredit in values.
///
/// # Errors
/// Every bad field.
pub fn parse_check(query: &pb::CheckCreditRequest) -> Result<Order, Fault> {
    parse(&query.customer_id, "-", &query.amount, &query.payment_terms, query.as_of.as_ref())
}

/// ReserveCredit in values.
///
/// # Errors
/// Every bad field.
pub fn parse_reserve(request: &pb::ReserveCreditRequest) -> Result<Order, Fault> {
    parse(&request.customer_id, &request.order_id, &request.amount, &request.payment_terms, request.as_of.as_ref())
}

fn parse(customer: &str, order_id: &str, amount: &Option<WireMoney>, terms: &str, day: Option<&Date>) -> Result<Order, Fault> {
    let mut violations = Violations::new();
    let customer = violations.take("customer_id", CustomerId::parse(customer));
    let order_id = violations.take("order_id", text::required(order_id, 64));
    let amount = violations.take("amount", convert::money_from_wire(amount).and_then(Money::require_positive));
    let terms = violations.take("payment_terms", text::clean(terms, 64));
    let as_of = violations.take("as_of", date(day));
    violations.finish()?;
    match (customer, order_id, amount, terms, as_of) {
        (Some(customer), Some(order_id), Some(amount), Some(terms), Some(as_of)) => Ok(Order { customer, order_id, amount, terms, as_of }),
        _ => Err(Fault::internal("a checked order is missing a field")),
    }
}

struct Seen {
    exposure: Exposure,
    judgement: Judgement,
    policy: CreditPolicy,
    day: BusinessDate,
}

async fn decide(tx: &Tx, order: &Order, customer: &Customer, account: &CreditAccount) -> Result<Seen, Fault> {
    if account.currency != order.amount.currency() {
        let message = format!("The account is kept in {}; ask in that currency.", account.currency.code());
        return Err(Fault::new(Reason::CurrencyMismatch, message).field("amount"));
    }
    let policy = policies::active(tx).await?;
    let day = as_of(tx, order.as_of)?;
    let exposure = accounts::exposure(tx, account, day).await?;
    let terms = if order.terms.is_empty() { &customer.details.payment_terms } else { &order.terms };
    let judgement = judge(&policy, &Question { state: customer.state, amount: order.amount, terms, exposure: &exposure })?;
    Ok(Seen { exposure, judgement, policy, day })
}

/// Decides and stores nothing.
///
/// # Errors
/// RESOURCE_NOT_FOUND, POLICY_MISSING, CURRENCY_MISMATCH.
pub async fn check(tx: &Tx, order: &Order) -> Result<pb::CheckCreditResponse, Fault> {
    let customer = customers::load(tx, order.customer).await?;
    let account = accounts::load(tx, order.customer).await?;
    let judgement = decide(tx, order, &customer, &account).await?.judgement;
    Ok(pb::CheckCreditResponse {
        decision: wire::decision(judgement.decision).into(),
        rules: wire::rules(&judgement.rules),
        available: Some(convert::money_to_wire(judgement.available)),
    })
}

/// Decides under the account's lock, so that concurrent orders see each other, and keeps the decision.
///
/// # Errors
/// RESOURCE_NOT_FOUND, POLICY_MISSING, CURRENCY_MISMATCH, RESERVATION_EXISTS.
pub async fn reserve(tx: &Tx, order: Order) -> Result<Reservation, Fault> {
    let mut account = accounts::load_for_update(tx, order.customer).await?;
    let customer = customers::load(tx, order.customer).await?;
    let Seen { exposure, judgement, policy, day } = decide(tx, &order, &customer, &account).await?;
    let zero = Money::zero(order.amount.currency());
    let (state, held) = match judgement.decision {
        Decision::Approve => (ReservationState::Held, order.amount),
        Decision::Hold | Decision::Prepay => (ReservationState::Requested, zero),
        Decision::Reject => (ReservationState::Rejected, zero),
    };
    let reservation = Reservation {
        id: ReservationId::new(tx.new_id()),
        customer: order.customer,
        order_id: order.order_id,
        amount: order.amount,
        held,
        committed: zero,
        state,
        decision: judgement.decision,
        reasons: judgement.reasons(),
        expires_on: policy.reservation_expires(day)?,
        policy_version: policy.version,
        requested_by: super::super::person(tx).to_owned(),
        version: 1,
    };
    reservations::insert(tx, &reservation, &judgement.rules, &exposure).await?;
    match state {
        ReservationState::Held => {
            account.add_held(held)?;
            accounts::save(tx, &account).await?;
        }
        ReservationState::Requested => holds::insert(tx, &hold_case(tx, &reservation, judgement, day)).await?,
        ReservationState::Committed | ReservationState::Released | ReservationState::Expired | ReservationState::Rejected => {}
    }
    Ok(reservation)
}

fn hold_case(tx: &Tx, reservation: &Reservation, judgement: Judgement, opened_on: BusinessDate) -> HoldCase {
    HoldCase {
        id: HoldCaseId::new(tx.new_id()),
        customer: reservation.customer,
        order_id: reservation.order_id.clone(),
        reservation: reservation.id,
        amount: reservation.amount,
        state: HoldCaseState::Open,
        rules: judgement.rules,
        requested_by: reservation.requested_by.clone(),
        decided_by: None,
        why: String::new(),
        opened_on,
        version: 1,
        created_at: tx.now(),
    }
}
