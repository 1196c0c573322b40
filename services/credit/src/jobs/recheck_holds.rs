//! Held orders are decided again when there is room: cash arrived, a limit was raised, an order fell away.

use std::collections::{BTreeMap, HashMap, HashSet};

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, CustomerId, Fault, ReservationId, Uuid};

use crate::{
    domain::{
        account::CreditAccount,
        decision::{Decision, Question, judge},
        hold::{HoldCase, HoldCaseState},
        policy::CreditPolicy,
        reservation::Reservation,
    },
    store::{
        accounts::{self, Splits},
        customers::{self, Standing},
        holds, policies, reservations,
    },
};

/// Who releases when nobody does.
pub const RELEASED_BY: &str = "credit";
/// Customers looked at by one set of statements.
const PORTION: i64 = 500;

/// What a recheck found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rechecked {
    /// Cases released.
    pub released: u32,
    /// Cases that have to wait on.
    pub still_held: u32,
}

/// Decides every open case again, customers in order of id, a portion at a time.
///
/// # Errors
/// What the database says.
pub async fn run(tx: &Tx, as_of: BusinessDate) -> Result<Rechecked, Fault> {
    let (mut all, mut after) = (Rechecked::default(), Uuid::nil());
    loop {
        let waiting = holds::customers_waiting(tx, after, PORTION).await?;
        let Some(last) = waiting.last() else { return Ok(all) };
        after = *last;
        let found = of_customers(tx, &waiting, as_of).await?;
        all.released = all.released.saturating_add(found.released);
        all.still_held = all.still_held.saturating_add(found.still_held);
    }
}

/// Decides a customer's open cases again; see [`of_customers`].
///
/// # Errors
/// What the database says.
pub async fn of_customer(tx: &Tx, customer: CustomerId, as_of: BusinessDate) -> Result<Rechecked, Fault> {
    of_customers(tx, &[customer.uuid()], as_of).await
}

/// Decides the open cases of customers again, each customer's oldest first; one that does not fit keeps its place but does
/// not block smaller ones behind it. The number of statements does not depend on the number of cases.
///
/// # Errors
/// What the database says.
pub async fn of_customers(tx: &Tx, customers: &[Uuid], as_of: BusinessDate) -> Result<Rechecked, Fault> {
    let mut found = Rechecked::default();
    if customers.is_empty() || holds::open_of(tx, customers).await?.is_empty() {
        return Ok(found);
    }
    let Some(policy) = policies::newest(tx).await? else { return Ok(found) };
    // The locks order this against every decision on the accounts; cases are read again under them.
    let mut desk = Desk {
        accounts: accounts::lock_all(tx, customers).await?,
        standing: customers::standing_of(tx, customers).await?,
        splits: Splits::load(tx, customers, as_of).await?,
        policy,
    };
    let (mut let_go, mut held) = (Vec::new(), BTreeMap::<CustomerId, i64>::new());
    for mut case in holds::open_of(tx, customers).await? {
        if !desk.lets_go(&case)? {
            found.still_held = found.still_held.saturating_add(1);
            continue;
        }
        found.released = found.released.saturating_add(1);
        let sum = held.entry(case.customer).or_default();
        *sum = sum.saturating_add(case.amount.minor());
        case.end(HoldCaseState::Released, RELEASED_BY, "There is room under the limit again.")?;
        let_go.push(case);
    }
    hold_credit(tx, &let_go, desk.policy.reservation_expires(as_of)?, as_of).await?;
    accounts::add_held(tx, &held).await?;
    holds::save(tx, &mut let_go, as_of).await?;
    Ok(found)
}

/// What a recheck looks at, its accounts locked.
struct Desk {
    policy: CreditPolicy,
    accounts: BTreeMap<CustomerId, CreditAccount>,
    standing: HashMap<CustomerId, Standing>,
    splits: Splits,
}

impl Desk {
    /// Decides one case, and takes what it holds out of what the next one finds.
    fn lets_go(&mut self, case: &HoldCase) -> Result<bool, Fault> {
        let account = self.accounts.get_mut(&case.customer).ok_or_else(|| case.customer.not_found())?;
        let standing = self.standing.get(&case.customer).ok_or_else(|| case.customer.not_found())?;
        let exposure = self.splits.exposure(account)?;
        // Terms and method were judged when the order came; what is judged again is what time and money change.
        let terms = self.policy.allowed_terms.first().map_or(standing.payment_terms.as_str(), String::as_str);
        let question = Question { state: standing.state, amount: case.amount, terms, method: "", exposure: &exposure };
        if judge(&self.policy, &question)?.decision != Decision::Approve {
            return Ok(false);
        }
        account.add_held(case.amount)?;
        Ok(true)
    }
}

async fn hold_credit(tx: &Tx, cases: &[HoldCase], expires_on: BusinessDate, on: BusinessDate) -> Result<(), Fault> {
    let ids: Vec<ReservationId> = cases.iter().map(|case| case.reservation).collect();
    let mut approved = reservations::lock_all(tx, &ids).await?;
    for reservation in &mut approved {
        reservation.approve(expires_on)?;
    }
    reservations::save(tx, &mut approved, on).await
}

/// Ends the open cases of reservations that are gone: there is nothing left to decide. Their accounts have to be locked before.
///
/// # Errors
/// What the database says.
pub async fn drop_cases(tx: &Tx, gone: &[Reservation], why: &str, on: BusinessDate) -> Result<(), Fault> {
    let customers: Vec<Uuid> = gone.iter().map(|reservation| reservation.customer.uuid()).collect();
    let gone: HashSet<ReservationId> = gone.iter().map(|reservation| reservation.id).collect();
    let mut dropped = holds::open_of(tx, &customers).await?;
    dropped.retain(|case| gone.contains(&case.reservation));
    for case in &mut dropped {
        case.end(HoldCaseState::Expired, RELEASED_BY, why)?;
    }
    holds::save(tx, &mut dropped, on).await
}
