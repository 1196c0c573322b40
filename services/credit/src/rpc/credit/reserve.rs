//! May this customer owe this much more?

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use quittance_api::{
    convert,
    credit::v1 as pb,
    google::r#type::{Date, Money as WireMoney},
};
use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, CustomerId, Fault, HoldCaseId, Money, Reason, ReservationId, Uuid, Violations, text};

use super::super::{as_of, date};
use crate::{
    domain::{
        account::CreditAccount,
        decision::{Decision, Judgement, Question, judge},
        exposure::Exposure,
        hold::HoldCase,
        policy::CreditPolicy,
        reservation::{Reservation, ReservationState},
    },
    store::{
        accounts::{self, Splits},
        customers::{self, Standing},
        holds, policies,
        reservations::{self, Decided},
    },
    wire,
};

/// What is asked, in values.
#[derive(Clone)]
pub struct Order {
    customer: CustomerId,
    order_id: String,
    amount: Money,
    terms: String,
    method: String,
    as_of: Option<BusinessDate>,
}

/// CheckCredit in values.
///
/// # Errors
/// Every bad field.
pub fn parse_check(query: &pb::CheckCreditRequest) -> Result<Order, Fault> {
    parse(&query.customer_id, "-", &query.amount, [&query.payment_terms, &query.payment_method], query.as_of.as_ref())
}

/// ReserveCredit in values.
///
/// # Errors
/// Every bad field.
pub fn parse_reserve(request: &pb::ReserveCreditRequest) -> Result<Order, Fault> {
    let words = [request.payment_terms.as_str(), request.payment_method.as_str()];
    parse(&request.customer_id, &request.order_id, &request.amount, words, request.as_of.as_ref())
}

fn parse(
    customer: &str,
    order_id: &str,
    amount: &Option<WireMoney>,
    [terms, method]: [&str; 2],
    day: Option<&Date>,
) -> Result<Order, Fault> {
    let mut violations = Violations::new();
    let customer = violations.take("customer_id", CustomerId::parse(customer));
    let order_id = violations.take("order_id", text::required(order_id, 64));
    let amount = violations.take("amount", convert::money_from_wire(amount).and_then(Money::require_positive));
    let terms = violations.take("payment_terms", text::clean(terms, 64));
    let method = violations.take("payment_method", text::clean(method, 64));
    let as_of = violations.take("as_of", date(day));
    violations.finish()?;
    match (customer, order_id, amount, terms, method, as_of) {
        (Some(customer), Some(order_id), Some(amount), Some(terms), Some(method), Some(as_of)) => {
            Ok(Order { customer, order_id, amount, terms, method, as_of })
        }
        _ => Err(Fault::internal("a checked order is missing a field")),
    }
}

/// Everything a group of decisions looks at, its accounts locked.
struct Desk {
    policy: CreditPolicy,
    standing: HashMap<CustomerId, Standing>,
    accounts: BTreeMap<CustomerId, CreditAccount>,
    splits: HashMap<BusinessDate, Splits>,
}

impl Desk {
    async fn open(tx: &Tx, orders: &[Arc<Order>]) -> Result<Desk, Fault> {
        let ids: BTreeSet<Uuid> = orders.iter().map(|order| order.customer.uuid()).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let accounts = accounts::lock_all(tx, &ids).await?;
        let standing = customers::standing_of(tx, &ids).await?;
        let days: BTreeSet<BusinessDate> = orders.iter().map(|order| as_of(tx, order.as_of)).collect::<Result<_, Fault>>()?;
        let mut splits = HashMap::new();
        for day in days {
            splits.insert(day, Splits::load(tx, &ids, day).await?);
        }
        Ok(Desk { policy: policies::active(tx).await?, standing, accounts, splits })
    }

    /// Decides one order and takes what it holds out of what the next one finds.
    fn decide(&mut self, tx: &Tx, order: &Order) -> Result<(Decided, Judgement), Fault> {
        let account = self.accounts.get_mut(&order.customer).ok_or_else(|| order.customer.not_found())?;
        let standing = self.standing.get(&order.customer).ok_or_else(|| order.customer.not_found())?;
        let day = as_of(tx, order.as_of)?;
        let splits = self.splits.get(&day).ok_or_else(|| Fault::internal("a day without sums"))?;
        let seen = splits.exposure(account)?;
        let judgement = question(&self.policy, order, account, standing, &seen)?;
        if judgement.is_beyond_limit() {
            return Err(beyond_limit(judgement.available));
        }
        let zero = Money::zero(order.amount.currency());
        let (state, held) = match judgement.decision {
            Decision::Approve => (ReservationState::Held, order.amount),
            Decision::Hold | Decision::Prepay => (ReservationState::Requested, zero),
            Decision::Reject => (ReservationState::Rejected, zero),
        };
        let reservation = Reservation {
            id: ReservationId::new(tx.new_id()),
            customer: order.customer,
            order_id: order.order_id.clone(),
            amount: order.amount,
            held,
            committed: zero,
            state,
            decision: judgement.decision,
            reasons: judgement.reasons(),
            expires_on: self.policy.reservation_expires(day)?,
            policy_version: self.policy.version,
            requested_by: tx.ctx().principal.person().to_owned(),
            version: 1,
        };
        account.add_held(held)?;
        Ok((Decided { by: tx.clone(), reservation, rules: judgement.rules.clone(), seen, on: day }, judgement))
    }
}

