//! Reservations past their day give their credit back, and those that only wait stop waiting.

use std::collections::{BTreeMap, BTreeSet};

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, CustomerId, Fault, ReservationId, Uuid};

use super::recheck_holds;
use crate::{
    domain::reservation::ReservationEvent,
    store::{accounts, reservations},
};

/// Reservations expired in one transaction.
const BATCH: u64 = 500;

/// Expires at most a batch; zero means nothing is left.
///
/// # Errors
/// What the database says.
pub async fn run(tx: &Tx, as_of: BusinessDate) -> Result<u32, Fault> {
    let found = reservations::lapsed_before(tx, as_of, BATCH).await?;
    let customers: BTreeSet<Uuid> = found.iter().map(|reservation| reservation.customer.uuid()).collect();
    let customers: Vec<Uuid> = customers.into_iter().collect();
    accounts::lock_all(tx, &customers).await?;
    let ids: Vec<ReservationId> = found.iter().map(|reservation| reservation.id).collect();
    let (mut expired, mut given_back) = (Vec::new(), BTreeMap::<CustomerId, i64>::new());
    for mut reservation in reservations::lock_all(tx, &ids).await? {
        // Somebody may have committed or released it before we got the lock.
        let Ok(freed) = reservation.end(ReservationEvent::Expire) else { continue };
        let sum = given_back.entry(reservation.customer).or_default();
        *sum = sum.saturating_sub(freed.minor());
        expired.push(reservation);
    }
    accounts::add_held(tx, &given_back).await?;
    reservations::save(tx, &mut expired, as_of).await?;
    recheck_holds::drop_cases(tx, &expired, "The order waited too long.", as_of).await?;
    // What was given back may be what a held order waits for.
    recheck_holds::of_customers(tx, &customers, as_of).await?;
    Ok(u32::try_from(expired.len()).unwrap_or(u32::MAX))
}
