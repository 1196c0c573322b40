//! Reservations held past their day give their credit back.

use std::collections::BTreeSet;

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault};

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
    let (mut expired, mut customers) = (0, BTreeSet::new());
    for found in reservations::held_before(tx, as_of, BATCH).await? {
        let mut account = accounts::load_for_update(tx, found.customer).await?;
        let mut reservation = reservations::load_for_update(tx, found.id).await?;
        // Somebody may have committed or released it before we got the lock.
        let Ok(given_back) = reservation.end(ReservationEvent::Expire) else { continue };
        account.add_held(given_back.neg())?;
        accounts::save(tx, &account).await?;
        reservations::save(tx, &mut reservation).await?;
        expired += 1;
        customers.insert(found.customer);
    }
    // What was given back may be what a held order waits for.
    for customer in customers {
        recheck_holds::customer_cases(tx, customer, as_of).await?;
    }
    Ok(expired)
}
