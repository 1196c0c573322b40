//! Customers as credit has them, held orders it lets go or refuses, and reservations that are gone.

use quittance_api::convert::date_from_wire;
use quittance_api::credit::v1::{CustomerChanged, HoldCaseState, HoldReleased, ReservationReleased, ReservationState};
use quittance_chassis::events::needed;
use quittance_chassis::request::as_of;
use quittance_chassis::tx::Tx;
use quittance_chassis::{Delivery, Inbox};
use quittance_types::{Fault, OrderId};

use crate::directory::copy_of;
use crate::domain::order::Step;
use crate::store::{customers, holds, lapses, orders};

/// The handlers of credit's events.
pub fn inbox() -> Inbox {
    Inbox::new().on(customer_changed).on(hold_released).on(reservation_released)
}

async fn customer_changed(tx: Tx, _delivery: Delivery, event: CustomerChanged) -> Result<(), Fault> {
    customers::save(&tx, &copy_of(needed(event.customer, "customer")?)?).await
}

/// The order moves on; if its submission is still under way, it will find the outcome when it stores the order.
async fn hold_released(tx: Tx, _delivery: Delivery, event: HoldReleased) -> Result<(), Fault> {
    let case = needed(event.hold_case, "hold_case")?;
    // Credit may be asked for other things than our orders.
    let Ok(id) = OrderId::parse(&case.order_id) else { return Ok(()) };
    let step = match case.state() {
        HoldCaseState::Released => Step::Release,
        HoldCaseState::Rejected => Step::Refuse,
        HoldCaseState::Expired => Step::Expire,
        HoldCaseState::Open | HoldCaseState::Unspecified => return Ok(()),
    };
    holds::end(&tx, id, step).await?;
    let Some(mut order) = orders::find_for_update(&tx, id).await? else { return Ok(()) };
    let before = order.state;
    // An order that was cancelled meanwhile, or was told already, stays as it is.
    if order.end_hold(step).is_err() {
        return Ok(());
    }
    let on = as_of(&tx, date_from_wire(event.ended_on.as_ref())?)?;
    orders::save(&tx, &mut order, before, &case.why, on).await.map(drop)
}

/// An order that may be delivered has credit held for it. When that is gone it is held, and credit, who hears of it, decides
/// anew. If the submission is still under way, it will find the lapse when it stores the order.
async fn reservation_released(tx: Tx, _delivery: Delivery, event: ReservationReleased) -> Result<(), Fault> {
    let reservation = needed(event.reservation, "reservation")?;
    let Ok(id) = OrderId::parse(&reservation.order_id) else { return Ok(()) };
    let why = match reservation.state() {
        ReservationState::Expired => "Its reservation has expired.",
        ReservationState::Released => "Its reservation was given back.",
        ReservationState::Unspecified
        | ReservationState::Requested
        | ReservationState::Held
        | ReservationState::Committed
        | ReservationState::Rejected => return Ok(()),
    };
    if !lapses::note(&tx, id, reservation.version).await? {
        return Ok(());
    }
    let Some(mut order) = orders::find_for_update(&tx, id).await? else { return Ok(()) };
    let before = order.state;
    // Nothing is left to deliver, or it is held already.
    if order.lapse().is_err() {
        return Ok(());
    }
    let on = as_of(&tx, date_from_wire(event.released_on.as_ref())?)?;
    orders::save(&tx, &mut order, before, why, on).await.map(drop)
}
