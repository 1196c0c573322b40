//! Customers as credit has them, and held orders it lets go or refuses.

use quittance_api::credit::v1::{CustomerChanged, HoldCaseState, HoldReleased};
use quittance_chassis::tx::Tx;
use quittance_chassis::{Delivery, Inbox};
use quittance_types::{Fault, OrderId, Reason};

use super::undecodable;
use crate::directory::copy_of;
use crate::domain::order::Step;
use crate::store::{customers, holds, orders};

/// The handlers of credit's events.
pub fn inbox() -> Inbox {
    Inbox::new().on(customer_changed).on(hold_released)
}

async fn customer_changed(tx: Tx, _delivery: Delivery, event: CustomerChanged) -> Result<(), Fault> {
    customers::save(&tx, &copy_of(event.customer.ok_or_else(undecodable)?)?).await
}

/// The order moves on; if its submission is still under way, it will find the outcome when it stores the order.
async fn hold_released(tx: Tx, _delivery: Delivery, event: HoldReleased) -> Result<(), Fault> {
    let case = event.hold_case.ok_or_else(undecodable)?;
    // Credit may be asked for other things than our orders.
    let Ok(id) = OrderId::parse(&case.order_id) else { return Ok(()) };
    let step = match case.state() {
        HoldCaseState::Released => Step::Release,
        HoldCaseState::Rejected => Step::Refuse,
        HoldCaseState::Expired => Step::Expire,
        HoldCaseState::Open | HoldCaseState::Unspecified => return Ok(()),
    };
    holds::end(&tx, id, step).await?;
    let mut order = match orders::load_for_update(&tx, id).await {
        Err(fault) if fault.reason() == Reason::ResourceNotFound => return Ok(()),
        loaded => loaded?,
    };
    let before = order.state;
    // An order that was cancelled meanwhile, or was told already, stays as it is.
    if order.take(step).is_err() {
        return Ok(());
    }
    orders::save(&tx, &mut order, before, &case.why).await.map(drop)
}
