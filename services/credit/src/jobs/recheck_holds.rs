//! Held orders are decided again when there is room: cash arrived, a limit was raised, an order fell away.

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, CustomerId, Fault};

use crate::{
    domain::{
        decision::{Decision, Question, judge},
        hold::{HoldCase, HoldCaseState},
        policy::CreditPolicy,
        reservation::Reservation,
    },
    store::{accounts, customers, holds, policies, reservations},
};

/// Who releases when nobody does.
pub const RELEASED_BY: &str = "credit";
/// Customers looked at in one transaction.
const BATCH: i64 = 200;

/// What a recheck found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rechecked {
    /// Cases released.
    pub released: u32,
    /// Cases that have to wait on.
    pub still_held: u32,
}

/// Decides every open case of at most a batch of customers again.
///
/// # Errors
/// What the database says.
pub async fn run(tx: &Tx, as_of: BusinessDate) -> Result<Rechecked, Fault> {
    let mut all = Rechecked::default();
    for customer in holds::customers_waiting(tx, BATCH).await? {
        let found = customer_cases(tx, customer, as_of).await?;
        all.released += found.released;
        all.still_held += found.still_held;
    }
    Ok(all)
}

/// Decides a customer's open cases again, oldest first; one that does not fit keeps its place but does not block smaller
/// ones behind it.
///
/// # Errors
/// What the database says.
pub async fn customer_cases(tx: &Tx, customer: CustomerId, as_of: BusinessDate) -> Result<Rechecked, Fault> {
    let mut found = Rechecked::default();
    let cases = holds::open_of(tx, customer).await?;
    if cases.is_empty() {
        return Ok(found);
    }
    let Some(policy) = policies::newest(tx).await? else { return Ok(found) };
    // The lock orders this against every decision on the account; cases are read again under it.
    accounts::load_for_update(tx, customer).await?;
    for case in holds::open_of(tx, customer).await? {
        if try_release(tx, &policy, case, as_of).await? { found.released += 1 } else { found.still_held += 1 }
    }
    Ok(found)
}

/// Ends the open case of a reservation that was given back: there is nothing left to decide.
///
/// # Errors
/// What the database says.
pub async fn drop_case(tx: &Tx, reservation: &Reservation, why: &str) -> Result<(), Fault> {
    for mut case in holds::open_of(tx, reservation.customer).await? {
        if case.reservation == reservation.id {
            case.end(HoldCaseState::Expired, RELEASED_BY, why)?;
            holds::save(tx, &mut case).await?;
        }
    }
    Ok(())
}

async fn try_release(tx: &Tx, policy: &CreditPolicy, mut case: HoldCase, as_of: BusinessDate) -> Result<bool, Fault> {
    let customer = customers::load(tx, case.customer).await?;
    let mut account = accounts::load_for_update(tx, case.customer).await?;
    let exposure = accounts::exposure(tx, &account, as_of).await?;
    // The terms were judged when the order came; what is judged again is what time and money change.
    let terms = policy.allowed_terms.first().map_or(customer.details.payment_terms.as_str(), String::as_str);
    let question = Question { state: customer.state, amount: case.amount, terms, exposure: &exposure };
    if judge(policy, &question)?.decision != Decision::Approve {
        return Ok(false);
    }
    let mut reservation = reservations::load_for_update(tx, case.reservation).await?;
    reservation.approve(policy.reservation_expires(as_of)?)?;
    account.add_held(reservation.held)?;
    case.end(HoldCaseState::Released, RELEASED_BY, "There is room under the limit again.")?;
    accounts::save(tx, &account).await?;
    reservations::save(tx, &mut reservation).await?;
    holds::save(tx, &mut case).await?;
    Ok(true)
}