/// Room may come back: the refusal is no answer to keep, so that the same request is decided anew.
fn beyond_limit(available: Money) -> Fault {
    let message = format!("The order is beyond the credit limit: {available} are available.");
    Fault::new(Reason::CreditLimitExceeded, message).with("available", available.amount())
}

fn question(
    policy: &CreditPolicy,
    order: &Order,
    account: &CreditAccount,
    standing: &Standing,
    seen: &Exposure,
) -> Result<Judgement, Fault> {
    if account.currency != order.amount.currency() {
        let message = format!("The account is kept in {}; ask in that currency.", account.currency.code());
        return Err(Fault::new(Reason::CurrencyMismatch, message).field("amount"));
    }
    let terms = if order.terms.is_empty() { &standing.payment_terms } else { &order.terms };
    judge(policy, &Question { state: standing.state, amount: order.amount, terms, method: &order.method, exposure: seen })
}

/// Decides and stores nothing.
///
/// # Errors
/// RESOURCE_NOT_FOUND, POLICY_MISSING, CURRENCY_MISMATCH.
pub async fn check(tx: &Tx, order: &Order) -> Result<pb::CheckCreditResponse, Fault> {
    let mut standing = customers::standing_of(tx, &[order.customer.uuid()]).await?;
    let standing = standing.remove(&order.customer).ok_or_else(|| order.customer.not_found())?;
    let account = accounts::load(tx, order.customer).await?;
    let policy = policies::active(tx).await?;
    let seen = accounts::exposure(tx, &account, as_of(tx, order.as_of)?).await?;
    let judgement = question(&policy, order, &account, &standing, &seen)?;
    Ok(pb::CheckCreditResponse {
        decision: wire::decision(judgement.decision).into(),
        rules: wire::rules(&judgement.rules),
        available: Some(convert::money_to_wire(judgement.available)),
    })
}

/// Decides orders in turn, each under its account's lock and seeing what those before it hold, and keeps the decisions. An
/// answer also says what was available. One that is refused leaves nothing.
///
/// # Errors
/// Of one order: RESOURCE_NOT_FOUND, CURRENCY_MISMATCH, CREDIT_LIMIT_EXCEEDED. Of the group: POLICY_MISSING, RESERVATION_EXISTS.
pub async fn reserve(tx: &Tx, orders: Vec<Arc<Order>>) -> Result<Vec<Result<pb::ReserveCreditResponse, Fault>>, Fault> {
    let mut desk = Desk::open(tx, &orders).await?;
    let (mut answers, mut kept, mut cases) = (Vec::with_capacity(orders.len()), Vec::new(), Vec::new());
    let mut held: BTreeMap<CustomerId, i64> = BTreeMap::new();
    for (member, order) in orders.iter().enumerate() {
        let by = tx.member(member);
        let (decided, judgement) = match desk.decide(&by, order) {
            Ok(decided) => decided,
            Err(fault) if fault.outcome().is_our_failure() => return Err(fault),
            Err(fault) => {
                answers.push(Err(fault));
                continue;
            }
        };
        let reservation = &decided.reservation;
        let available = Some(convert::money_to_wire(judgement.available));
        answers.push(Ok(pb::ReserveCreditResponse { reservation: Some(wire::reservation(reservation)), available }));
        match reservation.state {
            ReservationState::Held => {
                let sum = held.entry(order.customer).or_default();
                *sum = sum.saturating_add(reservation.held.minor());
            }
            ReservationState::Requested => {
                let case = HoldCase::open(HoldCaseId::new(by.new_id()), reservation, judgement.rules, decided.on, by.now())?;
                cases.push((by, case));
            }
            ReservationState::Committed | ReservationState::Released | ReservationState::Expired | ReservationState::Rejected => {}
        }
        kept.push(decided);
    }
    reservations::insert(tx, &kept).await?;
    accounts::add_held(tx, &held).await?;
    holds::insert(tx, &cases).await?;
    Ok(answers)
}
